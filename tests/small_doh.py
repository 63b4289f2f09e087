"""A server of DNS over HTTPS (RFC 8484), in threads of the caller: it knows the
addresses it is given, and what it was asked."""

import http.server
import socket
import ssl
import struct
import threading

A = 1
NXDOMAIN = 3


def question(message):
    """Name and type of the first question, and where it ends."""
    labels = []
    at = 12
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode())
        at += 1 + message[at]
    kind, _ = struct.unpack_from('!HH', message, at + 1)
    return '.'.join(labels), kind, at + 5


def reply(message, names):
    """RFC 1035 4.1: the question again, and its address records."""
    name, kind, end = question(message)
    addresses = names.get(name)
    answers = b''
    if kind == A and addresses:
        answers = b''.join(
            b'\xc0\x0c' + struct.pack('!HHIH', A, 1, 60, 4)
            + socket.inet_aton(address) for address in addresses)
    flags = 0x8180 | (0 if addresses else NXDOMAIN)
    return (message[:2] + struct.pack('!HHHHH', flags, 1, len(answers) // 16,
                                      0, 0) + message[12:end] + answers)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_POST(self):
        message = self.rfile.read(int(self.headers['Content-Length']))
        doh = self.server.doh
        doh.log.append(question(message)[0])
        data = reply(message, doh.names) if doh.status == 200 else b'no'
        self.send_response(doh.status)
        self.send_header('Content-Type', 'application/dns-message')
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that does not like the certificate just leaves."""


class DohServer:
    """names: addresses by name; status: of its answers; log: the names asked
    for."""

    def __init__(self, certificate, names, status=200):
        self.names = names
        self.status = status
        self.log = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.server = Listener(('127.0.0.1', 0), Handler)
        self.server.doh = self
        self.server.socket = context.wrap_socket(
            self.server.socket, server_side=True,
            do_handshake_on_connect=False)
        self.url = f'https://127.0.0.1:{self.server.server_port}/dns-query'
        threading.Thread(target=self.server.serve_forever,
                         args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

#!/usr/bin/python3
"""Web servers in a network namespace of their own, one of them at a public
address: public_net.py NAME=TEXT..., run by "unshare --map-root-user --net".

Each server answers GET /NAME with that TEXT, in which {public} and {private}
stand for the two servers and {port} for the private one's port, /file with eleven bytes, and /to?URL with a redirect
there. One line of JSON tells its process, whose namespace a client has to
enter, and the servers' ports; each request is a line on the standard error. It
ends with its standard input. What is sent to the public address does not leave
the namespace, which has a loopback only."""

import fcntl
import http.server
import json
import os
import socket
import struct
import sys
import threading
import urllib.parse

PUBLIC = '203.0.113.7'
SIOCSIFADDR = 0x8916
SIOCSIFFLAGS = 0x8914
IFF_UP = 1


def set_address(control, interface, address):
    place = struct.pack('16sH2x4s8x', interface, socket.AF_INET,
                        socket.inet_aton(address))
    fcntl.ioctl(control, SIOCSIFADDR, place)
    fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack('16sH14x', interface,
                                                   IFF_UP))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_GET(self):
        name, _, query = self.path[1:].partition('?')
        text = self.server.texts.get(name, '').encode()
        self.send_response(302 if name == 'to' else 200)
        if name == 'to':
            self.send_header('Location', urllib.parse.unquote(query))
        self.send_header('Content-Type', 'text/html')
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        print(self.server.server_address[0], self.path, file=sys.stderr,
              flush=True)


def main():
    with socket.socket() as control:
        set_address(control, b'lo', '127.0.0.1')
        set_address(control, b'lo:1', PUBLIC)
    servers = {
        name: http.server.ThreadingHTTPServer((address, 0), Handler)
        for name, address in (('public', PUBLIC), ('private', '127.0.0.1'))}
    bases = {name: f'http://{server.server_address[0]}:{server.server_port}'
             for name, server in servers.items()}
    texts = dict(word.split('=', 1) for word in sys.argv[1:])
    texts = {name: text.format(port=servers['private'].server_port, **bases)
             for name, text in texts.items()}
    for server in servers.values():
        server.daemon_threads = True
        server.texts = {**texts, 'file': 'eleven byte'}
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps({'pid': os.getpid(), **bases}), flush=True)
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == '__main__':
    main()

#!/usr/bin/python3
"""A bad HTTP server. Every way to answer wrongly that is worth a test has its
own URL prefix (bad_cases.py), over HTTP/1.1 and HTTP/2, in the clear and over
TLS. One line of JSON on the standard output tells the ports and the
certificates when it is ready; it ends with its standard input or by SIGTERM.

Requests about itself, on any port, are not logged:
  /_log?path=P      the requests for P so far ("*" at the end: that start with)
  /_open?gate=G     lets answers pass (bad_cases.py)
  /_held?gate=G     how many wait there
  /_set?path=P&version=N   another file under P from now on
  /_connections     by port: made so far, open now, most at once
  /_calm            forgets the most at once
"""

import itertools
import json
import os
import shutil
import signal
import socket
import ssl
import sys
import tempfile
import threading

import bad_cases
import bad_http1
import bad_http2
import bad_tls
from bad_exchange import Gone, State

HANDSHAKE_S = 10


def control(state, ex):
    if ex.case == '_log':
        path = ex.text('path')
        with state.lock:
            return [entry for entry in state.log if entry['path'] == path
                    or path.endswith('*')
                    and entry['path'].startswith(path[:-1])]
    if ex.case == '_open':
        with state.lock:
            state.open_gates.add(ex.text('gate'))
            state.lock.notify_all()
    if ex.case == '_held':
        return state.held[ex.text('gate')]
    if ex.case == '_set':
        state.versions[ex.text('path')] = ex.integer('version')
    if ex.case == '_calm':
        with state.lock:
            state.peaks = state.connections.copy()
    if ex.case == '_connections':
        return {port: {'made': state.made[port],
                       'open': state.connections[port],
                       'most': state.peaks[port]} for port in state.made}
    return None


class Server:
    def __init__(self):
        self.state = State()
        self.ports = {}

    def handle(self, ex):
        """Answers one request."""
        try:
            if ex.case.startswith('_'):
                bad_cases.say(ex, 200, json.dumps(control(self.state, ex)))
                return
            ex.enter()
            try:
                bad_cases.CASES.get(ex.case, nothing)(ex)
            finally:
                ex.leave()
        except (Gone, OSError):
            ex.closing = True

    def listen(self, name, *contexts, family=socket.AF_INET):
        """Connections take the contexts in turn; without any there is no
        TLS."""
        host = '::1' if family == socket.AF_INET6 else '127.0.0.1'
        listener = socket.create_server((host, 0), family=family, backlog=1024)
        self.ports[name] = listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(listener, name, contexts),
                         daemon=True).start()

    def accept(self, listener, name, contexts):
        for context in itertools.cycle(contexts or [None]):
            sock, _ = listener.accept()
            threading.Thread(target=self.connection,
                             args=(sock, name, context), daemon=True).start()

    def connection(self, sock, name, context):
        number = self.state.connected(name)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if context:
                sock.settimeout(HANDSHAKE_S)
                sock = context.wrap_socket(sock, server_side=True)
                sock.settimeout(None)
            if is_http2(sock):
                streams = 4 if name == 'narrow' else 100
                bad_http2.serve(self, sock, name, number, streams=streams)
            else:
                bad_http1.serve(self, sock, name, number)
        except (OSError, ValueError):
            pass
        finally:
            sock.close()
            self.state.disconnected(name)


def nothing(ex):
    bad_cases.say(ex, 404, 'no such case\n')


def is_http2(sock):
    if isinstance(sock, ssl.SSLSocket):
        return sock.selected_alpn_protocol() == 'h2'
    return sock.recv(4, socket.MSG_PEEK | socket.MSG_WAITALL) == b'PRI '


def tls(certificate, protocols=('http/1.1',)):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.set_alpn_protocols(list(protocols))
    return context


def listen(server, files):
    both = ('h2', 'http/1.1')
    server.listen('http')
    server.listen('http_other')
    try:
        server.listen('http6', family=socket.AF_INET6)
    except OSError:
        pass  # a machine without IPv6
    server.listen('https', tls(files['server'], both))
    server.listen('https_other', tls(files['server'], both))
    server.listen('https1', tls(files['server']))
    server.listen('narrow', tls(files['server'], both))
    server.listen('https_mixed', tls(files['server'], both),
                  tls(files['server']))
    server.listen('https_unknown', tls(files['unknown']))
    server.listen('https_elsewhere', tls(files['elsewhere']))
    old = tls(files['server'])
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    server.listen('https_old', old)
    asks = tls(files['server'])
    asks.load_verify_locations(files['ca'])
    asks.verify_mode = ssl.CERT_REQUIRED
    # With TLS 1.3 a client without certificate would see a reset, maybe.
    asks.maximum_version = ssl.TLSVersion.TLSv1_2
    server.listen('https_asks', asks)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    folder = tempfile.mkdtemp(prefix='bad_server.')
    try:
        server = Server()
        files = bad_tls.make(folder)
        listen(server, files)
        print(json.dumps({'ports': server.ports, **files}), flush=True)
        while os.read(0, 4096):
            pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)


if __name__ == '__main__':
    main()

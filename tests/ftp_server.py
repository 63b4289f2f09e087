#!/usr/bin/python3
"""An FTP server for the tests, with and without TLS: python3-pyftpdlib under
a folder, for user "me" with password "geheim" and for anonymous. A line of
JSON tells the ports; it ends with its standard input.

usage: ftp_server.py FOLDER [CERTIFICATE]
"""

import json
import logging
import os
import sys
import threading

from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import DTPHandler, FTPHandler
from pyftpdlib.ioloop import IOLoop
from pyftpdlib.servers import FTPServer


class Cut(DTPHandler):
    """A data connection that breaks after 300,000 bytes of a file whose name
    says so, as often as there is more to send."""

    def send(self, data):
        control = self.cmd_channel
        if control.cutting and self.tot_bytes_sent > 300000:
            self.close()
            return 0
        return super().send(data)


class Handler(FTPHandler):
    dtp_handler = Cut
    cutting = False
    banner = 'ready'

    def ftp_RETR(self, file):
        self.cutting = 'cut' in file
        return super().ftp_RETR(file)


def authorizer(folder):
    people = DummyAuthorizer()
    people.add_user('me', 'geheim', folder, perm='elr')
    people.add_anonymous(folder, perm='elr')
    return people


def serve(folder, handler):
    handler.authorizer = authorizer(folder)
    loop = IOLoop()
    server = FTPServer(('127.0.0.1', 0), handler, ioloop=loop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.address[1]


def tls_handler(certificate):
    from pyftpdlib.handlers import TLS_DTPHandler, TLS_FTPHandler

    class Patient(TLS_DTPHandler):
        """Some clients shake hands before they name a file; pyftpdlib would
        take that for an end."""

        def readable(self):
            return self._ssl_accepting or super().readable()

    class Tls(TLS_FTPHandler):
        """TLS from the start, as ftps:// has it."""
        certfile = certificate
        dtp_handler = Patient

        def handle(self):
            # The data connections go on with the session of this one.
            self.ssl_context.set_session_id(b'ftp')
            self.secure_connection(self.ssl_context)

        def handle_ssl_established(self):
            super().handle()

    return Tls


def main():
    logging.basicConfig(level=logging.CRITICAL)
    ports = {'ftp': serve(sys.argv[1], Handler)}
    if len(sys.argv) > 2:
        try:
            ports['ftps'] = serve(sys.argv[1], tls_handler(sys.argv[2]))
        except ImportError:
            pass  # python3-openssl is missing
    print(json.dumps({'ports': ports}), flush=True)
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == '__main__':
    main()

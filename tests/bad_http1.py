"""HTTP/1.1 for the bad server: a thread per connection."""

import select
import socket
import struct

from bad_exchange import Exchange, Gone

HEAD_MAX = 256 * 1024
REASONS = {200: 'OK', 206: 'Partial Content', 302: 'Found', 403: 'Forbidden',
           404: 'Not Found', 416: 'Range Not Satisfiable'}


class Exchange1(Exchange):
    protocol = 'h1'

    def __init__(self, sock, *rest):
        super().__init__(*rest)
        self.sock = sock
        self.chunked = False
        self.closing = False
        self.head = b''  # waits for the first piece of the body

    def start(self, status, fields, reason=''):
        self.started(status)
        names = {name.lower() for name, _ in fields}
        self.chunked = any(name.lower() == 'transfer-encoding'
                           for name, _ in fields)
        if not self.chunked and 'content-length' not in names:
            self.closing = status not in (204, 304)
        if ('Connection', 'close') in fields:
            self.closing = True
        lines = [f'HTTP/1.1 {status} {reason or REASONS.get(status, "X")}']
        lines += [f'{name}: {value}' for name, value in fields]
        self.head = '\r\n'.join(lines + ['', '']).encode('latin-1')

    def raw(self, data):
        """Bytes as they are, framing and all."""
        self.sock.sendall(self.head + data)
        self.head = b''

    def write(self, data):
        if self.method == 'HEAD' or not data:
            return
        if self.chunked:
            self.raw(b'%x\r\n%b\r\n' % (len(data), data))
        else:
            self.raw(data)
        self.sent += len(data)

    def end(self):
        self.raw(b'0\r\n\r\n' if self.chunked and self.method != 'HEAD'
                 else b'')

    def cut(self):
        self.raw(b'')
        self.closing = True
        raise Gone

    def reset(self):
        self.raw(b'')
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack('ii', 1, 0))
        self.sock.close()
        self.closing = True
        raise Gone

    def gone(self):
        self.raw(b'')
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        # A client says nothing during an answer: what comes is its end.
        return bool(poll.poll(0))


def read_head(sock, rest):
    """The next request's head and what came after it; None at the end."""
    while b'\r\n\r\n' not in rest:
        data = sock.recv(65536)
        if not data or len(rest) > HEAD_MAX:
            return None, b''
        rest += data
    head, _, rest = rest.partition(b'\r\n\r\n')
    return head.decode('latin-1'), rest


def parse_head(head):
    lines = head.split('\r\n')
    method, target, _ = lines[0].split(' ')
    fields = {}
    for line in lines[1:]:
        name, _, value = line.partition(':')
        name = name.lower()
        value = value.strip()
        fields[name] = f'{fields[name]}, {value}' if name in fields else value
    return method, target, fields


def serve(server, sock, port, connection):
    """Answers the requests of one connection until it ends."""
    rest = b''
    while True:
        head, rest = read_head(sock, rest)
        if head is None:
            return
        method, target, fields = parse_head(head)
        exchange = Exchange1(sock, server.state, port, connection, method,
                             target, fields)
        server.handle(exchange)
        if exchange.closing or fields.get('connection') == 'close':
            return

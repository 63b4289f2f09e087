"""An HTTP proxy and a SOCKS proxy, in threads of the caller: enough to see
that a client uses them, and what it says to them."""

import base64
import select
import socket
import threading
import urllib.parse


def reach(host, port):
    """localhost without /etc/hosts, which a bare system lacks."""
    return socket.create_connection(
        ('127.0.0.1' if host == 'localhost' else host, port))


def pump(one, other):
    """Bytes both ways until one side ends."""
    try:
        while True:
            for sock in select.select([one, other], [], [])[0]:
                data = sock.recv(65536)
                if not data:
                    return
                (other if sock is one else one).sendall(data)
    except OSError:
        pass


def receive(sock, size):
    data = b''
    while len(data) < size:
        piece = sock.recv(size - len(data))
        if not piece:
            raise OSError('the client left')
        data += piece
    return data


def until_byte(sock, last):
    data = b''
    while not data.endswith(last):
        data += receive(sock, 1)
    return data


class Proxy:
    """log: what was asked of it, e.g. "CONNECT localhost:80", "socks5 name
    localhost:80"."""

    def __init__(self, login=None):
        self.login = login  # "user:password" that is needed
        self.log = []
        self.listener = socket.create_server(('127.0.0.1', 0), backlog=100)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.connection, args=(sock,),
                             daemon=True).start()

    def connection(self, sock):
        with sock:
            try:
                self.serve(sock)
            except (OSError, ValueError):
                pass

    def serve(self, sock):
        raise NotImplementedError

    def close(self):
        self.listener.close()


class HttpProxy(Proxy):
    def serve(self, sock):
        head = until_byte(sock, b'\r\n\r\n').decode('latin-1')
        method, target, _ = head.split('\r\n')[0].split(' ')
        self.log.append(f'{method} {target}')
        if self.login and not self.welcome(head):
            sock.sendall(b'HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n'
                         b'Proxy-Authenticate: Basic realm="x"\r\n'
                         b'Connection: close\r\n\r\n')
            return
        if method == 'CONNECT':
            host, _, port = target.rpartition(':')
            with reach(host, int(port)) as there:
                sock.sendall(b'HTTP/1.1 200 Connected\r\n\r\n')
                pump(sock, there)
            return
        url = urllib.parse.urlsplit(target)
        with reach(url.hostname, url.port) as there:
            rest = url._replace(scheme='', netloc='').geturl()
            lines = head.split('\r\n')
            lines[0] = f'{method} {rest} HTTP/1.1'
            lines = [line for line in lines
                     if not line.lower().startswith('proxy-')]
            lines.insert(1, 'Connection: close')
            there.sendall('\r\n'.join(lines).encode('latin-1'))
            pump(sock, there)

    def welcome(self, head):
        right = base64.b64encode(self.login.encode()).decode()
        return f'proxy-authorization: basic {right}'.lower() in head.lower()


class SocksProxy(Proxy):
    """SOCKS 4, 4a and 5 (RFC 1928, 1929)."""

    def serve(self, sock):
        version = receive(sock, 1)[0]
        host, port = (self.ask5 if version == 5 else self.ask4)(sock)
        with reach(host, port) as there:
            sock.sendall(b'\x05\0\0\x01\0\0\0\0\0\0' if version == 5
                         else b'\0\x5a\0\0\0\0\0\0')
            pump(sock, there)

    def ask4(self, sock):
        _, high, low, *address = receive(sock, 7)
        until_byte(sock, b'\0')
        host, kind = '.'.join(map(str, address)), 'address'
        if address[:3] == [0, 0, 0]:
            host, kind = until_byte(sock, b'\0')[:-1].decode(), 'name'
        self.log.append(f'socks4 {kind} {host}')
        return host, high << 8 | low

    def ask5(self, sock):
        methods = receive(sock, receive(sock, 1)[0])
        if self.login and 2 in methods:
            sock.sendall(b'\x05\x02')
            receive(sock, 1)
            user = receive(sock, receive(sock, 1)[0]).decode()
            password = receive(sock, receive(sock, 1)[0]).decode()
            good = f'{user}:{password}' == self.login
            sock.sendall(b'\x01\0' if good else b'\x01\x01')
            if not good:
                raise OSError('a stranger')
        elif self.login:
            sock.sendall(b'\x05\xff')
            raise OSError('a stranger')
        else:
            sock.sendall(b'\x05\0')
        kind = receive(sock, 4)[3]
        if kind == 3:
            host = receive(sock, receive(sock, 1)[0]).decode()
        elif kind == 4:
            host = socket.inet_ntop(socket.AF_INET6, receive(sock, 16))
        else:
            host = socket.inet_ntoa(receive(sock, 4))
        high, low = receive(sock, 2)
        self.log.append(
            f'socks5 {"name" if kind == 3 else "address"} {host}')
        return host, high << 8 | low

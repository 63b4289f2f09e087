"""HTTP/2 for the bad server: one thread per connection moves all its bytes,
since a TLS socket is no thing to share; a thread per stream makes the answer.
"""

import select
import socket
import ssl
import threading

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings
import hyperframe.frame

from bad_exchange import Exchange, Gone

OUT_MAX = 256 * 1024
NOT_HERE = {'connection', 'transfer-encoding', 'keep-alive'}


class Exchange2(Exchange):
    protocol = 'h2'

    def __init__(self, link, stream, *rest):
        super().__init__(*rest)
        self.link = link
        self.stream = stream

    def start(self, status, fields, reason=''):
        self.started(status)
        headers = [(b':status', b'%d' % status)]
        headers += [(name.lower().encode('latin-1'), value.encode('latin-1'))
                    for name, value in fields if name.lower() not in NOT_HERE]
        self.link.do(self.stream, lambda h2: h2.send_headers(
            self.stream, headers))

    def write(self, data):
        if self.method == 'HEAD' or not data:
            return
        data = memoryview(data)
        while data:
            size = self.link.send(self.stream, data)
            self.sent += size
            data = data[size:]

    def end(self):
        self.link.do(self.stream, lambda h2: h2.end_stream(self.stream))

    def raw(self, data):
        """There are no bytes outside of frames."""
        self.cut()

    def refuse(self, code):
        self.link.do(self.stream, lambda h2: h2.reset_stream(
            self.stream, code))
        raise Gone

    def cut(self):
        self.refuse(h2.errors.ErrorCodes.INTERNAL_ERROR)

    def reset(self):
        self.link.abort()
        raise Gone

    def goaway(self):
        """No stream after this one will be answered."""
        self.link.goaway(self.stream)

    def gone(self):
        return self.link.lost(self.stream)


class Link:
    """One connection."""

    def __init__(self, server, sock, port, connection, streams):
        self.server = server
        self.sock = sock
        self.port = port
        self.connection = connection
        self.ready = threading.Condition()
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(
            client_side=False, header_encoding='latin-1',
            validate_outbound_headers=False,
            normalize_outbound_headers=False))
        self.h2.local_settings = h2.settings.Settings(
            client=False, initial_values={
                h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: streams})
        self.out = bytearray()
        self.closed = set()  # streams the client has reset
        self.running = 0
        self.last = None  # the last stream to be answered, after a goaway
        self.dead = False
        self.wake, self.bell = socket.socketpair()

    # For the streams' threads:

    def flush(self):
        self.out += self.h2.data_to_send()
        try:
            self.bell.send(b'x', socket.MSG_DONTWAIT)
        except OSError:
            pass

    def lost(self, stream):
        with self.ready:
            return self.dead or stream in self.closed

    def do(self, stream, call):
        with self.ready:
            if self.dead or stream in self.closed:
                raise Gone
            try:
                call(self.h2)
            except h2.exceptions.ProtocolError as error:
                raise Gone from error
            self.flush()

    def send(self, stream, data):
        """As much as the windows let through now, at least a byte."""
        with self.ready:
            while True:
                if self.dead or stream in self.closed:
                    raise Gone
                try:
                    room = self.h2.local_flow_control_window(stream)
                    if room > 0 and len(self.out) < OUT_MAX:
                        size = min(room, len(data),
                                   self.h2.max_outbound_frame_size)
                        self.h2.send_data(stream, bytes(data[:size]))
                        self.flush()
                        return size
                except h2.exceptions.ProtocolError as error:
                    raise Gone from error
                self.ready.wait(1)

    def goaway(self, stream):
        with self.ready:
            if self.last is None:
                self.last = stream
                frame = hyperframe.frame.GoAwayFrame(0, last_stream_id=stream)
                self.flush()
                self.out += frame.serialize()

    def abort(self):
        with self.ready:
            self.dead = True
            self.flush()

    # For the connection's own thread:

    def request(self, event):
        fields = {}
        for name, value in event.headers:
            fields[name] = (f'{fields[name]}, {value}' if name in fields
                            else value)
        exchange = Exchange2(
            self, event.stream_id, self.server.state, self.port,
            self.connection, fields.pop(':method'), fields.pop(':path'),
            fields)
        self.running += 1
        threading.Thread(target=self.answer, args=(exchange,),
                         daemon=True).start()

    def answer(self, exchange):
        try:
            self.server.handle(exchange)
        finally:
            with self.ready:
                self.running -= 1
                self.flush()

    def receive(self):
        """False at the end."""
        while True:
            try:
                data = self.sock.recv(65536)
            except (ssl.SSLWantReadError, BlockingIOError):
                return True
            if not data:
                return False
            with self.ready:
                for event in self.h2.receive_data(data):
                    self.happened(event)
                self.out += self.h2.data_to_send()
                self.ready.notify_all()

    def happened(self, event):
        if isinstance(event, h2.events.RequestReceived):
            if self.last is None or event.stream_id <= self.last:
                self.request(event)
        elif isinstance(event, h2.events.StreamReset):
            self.closed.add(event.stream_id)
        elif isinstance(event, h2.events.DataReceived):
            self.h2.acknowledge_received_data(
                event.flow_controlled_length, event.stream_id)

    def transmit(self):
        with self.ready:
            try:
                while self.out:
                    size = self.sock.send(self.out[:65536])
                    del self.out[:size]
            except (ssl.SSLWantWriteError, BlockingIOError):
                pass
            self.ready.notify_all()

    def finished(self):
        with self.ready:
            drained = self.last is not None and not self.running
            return self.dead or (drained and not self.out)

    def run(self, data=b''):
        self.sock.setblocking(False)
        poll = select.poll()
        poll.register(self.wake, select.POLLIN)
        try:
            with self.ready:
                self.h2.initiate_connection()
                self.h2.receive_data(data)
                self.flush()
            while not self.finished():
                poll.register(self.sock, select.POLLIN | (
                    select.POLLOUT if self.out else 0))
                poll.poll(1000)
                if not self.receive():
                    break
                self.transmit()
                try:
                    self.wake.recv(65536, socket.MSG_DONTWAIT)
                except BlockingIOError:
                    pass
        finally:
            with self.ready:
                self.dead = True
                self.ready.notify_all()
            self.wake.close()
            self.bell.close()


def serve(server, sock, port, connection, data=b'', streams=100):
    """Answers the requests of one connection until it ends."""
    Link(server, sock, port, connection, streams).run(data)

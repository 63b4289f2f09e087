"""One request and its answer, whatever the version of HTTP: what the cases of
the bad server (bad_cases.py) are written against, and the state they share."""

import collections
import hashlib
import threading
import time
import urllib.parse


class Gone(Exception):
    """The answer is over, one way or another: leaves a case at once."""


def body(seed, size):
    """The bytes of a file: random looking, the same wherever computed."""
    return hashlib.shake_128(seed.encode()).digest(size)


class State:
    """What the cases remember between requests."""

    def __init__(self):
        self.lock = threading.Condition()
        self.begin = time.monotonic()
        self.log = []
        self.counts = collections.Counter()  # requests by port and target
        self.active = collections.Counter()  # requests under way by group
        self.versions = {}  # by path
        self.slowed = set()  # paths of which an answer has become slow
        self.open_gates = set()
        self.held = collections.Counter()  # answers waiting, by gate
        self.connections = collections.Counter()  # by port: open now
        self.peaks = collections.Counter()  # by port: most at once
        self.made = collections.Counter()  # by port: ever

    def now(self):
        return time.monotonic() - self.begin

    def connected(self, port):
        with self.lock:
            self.connections[port] += 1
            self.made[port] += 1
            self.peaks[port] = max(self.peaks[port], self.connections[port])
            return sum(self.made.values())

    def disconnected(self, port):
        with self.lock:
            self.connections[port] -= 1


class Exchange:
    """The request is read; the answer is made by start, then write any number
    of times, then end. cut, reset and hang end it badly and raise Gone."""

    protocol = ''

    def __init__(self, state, port, connection, method, target, fields):
        self.state = state
        self.port = port
        self.connection = connection
        self.method = method
        self.target = target
        self.fields = fields  # lower-case names
        self.path, _, query = target.partition('?')
        self.query = dict(urllib.parse.parse_qsl(
            query, keep_blank_values=True, encoding='latin-1'))
        self.case = self.path.split('/')[1] if '/' in self.path else ''
        self.group = '/'.join(self.path.split('/')[:3])
        self.number = 0  # of this request among those of its target, from 1
        self.entry = None  # in the log
        self.sent = 0

    def text(self, name, default=''):
        return self.query.get(name, default)

    def integer(self, name, default=0):
        return int(self.query.get(name, default))

    def early(self):
        """Is this one of the first answers, which are the broken ones?"""
        return self.number <= self.integer('first', 1)

    def enter(self):
        with self.state.lock:
            key = (self.port, self.target)
            self.state.counts[key] += 1
            self.number = self.state.counts[key]
            self.state.active[self.group] += 1
            self.entry = {
                'path': self.path, 'target': self.target,
                'method': self.method, 'headers': self.fields,
                'range': self.fields.get('range'),
                'protocol': self.protocol, 'port': self.port,
                'connection': self.connection, 'number': self.number,
                'active': self.state.active[self.group],
                'begin': self.state.now(), 'end': None, 'status': None,
                'sent': 0}
            self.state.log.append(self.entry)

    def leave(self):
        with self.state.lock:
            self.state.active[self.group] -= 1
            self.entry['end'] = self.state.now()
            self.entry['sent'] = self.sent

    def started(self, status):
        if self.entry:
            self.entry['status'] = status

    def hang(self):
        """Says no more, but holds the connection."""
        while not self.gone():
            self.wait(0.05)
        raise Gone

    def wait(self, seconds):
        time.sleep(seconds)

    def hold(self, gate):
        """Waits until a gate is opened by the control requests."""
        with self.state.lock:
            self.state.held[gate] += 1
        try:
            while True:
                with self.state.lock:
                    if gate in self.state.open_gates:
                        return
                    self.state.lock.wait(0.05)
                if self.gone():
                    raise Gone
        finally:
            with self.state.lock:
                self.state.held[gate] -= 1

    # For each version of HTTP:

    def start(self, status, fields, reason=''):
        raise NotImplementedError

    def write(self, data):
        raise NotImplementedError

    def end(self):
        raise NotImplementedError

    def cut(self):
        """Ends before the end: the connection (HTTP/2: the stream) closes."""
        raise NotImplementedError

    def reset(self):
        """The same by a TCP reset (HTTP/2: of all streams)."""
        raise NotImplementedError

    def gone(self):
        """Has the client left?"""
        raise NotImplementedError

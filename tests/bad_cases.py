"""What can go wrong with an answer: one function per URL prefix, its name.

A URL is /CASE/GROUP/.../NAME?KEY=VALUE&...; everywhere these keys hold:

  size=N       bytes of the file (1000)
  seed=TEXT    what its bytes are made from (the path)
  type=TEXT    Content-Type (application/octet-stream)
  etag=WORD    strong, weak, none, each (differs every time), gzip (a suffix
               comes and goes)
  modified=0   no Last-Modified
  ranges=0     whole files only;  length=0  no Content-Length
  chunked=1    in chunks
  rate=N       bytes per second of one answer
  gate=NAME    the answer waits there after gate_at=N bytes until it is opened
  h.NAME=V     one more header
  first=N      the first N answers are broken, then all is well (1)
  at=N         they break after N bytes of the body
  cut=1        whatever else: the very first answer is cut there
"""

import base64
import email.utils
import functools
import gzip
import hashlib
import html
import json
import re
import time
import zlib

import hyperframe.frame
from h2.errors import ErrorCodes

from bad_exchange import body

PIECE = 64 * 1024
CHUNK = 16 * 1024
CASES = {}

file_body = functools.lru_cache(maxsize=16)(body)


def case(function):
    CASES[function.__name__] = function
    return function


def more_fields(ex):
    return [(key[2:], value) for key, value in ex.query.items()
            if key.startswith('h.')]


def etag(ex, kind, version, size):
    if kind == 'each':
        return f'"edge-{ex.number}"'
    if kind == 'gzip':
        return f'"{version}-{size}{"-gzip" if ex.number % 2 else ""}"'
    if kind == 'weak':
        return f'W/"{version}-{size}"'
    return f'"{version}-{size}"' if kind == 'strong' else None


def parse_range(field, size):
    """The span asked for; None: the whole file; False: cannot be had."""
    match = re.fullmatch(r'bytes=(\d*)-(\d*)', field or '')
    if not match or match[0] == 'bytes=-':
        return None
    first, last = match[1], match[2]
    if not first:
        return (max(0, size - int(last)), size)
    end = min(size, int(last) + 1 if last else size)
    return (int(first), end) if int(first) < end else False


class Answer:
    """A good answer to the request. Cases change it before they send it."""

    def __init__(self, ex, version=None):
        self.ex = ex
        size = ex.integer('size', 1000)
        if version is None:
            version = ex.state.versions.get(ex.path, ex.integer('version', 1))
        seed = ex.text('seed', ex.path)
        self.file = file_body(f'{seed}#{version}', size)
        self.type = ex.text('type', 'application/octet-stream')
        self.etag = etag(ex, ex.text('etag', 'strong'), version, size)
        self.modified = None
        if ex.integer('modified', 1):
            self.modified = f'Mon, {version:02} Jan 2024 00:00:00 GMT'
        self.ranges = ex.integer('ranges', 1)
        self.fields = []
        self.how = None  # a bad end: ex.cut, ex.reset, ex.hang
        self.at = 0
        self.choose()
        if ex.number == 1 and ex.integer('cut'):
            self.breaks(ex.cut)

    def choose(self):
        """Whole or a range (RFC 9110 13 and 14)."""
        fields = self.ex.fields
        self.status, self.start, self.stop = 200, 0, len(self.file)
        self.content_range = None
        wanted = parse_range(fields.get('range'), len(self.file))
        condition = fields.get('if-range')
        if not self.ranges or wanted is None:
            return
        if condition and condition not in (self.etag, self.modified):
            return
        if condition and condition.startswith('W/'):
            return
        self.range(wanted)

    def range(self, wanted):
        if wanted is False:
            self.status, self.start, self.stop = 416, 0, 0
            self.content_range = f'bytes */{len(self.file)}'
            return
        self.status, (self.start, self.stop) = 206, wanted
        self.content_range = (
            f'bytes {self.start}-{self.stop - 1}/{len(self.file)}')

    def whole(self):
        self.status, self.start, self.stop = 200, 0, len(self.file)
        self.content_range = None

    @property
    def data(self):
        return self.file[self.start:self.stop]

    def breaks(self, how):
        """The body stops after at=N bytes."""
        self.how = how
        self.at = self.ex.integer('at', len(self.data) // 2)

    def head(self, size):
        ex = self.ex
        fields = [('Content-Type', self.type)]
        if ex.integer('chunked'):
            fields.append(('Transfer-Encoding', 'chunked'))
        elif ex.integer('length', 1):
            fields.append(('Content-Length', str(size)))
        if self.ranges:
            fields.append(('Accept-Ranges', 'bytes'))
        if self.content_range:
            fields.append(('Content-Range', self.content_range))
        if self.etag:
            fields.append(('ETag', self.etag))
        if self.modified:
            fields.append(('Last-Modified', self.modified))
        return fields + self.fields + more_fields(ex)

    def send(self, data=None):
        data = self.data if data is None else data
        self.ex.start(self.status, self.head(len(data)))
        self.write(data)
        self.ex.end()

    def write(self, data):
        """At the rate that is asked for, through the gate, up to the break."""
        ex = self.ex
        rate = ex.integer('rate')
        gate = ex.text('gate')
        stops = {len(data), self.at if self.how else len(data)}
        if gate:
            stops.add(ex.integer('gate_at'))
        piece = min(PIECE, max(1, rate // 20) if rate else PIECE)
        if ex.integer('chunked'):
            piece = min(piece, CHUNK)
        begin = time.monotonic()
        pos = 0
        while True:
            if gate and pos == ex.integer('gate_at'):
                ex.write(b'')
                ex.hold(gate)
            if self.how and pos == self.at:
                self.how()
            if pos >= len(data):
                return
            end = min([pos + piece] + [stop for stop in stops if stop > pos])
            ex.write(memoryview(data)[pos:end])
            pos = end
            if rate:
                ex.wait(max(0, begin + pos / rate - time.monotonic()))


def say(ex, status, text='', fields=(), kind='text/plain'):
    """A short answer."""
    data = text.encode()
    ex.start(status, [('Content-Type', kind),
                      ('Content-Length', str(len(data))), *fields,
                      *more_fields(ex)])
    ex.write(data)
    ex.end()


# --- lengths and ends of bodies ---

@case
def ok(ex):
    """Nothing is wrong."""
    Answer(ex).send()


@case
def cut(ex):
    """A body ends before its Content-Length."""
    answer = Answer(ex)
    if ex.early():
        answer.breaks(ex.cut)
    answer.send()


@case
def chunk_cut(ex):
    """A chunked body ends without its last chunk: inside a chunk, or (edge=1)
    between two. Over HTTP/2: a stream without Content-Length is reset."""
    answer = Answer(ex)
    at = ex.integer('at', len(answer.data) // 2)
    ex.query['length'] = '0'
    if ex.protocol == 'h1':
        ex.query['chunked'] = '1'
    if not ex.early():
        answer.send()
        return
    ex.start(answer.status, answer.head(0))
    ex.write(answer.data[:at])
    if not ex.integer('edge') and ex.protocol == 'h1':
        ex.raw(b'ffff\r\n' + answer.data[at:at + 100])
    ex.cut()


@case
def no_length(ex):
    """The end of the connection is the end of the body."""
    ex.query['length'] = '0'
    Answer(ex).send()


@case
def too_long(ex):
    """More bytes than the Content-Length says."""
    answer = Answer(ex)
    ex.start(answer.status, answer.head(len(answer.data)))
    ex.write(answer.data)
    ex.write(b'surplus\n' * 500)
    ex.end()


@case
def two_lengths(ex):
    """Two Content-Length headers that differ."""
    answer = Answer(ex)
    answer.fields.append(('Content-Length', ex.text('other', '500')))
    answer.send()


@case
def bad_length(ex):
    """A Content-Length that is no length: value=TEXT."""
    answer = Answer(ex)
    ex.query['length'] = '0'
    answer.fields.append(('Content-Length', ex.text('value', '-5')))
    answer.send()


@case
def huge_length(ex):
    """A Content-Length of exabytes, and then a few bytes."""
    answer = Answer(ex)
    ex.query['length'] = '0'
    answer.fields.append(
        ('Content-Length', ex.text('value', '9000000000000000000')))
    ex.start(answer.status, answer.head(0))
    ex.write(answer.data)
    ex.hang()


@case
def endless(ex):
    """A body without length and without end."""
    ex.query['length'] = '0'
    answer = Answer(ex)
    ex.start(answer.status, answer.head(0))
    while True:
        ex.write(answer.data)


@case
def stall(ex):
    """The body stops; the connection stays."""
    answer = Answer(ex)
    if ex.early():
        answer.breaks(ex.hang)
    answer.send()


@case
def trickle(ex):
    """at=N bytes of the body, then one now and then."""
    answer = Answer(ex)
    if not ex.early():
        answer.send()
        return
    data = answer.data
    ex.start(answer.status, answer.head(len(data)))
    pos = ex.integer('at')
    ex.write(data[:pos])
    while pos < len(data):
        ex.wait(0.4)
        ex.write(data[pos:pos + 1])
        pos += 1
    ex.end()


@case
def slow_tail(ex):
    """The first answer that comes to the last tail=N bytes of the file goes on
    with slow=N bytes per second."""
    answer = Answer(ex)
    data = answer.data
    edge = len(answer.file) - ex.integer('tail') - answer.start
    edge = min(max(edge, 0), len(data))
    ex.start(answer.status, answer.head(len(data)))
    answer.write(data[:edge])
    with ex.state.lock:
        if edge < len(data) and ex.path not in ex.state.slowed:
            ex.state.slowed.add(ex.path)
            ex.query['rate'] = ex.text('slow')
    answer.write(data[edge:])
    ex.end()


@case
def no_answer(ex):
    """The request is read, and that is all."""
    if ex.early():
        ex.hang()
    Answer(ex).send()


@case
def rst(ex):
    """A TCP reset right after the request, or after at=N bytes."""
    answer = Answer(ex)
    if ex.early():
        if 'at' not in ex.query:
            ex.reset()
        answer.breaks(ex.reset)
    answer.send()


@case
def closed(ex):
    """The connection closes right after the request."""
    if ex.early():
        ex.cut()
    Answer(ex).send()


# --- ranges and validators ---

@case
def no_ranges(ex):
    """Whole files only."""
    ex.query['ranges'] = '0'
    Answer(ex).send()


@case
def forgets_ranges(ex):
    """Ranges are promised, but requests from the second on get all of it."""
    answer = Answer(ex)
    if ex.number > 1:
        answer.whole()
    answer.send()


@case
def if_range(ex):
    """If-Range with an ETag is taken for a mismatch; a date is understood."""
    answer = Answer(ex)
    if ex.fields.get('if-range', '').lstrip('W/').startswith('"'):
        answer.whole()
    answer.send()


@case
def other_range(ex):
    """A range is answered, but with mode=WORD:
    shift      the bytes before it
    start      the file's first bytes
    less       an honest first half of it
    overclaim  a Content-Range longer than the body
    more       a body longer than the Content-Range, in chunks
    multipart  as multipart/byteranges
    garbage    a Content-Range that cannot be read
    """
    answer = Answer(ex)
    mode = ex.text('mode')
    if answer.status != 206 or (ex.text('first') and not ex.early()):
        answer.send()
        return
    start, stop, size = answer.start, answer.stop, len(answer.file)
    data = None
    if mode == 'shift':
        answer.range((max(0, start - 100), stop))
    elif mode == 'start':
        answer.range((0, max(1, stop - start)))
    elif mode == 'less':
        answer.range((start, start + max(1, (stop - start) // 2)))
    elif mode == 'overclaim':
        data = answer.file[start:start + (stop - start) // 2]
    elif mode == 'more':
        ex.query['chunked'] = '1'
        data = answer.data + b'surplus\n' * 500
    elif mode == 'multipart':
        answer.type = 'multipart/byteranges; boundary=X'
        data = (f'\r\n--X\r\nContent-Range: {answer.content_range}\r\n\r\n'
                .encode() + answer.data + b'\r\n--X--\r\n')
        answer.content_range = None
    elif mode == 'garbage':
        answer.content_range = f'bytes {stop}-{start}/{size}'
    answer.send(data)


@case
def no_content_range(ex):
    """A 206 that does not say which bytes it holds."""
    answer = Answer(ex)
    answer.content_range = None
    answer.send()


@case
def total(ex):
    """Content-Range with value=TEXT for the file's size: "*" or a number."""
    answer = Answer(ex)
    if answer.content_range:
        answer.content_range = re.sub(r'/\d+$', '/' + ex.text('value', '*'),
                                      answer.content_range)
    answer.send()


@case
def always_416(ex):
    """No range can be had."""
    answer = Answer(ex)
    if 'range' in ex.fields:
        answer.range(False)
    answer.send()


@case
def flip(ex):
    """Another file of the same size after the first answer."""
    Answer(ex, 1 if ex.early() else 2).send()


@case
def portal(ex):
    """The log-in page of a hotel, with status 200: in place of the first
    answers, or with ranges=1 in place of every range."""
    page = '<!DOCTYPE html><html><body>Please log in</body></html>'
    if ('range' in ex.fields) if ex.integer('ranges') else ex.early():
        say(ex, 200, page, kind='text/html')
        return
    Answer(ex).send()


# --- statuses and redirects ---

@case
def status(ex):
    """code=N, with retry_after=SECONDS, or retry_date=SECONDS from now."""
    if not ex.early():
        Answer(ex).send()
        return
    fields = []
    if 'retry_after' in ex.query:
        fields.append(('Retry-After', ex.text('retry_after')))
    if 'retry_date' in ex.query:
        fields.append(('Retry-After', email.utils.formatdate(
            time.time() + ex.integer('retry_date'), usegmt=True)))
    say(ex, ex.integer('code', 500), 'no\n', fields)


@case
def capped(ex):
    """503 for more than max=N requests of the group at once."""
    if ex.entry['active'] > ex.integer('max', 4):
        say(ex, 503, 'too many\n')
        return
    Answer(ex).send()


@case
def to(ex):
    """A redirect to url=URL."""
    say(ex, ex.integer('code', 302), '', [('Location', ex.text('url'))])


@case
def loop(ex):
    """A redirect to here."""
    say(ex, 302, '', [('Location', ex.target)])


@case
def hops(ex):
    """count=N redirects, then the file."""
    count = ex.integer('count')
    if count > 0:
        target = re.sub(r'count=\d+', f'count={count - 1}', ex.target)
        say(ex, 302, '', [('Location', target)])
        return
    Answer(ex).send()


@case
def expire(ex):
    """A redirect to an address that holds for uses=N requests, then is
    forbidden; each of its answers ends after at=N bytes."""
    query = ex.target.partition('?')[2]
    say(ex, 302, '', [('Location', '/signed' + ex.path[len('/expire'):]
                       + f'?{query}&seed={ex.path}&token={ex.number}')])


@case
def signed(ex):
    """Where expire leads."""
    if ex.number > ex.integer('uses', 1):
        say(ex, ex.integer('code', 403), 'expired\n')
        return
    answer = Answer(ex)
    if ex.integer('at') < len(answer.data):
        answer.breaks(ex.cut)
    answer.send()


# --- encodings and digests ---

@case
def gzipped(ex):
    """A .gz file with a Content-Encoding, as old servers send it."""
    answer = Answer(ex)
    answer.fields.append(('Content-Encoding', 'gzip'))
    answer.file = gzip.compress(answer.file, mtime=0)
    answer.choose()
    answer.send()


@functools.lru_cache(maxsize=1)
def zeros(size):
    packer = zlib.compressobj(9, wbits=31)
    piece = bytes(1 << 20)
    packed = [packer.compress(piece) for _ in range(size >> 20)]
    return b''.join(packed) + packer.flush()


@case
def bomb(ex):
    """A little gzip that decodes to size=N zeros."""
    packed = zeros(ex.integer('size', 1 << 20))
    ex.start(200, [('Content-Type', ex.text('type', 'text/html')),
                   ('Content-Encoding', 'gzip'),
                   ('Content-Length', str(len(packed)))])
    ex.write(packed)
    ex.end()


@case
def repr_digest(ex):
    """Repr-Digest (RFC 9530): right, or with mode=wrong not."""
    answer = Answer(ex)
    data = answer.file if ex.text('mode') != 'wrong' else b'else'
    value = base64.b64encode(hashlib.sha256(data).digest()).decode()
    answer.fields.append(('Repr-Digest', f'sha-256=:{value}:'))
    answer.send()


@case
def disposition(ex):
    """Content-Disposition: value=BYTES."""
    answer = Answer(ex)
    answer.fields.append(('Content-Disposition', ex.text('value')))
    answer.send()


# --- heads that do not end, and what is no HTTP ---

@case
def endless_headers(ex):
    """Header lines for ever."""
    if ex.protocol == 'h2':
        flood(ex)
    ex.start(200, [('X-First', '1'), ('Content-Length', '10')])
    ex.head = ex.head[:-2]
    while True:
        ex.raw(b'X-More: more more more more more more more\r\n' * 1000)


def flood(ex):
    """The same over HTTP/2: CONTINUATION frames."""
    block = b'\x00\x06x-more' + b'\x20' + b'm' * 32
    frame = hyperframe.frame.HeadersFrame(ex.stream, data=b'\x88' + block)
    while not ex.gone():
        with ex.link.ready:
            if len(ex.link.out) < 1 << 20:
                ex.link.out += frame.serialize()
                ex.link.flush()
            else:
                ex.link.ready.wait(0.1)
        frame = hyperframe.frame.ContinuationFrame(ex.stream, data=block * 300)
    ex.cut()


@case
def long_header(ex):
    """One header line for ever."""
    if ex.protocol == 'h2':
        flood(ex)
    ex.start(200, [('X-Long', 'm')])
    ex.head = ex.head[:-4]
    while True:
        ex.raw(b'm' * PIECE)


@case
def slow_headers(ex):
    """A header byte now and then. Over HTTP/2: no head at all."""
    if not ex.early():
        Answer(ex).send()
        return
    if ex.protocol == 'h2':
        ex.hang()
    ex.raw(b'HTTP/1.1 200 OK\r\nX-Slow: ')
    while True:
        ex.raw(b'z')
        ex.wait(0.2)


@case
def endless_continue(ex):
    """100 Continue for ever."""
    if ex.protocol == 'h2':
        flood(ex)
    while True:
        ex.raw(b'HTTP/1.1 100 Continue\r\nX-More: more\r\n\r\n' * 100)


@case
def hints(ex):
    """100 and 103 before the answer."""
    if ex.protocol == 'h1':
        ex.raw(b'HTTP/1.1 100 Continue\r\n\r\n'
               b'HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n'
               b'ETag: "hint"\r\nContent-Length: 7\r\n\r\n')
    else:
        ex.link.do(ex.stream, lambda h2: h2.send_headers(
            ex.stream, [(b':status', b'103'), (b'link', b'</x>'),
                        (b'etag', b'"hint"')]))
    Answer(ex).send()


@case
def garbage(ex):
    """Another protocol."""
    if ex.early():
        ex.raw(b'220 mail.example.org ESMTP ready\r\n')
        ex.cut()
    Answer(ex).send()


@case
def http09(ex):
    """A body without a head."""
    ex.raw(b'<html>once upon a time</html>\n')
    ex.cut()


# --- connections ---

@case
def goaway(ex):
    """A connection answers per=N requests and no more: GOAWAY, and what came
    after is dropped. HTTP/1.1: closed without a word."""
    with ex.state.lock:
        key = ('goaway', ex.connection)
        ex.state.counts[key] += 1
        last = ex.state.counts[key] == ex.integer('per', 10)
    if last and ex.protocol == 'h2':
        ex.goaway()
    Answer(ex).send()
    if last and ex.protocol == 'h1':
        ex.closing = True


@case
def refused(ex):
    """The first streams are refused unprocessed (HTTP/1.1: reset)."""
    if ex.early() and ex.protocol == 'h2':
        ex.refuse(ErrorCodes.REFUSED_STREAM)
    if ex.early():
        ex.reset()
    Answer(ex).send()


@case
def wants_h1(ex):
    """HTTP/2 streams are refused: HTTP/1.1 is required."""
    if ex.protocol == 'h2':
        ex.refuse(ErrorCodes.HTTP_1_1_REQUIRED)
    Answer(ex).send()


# --- who is asking ---

@case
def basic(ex):
    """Basic authentication: user=U, password=P."""
    words = f'{ex.text("user")}:{ex.text("password")}'.encode()
    right = 'Basic ' + base64.b64encode(words).decode()
    if ex.fields.get('authorization') == right:
        Answer(ex).send()
        return
    say(ex, 401, 'who?\n', [('WWW-Authenticate', 'Basic realm="bad"')])


def digest_response(ex, values):
    """RFC 7616 3.4.1, qop=auth."""
    sha = values.get('algorithm', 'MD5') == 'SHA-256'
    name = hashlib.sha256 if sha else hashlib.md5

    def hashed(*words):
        return name(':'.join(words).encode()).hexdigest()

    return hashed(
        hashed(ex.text('user'), 'bad', ex.text('password')),
        values['nonce'], values['nc'], values['cnonce'], values['qop'],
        hashed(ex.method, values['uri']))


@case
def digest(ex):
    """Digest authentication, algorithm=MD5 or SHA-256; with offer=both a
    careless client could fall for Basic."""
    field = ex.fields.get('authorization', '')
    values = {key: quoted or plain for key, quoted, plain in re.findall(
        r'(\w+)=(?:"([^"]*)"|([^\s,]+))', field)}
    if (field.startswith('Digest ') and values.get('uri') == ex.target
            and values['response'] == digest_response(ex, values)):
        Answer(ex).send()
        return
    algorithm = ex.text('algorithm', 'MD5')
    fields = [('WWW-Authenticate',
               'Digest realm="bad", qop="auth", nonce="0123456789", '
               f'algorithm={algorithm}')]
    if ex.text('offer') == 'both':
        fields.append(('WWW-Authenticate', 'Basic realm="bad"'))
    say(ex, 401, 'who?\n', fields)


@case
def bearer(ex):
    """A token: token=T."""
    if ex.fields.get('authorization') == 'Bearer ' + ex.text('token'):
        Answer(ex).send()
        return
    say(ex, 401, 'who?\n', [('WWW-Authenticate', 'Bearer')])


@case
def sets(ex):
    """Sets count=N cookies c0, c1 ... to value=TEXT for age=SECONDS."""
    say(ex, 200, 'set\n', [
        ('Set-Cookie', f'c{i}={ex.text("value")}; Path=/; '
                       f'Max-Age={ex.integer("age", 3600)}')
        for i in range(ex.integer('count'))])


@case
def cookie(ex):
    """403 without the cookie need=NAME=VALUE."""
    sent = re.split(r';\s*', ex.fields.get('cookie', ''))
    if ex.text('need') not in sent:
        say(ex, 403, 'no cookie\n')
        return
    Answer(ex).send()


# --- pages to be searched ---

@case
def page(ex):
    """text=TEXT as it is, or with gzip=1 compressed."""
    data = ex.text('text').encode('latin-1')
    fields = [('Content-Type', ex.text('type', 'text/html'))]
    if ex.integer('gzip'):
        data = gzip.compress(data, mtime=0)
        fields.append(('Content-Encoding', 'gzip'))
    fields.append(('Content-Length', str(len(data))))
    ex.start(200, fields + more_fields(ex))
    ex.write(data)
    ex.end()


@case
def feed(ex):
    """A JSON feed of count=N pictures; page=N goes on with the next ones."""
    count = ex.integer('count', 3)
    first = (ex.integer('page', 1) - 1) * count
    host = ex.fields.get('host', ex.fields.get(':authority', ''))
    scheme = ex.fields.get(':scheme', 'https' if 'https' in ex.port
                           else 'http')
    rows = [{'text': f'picture "{number}"', 'up': str(number),
             'profile_image': f'{scheme}://{host}/ok{ex.path[5:]}'
                              f'-{number}.jpg?size={1000 + number}&type='
                              'image/jpeg',
             'user_id': str(number)}
            for number in range(first, first + count)]
    text = json.dumps({'code': 200, 'data': rows}, separators=(',', ':'))
    say(ex, 200, text.replace('/', r'\/'), kind='application/json')


@case
def index(ex):
    """An HTML page of count=N relative links."""
    name = ex.path.rpartition('/')[2]
    rows = [f'<a href="../../ok/{ex.group[7:]}/{html.escape(name)}-{number}'
            f'.bin?size={1000 + number}&amp;x=1">{number}</a>'
            for number in range(ex.integer('count', 3))]
    say(ex, 200, '\n'.join(rows), kind='text/html')

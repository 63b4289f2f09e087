"""What a download must survive, over HTTP/1.1 (get_http1.py) and HTTP/2
(get_http2.py) alike."""

from blackbox import SLOW, Skipped, read, test

MIB = 1 << 20


def needs_h1(t):
    if t.port != 'http':
        raise Skipped('HTTP/2 has nothing of the kind')


# --- lengths and ends of bodies ---

@test
def cut_once(t):
    """a body cut short is continued where it ended"""
    url = t.url('cut', size=200000, at=70000)
    t.saved(t.get(url), url)
    first, second = t.starts('cut')
    t.equal(t.ranges('cut')[0], None, 'first range')
    t.true(first == 0 < second <= 70000, f'continues, but from {second}')


@test
def cut_often(t):
    """progress starts the count of tries anew"""
    url = t.url('cut', size=1500000, at=250000, first=1000)
    t.saved(t.get('--retries', 1, '--max-segments', 1, url), url)


@test
def cut_always(t):
    """without progress there is an end, and no file"""
    url = t.url('cut', size=5000, at=0, first=1000)
    t.refused(t.get('--retries', 1, url))
    # Over HTTP/2 a stream that brings nothing costs no try at first.
    count = len(t.log('cut'))
    t.true(count == 2 if t.port == 'http' else count <= 6,
           f'{count} requests')


@test
def chunks_cut(t):
    """a chunked body that ends inside a chunk is not whole"""
    url = t.url('chunk_cut', size=50000)
    t.saved(t.get(url), url)


@test
def chunks_cut_edge(t):
    """a chunked body that ends between chunks is not whole"""
    url = t.url('chunk_cut', size=50000, edge=1)
    t.saved(t.get(url), url)


@test
def chunks_cut_always(t):
    """a chunked body that never ends rightly gives no file"""
    url = t.url('chunk_cut', size=5000, at=3000, first=1000, edge=1, ranges=0)
    t.refused(t.get('--retries', 1, url))


@test
def no_length(t):
    """without a length the end of the connection counts"""
    url = t.url('no_length', size=100000)
    t.saved(t.get(url), url)


@test
def chunked(t):
    """chunks are no part of the file"""
    url = t.url('ok', size=300000, chunked=1)
    t.saved(t.get(url), url)


@test
def too_long(t):
    """what follows the declared length is no part of the file"""
    url = t.url('too_long', size=1000)
    t.saved_or_refused(t.get('--retries', 0, url), url)


@test
def too_long_then_more(t):
    """surplus bytes do not reach the next file of the connection"""
    needs_h1(t)
    urls = [t.url('too_long', f'{i}.bin', size=1000) for i in range(5)]
    urls += [t.url('ok', f'ok{i}.bin', size=1000) for i in range(20)]
    run = t.get('--max-connections', 1, *urls)
    t.status(run, 0)
    for url in urls:
        t.same(url.split('/')[-1].split('?')[0], t.expected(url))


@test
def two_lengths(t):
    """two lengths that differ are refused"""
    url = t.url('two_lengths', size=1000, other=500)
    t.refused(t.get('--retries', 0, url))


@test
def bad_lengths(t):
    """a length that is no number is refused"""
    values = ['-5', 'abc', '99999999999999999999999', '10, 20', '0x10', '1 0',
              '+7']
    urls = [t.url('bad_length', f'{i}.bin', value=value)
            for i, value in enumerate(values)]
    run = t.get('--retries', 0, '--json', *urls)
    t.refused(run)
    t.equal(len(run.named('failed')), len(values), 'failed events')


@test
def huge_length(t):
    """a length of exabytes costs nothing"""
    url = t.url('huge_length', size=1000)
    t.refused(t.get('--retries', 0, '--stall-timeout', '1s', url))


@test
def empty(t):
    """a file of no bytes is a file"""
    urls = [t.url('ok', 'length.bin', size=0),
            t.url('ok', 'chunked.bin', size=0, chunked=1),
            t.url('no_length', 'close.bin', size=0)]
    t.status(t.get(*urls), 0)
    t.equal(t.files(), ['chunked.bin', 'close.bin', 'length.bin'], 'files')
    for name in t.files():
        t.same(name, b'')


@test
def stall(t):
    """a body that stops is continued over another connection"""
    url = t.url('stall', size=200000, at=100000)
    t.saved(t.get('--stall-timeout', '1s', url), url)
    start = t.starts('stall')[1]
    t.true(0 < start <= 100000, f'continues, but from {start}')


STALLED = 'nothing, or next to nothing, for 1 second (--stall-timeout)'


@test
def trickle(t):
    """a byte now and then is no progress: the body is continued over another
    connection"""
    url = t.url('trickle', size=200000, at=100000)
    t.saved(t.get('--stall-timeout', '1s', url), url)
    start = t.starts('trickle')[1]
    t.true(100000 <= start < 101000, f'continues, but from {start}')


@test
def trickle_always(t):
    """where there is no more to be had, the stall is told, and no file"""
    run = t.get('--stall-timeout', '1s', '--retries', 1,
                t.url('trickle', size=200000, first=99))
    t.refused(run)
    t.true(STALLED in run.err, 'the rule is told')
    # what is so slow may be asked for once more beside itself
    t.true(2 <= len(t.log('trickle')) <= 3, 'requests')


@test
def no_answer(t):
    """a server that says nothing is asked again"""
    url = t.url('no_answer')
    t.saved(t.get('--stall-timeout', '1s', url), url)


@test
def reset(t):
    """a reset instead of an answer, or in the middle of it"""
    urls = [t.url('rst', 'a.bin', size=5000, first=2),
            t.url('rst', 'b.bin', size=500000, at=300000, first=2),
            t.url('closed', 'c.bin', size=5000, first=2)]
    t.status(t.get(*urls), 0)
    for url, name in zip(urls, ('a.bin', 'b.bin', 'c.bin')):
        t.same(name, t.expected(url))


# --- ranges ---

@test
def no_ranges(t):
    """a server without ranges is asked for all of it again"""
    url = t.url('no_ranges', size=200000, cut=1, at=70000)
    t.saved(t.get(url), url)


@test
def forgets_ranges(t):
    """a whole file in answer to a range loses no byte and costs no second"""
    url = t.url('forgets_ranges', size=8 * MIB, rate=4 * MIB)
    t.saved(t.get(url), url)
    sent = t.sent('forgets_ranges')
    t.true(sent < 24 * MIB, f'the first answer goes on, but {sent} were sent')


@test
def ranges_after_cut(t):
    """no wrong range gets into a file"""
    modes = ['shift', 'start', 'overclaim', 'more', 'multipart', 'garbage']
    urls = {mode: t.url('other_range', f'{mode}.bin', mode=mode, size=200000,
                        cut=1, at=70000) for mode in modes}
    t.get('--retries', 2, *urls.values())
    for name in t.finals():
        t.same(name, t.expected(urls[name.removesuffix('.bin')]))
    t.true(t.last.status in (0, 1, 3), f'status {t.last.status}')


@test
def ranges_less(t):
    """a range answered by its first half is a gain"""
    url = t.url('other_range', mode='less', size=100000, cut=1, at=10000)
    t.saved(t.get('--retries', 1, '--max-segments', 1, url), url)


@test
def segments_wrong_ranges(t):
    """no wrong range gets into a file fetched in segments"""
    modes = ['shift', 'start', 'overclaim', 'less', 'more', 'multipart',
             'garbage']
    urls = {mode: t.url('other_range', f'{mode}.bin', mode=mode,
                        size=4 * MIB, rate=4 * MIB) for mode in modes}
    t.get('--retries', 2, *urls.values())
    for name in t.finals():
        t.same(name, t.expected(urls[name.removesuffix('.bin')]))
    t.true(t.last.status in (0, 1, 3), f'status {t.last.status}')


@test
def no_content_range(t):
    """a 206 that does not say what it holds is not used"""
    url = t.url('no_content_range', size=200000, cut=1, at=70000)
    t.saved_or_refused(t.get('--retries', 2, url), url)


@test
def total_star(t):
    """a Content-Range without the total is fine"""
    url = t.url('total', size=200000, cut=1, at=70000)
    t.saved(t.get(url), url)


@test
def total_differs(t):
    """a Content-Range of another total is another file"""
    url = t.url('total', size=200000, cut=1, at=70000, value=300000)
    t.saved_or_refused(t.get('--retries', 2, url), url)


@test
def unsatisfiable(t):
    """416 where there must be more: all of it again"""
    url = t.url('always_416', size=200000, cut=1, at=70000)
    t.saved(t.get(url), url)


@test
def flips_after_cut(t):
    """another file after the cut is never put behind the first one's start"""
    url = t.url('flip', size=200000, cut=1, at=70000)
    t.saved(t.get(url), url, version=2)


@test
def flips_without_validators(t):
    """the same where only the bytes tell"""
    url = t.url('flip', size=400000, cut=1, at=200000, etag='none',
                modified=0)
    run = t.get(url)
    if run.status == 0:
        t.saved(run, url, version=2)
    else:
        t.refused(run)


@test
def flips_between_segments(t):
    """two versions are never mixed"""
    url = t.url('flip', size=8 * MIB, rate=4 * MIB)
    t.status(t.get(url), 0)
    t.equal(t.files(), ['f.bin'], 'files')
    t.true(read(t.file('f.bin')) in (t.expected(url), t.expected(url, 2)),
           'one version or the other')


@test
def validators(t):
    """weak, changing and decorated ETags of one file lead to that file"""
    kinds = ['weak', 'each', 'gzip', 'none']
    urls = {kind: t.url('ok', f'{kind}.bin', etag=kind, size=300000, cut=1,
                        at=200000) for kind in kinds}
    t.status(t.get(*urls.values()), 0)
    for kind, url in urls.items():
        t.same(f'{kind}.bin', t.expected(url))
        for entry in t.log('ok', f'{kind}.bin'):
            t.true(not entry['headers'].get('if-range', '').startswith('W/'),
                   'a weak ETag must not stand in If-Range')


@test
def if_range_refused(t):
    """a server that takes every If-Range for a change does not start anew"""
    url = t.url('if_range', size=MIB, cut=1, at=900000)
    t.saved(t.get('--max-segments', 1, url), url)
    t.true(any(entry['range'] and entry['status'] == 206
               for entry in t.log('if_range')), 'a range without If-Range')


@test
def hints(t):
    """a 103 is not the answer"""
    url = t.url('hints', size=200000, cut=1, at=70000)
    t.saved(t.get(url), url)
    t.true(t.log('hints')[1]['headers'].get('if-range') != '"hint"',
           'the ETag of a 103 is not the file\'s')


@test
def segments(t):
    """a large file is fetched in pieces and is whole"""
    url = t.url('ok', size=16 * MIB, rate=4 * MIB)
    t.saved(t.get(url), url)
    t.true(len(t.log('ok')) > 1, 'more than one request')
    sent = t.sent('ok')
    t.true(sent < 20 * MIB, f'{sent} bytes for {16 * MIB}')


@test
def one_segment(t):
    """--max-segments 1 never splits"""
    url = t.url('ok', size=4 * MIB, rate=4 * MIB)
    t.saved(t.get('--max-segments', 1, url), url)
    t.equal(t.ranges('ok'), [None], 'ranges')


@test
def segments_cut(t):
    """segments that are cut are continued"""
    url = t.url('cut', size=8 * MIB, rate=4 * MIB, at=MIB, first=6)
    t.saved(t.get(url), url)


@test
def slow_tail(t):
    """a piece that gets very slow near its end is fetched a second time: the
    file does not wait for it"""
    size, tail = 8 * MIB, 400000
    url = t.url('slow_tail', size=size, rate=4 * MIB, tail=tail, slow=10000)
    run = t.get(url, timeout=60 * SLOW)
    t.saved(run, url)
    again = [start for start in t.starts('slow_tail') if start > size - tail]
    t.true(again, f'the rest is asked for again, not {t.ranges("slow_tail")}')
    t.true(run.seconds < tail / 10000 / 2,
           f'{run.seconds:.1f} s: it was waited for')


@test
def segments_portal(t):
    """a page in place of a segment gets into no file"""
    url = t.url('portal', size=4 * MIB, rate=2 * MIB, ranges=1)
    t.saved_or_refused(t.get('--retries', 2, url), url)


# --- statuses and redirects ---

@test
def transient(t):
    """statuses that pass are waited for"""
    codes = [408, 425, 429, 500, 502, 503, 504, 520]
    urls = {code: t.url('status', f'{code}.bin', code=code)
            for code in codes}
    t.status(t.get(*urls.values()), 0)
    for code, url in urls.items():
        t.same(f'{code}.bin', t.expected(url))


@test
def permanent(t):
    """statuses that stay are not asked again"""
    codes = [400, 403, 404, 410, 451, 501]
    run = t.get(*(t.url('status', f'{code}.bin', code=code, first=99)
                  for code in codes))
    t.refused(run)
    for code in codes:
        t.true(str(code) in run.err, f'{code} is told')
        t.equal(len(t.log('status', f'{code}.bin')), 1, 'requests')


@test
def error_in_the_middle(t):
    """a passing error status in the middle is no part of the file"""
    url = t.url('cut', size=200000, at=70000, first=1)
    mirror = t.url('status', size=200000, code=500, first=2,
                   seed=t.path('cut', 'f.bin'))
    t.saved(t.get(url), url)
    t.true(t.get('-o', 'g.bin', mirror).status == 0, 'the other file too')
    t.same('g.bin', t.expected(url))


@test
def empty_success(t):
    """204 and 205 are no file"""
    urls = [t.url('status', f'{code}.bin', code=code, first=99)
            for code in (204, 205)]
    run = t.get('--retries', 0, *urls)
    for name in t.finals():
        t.same(name, b'')
    t.true(run.status in (0, 1), f'status {run.status}')


@test
def redirect_loop(t):
    """a loop of redirects ends"""
    t.refused(t.get('--retries', 0, t.url('loop')))
    count = len(t.log('loop'))
    t.true(count <= 12, f'{count} requests')


@test
def redirects(t):
    """redirects are followed so far and no further"""
    good = t.url('hops', count=10)
    t.saved(t.get(good), good)
    t.status(t.get('-o', 'no', t.url('hops', count=11)), 1)
    t.status(t.get('-o', 'no', '--max-redirects', 2,
                   t.url('hops', count=3)), 1)
    t.status(t.get('-o', 'no', '--max-redirects', 0,
                   t.url('hops', count=1)), 1)
    t.equal(t.files(), ['f.bin'], 'files')


@test
def expired_link(t):
    """a signed link that has expired is asked for again"""
    url = t.url('expire', size=300000, at=100000)
    t.saved(t.get('--retries', 2, '--max-segments', 1, url), url)
    sent = t.sent('signed')
    t.true(sent < 400000, f'continues, but {sent} bytes were sent')


@test
def portal(t):
    """a log-in page is no picture"""
    url = t.url('portal', 'f.jpg', ranges=0, type='image/jpeg', first=99)
    t.refused(t.get('--retries', 1, '--expect-type', 'image/*', url))


@test
def portal_by_its_bytes(t):
    """nor is one that says it were"""
    page = t.url('page', 'f.jpg', type='image/jpeg',
                 text='<!DOCTYPE html><html><body>log in</body></html>')
    t.refused(t.get('--retries', 1, '--expect-type', 'image/*', page))


# --- encodings ---

@test
def stored_as_sent(t):
    """a .gz stays one"""
    url = t.url('gzipped', 'f.gz', size=5000)
    t.status(t.get(url), 0)
    with open(t.file('f.gz'), 'rb') as file:
        t.equal(file.read(2), b'\x1f\x8b', 'the first bytes')
    t.true('gzip' not in t.log('gzipped', 'f.gz')[0]['headers'].get(
        'accept-encoding', ''), 'no encoding is asked for')


@test
def bomb(t):
    """a gzip bomb stays small"""
    t.status(t.get('-o', 'bomb', t.url('bomb', size=256 * MIB)), 0)
    t.true(len(t.parts()) == 0, 'no part')
    with open(t.file('bomb'), 'rb') as file:
        t.true(len(file.read()) < MIB, 'as small as it came')


# --- heads ---

@test
def endless_heads(t):
    """heads without an end have an end here"""
    urls = [t.url(case) for case in ('endless_headers', 'long_header',
                                     'endless_continue')]
    t.refused(t.get('--retries', 0, '--stall-timeout', '3s', *urls))


@test
def slow_head(t):
    """a head that trickles in is not waited for"""
    url = t.url('slow_headers')
    t.saved(t.get('--stall-timeout', '1s', url), url)


@test
def slow_head_always(t):
    """where no other comes, the stall is told"""
    run = t.get('--stall-timeout', '1s', '--retries', 1,
                t.url('slow_headers', first=99))
    t.refused(run)
    t.true(STALLED in run.err, 'the rule is told')


@test
def other_protocols(t):
    """what is no HTTP gives no file"""
    urls = [t.url('garbage', first=99), t.url('http09')]
    t.refused(t.get('--retries', 0, '--stall-timeout', '1s', *urls))


# --- a few things at once ---

@test
def connection_ends(t):
    """connections that end after ten answers lose no file"""
    urls = [t.url('goaway', f'{i}.bin', size=1000 + i, per=10)
            for i in range(150)]
    run = t.get('-i', t.list(urls))
    t.status(run, 0)
    t.equal(len(t.files()), 150, 'files')
    for i, url in enumerate(urls):
        t.same(f'{i}.bin', t.expected(url))


@test
def mixed_bag(t):
    """good and bad files side by side: the good ones are all there"""
    good = [t.url('ok', f'ok{i}.bin', size=3000 + i) for i in range(40)]
    cut = [t.url('cut', f'cut{i}.bin', size=3000 + i) for i in range(10)]
    bad = [t.url('status', f'bad{i}.bin', code=404) for i in range(5)]
    lines = [line for three in zip(good, cut * 4, bad * 8) for line in three]
    run = t.get('-i', t.list(dict.fromkeys(lines)), '--json')
    t.status(run, 3)
    for url in good + cut:
        name = url.split('/')[-1].split('?')[0]
        t.same(name, t.expected(url))
    t.equal(len(t.finals()), 50, 'files')
    end = run.events[-1]
    t.equal((end['done'], end['failed']), (50, 5), 'numbers at the end')

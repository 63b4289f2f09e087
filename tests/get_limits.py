#!/usr/bin/python3
"""Limits: rates, requests per second, connections, and what servers ask for
by Retry-After. Bounds are generous: a limit may be passed by what comes within
a second, and must be used."""

import blackbox
from blackbox import SLOW, most_at_once, test, until

KIB = 1 << 10
MIB = 1 << 20


def took(t, run, least, most):
    t.status(run, 0)
    t.true(least <= run.seconds <= most * SLOW,
           f'{run.seconds:.2f} s, not {least} to {most}')


@test
def rate_of_all(t):
    """--limit-rate holds over all files"""
    urls = [t.url('ok', f'{i}.bin', size=500 * KIB) for i in range(4)]
    took(t, t.get('--limit-rate', '1M', *urls), 1, 4)
    t.equal(len(t.files()), 4, 'files')


@test
def rate_of_one_file(t):
    """--limit-rate-file holds for a file that is split, too"""
    url = t.url('ok', size=3 * MIB)
    took(t, t.get('--limit-rate-file', '2M', url), 0.6, 4)
    t.same('f.bin', t.expected(url))


@test
def rate_per_file(t):
    """--limit-rate-file does not hold over all files"""
    urls = [t.url('ok', f'{i}.bin', size=3 * MIB // 2) for i in range(4)]
    took(t, t.get('--limit-rate-file', '1M', *urls), 0.6, 4)


@test
def rate_of_a_host(t):
    """--limit-rate-host holds for each host"""
    urls = [t.url('ok', f'{i}.bin', port, size=MIB)
            for port in ('http', 'http_other') for i in range(2)]
    took(t, t.get('--limit-rate-host', '1M', *urls), 1, 3.8)


@test
def rate_over_http2(t):
    """a limit holds over HTTP/2"""
    urls = [t.url('ok', f'{i}.bin', 'https', size=500 * KIB)
            for i in range(4)]
    took(t, t.get('--limit-rate', '1M', *urls), 1, 4)


@test
def requests_per_second(t):
    """--request-rate"""
    urls = [t.url('ok', f'{i}.bin') for i in range(11)]
    took(t, t.get('--request-rate', 5, *urls), 1.5, 4.5)
    begin = sorted(t.log('ok', f'{i}.bin')[0]['begin'] for i in range(11))
    for first, sixth in zip(begin, begin[6:]):
        t.true(sixth - first > 0.7, f'seven within {sixth - first:.2f} s')


@test
def slow_requests(t):
    """--request-rate below one"""
    urls = [t.url('ok', f'{i}.bin') for i in range(2)]
    took(t, t.get('--request-rate', 0.7, *urls), 1, 4)


@test
def connections(t):
    """--max-connections"""
    urls = [t.url('ok', f'{i}.bin', size=50 * KIB, rate=200 * KIB)
            for i in range(12)]
    t.server.control('_calm')
    t.status(t.get('--max-connections', 3, *urls), 0)
    entries = [t.ended_log('ok', f'{i}.bin')[0] for i in range(12)]
    most = most_at_once(entries)
    t.true(1 < most <= 3, f'{most} at once')


@test
def connections_of_one_file(t):
    """--max-connections and --max-segments for one file"""
    for option in ('--max-connections', '--max-segments'):
        url = t.url('ok', option[6:], size=4 * MIB, rate=2 * MIB)
        t.status(t.get(option, 2, url), 0)
        t.same(option[6:], t.expected(url))
        most = most_at_once(t.ended_log('ok', option[6:]))
        t.true(most <= 2, f'{most} at once')


@test
def jobs(t):
    """--jobs 1: one after the other, in order"""
    # 50 ms each at least: the server hears of an end a little late
    urls = [t.url('ok', f'{i}.bin', size=20 * KIB, rate=200 * KIB)
            for i in range(6)]
    t.status(t.get('--jobs', 1, *urls), 0)
    begins = [t.log('ok', f'{i}.bin')[0]['begin'] for i in range(6)]
    apart = [after - before for before, after in zip(begins, begins[1:])]
    t.true(min(apart) > 0.03, f'one after the other: {apart}')


@test
def capped_files(t):
    """a server that bears four at once gets them all through, and no error
    is shown"""
    urls = [t.url('capped', f'{i}.bin', size=100 * KIB, rate=400 * KIB)
            for i in range(24)]
    run = t.get('--json', *urls)
    t.status(run, 0)
    for i, url in enumerate(urls):
        t.same(f'{i}.bin', t.expected(url))
    t.equal(run.named('failed'), [], 'failed events')
    refused = sum(entry['status'] == 503 for i in range(24)
                  for entry in t.log('capped', f'{i}.bin'))
    t.true(refused < 60, f'settles, but was refused {refused} times')


@test
def capped_segments(t):
    """the same for the pieces of one file"""
    url = t.url('capped', size=12 * MIB, rate=MIB)
    run = t.get(url)
    t.saved(run, url)
    refused = sum(entry['status'] == 503 for entry in t.log('capped'))
    t.true(refused < 30, f'settles, but was refused {refused} times')
    t.true(run.seconds < 10 * SLOW, f'{run.seconds:.1f} s')


def waited(t, name='f.bin'):
    first, second = t.log('status', name)[:2]
    return second['begin'] - first['begin']


@test
def retry_after_seconds(t):
    """Retry-After: 2"""
    for code in (429, 503):
        name = f'{code}.bin'
        url = t.url('status', name, code=code, retry_after=2)
        t.status(t.get(url), 0)
        t.same(name, t.expected(url))
        gap = waited(t, name)
        t.true(1.9 <= gap < 6 * SLOW, f'waits {gap:.2f} s')


@test
def retry_after_date(t):
    """Retry-After as a date"""
    url = t.url('status', code=429, retry_date=3)
    t.saved(t.get(url), url)
    gap = waited(t)
    t.true(1.5 <= gap < 8 * SLOW, f'waits {gap:.2f} s')


@test
def retry_after_past(t):
    """Retry-After of the past, or of no sense"""
    urls = [t.url('status', 'a', code=503, retry_date=-86400),
            t.url('status', 'b', code=503, retry_after='soon'),
            t.url('status', 'c', code=503, retry_after='-3')]
    run = t.get(*urls)
    t.status(run, 0)
    t.true(run.seconds < 8 * SLOW, f'{run.seconds:.1f} s')


@test
def retry_after_is_the_hosts(t):
    """Retry-After stops the whole host, not another"""
    first = t.url('status', 'first', code=429, retry_after=2)
    rest = [t.url('ok', f'{i}.bin') for i in range(3)]
    other = t.url('ok', 'other', 'http_other')
    t.status(t.get('--max-connections', 1, '--jobs', 2, first, other, *rest),
             0)
    answered = t.log('status', 'first')[0]['end']
    for i in range(3):
        gap = t.log('ok', f'{i}.bin')[0]['begin'] - answered
        t.true(gap > 1.8, f'{gap:.2f} s')
    gap = t.log('ok', 'other')[0]['begin'] - answered
    t.true(gap < 1.5 * SLOW, f'the other host after {gap:.2f} s')


@test
def backoff_grows(t):
    """waits between tries grow, up to a point"""
    t.status(t.get('--retries', 4, t.url('status', code=500, first=99)), 1)
    begins = [entry['begin'] for entry in t.log('status')]
    t.equal(len(begins), 5, 'requests')
    t.true(begins[-1] - begins[0] < 8 * SLOW, 'not too long')


@test
def stops_at_once_while_waiting(t):
    """Ctrl-C during a long Retry-After"""
    run = t.start(t.url('status', code=503, retry_after=3600))
    until(lambda: t.log('status'), 'a request')
    run.kill(2).wait(5 * SLOW)
    t.status(run, 130)


blackbox.main()

#!/usr/bin/python3
"""Over HTTP/2, whatever the server does, and what only HTTP/2 can do."""

import blackbox
import blackbox_http  # noqa: F401
from blackbox import test


@test
def speaks_it(t):
    """HTTP/2 is spoken where it is offered, and many files share a connection
    """
    urls = [t.url('ok', f'{i}.bin', size=2000) for i in range(60)]
    t.status(t.get('-i', t.list(urls)), 0)
    entries = [t.log('ok', f'{i}.bin')[0] for i in range(60)]
    t.equal({entry['protocol'] for entry in entries}, {'h2'}, 'protocols')
    t.true(len({entry['connection'] for entry in entries}) < 20,
           'few connections')


@test
def version_asked(t):
    """--http-version 1.1 and 2"""
    url = t.url('ok')
    t.saved(t.get('--http-version', '1.1', url), url)
    t.status(t.get('--http-version', '2', '-o', 'g', url), 0)
    t.equal([entry['protocol'] for entry in t.log('ok')], ['h1', 'h2'],
            'protocols')


@test
def refused_streams(t):
    """streams refused unprocessed are sent again"""
    urls = [t.url('refused', f'{i}.bin', size=1000 + i) for i in range(30)]
    t.status(t.get('-i', t.list(urls)), 0)
    for i, url in enumerate(urls):
        t.same(f'{i}.bin', t.expected(url))


@test
def wants_h1(t):
    """a server that wants HTTP/1.1 after all gets it"""
    url = t.url('wants_h1')
    t.saved(t.get(url), url)


@test
def mixed_versions(t):
    """a host of which every other connection speaks HTTP/1.1 only: no answer
    gets to the wrong file"""
    for turn in range(5):
        urls = [t.url('ok', f'{turn}-{i}.bin', port='https_mixed',
                      size=20000 + i) for i in range(80)]
        t.status(t.get('-i', t.list(urls)), 0)
        for i, url in enumerate(urls):
            t.same(f'{turn}-{i}.bin', t.expected(url))


@test
def few_streams(t):
    """four streams a connection are enough for a hundred files"""
    urls = [t.url('ok', f'{i}.bin', port='narrow', size=1000 + i)
            for i in range(100)]
    t.status(t.get('-i', t.list(urls)), 0)
    for i, url in enumerate(urls):
        t.same(f'{i}.bin', t.expected(url))


@test
def resets_side_by_side(t):
    """streams without a length, reset among others, are never taken as whole
    """
    for turn in range(4):
        urls = [t.url('chunk_cut', f'{turn}-{i}.bin', size=30000 + i,
                      at=20000 + i, first=2, ranges=0) for i in range(60)]
        t.status(t.get('-i', t.list(urls)), 0)
        for i, url in enumerate(urls):
            t.same(f'{turn}-{i}.bin', t.expected(url))


@test
def resets_for_good(t):
    """the same where they never come whole: no file"""
    urls = [t.url('chunk_cut', f'{i}.bin', size=30000, at=20000, first=99,
                  ranges=0) for i in range(20)]
    t.refused(t.get('--retries', 1, '-i', t.list(urls)))


@test
def connection_reset_in_a_batch(t):
    """a connection that breaks under many streams loses none of them"""
    urls = [t.url('rst', f'{i}.bin', size=100000, at=50000)
            if i % 20 == 7 else t.url('ok', f'{i}.bin', size=20000)
            for i in range(80)]
    t.status(t.get('-i', t.list(urls)), 0)
    for i, url in enumerate(urls):
        t.same(f'{i}.bin', t.expected(url))


blackbox.main('https')

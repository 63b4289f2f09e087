#!/usr/bin/python3
"""Names looked up by DNS over HTTPS."""

import contextlib

import blackbox
from blackbox import test
from small_doh import DohServer

NAME = 'files.example'


@contextlib.contextmanager
def doh(t, names, certificate='server', **more):
    one = DohServer(t.server.facts[certificate], names, **more)
    try:
        yield one
    finally:
        one.close()


def told_once(t, run):
    """No file, and one line that says why."""
    t.refused(run)
    lines = [line for line in run.err.splitlines() if NAME in line]
    t.equal(len(lines), 1, 'lines')
    t.true('the server of --doh-url' in lines[0], 'the reason')
    t.equal(t.log('ok'), [], 'requests')


@test
def found(t):
    """a name that only --doh-url's server knows"""
    url = t.url('ok', size=50000, host=NAME)
    with doh(t, {NAME: ['127.0.0.1']}) as server:
        t.saved(t.get('-4', '--doh-url', server.url, url), url)
        t.true(NAME in server.log, 'asked')


@test
def many(t):
    """one answer does for many files, large ones too"""
    urls = [t.url('ok', f'{i}.bin', host=NAME) for i in range(50)]
    urls.append(t.url('ok', 'large.bin', host=NAME, size=8 << 20,
                      rate=4 << 20))
    with doh(t, {NAME: ['127.0.0.1']}) as server:
        t.status(t.get('--doh-url', server.url, '-i', t.list(urls)), 0)
        t.true(len(server.log) < 20, f'asked {len(server.log)} times')
    for url in urls:
        t.same(url.split('/')[-1].split('?')[0], t.expected(url))


@test
def unknown_name(t):
    """a name that it does not know"""
    with doh(t, {}) as server:
        told_once(t, t.get('--retries', 0, '--doh-url', server.url,
                           t.url('ok', host=NAME)))


@test
def refuses(t):
    """a server that does not answer questions"""
    with doh(t, {NAME: ['127.0.0.1']}, status=500) as server:
        told_once(t, t.get('--retries', 0, '--doh-url', server.url,
                           t.url('ok', host=NAME)))


@test
def not_there(t):
    """a server that is not there is not gone around"""
    told_once(t, t.get('--retries', 0, '--doh-url', 'https://127.0.0.1:1/',
                       t.url('ok', host=NAME)))


@test
def stranger(t):
    """a server whose certificate is not to be trusted is not believed"""
    with doh(t, {NAME: ['127.0.0.1']}, certificate='unknown') as server:
        told_once(t, t.get('--retries', 0, '--doh-url', server.url,
                           t.url('ok', host=NAME)))
        t.equal(server.log, [], 'questions')


blackbox.main()

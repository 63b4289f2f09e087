#!/usr/bin/python3
"""Through proxies."""

import contextlib

import blackbox
from blackbox import test
from small_proxy import HttpProxy, SocksProxy


@contextlib.contextmanager
def proxy(kind, **more):
    one = kind(**more)
    try:
        yield one
    finally:
        one.close()


@test
def http(t):
    """an HTTP proxy for http"""
    url = t.url('ok', size=50000)
    with proxy(HttpProxy) as one:
        t.saved(t.get('--proxy', f'http://127.0.0.1:{one.port}', url), url)
        t.equal(one.log, [f'GET {url}'], 'asked')


@test
def https(t):
    """CONNECT for https, HTTP/2 inside"""
    urls = [t.url('ok', f'{i}.bin', 'https', host='localhost', size=50000)
            for i in range(10)]
    with proxy(HttpProxy) as one:
        t.status(t.get('--proxy', f'http://127.0.0.1:{one.port}', *urls), 0)
        t.equal(set(one.log),
                {f'CONNECT localhost:{t.server.ports["https"]}'}, 'asked')
    for i, url in enumerate(urls):
        t.same(f'{i}.bin', t.expected(url))


@test
def large_through_proxy(t):
    """a file in pieces through a proxy"""
    url = t.url('ok', port='https', size=8 << 20, rate=4 << 20)
    with proxy(HttpProxy) as one:
        t.saved(t.get('--proxy', f'http://127.0.0.1:{one.port}', url), url)


@test
def login(t):
    """a proxy that wants a password"""
    url = t.url('ok')
    with proxy(HttpProxy, login='me:geheim') as one:
        place = f'127.0.0.1:{one.port}'
        t.status(t.get('--retries', 0, '--proxy', f'http://{place}', url), 1)
        t.saved(t.get('--proxy', f'http://me:geheim@{place}', url), url)


@test
def secrets_stay_home(t):
    """the proxy's password is for the proxy, the server's for the server"""
    url = t.url('basic', user='you', password='anders')
    with proxy(HttpProxy, login='me:geheim') as one:
        place = f'127.0.0.1:{one.port}'
        inside = url.replace('//', '//you:anders@')
        t.saved(t.get('--proxy', f'http://me:geheim@{place}', inside), url)
    for entry in t.log('basic'):
        t.equal(entry['headers'].get('proxy-authorization'), None, 'header')


@test
def socks(t):
    """SOCKS, with names looked up there or here"""
    for scheme, said in (('socks4', 'socks4 address 127.0.0.1'),
                         ('socks4a', 'socks4 name localhost'),
                         ('socks5', 'socks5 address 127.0.0.1'),
                         ('socks5h', 'socks5 name localhost')):
        url = t.url('ok', scheme, host='localhost')
        with proxy(SocksProxy) as one:
            t.status(t.get('-4', '--proxy',
                           f'{scheme}://127.0.0.1:{one.port}', url), 0)
            t.equal(one.log, [said], 'asked')
        t.same(scheme, t.expected(url))


@test
def socks_login(t):
    """SOCKS 5 with a password"""
    url = t.url('ok')
    with proxy(SocksProxy, login='me:geheim') as one:
        place = f'127.0.0.1:{one.port}'
        t.status(t.get('--retries', 0, '--proxy', f'socks5://{place}', url),
                 1)
        t.saved(t.get('--proxy', f'socks5://me:geheim@{place}', url), url)


@test
def environment(t):
    """http_proxy, no_proxy, and the options before them"""
    url = t.url('ok')
    with proxy(HttpProxy) as one:
        place = f'http://127.0.0.1:{one.port}'
        t.status(t.get('-o', 'a', url, env={'http_proxy': place}), 0)
        t.equal(len(one.log), 1, 'asked')
        t.status(t.get('-o', 'b', url, env={
            'http_proxy': place, 'no_proxy': '127.0.0.1'}), 0)
        t.status(t.get('-o', 'c', '--no-proxy', '127.0.0.1', url,
                       env={'http_proxy': place}), 0)
        t.status(t.get('-o', 'd', '--proxy', '', url,
                       env={'http_proxy': place}), 0)
        t.equal(len(one.log), 1, 'asked')
        t.status(t.get('-o', 'e', '--proxy', place, url, env={
            'http_proxy': 'http://127.0.0.1:1'}), 0)
        t.equal(len(one.log), 2, 'asked')


@test
def dead(t):
    """a proxy that is not there is not gone around"""
    t.refused(t.get('--retries', 0, '--proxy', 'http://127.0.0.1:1',
                    t.url('ok')))
    t.equal(t.log('ok'), [], 'requests')


@test
def failure_inside(t):
    """a body that is cut behind a proxy is continued through it"""
    url = t.url('cut', size=200000, at=70000)
    with proxy(HttpProxy) as one:
        t.saved(t.get('--proxy', f'http://127.0.0.1:{one.port}', url), url)
        t.true(len(one.log) >= 2, 'asked again')


blackbox.main()

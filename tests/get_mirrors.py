#!/usr/bin/python3
"""Several mirrors of one file at once: what may be put together, and what
not."""

import hashlib

import blackbox
from blackbox import test

MIB = 1 << 20
SIZE = 12 * MIB


def both(t, first=(), second=(), lines=()):
    """Fetches a.bin with the mirror b.bin at another port. The URL and the
    run."""
    rate = {'rate': 2 * MIB, 'size': SIZE, 'seed': 'one'}
    a = t.url('ok', 'a.bin', **{**rate, **dict(first)})
    b = t.url('ok', 'b.bin', 'http_other', **{**rate, **dict(second)})
    run = t.get('--max-connections', 4, '-i', t.list([f'{a}\t{b}', *lines]))
    return a, run


def checksum(t, url):
    return ['  checksum=sha256='
            + hashlib.sha256(t.expected(url)).hexdigest()]


def alone(t, run, why):
    """The mirror was asked, and not used."""
    t.true(len(t.log('ok', 'b.bin')) <= 4, 'hardly any request to the mirror')
    t.true(why in run.out + run.err, f'it says: {why}')


@test
def at_once(t):
    """two mirrors with one strong tag share the work"""
    url, run = both(t)
    t.saved(run, url, 'a.bin')
    t.true(t.sent('ok', 'a.bin') > MIB, 'the first has sent some')
    t.true(t.sent('ok', 'b.bin') > MIB, 'the mirror has sent some')


@test
def without_proof(t):
    """other tags: not put together"""
    url, run = both(t, second={'etag': 'weak'})
    t.saved(run, url, 'a.bin')
    alone(t, run, 'nothing proves')


@test
def another_version(t):
    """the same length, another version: never mixed"""
    url, run = both(t, second={'version': 2})
    t.saved(run, url, 'a.bin')
    alone(t, run, 'nothing proves')


@test
def dates_alone(t):
    """no tag at all: a date and a length are no proof"""
    url, run = both(t, {'etag': 'none'}, {'etag': 'none'})
    t.saved(run, url, 'a.bin')
    alone(t, run, 'nothing proves')


@test
def with_checksum(t):
    """other tags, but a checksum: they share the work"""
    given = checksum(t, t.url('ok', 'a.bin', size=SIZE, seed='one'))
    url, run = both(t, second={'etag': 'each'}, lines=given)
    t.saved(run, url, 'a.bin')
    t.true(t.sent('ok', 'b.bin') > MIB, 'the mirror has sent some')


@test
def another_length(t):
    """a mirror of another length is not used, checksum or not"""
    given = checksum(t, t.url('ok', 'a.bin', size=SIZE, seed='one'))
    url, run = both(t, second={'size': SIZE + 1}, lines=given)
    t.saved(run, url, 'a.bin')
    alone(t, run, 'another length')


@test
def no_ranges(t):
    """a mirror without ranges is not used"""
    url, run = both(t, second={'ranges': 0})
    t.saved(run, url, 'a.bin')
    alone(t, run, 'does not serve ranges')


@test
def hostile(t):
    """the right tag and length, other bytes: the checksum tells, and the file
    is fetched from one alone"""
    given = checksum(t, t.url('ok', 'a.bin', size=SIZE, seed='one'))
    url, run = both(t, second={'seed': 'evil'}, lines=given)
    t.saved(run, url, 'a.bin')
    t.true('several mirrors' in run.out + run.err, 'it is said')


@test
def hostile_first(t):
    """the same where the first one is the bad one"""
    good = t.url('ok', 'a.bin', size=SIZE, seed='one')
    url, run = both(t, first={'seed': 'evil'}, lines=checksum(t, good))
    t.status(run, 0)
    t.same('a.bin', t.expected(good))


@test
def all_hostile(t):
    """no mirror has the declared file"""
    good = t.url('ok', 'a.bin', size=SIZE, seed='one')
    _, run = both(t, {'seed': 'evil'}, {'seed': 'bad'}, checksum(t, good))
    t.refused(run)


@test
def dead(t):
    """a mirror that does not answer costs nothing"""
    url = t.url('ok', 'a.bin', rate=2 * MIB, size=SIZE)
    run = t.get('--max-connections', 4, '-i',
                t.list([f'{url}\thttp://127.0.0.1:1/b.bin']))
    t.saved(run, url, 'a.bin')


@test
def gone(t):
    """nor does one that has not got the file"""
    url = t.url('ok', 'a.bin', rate=2 * MIB, size=SIZE)
    mirror = t.url('status', 'b.bin', 'http_other', code=404, first=99)
    run = t.get('--max-connections', 4, '-i', t.list([f'{url}\t{mirror}']))
    t.saved(run, url, 'a.bin')
    t.true(len(t.log('status', 'b.bin')) == 1, 'asked once')


blackbox.main()

#!/usr/bin/python3
"""What the workbench remembers from one run to the next."""

import os
import re
import signal
import subprocess

import blackbox
from blackbox import THREADLAB, Skipped, test, until
from terminal import Terminal

SIZE = (100, 24)


def bench(t, *words):
    return Terminal(SIZE, [THREADLAB, '--dir', t.out, *words], env=t.env)


@test
def history(t):
    """what was done and what failed is there again, and why"""
    with bench(t, t.url('ok', 'a.bin'), t.url('nothing', 'b.bin')) as tty:
        tty.wait(r'done +a\.bin')
        tty.wait(r'FAIL +b\.bin')
        tty.send('q')
        tty.wait(lambda: not tty.alive())
    with bench(t) as tty:
        tty.wait(r'done +a\.bin')
        tty.wait(r'FAIL +b\.bin +HTTP 404')
        tty.send('q')
        t.equal(tty.status(), 0, 'status')
    t.equal(len(t.log('ok', 'a.bin')), 1, 'it was fetched once')


@test
def goes_on(t):
    """what was not finished goes on at the next start, where it stood"""
    url = t.url('ok', 'big.bin', size=8 << 20, rate=1 << 20)
    with bench(t, url) as tty:
        tty.wait(r'run +big\.bin.* [1-9]\d?%')
        tty.send('q')
        tty.wait('Quit')
        tty.send('n')
        tty.wait(lambda: 'Quit?' not in '\n'.join(tty.screen()))
        tty.send('q')
        tty.wait('next start')
        tty.send('y')
        t.equal(tty.status(), 0, 'status')
    with bench(t) as tty:
        tty.wait(r'done +big\.bin', seconds=30)
        tty.send('q')
        t.equal(tty.status(), 0, 'status')
    t.same('big.bin', t.expected(url))
    t.true(t.sent('ok', 'big.bin') < 12 << 20, 'not all of it again')


@test
def killed(t):
    """kill -9: the next start goes on, nothing is lost"""
    url = t.url('ok', 'big.bin', size=8 << 20, rate=1 << 20)
    with bench(t, url) as tty:
        tty.wait(r'run +big\.bin.* [1-9]\d%')
        os.kill(tty.pid, signal.SIGKILL)
        tty.wait(lambda: not tty.alive())
    with bench(t) as tty:
        tty.wait(r'done +big\.bin', seconds=30)
        tty.send('q')
        t.equal(tty.status(), 0, 'status')
    t.same('big.bin', t.expected(url))


@test
def paused(t):
    """what was paused is paused, and shows how far it was"""
    url = t.url('ok', 'slow.bin', size=8 << 20, rate=1 << 20)
    with bench(t, url) as tty:
        tty.wait(r'run +slow\.bin.* [1-9]\d?%')
        tty.send('Space')
        tty.wait(r'pause +slow\.bin')
        tty.send('q')
        t.equal(tty.status(), 0, 'status: no work would stop')
    with bench(t) as tty:
        tty.wait(r'pause +slow\.bin .*\d[KM]/8\.0M')
        tty.send('q')
        t.equal(tty.status(), 0, 'status')


@test
def removed(t):
    """what was taken off the list stays off it, but not before its time"""
    with bench(t, t.url('ok', 'a.bin'), t.url('ok', 'b.bin')) as tty:
        tty.wait(r'done +a\.bin')
        tty.wait(r'done +b\.bin')
        tty.send('x')
        tty.wait('u takes it back')
        tty.send('u')
        tty.wait('taken back')
        tty.send('x')
        tty.wait(r'gone')
        tty.send('q')
        t.equal(tty.status(), 0, 'status')
    with bench(t) as tty:
        tty.wait(r'done +b\.bin')
        t.true('a.bin' not in '\n'.join(tty.screen()), 'it is gone')
        tty.send('q')
        t.equal(tty.status(), 0, 'status')
    t.equal(t.finals(), ['a.bin', 'b.bin'], 'the files stay')


@test
def layout(t):
    """the pane in focus, zoom, and the lines of the palette"""
    with bench(t) as tty:
        tty.wait(r'\[1 Downloads\]')
        tty.send('Tab', 'z')
        tty.wait(lambda: '1 Downloads' not in '\n'.join(tty.screen()))
        tty.send(':')
        tty.type('limit 2M')
        tty.send('Enter')
        tty.wait(lambda: 'Commands' not in '\n'.join(tty.screen()))
        tty.send('q')
        t.equal(tty.status(), 0, 'status')
    with bench(t) as tty:
        tty.wait(r'\[2 Threads\]')
        t.true('1 Downloads' not in '\n'.join(tty.screen()), 'zoom')
        tty.send(':', 'Up')
        tty.wait(r'^:limit 2M')
        tty.send('Escape')
        tty.wait_gone('Commands')
        tty.send('q')
        t.equal(tty.status(), 0, 'status')


@test
def second(t):
    """a second workbench says whose the queue is, and can look at it"""
    with bench(t, t.url('ok', 'a.bin')) as first:
        first.wait(r'done +a\.bin')
        with bench(t) as other:
            other.wait(r'another threadlab workbench .*Look at it')
            other.send('y')
            other.wait("The other workbench's queue")
            # the first writes a moment after it shows
            until(lambda: other.send('r') or re.search(
                r'done .*a\.bin', '\n'.join(other.screen())), 'its download')
            other.send('Escape')
            other.wait('No downloads')
            other.send('q')
            t.equal(other.status(), 0, 'status of the second')
        first.send('q')
        t.equal(first.status(), 0, 'status of the first')


@test
def full_disk(t):
    """a full disk pauses all that is left, and says what to do"""
    probe = subprocess.run(['unshare', '-rm', 'mount', '-t', 'tmpfs', 'none',
                            t.folder], stderr=subprocess.DEVNULL)
    if probe.returncode:
        raise Skipped('no file system may be mounted here')
    inside = 'mount -t tmpfs -o size=3m none "$1" && shift && exec "$@"'
    urls = [t.url('ok', 'big.bin', size=8 << 20)]
    urls += [t.url('ok', f'small{i}.bin', size=1 << 19, rate=1 << 17)
             for i in range(9)]
    os.makedirs(t.out, exist_ok=True)
    words = ['unshare', '-rm', 'sh', '-c', inside, 'sh', t.out, THREADLAB,
             '--dir', t.out, '--script', t.scratch('script', 'jobs 1\n'), *urls]
    with Terminal(SIZE, words, env=t.env) as tty:
        tty.wait('the disk is full and all are paused')
        tty.wait(r'FAIL +big\.bin')
        tty.wait(r'pause +small8\.bin')
        tty.send('q')
        t.equal(tty.status(), 0, 'status')


blackbox.main()

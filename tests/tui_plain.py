#!/usr/bin/python3
"""threadlab --plain: the workbench line by line."""

import os
import pty
import signal
import subprocess
import time

import blackbox
from blackbox import SLOW, THREADLAB, Failed, Run, test, until


def plain(t, *words, stdin=None, **more):
    t.last = Run([THREADLAB, '--plain', '--dir', t.out, *words],
                 cwd=t.folder, env=t.env, stdin=stdin, **more)
    return t.last


def has(t, text, *lines):
    """These lines, in this order; others may be between them."""
    rest = iter(text.splitlines())
    for line in lines:
        t.true(any(line == other for other in rest), f'{line!r} in\n{text}')


@test
def urls(t):
    """URLs become files, each a sentence, and the end is theirs"""
    url = t.url('ok', size=2048)
    run = plain(t, url).wait()
    t.saved(run, url)
    has(t, run.out, 'started f.bin (2.0K)', 'saved f.bin (2.0K)')
    t.equal(run.err, '', 'standard error')


@test
def options(t):
    """the options of get hold here: a list, a limit, a rule for taken names"""
    one, two = t.url('ok', size=2048), t.url('ok', 'g.bin', size=200000)
    path = os.path.join(t.folder, 'list')
    blackbox.write(path, f'{two}\n'.encode())
    run = plain(t, '--input-file', path, '--limit-rate', '400K',
                '--on-exists', 'skip', '--header', 'X-Asked: yes', one).wait()
    t.status(run, 0)
    t.same('f.bin', t.expected(one))
    t.same('g.bin', t.expected(two))
    t.equal(t.log('ok')[0]['headers'].get('x-asked'), 'yes', 'the header')
    run = plain(t, '--on-exists', 'skip', one).wait()
    t.true('f.bin' in run.out + run.err, 'it was there')
    t.equal(len(os.listdir(t.out)), 2, 'files')
    run = plain(t, '--match', 'x', '--json').wait()
    t.status(run, 2)
    t.true('--json is for "threadlab get"' in run.err, run.err)


@test
def statuses(t):
    """0 all done, 1 failed, 3 some failed, as get has it"""
    good, bad = t.url('ok'), t.url('nothing', 'g.bin')
    run = plain(t, bad).wait()
    t.status(run, 1)
    t.true('threadlab: failed ' in run.err and '404' in run.err, 'a reason')
    t.status(plain(t, bad, good).wait(), 3)
    run = plain(t, 'x://y', good).wait()
    t.status(run, 3)
    t.true('x://y' in run.err, 'the URL of no use')
    t.status(plain(t, 'x://y').wait(), 1)


@test
def commands(t):
    """lines are commands, their results are lines; the end waits"""
    url = t.url('ok', size=2048)
    run = plain(t, stdin=f'# a comment\nget {url}\nwait\nlist\ncopy\n').wait()
    t.saved(run, url)
    has(t, run.out, '1 download added', 'saved f.bin (2.0K)',
        '> 1 done f.bin, 2.0K', url)
    t.equal(run.err, '', 'standard error')


@test
def wrong_lines(t):
    """a line that is none is told with its place, and the others run"""
    url = t.url('ok')
    run = plain(t, stdin=f'xyzzy\nget\nzoom\nset ascii x\nget {url}').wait()
    t.status(run, 3)
    t.same('f.bin', t.expected(url))
    has(t, run.err,
        'threadlab: standard input:1: there is no command "xyzzy"; ? lists '
        'them', 'threadlab: standard input:2: get needs URL...',
        'threadlab: standard input:3: zoom is for a screen',
        'threadlab: standard input:4: set ascii: "x" is not one of on|off')


@test
def scripts(t):
    """--script runs a file; with URLs the standard input is left alone"""
    url = t.url('ok')
    script = t.scratch('script', f'get {url}\nwait\nlist\n')
    run = plain(t, '--script', script).wait()
    t.saved(run, url)
    has(t, run.out, '> 1 done f.bin, 1.0K')
    run = plain(t, t.url('ok', 'g.bin'), stdin='xyzzy\n').wait()
    t.status(run, 0)
    run = plain(t, t.url('ok', 'h.bin'), '--script', '-',
                stdin='xyzzy\n').wait()
    t.status(run, 3)
    run = plain(t, '--script', 'nothing').wait()
    t.status(run, 1)
    t.true('cannot read nothing' in run.err, run.err)


@test
def configuration(t):
    """what is wrong in the configuration is told"""
    folder = os.path.join(t.env['XDG_CONFIG_HOME'], 'threadlab')
    os.makedirs(folder)
    blackbox.write(os.path.join(folder, 'threadlab.conf'), 'set x y\n')
    run = plain(t).wait()
    t.status(run, 0)
    t.true('threadlab.conf:1: there is no setting "x"' in run.err, run.err)


@test
def questions(t):
    """the next line answers a question, and only y is yes"""
    url = t.url('ok')
    run = plain(t, stdin=f'get {url}\nwait\ndelete\nn\nlist\n').wait()
    has(t, run.out, 'Delete f.bin from the disk?', '> 1 done f.bin, 1.0K')
    t.saved(run, url)
    run = plain(t, stdin=f'get {url}\nwait\ndelete\ny\n').wait()
    t.saved(run, url)
    run = plain(t, stdin=f'get {url}\nwait\ndelete\nyes\n').wait()
    t.equal(t.files(), ['f.1.bin', 'f.bin'], 'files')


@test
def help_lists(t):
    """help has the commands, none that needs a screen"""
    run = plain(t, stdin='help\n').wait()
    t.status(run, 0)
    has(t, run.out, 'get URL... - Add downloads', 'quit - Quit; what is '
        'unfinished waits', 'wait - Go on when no download is left to do')
    t.true('\nzoom' not in run.out, 'zoom')


@test
def quits(t):
    """quit leaves at once; what is unfinished stays as a part"""
    url = t.url('ok', size=1 << 20, gate=t.name, gate_at=1000)
    run = plain(t, stdin=f'get {url}\nquit\n').wait()
    t.status(run, 1)
    t.equal(t.finals(), [], 'files')


@test
def interrupted(t):
    """SIGINT stops, keeps what is here, and is the status 130"""
    url = t.url('ok', size=1 << 20, gate=t.name, gate_at=1000)
    run = plain(t, url)
    until(lambda: 'started' in run.out, 'the start')
    run.kill(signal.SIGINT).wait()
    t.status(run, 130)
    t.true('stopping; what is here is kept' in run.out, run.out)


@test
def terminal(t):
    """a terminal gets a prompt, and not one escape sequence"""
    master, slave = pty.openpty()
    process = subprocess.Popen([THREADLAB, '--plain'], cwd=t.out, env=t.env,
                               stdin=slave, stdout=slave, stderr=slave,
                               close_fds=True)
    os.close(slave)
    seen = b''
    end = time.monotonic() + 10 * SLOW
    try:
        for wanted, typed in ((b'> ', b'xyzzy\n'), (b'lists them', b''),
                              (b'\n> ', b'quit\n')):
            while wanted not in seen:
                if time.monotonic() > end:
                    raise Failed(f'waited in vain for {wanted}: {seen}')
                seen += os.read(master, 4096)
            os.write(master, typed)
        t.equal(process.wait(10 * SLOW), 0, 'status')
        t.true(b'\033' not in seen, f'{seen}')
    finally:
        process.kill()
        process.wait()
        os.close(master)


@test
def hostile(t):
    """a name with an escape sequence in it is shown without"""
    url = t.url('ok', 'a%1B%5B31mb')
    run = plain(t, url, t.url('nothing', '%1B%5Bx')).wait()
    t.status(run, 3)
    t.true('\033' not in run.out + run.err, run.out + run.err)


blackbox.main()

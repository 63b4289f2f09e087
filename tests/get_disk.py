#!/usr/bin/python3
"""Disks that are full, and folders that may not be written."""

import os
import shutil
import signal
import subprocess

import blackbox
from blackbox import THREADLAB, Skipped, test, until

MIB = 1 << 20
NOBODY = 65534


class Small:
    """A tiny disk, mounted in a namespace of its own; what goes on there is
    seen through /proc."""

    def __init__(self, t, size):
        self.t = t
        self.disk = os.path.join(t.folder, 'disk')
        os.mkdir(self.disk)
        words = ['unshare', '-rm', 'sh', '-c',
                 f'mount -t tmpfs -o size={size} x "$1" && echo ready && '
                 'exec cat', 'sh', self.disk]
        try:
            self.process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL)
        except FileNotFoundError:
            raise Skipped('no unshare') from None
        if self.process.stdout.readline() != b'ready\n':
            self.close()
            raise Skipped('no namespaces here')
        self.root = f'/proc/{self.process.pid}/root{self.disk}'
        self.wrap = ['nsenter', '-t', str(self.process.pid), '-U', '-m',
                     '--preserve-credentials', '--wd=' + self.disk]
        try:
            os.listdir(self.root)
        except OSError:
            self.close()
            raise Skipped('no sight of namespaces here') from None

    def files(self):
        return sorted(os.listdir(self.root))

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


@test
def full(t):
    """a full disk: a sentence, no file, and what fits is there"""
    with Small(t, '2m') as small:
        t.status(t.get('-d', small.disk, '--retries', 0,
                       t.url('ok', 'small.bin', size=10000),
                       wrap=small.wrap), 0)
        run = t.start('-d', small.disk, '--retries', 0,
                      t.url('ok', 'large.bin', size=8 * MIB),
                      wrap=small.wrap)
        until(lambda: run.ended() or 'space' in run.err
              or 'disk is full' in run.err, 'a word about the space')
        if not run.ended():
            run.kill(signal.SIGINT)
        run.wait()
        t.true(run.status in (1, 130), f'status {run.status}')
        t.true('large.bin' not in small.files(), 'no file')
        t.same(os.path.join(small.root, 'small.bin'),
               t.expected(t.url('ok', 'small.bin', size=10000)))


@test
def full_of_unknown_length(t):
    """the same where the length is not known before"""
    with Small(t, '2m') as small:
        run = t.start('-d', small.disk, '--retries', 0,
                      t.url('ok', 'large.bin', size=8 * MIB, chunked=1),
                      wrap=small.wrap)
        until(lambda: run.ended() or 'space' in run.err
              or 'disk is full' in run.err, 'a word about the space')
        if not run.ended():
            run.kill(signal.SIGINT)
        run.wait()
        t.true(run.status in (1, 130), f'status {run.status}')
        t.true('large.bin' not in small.files(), 'no file')


@test
def full_then_free(t):
    """when there is space again it goes on, in this run or the next"""
    with Small(t, '12m') as small:
        ballast = os.path.join(small.root, 'ballast')
        with open(ballast, 'wb') as file:
            file.write(bytes(8 * MIB))
        url = t.url('ok', size=8 * MIB, chunked=1)
        run = t.start('-d', small.disk, '--retries', 0, url, wrap=small.wrap)
        until(lambda: run.ended() or 'space' in run.err
              or 'disk is full' in run.err, 'a word about the space')
        os.remove(ballast)
        if run.wait(40).status != 0:
            t.status(t.get('-d', small.disk, url, wrap=small.wrap), 0)
        t.same(os.path.join(small.root, 'f.bin'), t.expected(url))
        t.equal(small.files(), ['f.bin'], 'files')


@test
def full_with_many(t):
    """many small files into a full disk: those that are there are whole"""
    with Small(t, '1m') as small:
        urls = {f'{i}.bin': t.url('ok', f'{i}.bin', size=20000)
                for i in range(100)}
        run = t.start('-d', small.disk, '--retries', 0, *urls.values(),
                      wrap=small.wrap)
        until(lambda: run.ended() or 'space' in run.err
              or 'disk is full' in run.err, 'a word about the space')
        if not run.ended():
            run.kill(signal.SIGINT)
        run.wait()
        t.true(run.status in (3, 130), f'status {run.status}')
        there = [name for name in small.files() if name in urls]
        t.true(20 < len(there) < 60, f'{len(there)} files')
        for name in there:
            t.same(os.path.join(small.root, name), t.expected(urls[name]))


def needs_prlimit():
    if not shutil.which('prlimit'):
        raise Skipped('no prlimit')


@test
def file_too_large(t):
    """a file that may not grow so large: a sentence, and the others go on"""
    needs_prlimit()
    small = t.url('ok', 'small.bin', size=5000)
    run = t.get('--retries', 0, t.url('ok', 'large.bin', size=8 * MIB), small,
                wrap=('prlimit', f'--fsize={2 * MIB}'))
    t.status(run, 3)
    t.equal(t.finals(), ['small.bin'], 'files')
    t.same('small.bin', t.expected(small))
    t.true(run.err.strip(), 'a reason')


@test
def file_too_large_later(t):
    """the same where the length is not known before"""
    needs_prlimit()
    run = t.get('--retries', 0,
                t.url('ok', 'large.bin', size=8 * MIB, chunked=1),
                wrap=('prlimit', f'--fsize={2 * MIB}'))
    t.refused(run)


@test
def few_descriptors(t):
    """few descriptors are enough for many files"""
    needs_prlimit()
    urls = [t.url('ok', f'{i}.bin', size=2000) for i in range(300)]
    run = t.get('-i', t.list(urls), wrap=('prlimit', '--nofile=48'))
    t.status(run, 0)
    t.equal(len(t.files()), 300, 'files')


def as_nobody(t):
    """How to run as somebody without rights; the binary may be out of their
    reach."""
    if os.geteuid() != 0:
        return {}
    program = os.path.join(t.folder, 'threadlab')
    shutil.copy(THREADLAB, program)
    os.chmod(program, 0o755)
    ca = os.path.join(t.folder, 'ca.crt')
    shutil.copy(t.server.facts['ca'], ca)
    return {'wrap': ('setpriv', f'--reuid={NOBODY}', f'--regid={NOBODY}',
                     '--clear-groups', 'sh', '-c',
                     f'shift; exec "{program}" "$@"', 'sh')}


def get_as_nobody(t, *words):
    how = as_nobody(t)
    return t.get('--ca-certificate', os.path.join(t.folder, 'ca.crt')
                 if how else t.server.facts['ca'], *words, **how)


@test
def unwritable_folder(t):
    """a folder that may not be written: a sentence"""
    os.chmod(t.out, 0o555)
    run = get_as_nobody(t, t.url('ok'), t.url('ok', 'large', size=4 * MIB))
    t.true(run.status in (1, 2), f'status {run.status}')
    t.true(t.out in run.err or 'ermission' in run.err, 'a reason')
    os.chmod(t.out, 0o755)
    t.equal(t.files(), [], 'files')


@test
def folder_that_cannot_be_made(t):
    """a folder that cannot be made: a sentence, and nothing is asked for"""
    os.chmod(t.out, 0o555)
    run = get_as_nobody(t, '--dir', t.file('sub'), t.url('ok'))
    t.true(run.status in (1, 2), f'status {run.status}')
    t.true(run.err.strip(), 'a reason')
    os.chmod(t.out, 0o755)
    t.equal(t.log('ok'), [], 'requests')


@test
def one_bad_folder(t):
    """a list with one folder that may not be written"""
    os.mkdir(t.file('closed'), 0o555)
    os.chmod(t.out, 0o777)
    good = t.url('ok', 'good')
    run = get_as_nobody(t, '-i', t.list([
        f'{t.url("ok", "bad")} dir={t.file("closed")}', good]))
    t.status(run, 3)
    t.equal(t.files(), ['good'], 'files')
    t.same('good', t.expected(good))


@test
def unreadable_list(t):
    """a list that may not be read"""
    path = t.list([t.url('ok')])
    os.chmod(path, 0)
    run = get_as_nobody(t, '-i', path)
    t.true(run.status in (1, 2) and run.err.strip(), 'refused')


@test
def folder_vanishes(t):
    """the folder is removed in the middle"""
    gate = t.name
    url = t.url('ok', size=4 * MIB, gate=gate, gate_at=2 * MIB)
    folder = os.path.join(t.folder, 'vanishing')
    run = t.start('-d', folder, '--retries', 0, url)
    t.until_held(gate)
    shutil.rmtree(folder)
    t.open_gate(gate)
    run.wait()
    t.status(run, 1)
    t.true(run.err.strip(), 'a reason')


blackbox.main()

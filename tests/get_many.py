#!/usr/bin/python3
"""Thousands of files: all there, all right, with few threads; and what
happens when that is interrupted."""

import contextlib
import glob
import os
import random
import shutil
import signal
import socket
import subprocess
import time

import blackbox
from blackbox import PART, SLOW, Skipped, read, test, until, write

COUNT = 10000
CONFIG = """
daemon off; master_process off; pid %(folder)s/pid; error_log stderr emerg;
worker_rlimit_nofile 4096;
events { worker_connections 2000; }
http {
    access_log off; default_type application/octet-stream;
    keepalive_requests 200; sendfile on;
    client_body_temp_path %(folder)s/t; proxy_temp_path %(folder)s/t;
    fastcgi_temp_path %(folder)s/t; uwsgi_temp_path %(folder)s/t;
    scgi_temp_path %(folder)s/t;
    server { listen 127.0.0.1:%(port)d; root %(folder)s/www; }
    server {
        listen 127.0.0.1:%(tls)d ssl http2; root %(folder)s/www;
        ssl_certificate %(pem)s; ssl_certificate_key %(pem)s;
    }
}
"""


def content(number):
    return f'file {number}\n'.encode() * (number % 100 + 1)


def listens(port):
    with contextlib.suppress(OSError):
        socket.create_connection(('127.0.0.1', port)).close()
        return True
    return False


@contextlib.contextmanager
def nginx(t, count):
    """nginx with so many files; gives the bases of their URLs over HTTP/1.1
    and HTTP/2."""
    program = shutil.which('nginx', path=os.environ['PATH'] + ':/usr/sbin')
    if not program:
        raise Skipped('no nginx')
    folder = os.path.join(t.folder, 'nginx')
    os.makedirs(os.path.join(folder, 'www'))
    for number in range(count):
        write(os.path.join(folder, 'www', f'{number}.txt'), content(number))
    with socket.create_server(('127.0.0.1', 0)) as one, \
            socket.create_server(('127.0.0.1', 0)) as other:
        port, tls = one.getsockname()[1], other.getsockname()[1]
    config = write(os.path.join(folder, 'conf'), CONFIG % {
        'folder': folder, 'port': port, 'tls': tls,
        'pem': t.server.facts['server']})
    with open(os.path.join(folder, 'log'), 'wb') as log:
        process = subprocess.Popen(
            [program, '-p', folder, '-c', config], stderr=log,
            stdin=subprocess.DEVNULL)
        try:
            until(lambda: process.poll() is not None or listens(port), 'nginx')
            if process.poll() is not None:
                raise Skipped('nginx does not start here')
            yield f'http://127.0.0.1:{port}', f'https://127.0.0.1:{tls}'
        finally:
            process.terminate()
            process.wait()


def numbers(t, base, count):
    return t.list([f'{base}/{number}.txt' for number in range(count)])


def whole(t, count):
    """Every file is there, and right, and nothing else is."""
    names = set(os.listdir(t.out))
    missing = [number for number in range(count)
               if f'{number}.txt' not in names]
    t.equal(missing[:10], [], f'missing files ({len(missing)})')
    t.equal(len(names), count, 'files')
    for number in range(count):
        t.same(f'{number}.txt', content(number))


def finals_are_right(t):
    """What has a final name has its whole content."""
    for path in glob.glob(t.out + '/*.txt'):
        number = int(os.path.basename(path).removesuffix('.txt'))
        t.same(path, content(number))
    return len(glob.glob(t.out + '/*.txt'))


def threads(run):
    with contextlib.suppress(OSError):
        return len(os.listdir(f'/proc/{run.process.pid}/task'))
    return 0


def peak_kib(run):
    with contextlib.suppress(OSError, StopIteration):
        lines = read(f'/proc/{run.process.pid}/status').decode().splitlines()
        return int(next(line.split()[1] for line in lines
                        if line.startswith('VmHWM')))
    return 0


@test(alone=True)
def ten_thousand(t):
    """ten thousand files: all right, a handful of threads, little memory"""
    with nginx(t, COUNT) as (base, _):
        run = t.start('--quiet', '-i', numbers(t, base, COUNT))
        most, peak = 0, 0
        while not run.ended():
            most = max(most, threads(run))
            peak = max(peak, peak_kib(run))
            time.sleep(0.01)
        t.status(run.wait(60 * SLOW), 0)
    t.equal((run.out, run.err), ('', ''), 'output')
    whole(t, COUNT)
    cores = os.cpu_count() or 1
    t.true(0 < most <= min(cores, 4) + 6, f'{most} threads')
    if SLOW == 1:
        t.true(peak <= 40 * 1024, f'{peak} KiB at most')


@test(alone=True)
def five_thousand_http2(t):
    """five thousand over HTTP/2, through the ends of connections"""
    with nginx(t, COUNT // 2) as (_, base):
        t.status(t.get('--quiet', '-i', numbers(t, base, COUNT // 2),
                       timeout=60 * SLOW), 0)
    whole(t, COUNT // 2)


@test(alone=True)
def interrupted(t):
    """Ctrl-C stops cleanly; the second run does the rest"""
    count = 4000
    with nginx(t, count) as (base, _):
        words = ['--on-exists', 'skip', '-i', numbers(t, base, count)]
        run = t.start(*words)
        until(lambda: len(os.listdir(t.out)) > 300, 'some files')
        run.kill(signal.SIGINT).wait(10 * SLOW)
        t.status(run, 130)
        done = finals_are_right(t)
        t.true(300 <= done < count, f'{done} files')
        t.status(t.get(*words, timeout=60 * SLOW), 0)
    whole(t, count)


@test(alone=True)
def killed(t):
    """kill -9 at any moment leaves no wrong file"""
    chance = random.Random(99)
    count = 2000
    with nginx(t, count) as (base, _):
        words = ['--on-exists', 'skip', '-i', numbers(t, base, count)]
        for _ in range(8):
            run = t.start(*words)
            end = time.monotonic() + chance.uniform(0.05, 0.3) * SLOW
            while time.monotonic() < end and not run.ended():
                time.sleep(0.002)
            run.kill().wait()
            finals_are_right(t)
        t.status(t.get(*words, timeout=60 * SLOW), 0)
    names = [name for name in os.listdir(t.out) if name.endswith('.txt')]
    t.equal(len(names), count, 'files')
    finals_are_right(t)


@test(alone=True)
def archive_after_kill(t):
    """--archive never has a URL whose file is not there"""
    count = 2500
    path = os.path.join(t.folder, 'archive')
    with nginx(t, count) as (base, _):
        words = ['--archive', path, '--on-exists', 'overwrite', '-i',
                 numbers(t, base, count)]
        for files in (200, 900, 1700):
            run = t.start(*words)
            until(lambda: run.ended() or len(os.listdir(t.out)) > files,
                  'some files')
            run.kill().wait()
        t.status(t.get(*words, timeout=60 * SLOW), 0)
    names = [name for name in os.listdir(t.out) if name.endswith('.txt')]
    t.equal(len(names), count, 'files')
    finals_are_right(t)


@test
def twice_interrupted(t):
    """a second Ctrl-C leaves at once"""
    run = t.start(t.url('status', code=503, retry_after=3600),
                  t.url('stall', 'g.bin', 'http_other', size=3 << 20,
                        at=2 << 20))
    until(lambda: t.log('stall', 'g.bin'), 'a request')
    run.kill(signal.SIGINT)
    run.kill(signal.SIGINT)
    run.wait(3 * SLOW)
    t.status(run, 130)


@test
def terminated(t):
    """SIGTERM and SIGHUP stop cleanly, too; SIGINT that is ignored does not
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        gate = f'{t.name}{number}'
        url = t.url('ok', f'{number}.bin', size=3 << 20, gate=gate,
                    gate_at=2 << 20)
        run = t.start(url)
        t.until_held(gate)
        run.kill(number).wait()
        t.status(run, 130)
        t.equal(t.finals(), [], 'files')
    gate = t.name
    url = t.url('ok', gate=gate, gate_at=10)
    run = t.start(url, wrap=('sh', '-c', 'trap "" INT; exec "$@"', 'sh'))
    t.until_held(gate)
    run.kill(signal.SIGINT)
    t.open_gate(gate)
    t.status(run.wait(), 0)


@test
def stopped_and_continued(t):
    """SIGTSTP and SIGCONT do no harm"""
    gate = t.name
    url = t.url('ok', size=3 << 20, gate=gate, gate_at=1 << 20)
    run = t.start('--stall-timeout', '60s', url)
    t.until_held(gate)
    run.kill(signal.SIGSTOP)
    t.open_gate(gate)
    run.kill(signal.SIGCONT)
    t.saved(run.wait(), url)


@test
def closed_output(t):
    """a reader that leaves does not stop the downloads"""
    urls = [t.url('ok', f'{i}.bin') for i in range(50)]
    words = t.words('-i', t.list(urls))
    run = blackbox.Run(['sh', '-c', '"$@" | :', 'sh', *words], t.folder,
                       t.env).wait()
    t.true(run.status in (0, 1), f'status {run.status}')
    t.equal(len([name for name in t.files() if not PART.search(name)]), 50,
            'files')


@test
def stdin_is_closed(t):
    """without standard streams it works, and writes into no file of others
    """
    url = t.url('ok', size=5000)
    t.get(url, wrap=('sh', '-c', 'exec "$@" <&- >&- 2>&-', 'sh'))
    t.equal(t.files(), ['f.bin'], 'files')
    t.same('f.bin', t.expected(url))


@test
def endless_list(t):
    """a list is read as it comes: the first file is there before its end"""
    gate = os.path.join(t.folder, 'fifo')
    os.mkfifo(gate)
    first = t.url('ok', 'first.bin')
    run = t.start('-i', gate)
    with open(gate, 'w') as file:
        file.write(first + '\n' + t.url('ok', 'second.bin') + '\n')
        file.flush()
        until(lambda: 'first.bin' in t.files(), 'the first file')
        file.write(t.url('ok', 'third.bin') + '\n')
    t.status(run.wait(), 0)
    t.equal(len(t.files()), 3, 'files')


@test
def long_list(t):
    """two hundred thousand lines: a quick start and little memory"""
    path = os.path.join(t.folder, 'list')
    with open(path, 'w') as file:
        file.write(t.url('ok', 'first.bin') + '\n')
        for number in range(200000):
            file.write(f'http://127.0.0.1:1/some/long/path/{number}.bin\n')
    run = t.start('--quiet', '--retries', 0, '-i', path)
    until(lambda: run.ended() or 'first.bin' in t.files(), 'the first file',
          2)
    peak = peak_kib(run)
    run.kill().wait()
    if SLOW == 1:
        t.true(0 < peak < 100 * 1024, f'{peak} KiB')


blackbox.main()

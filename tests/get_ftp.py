#!/usr/bin/python3
"""FTP, FTP over TLS, SFTP."""

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys

import blackbox
from blackbox import HERE, Helper, Skipped, read, test, until, write
from bad_exchange import body

MIB = 1 << 20


@contextlib.contextmanager
def ftp(t, files):
    """A server with those files; gives its ports."""
    try:
        import pyftpdlib  # noqa: F401
    except ImportError:
        raise Skipped('no pyftpdlib') from None
    folder = os.path.join(t.folder, 'served')
    for name, data in files.items():
        os.makedirs(os.path.dirname(os.path.join(folder, name)),
                    exist_ok=True)
        write(os.path.join(folder, name), data)
    server = Helper(sys.executable, '-B', os.path.join(HERE, 'ftp_server.py'),
                    folder, t.server.facts['server'])
    try:
        yield server.ports
    finally:
        server.stop()


@test
def files(t):
    """files of all sizes, without a login"""
    data = {f'd/{i}.bin': body(f'{i}', i * 5000) for i in range(20)}
    with ftp(t, data) as ports:
        urls = [f'ftp://127.0.0.1:{ports["ftp"]}/{name}' for name in data]
        t.status(t.get(*urls), 0)
    for name, content in data.items():
        t.same(name[2:], content)


@test
def login(t):
    """with a login, and the wrong one"""
    with ftp(t, {'f.bin': body('x', 5000)}) as ports:
        place = f'127.0.0.1:{ports["ftp"]}/f.bin'
        t.status(t.get(f'ftp://me:geheim@{place}'), 0)
        t.same('f.bin', body('x', 5000))
        t.status(t.get('-o', 'no', '--retries', 0,
                       f'ftp://me:falsch@{place}'), 1)
        t.equal(t.finals(), ['f.bin'], 'files')


@test
def missing(t):
    """a file that is not there"""
    with ftp(t, {'f.bin': b'x'}) as ports:
        t.refused(t.get(f'ftp://127.0.0.1:{ports["ftp"]}/g.bin'))


@test
def large(t):
    """a large file"""
    data = body('large', 20 * MIB)
    with ftp(t, {'f.bin': data}) as ports:
        t.status(t.get(f'ftp://127.0.0.1:{ports["ftp"]}/f.bin'), 0)
        t.same('f.bin', data)
        t.equal(t.files(), ['f.bin'], 'files')


@test
def cut(t):
    """a data connection that breaks is continued"""
    data = body('cut', 2 * MIB)
    with ftp(t, {'cut.bin': data}) as ports:
        t.status(t.get('--retries', 2,
                       f'ftp://127.0.0.1:{ports["ftp"]}/cut.bin'), 0)
        t.same('cut.bin', data)


@test
def resumed(t):
    """a second run goes on"""
    data = body('resumed', 8 * MIB)
    with ftp(t, {'f.bin': data}) as ports:
        url = f'ftp://127.0.0.1:{ports["ftp"]}/f.bin'
        run = t.start('--limit-rate', '2M', url)
        until(lambda: sum(os.stat(path).st_blocks * 512
                          for path in t.parts()) > MIB, 'a part')
        t.status(run.kill(signal.SIGINT).wait(), 130)
        t.equal(t.finals(), [], 'files')
        t.status(t.get(url), 0)
        t.same('f.bin', data)
        t.equal(t.files(), ['f.bin'], 'files')


@test
def changed(t):
    """a file of the same size that was replaced meanwhile is not mixed"""
    data = body('new', 8 * MIB)
    with ftp(t, {'f.bin': body('old', 8 * MIB)}) as ports:
        url = f'ftp://127.0.0.1:{ports["ftp"]}/f.bin'
        run = t.start('--limit-rate', '2M', url)
        until(lambda: sum(os.stat(path).st_blocks * 512
                          for path in t.parts()) > MIB, 'a part')
        t.status(run.kill(signal.SIGINT).wait(), 130)
        write(os.path.join(t.folder, 'served/f.bin'), data)
        t.status(t.get(url), 0)
        t.same('f.bin', data)


@test
def over_tls(t):
    """ftps, and its certificate"""
    data = body('tls', 3 * MIB)
    with ftp(t, {'f.bin': data}) as ports:
        if 'ftps' not in ports:
            raise Skipped('pyftpdlib without TLS')
        url = f'ftps://127.0.0.1:{ports["ftps"]}/f.bin'
        t.status(t.get(url), 0)
        t.same('f.bin', data)
        t.status(t.get('-o', 'no', '--retries', 0, '--ca-certificate',
                       '/dev/null', url), 1)
        t.equal(t.files(), ['f.bin'], 'files')


@test
def names(t):
    """names with odd characters"""
    with ftp(t, {'d/a b;c.bin': b'1', 'd/%41.bin': b'2'}) as ports:
        base = f'ftp://127.0.0.1:{ports["ftp"]}/d'
        t.status(t.get(f'{base}/a%20b;c.bin', f'{base}/%2541.bin'), 0)
        t.equal(t.files(), ['%41.bin', 'a b;c.bin'], 'files')


# --- SFTP ---

def free_port():
    with socket.create_server(('127.0.0.1', 0)) as sock:
        return sock.getsockname()[1]


def keygen(path):
    subprocess.run(['ssh-keygen', '-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM',
                    '-N', '', '-f', path], check=True)


def connects(port):
    with contextlib.suppress(OSError):
        socket.create_connection(('127.0.0.1', port)).close()
        return True
    return False


@contextlib.contextmanager
def sftp(t):
    """An SSH server for the user who runs this, who has a key in the home of
    the test; gives its port and the line for known_hosts."""
    sshd = shutil.which('sshd', path='/usr/sbin:/usr/bin:/sbin')
    helper = '/usr/lib/openssh/sftp-server'
    if not sshd or not os.path.exists(helper) or not shutil.which(
            'ssh-keygen'):
        raise Skipped('no SSH server')
    host_key = os.path.join(t.folder, 'host_key')
    ssh = os.path.join(t.env['HOME'], '.ssh')
    os.mkdir(ssh, 0o700)
    keygen(host_key)
    keygen(os.path.join(ssh, 'id_rsa'))
    port = free_port()
    config = t.scratch('sshd_config', '\n'.join((
        f'Port {port}', 'ListenAddress 127.0.0.1', f'HostKey {host_key}',
        f'AuthorizedKeysFile {ssh}/id_rsa.pub', 'StrictModes no',
        'UsePAM no', 'PidFile none', 'PermitRootLogin yes',
        'PubkeyAcceptedAlgorithms +ssh-rsa', 'HostKeyAlgorithms +ssh-rsa',
        f'Subsystem sftp {helper}', '')))
    words = [sshd, '-D', '-e', '-f', config]
    if os.geteuid() == 0:  # needs a folder that may be missing
        words = ['unshare', '-m', 'sh', '-c',
                 'mount -t tmpfs x /run && mkdir /run/sshd && exec "$@"',
                 'sh', *words]
    log = open(os.path.join(t.folder, 'sshd.log'), 'wb')
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=log)
    try:
        until(lambda: process.poll() is not None or connects(port), 'sshd')
        if process.poll() is not None:
            raise Skipped('sshd does not start here')
        key = read(host_key + '.pub').decode().split()
        yield port, f'[127.0.0.1]:{port} {key[0]} {key[1]}\n'
    finally:
        process.terminate()
        process.wait()
        log.close()


@test
def over_ssh(t):
    """sftp with a key; the server must be known"""
    data = body('ssh', 3 * MIB)
    path = t.scratch('served.bin', data)
    with sftp(t) as (port, known):
        url = f'sftp://{getpass.getuser()}@127.0.0.1:{port}{path}'
        t.refused(t.get('--retries', 0, url))
        hosts = os.path.join(t.env['HOME'], '.ssh/known_hosts')
        write(hosts, known)
        t.status(t.get(url), 0)
        t.same('served.bin', data)
        os.remove(t.file('served.bin'))
        t.refused(t.get('--retries', 0, url + '.missing'))
        stranger = known.split()
        write(hosts, f'{stranger[0]} {stranger[1]} '
              f'{stranger[2][:-8]}AAAAAAA=\n')
        t.refused(t.get('--retries', 0, url))


blackbox.main()

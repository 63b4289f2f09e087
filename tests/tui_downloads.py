#!/usr/bin/python3
"""What can be done with the rows of the downloads pane."""

import hashlib
import os

import blackbox
from blackbox import THREADLAB, test
from terminal import Terminal

L = (100, 40)


def bench(t, *words, size=L):
    return Terminal(size, [THREADLAB, '--dir', t.out, *words], env=t.env,
                    cwd=t.folder)


def command(tty, line):
    tty.type(':' + line)
    tty.send('Enter')
    tty.wait_gone('Commands')


# alone: gates of a server have names that all tests share
@test(alone=True)
def limits(t):
    """rates, files at once and priority are shown where they hold"""
    with bench(t, '--jobs', '1', t.url('ok', 'a.bin', size=200000, gate='a',
               gate_at=1024),
               t.url('ok', 'b.bin')) as tty:
        tty.wait(r' 1 at once  sort')
        tty.wait(r'1 running, 1 queued, 194K left at ')
        tty.wait(r'b.bin +waits for its turn')
        tty.send('G')
        command(tty, 'priority 7')
        tty.wait('b.bin +priority 7, waits')
        tty.send('Enter')
        command(tty, 'limit this 300K')
        tty.wait(r'300K/s at most for this one')
        tty.wait(r'priority 7 .* limit 300K/s')
        command(tty, 'limit 2M')
        tty.wait(r'1 at once  limit 2.0M/s  sort')
        command(tty, 'limit 0')
        tty.wait_gone('limit 2.0M/s')
        tty.send('+')
        tty.wait(r' 2 at once  sort')


@test
def looks(t):
    """verify tells in the row; o copies the path; y the URL"""
    url = t.url('ok', size=2048)
    with bench(t, url) as tty:
        tty.wait(r'done +f.bin')
        tty.wait(r'^>')
        tty.send('c')
        tty.wait(r'done +f.bin +no checksum')
        tty.send('Enter')
        tty.wait(r'^ sum +sha256=')
        tty.send('o')
        tty.wait('copied: ' + os.path.join(t.out, 'f.bin'))
        tty.send('y')
        tty.wait(r'copied: http://')
        tty.send('x')
        tty.wait('1 row taken off the list')
        tty.send('u')
        tty.wait(r'done +f.bin')


@test
def checks(t):
    """a declared checksum that a changed file does not have is told"""
    url = t.url('ok', size=2048)
    path = os.path.join(t.folder, 'sums')
    run = blackbox.Run([THREADLAB, '--plain', '--dir', t.out, url],
                       cwd=t.folder, env=t.env).wait()
    t.status(run, 0)
    name = os.path.join(t.out, 'f.bin')
    with open(name, 'rb') as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    os.remove(name)
    blackbox.write(path, f'{digest}  f.bin\n'.encode())
    with bench(t, '--checksums', path, url) as tty:
        tty.wait(r'done +f.bin +checksum ok')
        with open(name, 'r+b') as file:
            file.write(b'other')
        tty.send('c')
        tty.wait(r'done +f.bin +checksum WRONG')


@test
def fails(t):
    """a failed row says why, and the key that tries again"""
    with bench(t, t.url('nothing', 'g.bin')) as tty:
        tty.wait(r'FAIL +\S+ +HTTP 404.*r tries')
        tty.send('Enter')
        tty.wait(r'^ why +HTTP 404: .*; r tries again')
        tty.send('r')
        tty.wait(r'FAIL +\S+ +HTTP 404')


if __name__ == '__main__':
    blackbox.main()

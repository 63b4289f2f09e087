#!/usr/bin/python3
"""The harvest dialog in a real terminal."""

import os
import re
import subprocess

import blackbox
from blackbox import THREADLAB, Failed, test, write
from terminal import Terminal

S = (80, 24)
XS = (40, 10)
REGEX = '"profile_image":"(.+?)",'


class Origin:
    """The program's own web server, which ends with its standard input."""

    def __enter__(self):
        self.run = subprocess.Popen([THREADLAB, 'origin', '--until-eof'],
                                    stdin=subprocess.PIPE,
                                    stdout=subprocess.PIPE, text=True)
        found = re.search(r'http://\S+', self.run.stdout.readline())
        if not found:
            raise Failed('the origin does not tell where it is')
        return found[0].rstrip('/')

    def __exit__(self, *_):
        self.run.stdin.close()
        self.run.stdout.close()
        self.run.wait()


def bench(t, size=S, *words):
    return Terminal(size, [THREADLAB, '--dir', t.out, *words],
                    env=dict(t.env, no_proxy='*'), cwd=t.folder)


def opened(tty, page):
    """The dialog with this page."""
    tty.wait('No downloads|Down')
    tty.type('H')
    tty.wait(r'>page')
    tty.type(page)
    tty.send('Enter')
    tty.wait(r'>regex')


def files(t):
    return sorted(os.listdir(t.out)) if os.path.exists(t.out) else []


@test
def finds(t):
    """links are shown while the expression is typed; Enter downloads them"""
    with Origin() as url, bench(t) as tty:
        opened(tty, f'{url}/feed.json')
        tty.wait(r'The page is here')
        tty.type(REGEX)
        tty.wait(r'Found ─ 44 links, 4 repeated ─.* page of \d+K')
        tty.wait(rf'\[x\] {url}/images/avatar-01.png')
        t.equal(files(t), [], 'files before Enter')
        tty.send('BTab', 'BTab')
        tty.wait(r'│> \[x\] ')
        tty.wait(r'Enter download them')
        tty.send('Enter')
        tty.wait_gone('Harvest the links')
        tty.wait(lambda: len(files(t)) == 44, what='44 files')
        tty.type('q')
        t.equal(tty.status(), 0, 'status')
        tty.restored()


@test
def picks(t):
    """Space takes one out, a all; into a folder of its own"""
    into = os.path.join(t.folder, 'here')
    with Origin() as url, bench(t) as tty:
        opened(tty, f'{url}/feed.json')
        tty.type(REGEX)
        tty.wait(r'44 links')
        tty.send('Enter')
        tty.wait(r'>into')
        tty.type(into)
        tty.send('Enter')
        tty.wait(r'> \[x\] .*avatar-01')
        tty.send('a')
        tty.wait(r' 0 of 44 links')
        tty.send('Enter')
        tty.wait('there is no link to download')
        tty.send('Space', 'Down', 'Space')
        tty.wait(r' 2 of 44 links')
        tty.wait(r'\[x\] .*avatar-01')
        tty.wait(r'\[ \] .*avatar-02')
        tty.wait(r'\[x\] .*avatar-03')
        tty.send('Enter')
        tty.wait(r'2 links become downloads')
        tty.wait(lambda: os.path.exists(into) and sorted(os.listdir(into)) ==
                 ['avatar-01.png', 'avatar-03.png'], what='the two files')
        t.equal(files(t), [], 'files elsewhere')


@test
def words(t):
    """what is wrong is told at its field, in words"""
    with Origin() as url, bench(t) as tty:
        opened(tty, f'{url}/feed.json')
        tty.type('a(')
        tty.wait(r'>regex +a\( +│\n.*the regular expression is wrong behind its '
                 r'byte 2')
        tty.send('BSpace', 'BSpace')
        tty.wait_gone('is wrong')
        tty.type('no such thing')
        tty.wait('Nothing in the page is like that')
        tty.send('C-u', 'Tab')
        tty.wait('>json')
        tty.type('$[')
        tty.wait(r'>json +\$\[ +│\n.*JSON path')
        tty.send('C-u')
        tty.type('$..profile_image')
        tty.wait('44 links, 4 repeated')
        tty.send('Up', 'Up')
        tty.wait('>page')
        tty.send('C-u')
        tty.type(f'{url}/none')
        tty.send('Enter')
        tty.wait(r'page +http://.*/none +│\n.*HTTP 404')
        tty.send('Up', 'C-u')
        tty.type('x://y')
        tty.send('Enter')
        tty.wait('cannot be downloaded')
        tty.send('Escape')
        tty.wait_gone('Harvest the links')


@test
def bounded(t):
    """an expression that would take for ever says so, and keys work on"""
    write(os.path.join(t.folder, 'a.txt'), b'a' * 5000 + b'\n')
    with bench(t) as tty:
        opened(tty, 'a.txt')
        tty.type('(a+a+)+(b|c)')
        tty.wait('too many ways')
        tty.send('C-u')
        tty.type('a{30}')
        tty.wait('of no use')
        tty.send('Escape')
        tty.wait_gone('Harvest the links')
        tty.type('q')
        t.equal(tty.status(), 0, 'status')


@test
def command(t):
    """:harvest PAGE REGEX opens it filled in; a paste goes into the field"""
    with Origin() as url, bench(t) as tty:
        tty.wait('No downloads')
        tty.type(f":harvest {url}/feed.json '{REGEX}'")
        tty.send('Enter')
        tty.wait('44 links')
        tty.send('Escape')
        tty.wait_gone('Harvest the links')
        tty.type(f':harvest {url}/feed.json')
        tty.send('Enter')
        tty.wait('>regex')
        tty.paste(REGEX)
        tty.wait('44 links')
        tty.resize(40, 10)
        tty.wait(r'^>regex')
        tty.wait(r'^  \[x\] http')
        tty.resize(20, 5)
        tty.wait(r'^>regex')
        tty.wait(r'^  \[x\] http')


@test
def small(t):
    """at 40x10 it has the whole screen, with hints in the last row"""
    with Origin() as url, bench(t, XS) as tty:
        opened(tty, f'{url}/feed.json')
        tty.wait(r'^ Tab next, to the links')
        tty.type(REGEX)
        tty.wait(r'^─ Found ─ 44 links, 4 repeated')
        tty.send('BTab', 'BTab')
        tty.wait(r'^> \[x\]')
        tty.wait(lambda: tty.cursor()[0] == 0, what='the cursor at the row')
        tty.send('End')
        tty.wait(r'^> \[x\]')
        tty.send('Right')
        tty.wait(r'^> \[x\] 27.0.0.1')


@test
def plain(t):
    """without a screen it takes all"""
    with Origin() as url:
        run = blackbox.Run(
            [THREADLAB, '--plain', '--dir', t.out], cwd=t.folder,
            env=dict(t.env, no_proxy='*'),
            stdin=f"harvest {url}/feed.json '{REGEX}'\nwait\n").wait()
        t.status(run, 0)
        t.equal(len(files(t)), 44, 'files')


if __name__ == '__main__':
    blackbox.main(None)

#!/usr/bin/python3
"""The workbench at every size, in locales, terminals and colours."""

import itertools
import os
import re
import shutil
import subprocess
import unicodedata

import blackbox
from blackbox import THREADLAB, Skipped, test
from terminal import Terminal

SIZES = ((20, 5), (40, 10), (80, 24), (120, 40), (200, 60))
TERMS = ('xterm-256color', 'tmux-256color', 'linux', 'vt100')
WIDE = '线程实验-第3课.tar.gz'
EMOJI = '😀 e\u0301 résumé.txt'


number = itertools.count()


def bench(t, *words, size=(80, 24), env=None, **more):
    """A new one each time: it remembers nothing, and its folder is empty."""
    folder = os.path.join(t.folder, f'run{next(number)}')
    t.out = os.path.join(folder, 'out')
    os.makedirs(t.out)
    return Terminal(size, [THREADLAB, '--dir', t.out, *words],
                    env=dict(t.env, XDG_STATE_HOME=folder, **(env or {})),
                    cwd=folder, **more)


def ready(tty):
    tty.wait(r'^ \? help')


def columns(text):
    """How many a text takes in a terminal."""
    return sum(0 if unicodedata.combining(c) else
               2 if unicodedata.east_asian_width(c) in 'WF' else 1
               for c in text)


def column_of(row, part):
    return columns(row[:row.index(part)])


def demo(t, size=(80, 24), **more):
    return Terminal(size, [THREADLAB, 'demo', '--dir',
                           os.path.join(t.folder, 'demo')], env=t.env,
                    cwd=t.folder, **more)


# --- sizes ---

@test
def sizes(t):
    """at each size the hints are there, and the row that is selected"""
    for size in SIZES:
        with bench(t, t.url('ok'), size=size) as tty:
            tty.wait(r'^ \? help  :')
            tty.wait(r'^>(done +)?f\.bin' if size[0] >= 40 else r'^>.*f\.b')
            t.equal(len(tty.screen()), size[1], 'rows')
            tty.wait(lambda: re.match('>', tty.screen()[tty.cursor()[1]]),
                     what='the cursor at the row')
            tty.send('q')
            t.equal(tty.status(), 0, 'status')
            tty.restored()


@test
def too_small(t):
    """below 20x5 it says what it needs, lives, and takes q"""
    for size in ((19, 24), (80, 4), (19, 4), (12, 1)):
        with bench(t, size=size) as tty:
            tty.wait(r'^20x5 needed'[:size[0]])
            tty.send('j', '?')
            tty.send('Escape')
            tty.resize(80, 24)
            ready(tty)
            tty.resize(*size)
            tty.wait(r'^20x5 needed'[:size[0]])
            tty.send('C-c', 'C-c')
            t.equal(tty.status(), 0, 'status')
            tty.restored()


@test
def resizes(t):
    """from each size to each other while the demo runs"""
    with demo(t) as tty:
        tty.wait(r'\d+ (running|done)|\d down|done')
        for size in (*SIZES, *reversed(SIZES), (19, 4), (80, 24), (1, 1),
                     (200, 60), (60, 18), (59, 17), (110, 30), (160, 40)):
            tty.resize(*size)
            if size[0] >= 20 and size[1] >= 5:
                tty.wait(r'^ \? help')
                tty.wait(lambda: len(tty.screen()) == size[1], what='rows')
        tty.send('q')
        tty.wait(lambda: not tty.alive() or 'uit' in tty.text(), what='end')


@test
def overlays(t):
    """help, palette, messages, filter, menu and details fit each size, and
    Esc leaves them"""
    url = t.url('ok')
    with bench(t, url) as tty:
        tty.wait(r'done +f\.bin')
        for size in SIZES:
            tty.resize(*size)
            tty.wait(lambda: len(tty.screen()) == size[1], what='rows')
            for key, shows in (('?', 'type to filter'), (':', '^:'),
                               ('M', 'Messages|saved'), ('/', '^/'),
                               ('s', '> queue'), ('Enter', 'http|h1')):
                if key == 'Enter' and size[0] >= 110:
                    continue  # there they are always
                tty.send(key)
                tty.wait(shows, what=f'{shows} after {key} at {size}')
                col, row = tty.cursor()
                t.true(0 <= col < size[0] and 0 <= row < size[1], 'cursor')
                tty.send('Escape')
                tty.wait_gone(shows)
                tty.wait(r'^>.*f\.b', what=f'the row after {key} at {size}')


# --- text ---

@test
def wide(t):
    """names of any width keep the columns of their rows"""
    names = ['plain.bin', WIDE, EMOJI, '한국어.bin', 'ａｂｃ.bin']
    urls = [t.url('ok', name) for name in names]
    for size in ((80, 24), (120, 40)):
        with bench(t, *urls, size=size) as tty:
            tty.wait(r'5 done')
            tty.send('g')
            tty.wait(r'^>done +plain')
            rows = [row for row in tty.screen() if re.match(r'[> ]done', row)]
            t.equal(len(rows), 5, f'rows: {rows}')
            places = {column_of(row, ' 1.0K') for row in rows}
            t.equal(len(places), 1, f'right edges in {rows}')
            for name in names[:2]:
                t.true(any(name in row for row in rows), f'{name} in {rows}')
            tty.send('q')
            t.equal(tty.status(), 0, 'status')


@test
def caret(t):
    """the cursor stands behind what is typed, in columns"""
    with bench(t) as tty:
        ready(tty)
        tty.type(':')
        tty.wait('Commands')
        tty.type('线程e')
        tty.wait(lambda: tty.cursor() == (1 + 2 + 2 + 1, 22), what='caret')
        tty.send('Left')
        tty.wait(lambda: tty.cursor() == (5, 22), what='caret')
        tty.send('BSpace')
        tty.wait(lambda: tty.cursor() == (3, 22), what='caret')


def locale_folder(t, name, charmap):
    """Where locales that the machine has not are."""
    if not shutil.which('localedef'):
        raise Skipped('there is no localedef')
    folder = os.path.join(t.folder, 'locales')
    os.makedirs(folder, exist_ok=True)
    run = subprocess.run(['localedef', '-i', name.split('.')[0], '-f', charmap,
                          os.path.join(folder, name)],
                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if run.returncode:
        raise Skipped(f'there is no source of the locale {name}')
    return folder


@test
def chinese(t):
    """zh_CN.UTF-8: names, lines and keys"""
    more = {'LOCPATH': locale_folder(t, 'zh_CN.UTF-8', 'UTF-8'),
            'LC_ALL': 'zh_CN.UTF-8'}
    words = ['env', *(f'{key}={value}' for key, value in more.items()),
             THREADLAB, '--dir', t.out, t.url('ok', WIDE)]
    with Terminal((80, 24), words, env=t.env) as tty:
        tty.wait(f'done +{WIDE}')
        t.true('─' in tty.text(), 'lines')
        tty.type('？')
        tty.wait('Help|帮助')
        tty.send('Escape')


@test
def other_charset(t):
    """zh_CN.GB18030: lines would be two columns wide there, so ASCII; what is
    typed is read by the locale"""
    more = {'LOCPATH': locale_folder(t, 'zh_CN.GB18030', 'GB18030'),
            'LC_ALL': 'zh_CN.GB18030'}
    words = ['env', *(f'{key}={value}' for key, value in more.items()),
             THREADLAB, '--dir', t.out]
    with Terminal((80, 24), words, env=t.env) as tty:
        tty.wait(r'^-\[1 Downloads\]---')
        tty.raw('？'.encode('gb18030'))
        tty.wait('Help')


@test
def posix(t):
    """C: ASCII only, a Chinese name is there with its places taken"""
    with bench(t, t.url('ok', WIDE), t.url('ok'), locale='C') as tty:
        tty.wait(r'2 done')
        tty.wait(r'^-\[1 Downloads\]-')
        tty.wait(r'done +\?+-\?3\?\.tar\.gz')
        t.true(tty.text().isascii(), tty.text())
        t.true(tty.stream().isascii(), 'bytes')
    t.equal(t.finals(), sorted(['f.bin', WIDE]), 'names on the disk')


# --- terminals and colours ---

@test
def terminals(t):
    """it works on terminals of all kinds"""
    for term in TERMS:
        with bench(t, t.url('ok'), term=term) as tty:
            tty.wait(r'done +f\.bin')
            for key, shows in (('?', 'Help'), (':', 'Commands')):
                tty.send(key)
                tty.wait(shows)
                tty.send('Escape')
                tty.wait_gone(shows)
            tty.send('Down', 'Up', 'End', 'Home', 'NPage', 'PPage', 'F1')
            tty.wait('Help')
            tty.send('Escape')
            tty.wait_gone('Help')
            tty.send('q')
            t.equal(tty.status(), 0, f'status on {term}')
            tty.restored()


def colours(tty):
    """SGR of colours in what it wrote."""
    return set(re.findall(rb'\033\[(?:\d+;)*(3[0-7]|4[0-7]|38;5;\d+|9\d)[;m]',
                          tty.stream()))


@test
def colour(t):
    """NO_COLOR, --color and the themes"""
    for words, env, some in (
            ([], {}, True), ([], {'NO_COLOR': '1'}, False),
            (['--color', 'never'], {}, False),
            (['--color', 'always'], {'NO_COLOR': '1'}, True)):
        with bench(t, *words, t.url('nothing'), env=env) as tty:
            tty.wait(r'FAIL +f\.bin')
            tty.send('?')
            tty.wait('Help')
            t.equal(bool(colours(tty)), some, f'colours with {words} {env}')


@test
def themes(t):
    """each theme can be set, and marks the focus without a colour"""
    with bench(t) as tty:
        ready(tty)
        for theme in ('high-contrast', 'mono', '256', 'default'):
            tty.type(f':set theme {theme}')
            tty.send('Enter')
            tty.wait_gone('Commands')
            tty.wait(r'\[1 Downloads\]')


@test
def ascii_only(t):
    """--ascii: not one byte beyond it"""
    with bench(t, '--ascii', t.url('ok')) as tty:
        tty.wait(r'done +f\.bin')
        tty.wait(r'^-\[1 Downloads\]-')
        tty.send('?')
        tty.wait('Help')
        t.true(tty.stream().isascii(), 'bytes')


# --- keys ---

@test
def every_key(t):
    """each key of the tables does something sensible, with rows and without,
    at 80x24 and at 20x5"""
    lines = subprocess.run([THREADLAB, 'help', 'keys'], env=t.env, text=True,
                           stdout=subprocess.PIPE).stdout
    t.true('Space' in lines, lines)
    keys = ['Down', 'Up', 'Home', 'End', 'NPage', 'PPage', 'Left', 'Right',
            'BTab', 'Tab', 'F1', 'C-l', 'C-u', 'C-d', 'M-1', 'M-2', 'M-3',
            'Enter', 'Space', 'Escape'] + list(
                'jkgGhlzZmMyYuUrRxXaDPJKstToc+-/nN?:12iIFWb0')
    for size in ((80, 24), (20, 5)):
        for urls in ([], [t.url('ok', f'{c}.bin') for c in 'ab']):
            with bench(t, *urls, size=size) as tty:
                tty.wait(r'^ \? help')
                for pane in '12':
                    for key in keys:
                        tty.send(pane, key)
                        t.true(tty.alive(), f'life after {key}')
                        for _ in range(2):
                            tty.raw(b'\033')
                            tty.raw(b'\033')
                tty.wait(lambda: escaped(tty), what='the hints')
                t.true(tty.alive(), f'life\n{tty}')


def escaped(tty):
    tty.send('Escape')
    return re.search(r'^ \? help', tty.text(), re.MULTILINE)


if __name__ == '__main__':
    blackbox.main()

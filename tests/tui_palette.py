#!/usr/bin/python3
"""The palette, the filter and the help in a real terminal."""

import os

import blackbox
from blackbox import THREADLAB, test, write
from terminal import Terminal

S = (80, 24)
XS = (40, 10)


def bench(t, size=S, *words, **more):
    return Terminal(size, [THREADLAB, '--dir', t.out, *words], env=t.env,
                    cwd=t.folder, **more)


def rows(tty):
    """The palette's, from its rule on."""
    screen = tty.screen()
    rule = next(i for i, row in enumerate(screen) if '[Commands]' in row)
    return screen[rule:]


@test
def opens(t):
    """: opens it over the lower half, the caret in the line above the hints"""
    with bench(t) as tty:
        tty.wait(r'No downloads')
        tty.type(':')
        tty.wait(r'^.\[Commands\].* (\d+) of \1 .$')
        tty.wait(r'Enter run .*Esc close$')
        t.equal(len(rows(tty)), 12, 'rows of the palette')
        tty.wait(lambda: tty.cursor() == (1, 22), what='the caret')
        t.equal(tty.screen()[22], ':', 'the line')
        tty.send('Escape')
        tty.wait_gone('Commands')
        tty.type('q')
        t.equal(tty.status(), 0, 'status')
        tty.restored()


@test
def narrows(t):
    """what is typed leaves the commands that it may become"""
    with bench(t) as tty:
        tty.wait('No downloads')
        tty.type(':zoo')
        tty.wait(r'matching "zoo" .* 1 of \d+')
        tty.wait(r'^> zoom .* This pane alone, and back +z$')
        tty.wait(r'^ usage: zoom')
        tty.send('C-u')
        tty.type('pane')
        tty.wait(r'^> pane NAME')
        tty.send('C-u')
        tty.type('xyzzy')
        tty.wait(r'No command is called so')
        tty.send('C-u')
        tty.type('get a.iso')
        tty.wait(r'^ same as: threadlab get a.iso$')


@test
def runs(t):
    """Enter runs the line, or the only command that fits"""
    with bench(t) as tty:
        tty.wait(r'^─\[1 Down')
        tty.type(':set ascii on')
        tty.send('Enter')
        tty.wait(r'^-\[1 Down')
        tty.wait_gone('Commands')
        tty.type(':messa')
        tty.send('Enter')
        tty.wait(r'- Messages -')
        tty.send('Escape')
        tty.wait_gone('Messages')
        tty.type(':set')
        tty.send('Enter')
        tty.wait_gone('Commands')
        tty.type(':scr')
        tty.send('Enter')
        tty.wait(r'^:screenshot$')


@test
def chooses(t):
    """Down and Up choose a row, Enter runs it or asks for its arguments"""
    with bench(t) as tty:
        tty.wait('No downloads')
        tty.type(':pa')
        tty.wait('^:pa$')
        tty.send('Enter')
        tty.wait('several commands fit')
        tty.send('Down')
        first = tty.wait('^> (.*?)  ')[1]
        tty.send('Down')
        tty.wait(lambda: tty.wait('^> (.*?)  ')[1] != first)
        tty.send('Up')
        tty.wait(lambda: tty.wait('^> (.*?)  ')[1] == first)
        tty.send('C-u')
        tty.send('Down')
        tty.wait(r'^> get URL')
        tty.send('Enter')
        tty.wait(r'^:get$')
        t.equal(tty.cursor(), (5, 22), 'the caret behind a blank')


@test
def complains(t):
    """what is wrong stands at the foot, and the line is there to be put right
    """
    with bench(t) as tty:
        tty.wait('No downloads')
        tty.type(':set frames 99')
        tty.send('Enter')
        tty.wait(r'^ set frames: "99" is not one of 1-60$')
        tty.wait(r'^:set frames 99$')
        tty.send('BSpace', 'BSpace')
        tty.type('9')
        tty.wait_gone('is not one of')
        tty.send('Enter')
        tty.wait_gone('Commands')


@test
def completes(t):
    """Tab completes names, settings, their values, keys' commands, panes"""
    with bench(t) as tty:
        tty.wait('No downloads')
        for typed, want in ((':scree', ':screenshot'), ('se', ':set'),
                            ('set fr', ':set frames'),
                            ('set theme h', ':set theme high-contrast'),
                            ('pane d', ':pane down'),
                            ('pane downl', ':pane downloads'),
                            ('bind X pane n', ':bind X pane next'),
                            ('sort qu', ':sort queue'),
                            ('show fa', ':show FAIL'),
                            ('threads sort c', ':threads sort cpu'),
                            ('zoo', ':zoom'), ('  zoo', ':  zoom')):
            tty.type(typed)
            tty.wait(lambda: tty.screen()[22] == ':' + typed.lstrip(':'),
                     what=typed)
            tty.send('Tab')
            tty.wait(lambda: tty.screen()[22] == want, what=want)
            tty.send('C-u')
        tty.type('set ')
        tty.send('Tab')
        tty.wait(r'^ \[motion\] mouse  ascii')
        tty.send('Tab')
        tty.wait(r'^  motion \[mouse\] ascii')
        tty.wait(r'^:set mouse$')
        tty.send('Escape')
        tty.wait(r'^:set$')
        tty.send('C-u')
        tty.type('getxx')
        tty.send('Tab')
        tty.wait('nothing begins so')


@test
def paths(t):
    """Tab completes paths: folders with a slash, blanks quoted, ~ too"""
    os.makedirs(os.path.join(t.folder, 'some dir'))
    write(os.path.join(t.folder, 'some dir', '文件'), '')
    write(os.path.join(t.env['HOME'], 'home.conf'), '')
    with bench(t) as tty:
        tty.wait('No downloads')
        tty.type(':source som')
        tty.send('Tab')
        tty.wait(r"^:source 'some dir/'$")
        tty.send('Tab')
        tty.wait(r"^:source 'some dir/文件'$")
        tty.send('C-u')
        tty.type('source ~/h')
        tty.send('Tab')
        tty.wait(r'^:source ~/home.conf$')


@test
def recalls(t):
    """Up in an empty line brings older lines, and Ctrl+R finds them"""
    with bench(t) as tty:
        tty.wait('No downloads')
        for line in ('set motion off', 'set mouse on'):
            tty.type(':' + line)
            tty.send('Enter')
            tty.wait_gone('Commands')
        tty.type(':')
        tty.wait('Up history')
        tty.send('Up')
        tty.wait('^:set mouse on$')
        tty.send('Up')
        tty.wait('^:set motion off$')
        tty.send('Down')
        tty.wait('^:set mouse on$')
        tty.send('Down')
        tty.wait('^:$')
        tty.send('C-r')
        tty.type('mot')
        tty.wait('^search "mot": set motion off$')
        tty.send('Enter')
        tty.wait_gone('Commands')


@test
def small(t):
    """on a small screen it is all of it, and works down to 20x5"""
    with bench(t, XS) as tty:
        tty.wait('Down')
        tty.type(':zoo')
        tty.wait('^> zoom')
        t.true(tty.screen()[0].startswith('─[Commands]'), 'all of it')
        t.equal(tty.cursor(), (4, 8), 'the caret')
        tty.resize(20, 5)
        tty.wait(lambda: tty.cursor() == (4, 3), what='the caret')
        tty.wait('^> zoom')
        tty.resize(200, 60)
        tty.wait(lambda: tty.cursor() == (4, 58), what='the caret')
        tty.send('Escape')
        tty.wait_gone('Commands')


@test
def pastes(t):
    """a paste goes into the line, its lines become one"""
    with bench(t) as tty:
        tty.wait('No downloads')
        tty.type(':get ')
        tty.wait('^:get$')
        tty.paste('一\nb\x1b[31m\n')
        tty.wait(r'^:get 一 b.*31m$')
        tty.send('C-u')
        tty.wait('^:$')
        tty.paste('x' * 200)
        tty.wait('^:x{50,}$')


@test
def mouse(t):
    """a click chooses a row, two run it, the wheel scrolls"""
    with bench(t) as tty:
        tty.wait('No downloads')
        tty.type(':')
        tty.wait('^  pause all ')
        tty.wheel(5, 15)
        tty.wait_gone('^  get URL')
        tty.send('C-u')
        tty.type('zoom')
        tty.wait('^> zoom')
        tty.send('C-u')
        tty.wait('^  list FILE ')
        at = next(i for i, row in enumerate(tty.screen())
                  if row.startswith('  list FILE '))
        tty.click(4, at)
        tty.wait('^> list FILE')
        one = b'\033[<0;5;%dM\033[<0;5;%dm'
        tty.raw(one % (at, at))  # in one piece, as over a slow line
        tty.wait('^> get URL')
        tty.raw(one % (at + 3, at + 3) * 2)
        tty.wait('no download is selected')


@test
def shoots(t):
    """a screenshot shows the screen without the palette"""
    with bench(t) as tty:
        tty.wait('No downloads')
        tty.type(':screenshot shot.txt')
        tty.send('Enter')
        tty.wait('the screen is in shot.txt')
        shot = blackbox.read(os.path.join(t.folder, 'shot.txt')).decode()
        t.true('No downloads' in shot and 'Commands' not in shot, shot)


def filled(t, tty):
    tty.wait('No downloads')
    for name in ('apple', 'Apfel', 'pear', 'plum'):
        tty.type(f':get http://127.0.0.1:9/{name}')
        tty.send('Enter')
        tty.wait_gone('Commands')
        tty.wait(f'^.....? +{name}')


@test
def filters(t):
    """/ shows at each letter what is left; Enter keeps it, Esc shows all"""
    with bench(t) as tty:
        filled(t, tty)
        tty.type('/ap')
        tty.wait(r'^/ap +2 rows$')
        tty.wait_gone('pear')
        tty.wait(lambda: tty.cursor() == (3, 22), what='the caret')
        tty.type('p')
        tty.wait(r'^/app +1 row$')
        tty.send('Enter')
        tty.wait_gone('^/app')
        tty.wait_gone('Apfel')
        tty.type('/')
        tty.wait('^/app ')
        tty.send('Escape')
        tty.wait('pear')
        tty.type('/果')
        tty.wait(r'^/果 +0 rows$')


@test
def helps(t):
    """? lists what can be done; typing filters, also by keys and beyond ASCII
    """
    with bench(t) as tty:
        tty.wait('No downloads')
        tty.type('?')
        tty.wait(r'type to filter: +(\d+) of \1 ')
        tty.wait(r'> a +Add downloads +:get URL')
        tty.wait(r'CLI form +threadlab get URL\.\.\.')
        tty.wait(r'Docs +man threadlab')
        tty.type('ctrl+w h')
        tty.wait(r'> Ctrl\+W h.* :pane left')
        tty.wait(r'In a script: pane left')
        tty.send('C-u')
        tty.type('苹')
        tty.wait(r'filter: 苹 +0 of')
        tty.send('BSpace')
        tty.type('zoom')
        tty.wait(r'> z +This pane alone')
        tty.send('Enter')
        tty.wait_gone('filter')
        tty.type('？')
        tty.wait('type to filter')
        tty.type('？')
        tty.wait_gone('type to filter')


if __name__ == '__main__':
    blackbox.main(None)

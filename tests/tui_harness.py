#!/usr/bin/python3
"""The harness for screens, tried on small programs: a test that could not fail
would say nothing about the workbench."""

import os
import shutil
import signal
import subprocess
import sys
import time

import blackbox
import tui_random
from blackbox import HERE, Failed, Skipped, test, until
from meter import Meter
from modes import Modes
from terminal import Terminal, plain

PROBE = [sys.executable, '-B', os.path.join(HERE, 'screen_probe.py')]
SMALL = (40, 10)


def need(*commands):
    for command in commands:
        if not shutil.which(command):
            raise Skipped(f'there is no {command}')


def need_curses():
    try:
        import curses  # noqa: F401
    except ImportError:
        raise Skipped('this Python has no curses') from None


def fails(t, function, words):
    """The function raises Failed and says so."""
    try:
        function()
    except Failed as reason:
        t.true(words in str(reason), f'{words!r} in {reason}')
        return
    raise Failed(f'no failure: {words}')


# --- a terminal ---

@test
def screen(t):
    """rows, styles, wide characters and the cursor are seen"""
    need_curses()
    with Terminal((80, 24), PROBE, env=t.env) as tty:
        tty.wait(r'^size 80x24 +red$')
        t.equal(len(tty.screen()), 24, 'rows')
        t.equal(tty.screen()[1], '漢字 e\u0301', 'row')
        t.true('\033[31mred' in tty.styled()[0], 'red')
        t.equal(tty.cursor(), (4, 1), 'cursor')
        t.true(tty.alive(), 'life')
        os.kill(tty.pid, 0)


@test
def typing(t):
    """keys, names of keys, text and raw bytes arrive"""
    with Terminal(SMALL, ['cat', '-v'], env=t.env) as tty:
        tty.send('a', ';', 'C-t', 'Enter')
        tty.wait(r'^a;\^T\na;\^T$')
        tty.type('Space; $HOME;')
        tty.wait(r'Space; \$HOME;$')
        tty.send('Enter', 'M-1', 'Up', 'F1', 'Enter')
        tty.wait(r'^\^\[1\^\[\[A\^\[OP$')
        tty.raw(b'\033[I')
        tty.wait(r'\^\[\[I')


@test
def keys_by_term(t):
    """a key sends what the description of the terminal says"""
    for term, home in (('xterm-256color', r'\^\[OH'),
                       ('tmux-256color', r'\^\[\[1~')):
        with Terminal(SMALL, ['cat', '-v'], env=t.env, term=term) as tty:
            tty.send('Home', 'Enter')
            tty.wait(f'^{home}$')
    t.equal(plain(r'\E[^?\177^A\\\,\s'), b'\033[\x7f\x7f\x01\\, ', 'plain')


@test
def environment(t):
    """the program gets the environment, the locale and TERM, no more"""
    env = dict(t.env, NEW='a b;', PATH='/usr/bin:/bin')
    with Terminal((200, 60), ['env'], env=env, term='linux',
                  locale='C') as tty:
        t.equal(tty.status(), 0, 'status')
        tty.wait(r'^NEW=a b;$')
        rows = [row for row in tty.screen() if row]
        t.equal(sorted(row.split('=')[0] for row in rows),
                sorted({*env, 'LC_ALL', 'TERM'}), 'variables')
        t.true('TERM=linux' in rows and 'LC_ALL=C' in rows, 'both')
    with Terminal(SMALL, ['pwd'], env=t.env, cwd=t.folder) as tty:
        tty.wait('/environment')


@test
def absent(t):
    """what the machine lacks is a reason to skip"""
    for more in ({'term': 'no-such-term'}, {'locale': 'xx_XX.UTF-8'}):
        try:
            Terminal(SMALL, ['true'], env=t.env, **more).close()
        except Skipped as reason:
            t.true('there is no' in str(reason), str(reason))
        else:
            raise Failed(f'not skipped: {more}')


@test
def resizing(t):
    """a new size is seen by the program"""
    need_curses()
    with Terminal((80, 24), PROBE, env=t.env) as tty:
        for columns, rows in ((200, 60), (20, 5), (120, 40)):
            tty.resize(columns, rows)
            tty.wait(f'^size {columns}x{rows}( |$)')
            t.equal(len(tty.screen()), rows, 'rows')


@test
def pasting(t):
    """a paste is between brackets where they were asked for"""
    need_curses()
    with Terminal((80, 24), PROBE, env=t.env) as tty:
        tty.wait('size')
        tty.paste('x')
        tty.wait(r'^key <1b>\[200~$')
        tty.wait(r'^key x$')
        tty.wait(r'^key <1b>\[201~$')
    with Terminal(SMALL, ['cat', '-v'], env=t.env) as tty:
        tty.paste('one;\n二;\n')
        tty.wait(r'^one;$')
        tty.wait(r'^M-dM-:M-\^L;$')


@test
def mouse(t):
    """clicks, the wheel and focus events arrive where they are wanted"""
    need_curses()
    with Terminal((80, 24), PROBE, env=t.env) as tty:
        tty.wait('size')
        tty.click(10, 4)
        tty.wait(r'^key <1b>\[<0;11;5M$')
        tty.wait(r'^key <1b>\[<0;11;5m$')
        tty.wheel(0, 0)
        tty.wait(r'^key <1b>\[<65;1;1M$')
        tty.focus(False)
        tty.wait(r'^key <1b>\[O$')
    with Terminal(SMALL, ['cat', '-v'], env=t.env) as tty:
        fails(t, lambda: tty.click(1, 1), 'did not ask for the mouse')


@test
def vain(t):
    """what does not come is a failure with the screen in it"""
    with Terminal(SMALL, ['cat'], env=t.env) as tty:
        tty.type('here I am')
        tty.wait('here I am')
        fails(t, lambda: tty.wait('nobody', seconds=0.1), '|here I am')
        fails(t, lambda: tty.wait_gone('here', seconds=0.1), '|here I am')
        tty.send('Enter', 'C-d')
        fails(t, lambda: tty.wait('nobody', seconds=30), 'ended with 0')


@test
def ends(t):
    """the status of a program, by exit and by signal"""
    for words, status in ((['true'], 0), (['sh', '-c', 'exit 7'], 7),
                          (['sh', '-c', 'kill -TERM $$'], 143)):
        with Terminal(SMALL, words, env=t.env) as tty:
            t.equal(tty.status(), status, f'{words}')
            t.true(not tty.alive(), 'no life')
            tty.restored()


@test
def restored(t):
    """a terminal that is left as it was passes"""
    need_curses()
    with Terminal(SMALL, PROBE, env=t.env) as tty:
        tty.wait('size')
        t.equal(tty.flags()['alternate_on'], '1', 'alternate screen')
        t.true({1000, 1004, 1006, 2004} <= tty.modes().turned_on(), 'modes')
        tty.send('q')
        t.equal(tty.status(), 0, 'status')
        tty.restored()


@test
def not_restored(t):
    """one that is not does not"""
    need_curses()
    for word, told in (('mouse', 'mouse_any_flag is 1'),
                       ('cursor', 'cursor_flag is 0'),
                       ('paste', 'bracketed paste (2004) on'),
                       ('screen', 'alternate_on is 1'),
                       ('stty', 'settings of the terminal')):
        with Terminal(SMALL, PROBE + ['--leave', word], env=t.env) as tty:
            tty.wait('size')
            tty.send('q')
            tty.status()
            fails(t, lambda: tty.restored(0.3), told)


@test
def suspended(t):
    """a pager is stopped and goes on under a shell with job control"""
    need('bash', 'less')
    t.scratch('text', ''.join(f'line {i}\n' for i in range(100)))
    env = dict(t.env, PS1='$ ')
    with Terminal(SMALL, ['bash', '--norc', '--noprofile', '-i'], env=env,
                  cwd=t.folder) as tty:
        tty.wait(r'^\$')
        tty.type('less text\n')
        tty.wait('^line 1$')
        tty.send('Space')
        tty.wait('^line 15$')
        tty.send('C-z')
        tty.wait('Stopped')
        t.equal(tty.flags()['alternate_on'], '0', 'alternate screen')
        tty.type('fg\n')
        tty.wait('^line 15$')
        tty.send('q')
        tty.wait_gone('line 15')


# --- a meter ---

@test
def stream(t):
    """output is seen with its time, keys arrive, the end is told"""
    with Meter(SMALL, ['sh', '-c', 'stty size; tty; read x; echo got $x; '
                       'exit 3'], env=t.env) as meter:
        meter.wait(rb'10 40\r\n/dev/')
        begin = time.monotonic()
        mark = meter.mark()
        t.equal(meter.bytes_between(0, begin), mark, 'bytes')
        meter.send(b'abc\n')
        meter.wait(rb'^abc\r\n', mark)
        meter.wait(rb'got abc\r\n$', mark)
        t.equal(meter.bytes_between(begin, time.monotonic()), 14, 'bytes')
        t.equal(meter.status(), 3, 'status')
        meter.restored()
        fails(t, lambda: meter.wait(b'nobody'), 'waited in vain')
    with Meter(SMALL, ['sh', '-c', 'kill -TERM $$'], env=t.env) as meter:
        t.equal(meter.status(), 143, 'status by signal')
    with Meter(SMALL, ['sleep', '60'], env=t.env) as meter:
        meter.kill()
        t.equal(meter.status(), 143, 'status by our signal')
        t.equal(meter.data, b'', 'nothing else is in the stream')


@test
def answers(t):
    """queries are answered as told, or not at all"""
    need_curses()
    told = {'cursor': (5, 9), 'modes': {2026: 2}, 'attributes': b'?62;22c'}
    queries = [b'\033[6n', b'\033[?2026$p', b'\033[c']
    with Meter((80, 24), PROBE + ['--query'], env=t.env,
               answers=told) as meter:
        meter.wait(rb'\[5;9R')
        meter.wait(rb'2026;2')
        meter.wait(rb'62;22')
        t.equal(meter.asked, queries, 'queries')
    with Meter((80, 24), PROBE + ['--query'], env=t.env) as meter:
        meter.first_paint()
        t.equal(meter.asked, queries, 'queries')
        t.true(b'key' not in meter.data, 'no answer')


@test
def figures(t):
    """first paint, frames, writes, time to paint, memory"""
    need_curses()
    with Meter((80, 24), PROBE, env=t.env) as meter:
        seconds, count = meter.first_paint()
        t.equal(count, meter.mark(), 'bytes of the first paint')
        t.true(0 < seconds < 10 * blackbox.SLOW, 'its time')
        mark, writes = meter.mark(), meter.writes()
        t.true(0 < meter.key_to_paint(b'x') < 10, 'time to paint')
        meter.quiet()
        frames = meter.frames(mark)
        t.equal(len(frames), 1, 'frames')
        t.equal(len(frames[0][1]), meter.mark() - mark, 'bytes of the frame')
        t.true(1 <= meter.writes() - writes < 100, 'writes of the frame')
        t.true(1000 < meter.peak_kib() < 200000, 'peak memory')
        meter.resize(20, 5)
        meter.wait(rb'20x5', mark)


@test(alone=True)
def idle(t):
    """idle is 0 wakeups, and one that ticks is found"""
    need_curses()
    with Meter(SMALL, PROBE, env=t.env) as meter:
        meter.first_paint()
        seen = meter.idle(1)
        t.equal((seen.bytes, seen.writes, seen.wakeups), (0, 0, 0),
                f'idle {seen}')
    with Meter(SMALL, PROBE + ['--ticks'], env=t.env) as meter:
        meter.first_paint()
        seen = meter.idle(1)
        t.true(seen.wakeups > 5 and seen.bytes == 0, f'ticks in {seen}')


@test
def modes_left(t):
    """modes are read from the stream, and what is left on is told"""
    modes = Modes(b'\033[?1049;2004h\033[?25l\033=\033(0\033[1;31mx\033[4h')
    t.true(modes[1049] and modes[2004] and modes[25] is False, 'modes')
    t.equal(modes[1000], None, 'one that nobody set')
    t.equal(modes.left(), ['cursor (25) off', 'alternate screen (1049) on',
                           'bracketed paste (2004) on', 'keypad on',
                           'line_drawing on', 'insert on', 'pen on'], 'left')
    modes = Modes(b'\033[?2004h\033=\033(0\033[1m\033[4h\033[?2004l\033>'
                  b'\033(B\033[0;10m\033[4l')
    t.true(modes.turned_on() == {2004}, 'ever on')
    t.equal(modes.left(), ['pen on'], 'left')
    t.equal(Modes(b'\033[?25l\033[7m\033c').left(), [], 'after a reset')
    need_curses()
    for word, told in (('', None), ('paste', 'bracketed paste'),
                       ('stty', '(stty) differ')):
        with Meter(SMALL, PROBE + ['--leave', word], env=t.env) as meter:
            meter.first_paint()
            meter.send(b'q')
            t.equal(meter.status(), 0, 'status')
            if told:
                fails(t, meter.restored, told)
            else:
                meter.restored()


# --- random input ---

@test
def random_input(t):
    """a good program lives, the same seed is the same input"""
    need_curses()
    game = tui_random.play(PROBE, t.env, t.folder, 1, 3)
    t.true(game.events > 10 and game.lives > 0, f'{game.events} events')
    first = []
    for _ in range(2):
        dice = tui_random.random.Random(7)
        player = tui_random.Player(dice, {'kf1': b'\033OP', 'kbs': b'\x7f'})
        first.append([player.event() for _ in range(500)])
    t.equal(first[0], first[1], 'events')


@test
def random_faults(t):
    """one that crashes, hears no more or leaves modes on is found"""
    need_curses()
    for words, told in ((['--crash', 'e'], 'it ended with 139'),
                        (['--deaf', 'e'], 'no answer'),
                        (['--leave', 'paste'], 'bracketed paste')):
        fails(t, lambda: tui_random.play(PROBE + words, t.env, t.folder, 1,
                                         20), told)


@test
def random_program(t):
    """as a program of its own it tells the seed and the result in TAP"""
    need_curses()
    words = [sys.executable, '-B', os.path.join(HERE, 'tui_random.py'),
             '--seconds', '0.5', '--seed', '5']
    good = subprocess.run(words + PROBE, env=t.env, stdout=subprocess.PIPE,
                          text=True)
    t.equal(good.returncode, 0, good.stdout)
    t.true('# seed 5\nok 1' in good.stdout, good.stdout)
    bad = subprocess.run(words + ['false'], env=t.env, stdout=subprocess.PIPE,
                         text=True)
    t.equal(bad.returncode, 1, bad.stdout)
    t.true('\nnot ok 1' in bad.stdout, bad.stdout)


if __name__ == '__main__':
    blackbox.main(None)

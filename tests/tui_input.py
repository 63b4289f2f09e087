#!/usr/bin/python3
"""What a terminal sends, as people and machines send it: keys of every kind,
bytes that are none, pastes, the mouse."""

import re
import time

import blackbox
from blackbox import THREADLAB, test
from meter import Meter
from terminal import Terminal

S = (80, 24)
ASCII_RULE = rb'-(\033\[\d+b|---)'  # repeated, or written out


def bench(t, *words, size=S, env=None, **more):
    return Terminal(size, [THREADLAB, '--dir', t.out, *words],
                    env=dict(t.env, **(env or {})), cwd=t.folder, **more)


def ready(tty):
    tty.wait(r'^ \? help')


def escape_alone(tty):
    """Esc, and so much time that it is not Alt with what follows."""
    tty.raw(b'\033')
    time.sleep(0.1 * blackbox.SLOW)


# --- bytes ---

@test
def broken_bytes(t):
    """bytes that are no UTF-8 swallow nothing of what follows"""
    with bench(t) as tty:
        ready(tty)
        for junk in (b'\xff', b'\xe4\xb8', b'\x80', b'\xf0\x9f', b'\xc3'):
            tty.raw(junk + b'?')
            tty.wait('Help')
            tty.raw(b'\033')
            tty.wait_gone('Help')
            tty.raw(junk)
            tty.send('F1')
            tty.wait('Help')
            tty.raw(b'\033')
            tty.wait_gone('Help')


@test
def broken_sequences(t):
    """sequences that nobody knows, and halves of some, do no harm"""
    with bench(t) as tty:
        ready(tty)
        for junk in (b'\033[999;999R', b'\033[?2026;2$y', b'\033[?2026;9$y',
                     b'\033[1;2;3;4;5;6;7m', b'\033[' + b'1;' * 100 + b'm',
                     b'\033[M', b'\033[<0;', b'\033[<0;999;999M',
                     b'\033[<200;5;5m', b'\033O', b'\033\033', b'\033[I',
                     b'\033[O', b'\033[201~'):
            tty.raw(junk)
            escape_alone(tty)
            tty.raw(b'?')
            tty.wait('Help', what=f'the help after {junk}')
            tty.raw(b'\033')
            tty.wait_gone('Help')


@test
def late_width(t):
    """an answer that line drawing is two columns wide turns to ASCII; others
    do not"""
    with Meter(S, [THREADLAB, '--dir', t.out], env=t.env,
               answers={'cursor': (1, 14)}) as meter:
        meter.wait(ASCII_RULE)
    with Meter(S, [THREADLAB, '--dir', t.out], env=t.env,
               answers={'cursor': (1, 13)}) as meter:
        meter.first_paint()
        t.true('─'.encode() in meter.data, 'lines')
        meter.send(b'\033[1;14R\033[9;99R')
        meter.send(b'?')
        meter.wait(b'Help')
        t.true(not re.search(ASCII_RULE, meter.data), 'it is asked once')


@test
def fullwidth(t):
    """an input method that was left on gives commands all the same"""
    with bench(t) as tty:
        ready(tty)
        for key, shows in (('？', 'Help'), ('：', r'\[Commands\]'),
                           ('、', '^/ '), ('Ｍ', 'Messages')):
            tty.type(key)
            tty.wait(shows, what=f'{shows} after {key}')
            tty.send('Escape')
            tty.wait(r'No downloads')
            tty.wait(lambda: not re.search(r'Help|\[Commands\]|Messages|^/',
                                           tty.text(), re.MULTILINE),
                     what='the panes')
        tty.type('ｚ')
        tty.wait_gone('2 Threads')
        tty.type('２')
        tty.wait('\\[2 Threads')
        tty.type('ｑ')
        t.equal(tty.status(), 0, 'status')


@test
def escape_is_quick(t):
    """Esc closes what is open within a fraction of a second"""
    with Meter(S, [THREADLAB, '--dir', t.out], env=t.env) as meter:
        meter.first_paint()
        times = []
        for _ in range(5):
            mark = meter.mark()
            meter.send(b'?')
            meter.wait(b'Help', mark)
            meter.quiet()
            times.append(meter.key_to_paint(b'\033'))
            meter.quiet()
        t.true(sorted(times)[2] < 0.2 * blackbox.SLOW, f'{times}')


@test
def focus(t):
    """to get and to lose the focus changes nothing"""
    with bench(t) as tty:
        ready(tty)
        before = tty.text()
        tty.focus(False)
        tty.focus(True)
        tty.send('j')
        tty.wait(r'^ \? help')
        t.equal(tty.screen()[0][:10], before.split('\n')[0][:10], 'screen')
        t.true('no key' not in tty.text(), tty.text())


@test
def unknown_key(t):
    """a key that is none says so, and where the keys are told"""
    with bench(t) as tty:
        ready(tty)
        for key, name in (('e', 'e'), ('F5', 'F5'), ('C-t', r'Ctrl\+T'),
                          ('M-x', r'Alt\+X')):
            tty.send(key)
            tty.wait(rf'{name} is no key here: \? shows')


@test
def sequence(t):
    """Ctrl+W waits for what it is about, and Esc leaves it"""
    with bench(t) as tty:
        ready(tty)
        tty.send('C-w')
        tty.wait(r'^ Ctrl\+W \.\.\.$')
        tty.send('j')
        tty.wait(r'\[2 Threads')
        tty.send('C-w')
        tty.wait(r'^ Ctrl\+W \.\.\.$')
        tty.send('Up')
        tty.wait(r'\[1 Downloads')
        tty.send('C-w')
        tty.wait(r'^ Ctrl\+W \.\.\.$')
        tty.send('Escape')
        tty.wait(r'^ \? help|no key')


# --- pastes ---

@test
def pasted_urls(t):
    """a pasted list of URLs is offered, and what is taken is downloaded"""
    urls = [t.url('ok', f'{name}.bin') for name in 'abc']
    with bench(t) as tty:
        ready(tty)
        tty.wait(lambda: tty.modes()[2004], what='bracketed paste')
        tty.paste('\n'.join(urls) + '\n')
        tty.wait('3')
        tty.send('y')
        for name in 'abc':
            tty.wait(rf'done +{name}\.bin')
    t.equal(t.finals(), ['a.bin', 'b.bin', 'c.bin'], 'files')


@test
def pasted_hostile(t):
    """a paste of anything else does nothing but be told, whatever is in it"""
    with bench(t) as tty:
        ready(tty)
        for text in ('rm -rf /', ':quit\rq\ry', '\x00\x03\x1a\x1c\x04', 'x' * 9000,
                     '👩‍👩‍👧 e\u0301' * 40):
            tty.paste(text)
            tty.send('?')
            tty.wait('Help')
            tty.send('Escape')
            tty.wait_gone('Help')
        tty.raw(b'\033[200~\033[201~\033[200~half of one')
        tty.raw(b'\033[201~')
        tty.send('?')
        tty.wait('Help')
    t.equal(t.files(), [], 'files')


@test
def endless_paste(t):
    """Esc leaves a paste whose end was lost"""
    with bench(t) as tty:
        ready(tty)
        tty.raw(b'\033[200~qqq')
        escape_alone(tty)
        tty.type('e')
        tty.wait('e is no key here')


@test
def pasted_into_line(t):
    """a paste into the command line is text there, and runs nothing"""
    with bench(t) as tty:
        ready(tty)
        tty.type(':')
        tty.wait(r'\[Commands\]')
        tty.paste('get http://127.0.0.1:1/a\nquit\n')
        tty.wait(r'^:get http://127\.0\.0\.1:1/a')
        t.true(tty.alive(), 'life')
        tty.send('Escape')
        tty.wait_gone(r'\[Commands\]')
        tty.wait('No downloads')


# --- the mouse ---

def with_rows(t, *names, **more):
    return bench(t, *(t.url('ok', f'{name}.bin') for name in names), **more)


def row_of(tty, text):
    return next(i for i, row in enumerate(tty.screen()) if text in row)


@test
def clicks(t):
    """a click selects and focuses, a double click shows details"""
    with with_rows(t, *'abcdef') as tty:
        tty.wait(r'done +f\.bin')
        tty.wait(lambda: tty.flags()['mouse_any_flag'] == '1', what='mouse')
        tty.click(20, row_of(tty, 'd.bin'))
        tty.wait(r'^>done +d\.bin')
        tty.wait(lambda: tty.cursor()[1] == row_of(tty, 'd.bin'),
                 what='the cursor there')
        tty.click(5, row_of(tty, '2 Threads'))
        tty.wait(r'\[2 Threads')
        tty.click(20, row_of(tty, 'b.bin'))
        tty.wait(r'\[1 Downloads')
        tty.click(20, row_of(tty, 'b.bin'))
        tty.click(20, row_of(tty, 'b.bin'))
        tty.wait(r'127\.0\.0\.1:\d+')


@test
def wheels(t):
    """the wheel scrolls what it is over, and selects nothing out of sight"""
    names = [f'n{i:02}' for i in range(40)]
    with with_rows(t, *names) as tty:
        tty.wait(r'40 done')
        tty.send('g')
        tty.wait(r'^>done +n00')
        for _ in range(3):
            tty.wheel(10, 3)
        tty.wait_gone('n00')
        tty.wait(r'^>done')
        for _ in range(30):
            tty.wheel(10, 3, down=False)
        tty.wait('n00')


@test
def no_mouse(t):
    """m gives the mouse back to the terminal, and takes it again"""
    with bench(t) as tty:
        ready(tty)
        tty.wait(lambda: tty.flags()['mouse_any_flag'] == '1', what='mouse')
        tty.send('m')
        tty.wait(lambda: tty.flags()['mouse_any_flag'] == '0', what='none')
        tty.send('m')
        tty.wait(lambda: tty.flags()['mouse_any_flag'] == '1', what='mouse')
        tty.mouse(0, 10, 5)
        tty.mouse(0, 30, 6, release=True)
        tty.wait('Shift and drag selects; m: mouse off')


if __name__ == '__main__':
    blackbox.main()

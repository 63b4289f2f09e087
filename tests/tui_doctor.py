#!/usr/bin/python3
"""threadlab doctor in a real terminal."""

import blackbox
from blackbox import THREADLAB, test
from terminal import Terminal


@test
def asks(t):
    """the terminal is asked, answers, and is left as it was"""
    with Terminal((100, 45), [THREADLAB, 'doctor'], env=t.env) as tty:
        tty.wait(r'^  processors +\d+')
        tty.wait(r'^  TERM +xterm-256color, known here$')
        tty.wait(r'^  output +a terminal$')
        tty.wait(r'^  size +100x45$')
        tty.wait(r'^  colours +256$')
        tty.wait(r'^ +1 by the terminal$')
        tty.wait(r'^  lines and bars +drawn$')
        tty.wait(r'^  answers +yes$')
        tty.wait(r'^  whole frames +(yes|no)$')
        t.equal(tty.status(), 0, 'status')
        tty.restored()


@test
def others(t):
    """a terminal of another kind is not asked; C draws in ASCII"""
    with Terminal((100, 45), [THREADLAB, 'doctor'], env=t.env, term='vt100',
                  locale='C') as tty:
        tty.wait(r'^  processors +\d+')
        tty.wait(r'^  TERM +vt100, known here$')
        tty.wait(r'^  colours +0$')
        tty.wait(r'^  lines and bars +in ASCII$')
        tty.wait(r'^  answers +not asked$')
        t.equal(tty.status(), 0, 'status')
        tty.restored()


@test
def unknown(t):
    """a TERM that is not known says what it is treated as"""
    with Terminal((100, 45),
                  ['env', 'TERM=nosuchterm', THREADLAB, 'doctor'],
                  env=t.env) as tty:
        tty.wait(r'^  TERM +nosuchterm, not known here$')
        tty.wait(r'^  treated as +xterm-256color$')
        t.equal(tty.status(), 0, 'status')


if __name__ == '__main__':
    blackbox.main(None)

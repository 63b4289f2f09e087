"""A small full-screen program, to try the harness on: it shows what comes in.

    screen_probe.py [--leave WORD] [--crash KEY] [--query] [--ticks] [--deaf KEY]

It ends with q. --leave does not turn WORD (mouse, paste, cursor, screen, stty)
off at the end, --crash ends by a signal on KEY, --deaf answers nothing after
KEY, --query asks the terminal for its place and mode 2026, --ticks never is
idle.
"""

import argparse
import codecs
import curses
import locale
import os
import signal
import sys
import termios
import threading

ON = {'mouse': '\033[?1000h\033[?1006h', 'paste': '\033[?2004h',
      'focus': '\033[?1004h'}


def write(text):
    os.write(1, text.encode())


def show(window, notes):
    rows, columns = window.getmaxyx()
    window.erase()
    lines = [f'size {columns}x{rows}', '漢字 e\u0301', *notes[-rows + 3:]]
    for row, line in enumerate(lines[:rows]):
        window.addnstr(row, 0, line, columns - 1)
    if columns > 24:
        window.addstr(0, 20, 'red',
                      curses.color_pair(1) if curses.has_colors() else 0)
    window.move(min(1, rows - 1), min(4, columns - 1))
    window.refresh()


decoder = codecs.getincrementaldecoder('utf-8')('replace')


def read_key(window):
    """A character, or the number of a key; '' while a character is not whole.
    Not get_wch: after a byte that is no UTF-8 it keeps the next keys back."""
    key = window.getch()
    if key < 0:
        raise curses.error
    if key < 256:
        return decoder.decode(bytes([key]))
    decoder.reset()
    return key


def event(window):
    """One key; what starts with an escape as one string."""
    key = read_key(window)
    if key == curses.KEY_MOUSE:
        key = '\033[<'
    elif key != '\033':
        return key
    window.timeout(50)
    text = key
    try:
        while len(text) < 30:
            more = read_key(window)
            text += more if isinstance(more, str) else f'[{more}]'
            if len(text) > 2 and text[-1] in 'MmIORy~':
                break
    except curses.error:
        pass
    window.timeout(-1)
    return text


def name(key):
    if isinstance(key, int):
        return curses.keyname(key).decode()
    return ''.join(c if c.isprintable() else f'<{ord(c):02x}>' for c in key)


def loop(window, options):
    notes = []
    while True:
        show(window, notes)
        try:
            key = event(window)
        except curses.error:
            continue
        if key == 'q':
            return
        if key == options.crash:
            os.kill(os.getpid(), signal.SIGSEGV)
        while key == options.deaf:
            signal.pause()
        notes.append(f'key {name(key)}')


def tick():
    event = threading.Event()
    while not event.wait(0.02):
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--leave', default='')
    parser.add_argument('--crash')
    parser.add_argument('--deaf')
    parser.add_argument('--query', action='store_true')
    parser.add_argument('--ticks', action='store_true')
    options = parser.parse_args()
    locale.setlocale(locale.LC_ALL, '')
    if options.ticks:
        threading.Thread(target=tick, daemon=True).start()
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
        signal.signal(number, signal.SIG_IGN)
    window = curses.initscr()
    if curses.has_colors():
        curses.start_color()
        curses.use_default_colors()
        curses.init_pair(1, curses.COLOR_RED, -1)
    curses.noecho()
    curses.raw()
    window.keypad(True)
    curses.set_escdelay(25)
    write(''.join(ON.values()))
    if options.query:
        write('\033[6n\033[?2026$p\033[c')
    if options.leave == 'cursor':
        curses.curs_set(0)
    loop(window, options)
    write(''.join(text.replace('h', 'l') for word, text in ON.items()
                  if word != options.leave))
    curses.endwin()
    if options.leave == 'cursor':
        write('\033[?25l')
    if options.leave == 'screen':
        write('\033[?1049h')
    if options.leave == 'stty':
        settings = termios.tcgetattr(0)
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(0, termios.TCSANOW, settings)


if __name__ == '__main__':
    sys.exit(main())

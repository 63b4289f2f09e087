"""A real terminal for black-box tests of screens: tmux on a private socket.

    with Terminal((80, 24), [THREADLAB], env=t.env) as tty:
        tty.wait('Downloads')
        tty.send('j', 'Enter')

All waiting is polling: wait() ends as soon as the screen is as wanted, and
raises Failed with the screen in it when that does not come.
"""

import itertools
import os
import re
import shutil
import subprocess
import tempfile
import time

from blackbox import SLOW, Failed, Skipped, read
from modes import Modes

POLL_S = 0.02
FLAGS = ('alternate_on', 'cursor_flag', 'cursor_x', 'cursor_y', 'insert_flag',
         'keypad_cursor_flag', 'keypad_flag', 'mouse_all_flag',
         'mouse_any_flag', 'mouse_button_flag', 'mouse_sgr_flag',
         'mouse_standard_flag', 'origin_flag', 'pane_height', 'pane_title',
         'pane_width', 'wrap_flag')
AT_FIRST = {'alternate_on': '0', 'cursor_flag': '1', 'insert_flag': '0',
            'keypad_cursor_flag': '0', 'keypad_flag': '0',
            'mouse_any_flag': '0', 'mouse_sgr_flag': '0', 'origin_flag': '0',
            'wrap_flag': '1'}
# The program is held until the test opens the gate, so that not one byte is
# missed. It runs from a shell that notes the settings before and after and
# keeps the terminal when it is gone. (tmux itself can lose a status: SIGCHLD is
# off while it tells utmp of the end.)
SHELL = '''
folder=$1; shift; : <"$folder/gate"
trap : INT QUIT TSTP
stty -g >"$folder/before"
sh -c 'echo $$ >"$0"; exec "$@"' "$folder/pid" "$@"
echo "$?" >"$folder/status.new"
stty -g >"$folder/after"
mv "$folder/status.new" "$folder/status"
trap - INT QUIT TSTP
exec cat
'''
# What a terminal sends for these keys is what its description says. tmux has
# its own idea, but for the arrows one that fits.
KEYS = {'BSpace': 'kbs', 'BTab': 'kcbt', 'DC': 'kdch1', 'End': 'kend',
        'Home': 'khome', 'IC': 'kich1', 'NPage': 'knp', 'PPage': 'kpp',
        **{f'F{i}': f'kf{i}' for i in range(1, 13)}}
number = itertools.count()


def need_tmux():
    if not shutil.which('tmux'):
        raise Skipped('there is no tmux')


def need_term(term):
    """The system must have a description of that terminal: returns its keys
    as {capability: bytes}."""
    if not shutil.which('infocmp'):
        raise Skipped('there is no infocmp')
    run = subprocess.run(['infocmp', '-1', term], stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, text=True)
    if run.returncode:
        raise Skipped(f'there is no description of the terminal {term}')
    return {name: plain(text) for name, text
            in re.findall(r'^\t(k\w+)=(.*),$', run.stdout, re.MULTILINE)}


def plain(text):
    """A string as terminfo(5) writes it."""
    def one(match):
        word = match[0]
        if word[0] == '^':
            return chr(ord(word[1]) ^ 64)
        if word[1].isdigit():
            return chr(int(word[1:], 8))
        return {'E': '\033', 'n': '\n', 'r': '\r', 't': '\t', 'b': '\b',
                's': ' '}.get(word[1], word[1])
    return re.sub(r'\^.|\\[0-7]{3}|\\.', one, text).encode('latin-1')


def need_locale(name):
    def same(word):
        return word.lower().replace('-', '')
    words = subprocess.run(['locale', '-a'], stdout=subprocess.PIPE,
                           stderr=subprocess.DEVNULL, text=True).stdout
    if same(name) not in map(same, words.split()):
        raise Skipped(f'there is no locale {name}')


class Terminal:
    """A program at work in a terminal of size (columns, rows). Its environment
    is env, TERM and LC_ALL and nothing else. Nobody could wake it up if it were
    stopped, so the system does not stop it: for that, run a shell with job
    control and the program from there."""

    def __init__(self, size, argv, env=None, term='xterm-256color',
                 locale='C.UTF-8', cwd=None):
        need_tmux()
        self.keys = need_term(term)
        need_locale(locale)
        self.folder = tempfile.mkdtemp(prefix='threadlab.')
        self.words = list(argv)
        self.socket = f'threadlab-{os.getpid()}-{next(number)}'
        self.env = {'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8',
                    'TMUX_TMPDIR': self.folder, 'SHELL': '/bin/sh',
                    'HOME': self.folder}
        inside = dict(env or {'PATH': os.environ['PATH']}, TERM=term,
                      LC_ALL=locale)
        words = ['env', '-i'] + [f'{key}={value}'
                                 for key, value in inside.items()] + self.words
        os.mkfifo(self.path('gate'))
        try:
            self.start(size, term, cwd or self.folder, words)
        except BaseException:
            self.close()
            raise

    def start(self, size, term, cwd, words):
        self.tmux('start-server', ';', 'set', '-g', 'status', 'off', ';',
                  'set', '-g', 'default-terminal', term, ';',
                  'set', '-g', 'escape-time', '0', ';',
                  'set', '-g', 'focus-events', 'on', ';',
                  'new-session', '-d', '-x', str(size[0]), '-y', str(size[1]),
                  '-c', cwd, '--',
                  *map(guarded, ['sh', '-c', SHELL, 'sh', self.folder,
                                 *words]))
        self.tmux('pipe-pane', '-O', f'cat >{self.path("stream")}')
        with open(self.path('gate'), 'w'):
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        subprocess.run(['tmux', '-L', self.socket, 'kill-server'],
                       env=self.env, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def tmux(self, *words, data=None):
        """Runs tmux commands; ';' is between two of them."""
        run = subprocess.run(
            ['tmux', '-u', '-f', '/dev/null', '-L', self.socket, *words],
            env=self.env, input=data, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        if run.returncode:
            raise Failed(f'tmux {words[0]}: {run.stderr.decode()}')
        return run.stdout.decode()

    # --- what a person does ---

    def send(self, *keys):
        """Keys by tmux's names: 'q', 'Enter', 'C-w', 'M-1', 'F1', 'BTab'."""
        for key in keys:
            data = self.keys.get(KEYS.get(key))
            if data:
                self.raw(data)
            else:
                self.tmux('send-keys', '--', guarded(key))

    def type(self, text):
        self.tmux('send-keys', '-l', '--', guarded(text))

    def raw(self, data):
        """Bytes (ASCII) as a terminal would send them."""
        self.tmux('send-keys', '-H', *(f'{byte:x}' for byte in data))

    def paste(self, text):
        """Between brackets if the program asked for them, each newline as a
        carriage return, as terminals do."""
        self.tmux('load-buffer', '-b', 'paste', '-', data=text.encode())
        self.tmux('paste-buffer', '-p', '-d', '-b', 'paste')

    def resize(self, columns, rows):
        self.tmux('resize-window', '-x', str(columns), '-y', str(rows))

    def focus(self, gained=True):
        self.wait(lambda: self.modes()[1004], what='a wish for focus events')
        self.raw(b'\033[I' if gained else b'\033[O')

    def mouse(self, button, column, row, release=False):
        """One event, at cells counted from 0. Buttons: 0 left, 1 middle, 2
        right, 64 and 65 the wheel; add 32 for a drag."""
        flags = self.flags()
        if flags['mouse_any_flag'] != '1':
            raise Failed('the program did not ask for the mouse')
        if flags['mouse_sgr_flag'] == '1':
            self.raw(b'\033[<%d;%d;%d%c' % (button, column + 1, row + 1,
                                            b'm' if release else b'M'))
        else:
            self.raw(b'\033[M' + bytes([32 + (3 if release else button),
                                        33 + column, 33 + row]))

    def click(self, column, row, button=0):
        self.mouse(button, column, row)
        self.mouse(button, column, row, release=True)

    def wheel(self, column, row, down=True):
        self.mouse(65 if down else 64, column, row)

    # --- what a person sees ---

    def screen(self):
        """The rows, without the blanks at their ends."""
        return self.tmux('capture-pane', '-p').split('\n')[:-1]

    def styled(self):
        """The same with SGR sequences."""
        return self.tmux('capture-pane', '-p', '-e').split('\n')[:-1]

    def text(self):
        return '\n'.join(self.screen())

    def cursor(self):
        """Its column and row, from 0."""
        flags = self.flags()
        return int(flags['cursor_x']), int(flags['cursor_y'])

    def flags(self):
        """What tmux knows of the terminal and the program."""
        form = '\n'.join(f'#{{{name}}}' for name in FLAGS)
        lines = self.tmux('display-message', '-p', form).split('\n')
        return dict(zip(FLAGS, lines))

    def stream(self):
        """Every byte that the program wrote so far."""
        path = self.path('stream')
        return read(path) if os.path.exists(path) else b''

    def modes(self):
        return Modes(self.stream())

    def wait(self, wanted, seconds=10, what=None):
        """Until the screen matches the regular expression (^ and $ are at each
        row), or the function without arguments is true; returns the match or
        the value."""
        what = what or getattr(wanted, '__name__', repr(wanted))
        end = time.monotonic() + seconds * SLOW
        while True:
            dead = not self.alive()
            late = time.monotonic() > end
            answer = (wanted() if callable(wanted)
                      else re.search(wanted, self.text(), re.MULTILINE))
            if answer:
                return answer
            if late:
                raise Failed(f'waited in vain for {what}\n{self}')
            if dead:  # what it wrote last may be on its way
                end = min(end, time.monotonic() + 1)
            time.sleep(POLL_S)

    def wait_gone(self, pattern, seconds=10):
        """Until the screen matches no more."""
        def gone():
            return not re.search(pattern, self.text(), re.MULTILINE)
        return self.wait(gone, seconds, f'the end of {pattern!r}')

    def __str__(self):
        try:
            flags = self.flags()
            rows = self.screen()
        except Failed as reason:
            return str(reason)
        state = ('runs' if self.alive() else
                 f'ended with {self.note("status").decode()}')
        return '\n'.join(
            [f'$ {" ".join(self.words)} ({state}), '
             f'{flags["pane_width"]}x{flags["pane_height"]}, cursor at '
             f'{flags["cursor_x"]},{flags["cursor_y"]}']
            + [f'|{row}' for row in rows])

    # --- the end ---

    def alive(self):
        return not os.path.exists(self.path('status'))

    @property
    def pid(self):
        return int(self.wait(lambda: self.note('pid'), what='its start'))

    def note(self, name):
        path = self.path(name)
        return read(path).strip() if os.path.exists(path) else b''

    def status(self, seconds=10):
        """How the program ended, 128 + N for signal N: waits for it."""
        end = time.monotonic() + seconds * SLOW
        while self.alive():
            if time.monotonic() > end:
                raise Failed(f'waited in vain for the end\n{self}')
            time.sleep(POLL_S)
        return int(self.note('status'))

    def restored(self, seconds=10):
        """After status(): fails unless the terminal is as it was: settings,
        screen, cursor, keypad, mouse, paste, focus, pen."""
        before, after = self.note('before'), self.note('after')
        if before != after:
            raise Failed('the settings of the terminal (stty) differ: '
                         f'{before} is now {after}\n{self}')
        end = time.monotonic() + seconds * SLOW
        while True:
            flags = self.flags()
            wrong = [f'{name} is {flags[name]}'
                     for name, first in AT_FIRST.items()
                     if flags[name] != first] + self.modes().left()
            if not wrong:
                return
            if time.monotonic() > end:
                raise Failed(f'left behind: {", ".join(wrong)}\n{self}')
            time.sleep(POLL_S)


def guarded(word):
    """A word that ends in ';' would end the command of tmux."""
    return word[:-1] + '\\;' if word.endswith(';') else word

#!/usr/bin/python3
"""Random keys, pastes, mouse events and resizes against a full-screen program:
it stays alive, answers, ends by its keys and leaves the terminal as it was.

    tui_random.py [--seconds N] [--seed N] [--quit KEYS] [PROGRAM [WORD...]]

Without a PROGRAM it is the workbench: empty, with 50 downloads that fail, and
with the demo. The same seed is the same input.
"""

import argparse
import codecs
import os
import random
import re
import signal
import sys
import tempfile
import time

from blackbox import SLOW, THREADLAB, Failed, Skipped, clean_environment
from meter import Meter
from terminal import need_term

TERMS = ('xterm-256color', 'tmux-256color', 'linux', 'vt100')
SIZES = ((20, 5), (40, 10), (80, 24), (120, 40), (200, 60))
CONTROLS = [bytes([code]) for code in range(32)] + [b'\x7f']
PASTES = ('http://127.0.0.1:1/a b', 'https://例子.example/一.tar.gz\n' * 3,
          ':help\r', '\x00\x07\x1b]0;x\x07', 'x' * 5000, '👩‍👩‍👧 e\u0301' * 40, '')
ODD = ('中', '？', '：', '、', 'é', '\u0301', '\u202e', '😀', '\ufeff')
BROKEN = (b'\xff', b'\xe4\xb8', b'\x1b[', b'\x1b[<0;', b'\x1b[200~', b'\x1b',
          b'\x1b[999;999R', b'\x1b[?2026;2$y', b'\x1bO')
QUITS = re.compile(rb'[q\x03\x04\x1c]')
TRACE = 60  # events told after a failure


class Player:
    """Makes up what a person might do, and worse."""

    def __init__(self, dice, keys):
        self.dice = dice
        self.size = dice.choice(SIZES)
        self.special = sorted(keys.values())

    def letter(self):
        return bytes([self.dice.randrange(32, 127)])

    def special_key(self):
        return self.dice.choice(self.special)

    def control(self):
        return self.dice.choice(CONTROLS)

    def alt(self):
        return b'\033' + self.letter()

    def odd(self):
        return self.dice.choice(ODD).encode()

    def broken(self):
        return self.dice.choice(BROKEN)

    def word(self):
        return b':' + b''.join(self.letter() for _ in range(
            self.dice.randrange(20))) + self.dice.choice((b'\r', b'\t', b''))

    def paste(self):
        text = self.dice.choice(PASTES).replace('\n', '\r').encode()
        return b'\033[200~' + text + b'\033[201~'

    def mouse(self):
        columns, rows = self.size
        return b'\033[<%d;%d;%d%c' % (
            self.dice.choice((0, 0, 1, 2, 32, 64, 65, 200)),
            self.dice.randrange(columns + 3), self.dice.randrange(rows + 3),
            self.dice.choice(b'Mm'))

    def focus(self):
        return self.dice.choice((b'\033[I', b'\033[O'))

    def resize(self):
        """A new size, as (columns, rows)."""
        if self.dice.random() < 0.5:
            return self.dice.choice(SIZES)
        return self.dice.randrange(1, 250), self.dice.randrange(1, 80)

    def event(self):
        """Bytes to send, or a new size."""
        kinds = (self.letter, self.special_key, self.control, self.alt,
                 self.odd, self.broken, self.word, self.paste, self.mouse,
                 self.focus, self.resize)
        return self.dice.choices(
            kinds, (30, 20, 10, 4, 4, 2, 4, 2, 8, 2, 10))[0]()


class Game:
    """One program after the other, as long as there is time."""

    def __init__(self, argv, env, cwd, seed, quit_keys):
        self.dice = random.Random(seed)
        self.argv, self.env, self.cwd = argv, env, cwd
        self.quit_keys = quit_keys
        self.events = 0
        self.lives = 0
        self.trace = []

    def fail(self, meter, reason):
        raise Failed(f'{reason}\nthe last events: '
                     f'{self.trace[-TRACE:]}\n{meter}')

    def do(self, meter, player, event):
        self.trace.append(event)
        self.events += 1
        if isinstance(event, tuple):
            player.size = event
            meter.resize(*event)
        else:
            meter.send(event)

    def answers(self, meter, player):
        """Whatever is on the screen, another size makes a program draw. It may
        have missed the one before, and then there is nothing new in this one,
        but there is in the next."""
        for patience in (1, 5):
            size = self.dice.choice([s for s in SIZES if s != player.size])
            try:
                meter.taken(5)
                mark = meter.mark()
                self.do(meter, player, size)
                meter.more(mark, seconds=patience)
            except Failed as reason:
                problem = reason
            else:
                return
            if meter.ended is not None:
                return
        self.fail(meter, f'no answer: {problem}')

    def left(self, meter, could):
        """The program has ended: it may, by a key that ends it. Once it has
        given the terminal back, keys that follow may be signals."""
        if not could or meter.ended not in (0, 128 + signal.SIGINT,
                                            128 + signal.SIGQUIT):
            self.fail(meter, f'it ended with {meter.ended}')
        meter.restored()

    def life(self, until):
        term = self.dice.choice(TERMS)
        player = Player(self.dice, need_term(term))
        self.lives += 1
        self.trace = [term, player.size]
        could = False
        with Meter(player.size, self.argv, env=self.env, term=term,
                   cwd=self.cwd) as meter:
            meter.first_paint(0.1)
            while meter.ended is None and time.monotonic() < until:
                for _ in range(self.dice.randrange(1, 12)):
                    event = player.event()
                    self.do(meter, player, event)
                    if isinstance(event, bytes) and QUITS.search(event):
                        could = True
                        break
                self.answers(meter, player)
            if meter.ended is None:
                self.leave(meter, player)
                could = True
            self.left(meter, could)

    def leave(self, meter, player):
        """The keys that end it, again and again: the first ones may close what
        is open."""
        end = time.monotonic() + 10 * SLOW
        keys = [self.quit_keys[i:i + 1] for i in range(len(self.quit_keys))]
        while meter.ended is None and time.monotonic() < end:
            for key in keys:
                mark = meter.mark()
                self.do(meter, player, key)
                try:
                    meter.until(lambda: len(meter.data) > mark, 'an answer',
                                0.2)
                except Failed:
                    if meter.ended is not None:
                        return
        if meter.ended is None:
            self.fail(meter, 'it does not end by its keys')


def play(argv, env, cwd, seed, seconds, quit_keys=b'\x1b\x1bqy'):
    """Raises Failed at the first fault; returns the Game."""
    game = Game(argv, env, cwd, seed, quit_keys)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        game.life(until)
    return game


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--seconds', type=float,
                        default=float(os.environ.get('RANDOM_SECONDS', 10)))
    parser.add_argument('--seed', type=int,
                        default=int(os.environ.get('RANDOM_SEED', 0)) or
                        random.SystemRandom().randrange(1, 1 << 31))
    parser.add_argument('--quit', default='\\x1b\\x1bqy')
    parser.add_argument('program', nargs=argparse.REMAINDER)
    options = parser.parse_args()
    quit_keys = codecs.decode(options.quit, 'unicode_escape').encode('latin-1')
    games = [options.program] if options.program else [
        [THREADLAB],
        [THREADLAB] + [f'http://127.0.0.1:1/{i}.bin' for i in range(50)],
        [THREADLAB, 'demo']]
    print(f'1..{len(games)}')
    print(f'# seed {options.seed}', flush=True)
    good = [tell(i + 1, argv, options, quit_keys, options.seconds / len(games))
            for i, argv in enumerate(games)]
    return 0 if all(good) else 1


def tell(number, argv, options, quit_keys, seconds):
    """Plays, in TAP."""
    name = f'{number} - random input, {" ".join(argv[1:3])}'
    with tempfile.TemporaryDirectory(prefix='threadlab.') as folder:
        try:
            game = play(argv, clean_environment(folder), folder, options.seed,
                        seconds, quit_keys)
        except Skipped as reason:
            print(f'ok {name} # SKIP {reason}')
        except Failed as reason:
            print(f'not ok {name}, seed {options.seed}')
            for line in str(reason).splitlines():
                print('#', line)
            return False
        else:
            print(f'ok {name}: {game.events} events, {game.lives} lives')
    return True


if __name__ == '__main__':
    sys.exit(main())

"""What a stream of terminal output leaves behind: the modes that it turned on
and off (ECMA-48, DEC private modes as xterm knows them)."""

import re

SEQUENCE = re.compile(
    rb'\033(?:\[(?P<private>\?)?(?P<numbers>[0-9;:]*)(?P<final>[hlm])'
    rb'|(?P<keypad>[=>])|\((?P<set>[0-9A-Za-z])|(?P<reset>c))')
NAMES = {1: 'cursor keys', 7: 'wrap', 12: 'blinking cursor', 25: 'cursor',
         47: 'alternate screen', 1000: 'mouse', 1002: 'mouse drags',
         1003: 'mouse moves', 1004: 'focus', 1005: 'mouse UTF-8',
         1006: 'mouse SGR', 1015: 'mouse urxvt', 1047: 'alternate screen',
         1049: 'alternate screen', 2004: 'bracketed paste',
         2026: 'synchronized output'}
ON_AT_FIRST = {7, 25}


class Modes:
    """modes[2004] is True, False, or None if it was never told."""

    def __init__(self, data):
        self.changes = []  # (offset, mode, on)
        self.now = {}
        self.keypad = False
        self.line_drawing = False
        self.insert = False
        self.pen = False
        for match in SEQUENCE.finditer(data):
            self.take(match)

    def take(self, match):
        if match['reset']:
            self.now.clear()
            self.keypad = self.line_drawing = self.pen = self.insert = False
        elif match['keypad']:
            self.keypad = match['keypad'] == b'='
        elif match['set']:
            self.line_drawing = match['set'] == b'0'
        elif match['final'] == b'm' and not match['private']:
            self.pen = match['numbers'].strip(b'0;') != b''
        elif match['private'] and match['final'] in b'hl':
            for number in match['numbers'].split(b';'):
                if number.isdigit():
                    self.set(match.start(), int(number), match['final'])
        elif match['numbers'] == b'4':
            self.insert = match['final'] == b'h'

    def set(self, offset, mode, final):
        self.now[mode] = final == b'h'
        self.changes.append((offset, mode, final == b'h'))

    def __getitem__(self, mode):
        return self.now.get(mode)

    def turned_on(self):
        """All modes that were ever turned on."""
        return {mode for _, mode, on in self.changes if on}

    def left(self):
        """What is not as it was before the program, in words."""
        words = [f'{NAMES.get(mode, "mode")} ({mode}) '
                 f'{"on" if on else "off"}'
                 for mode, on in sorted(self.now.items())
                 if on != (mode in ON_AT_FIRST)]
        for name in ('keypad', 'line_drawing', 'insert', 'pen'):
            if getattr(self, name):
                words.append(f'{name} on')
        return words

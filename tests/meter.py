"""A program on a pseudo-terminal that only looks: how many bytes it writes and
when, how often it wakes up, which modes it turns on.

    with Meter((80, 24), [THREADLAB], env=t.env) as meter:
        meter.wait(rb'Downloads')
        meter.quiet()
        idle = meter.idle(2)
"""

import contextlib
import fcntl
import itertools
import os
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
import types

from blackbox import SLOW, Failed
from modes import Modes

# The leader of the session outlives the program: at its end the system resets
# the terminal, and with it what the program left behind.
LEADER = '''
exec 3>&1 4<&0
exec 0<>"$1" 1>&0 2>/dev/null; shift
trap : INT QUIT HUP TSTP
sh -c 'echo $$ >&3; exec 3>&- 4<&- 2>&1; exec "$@"' sh "$@"
echo "$?" >&3
read _ <&4
'''
QUERY = re.compile(rb'\033\[(?:(?P<dsr>6n)|\?(?P<mode>\d+)\$p'
                   rb'|(?P<da>0?c)|(?P<da2>>0?c))')
QUERY_MAX = 16  # bytes


class Meter:
    """Queries are answered as answers says, each only if it is there: 'cursor'
    is the report of a place ((row, column) from 1, or a function without
    arguments that returns one), 'modes' the states of DEC private modes as
    DECRPM has them (1 on, 2 off; all others are 0, unknown), 'attributes' what
    the terminal is (DA1, as b'?62;22c')."""

    def __init__(self, size, argv, env=None, term='xterm-256color',
                 locale='C.UTF-8', cwd=None, answers=None):
        self.words = list(argv)
        self.answers = answers or {}
        self.chunks = []  # (seconds, bytes)
        self.data = bytearray()
        self.scanned = 0
        self.asked = []  # the queries seen
        self.ended = None
        self.pid = None
        self.lock = threading.Condition()
        self.keeper, self.terminal = os.openpty()
        os.set_blocking(self.keeper, False)
        self.resize(*size)
        self.settings = termios.tcgetattr(self.terminal)
        inside = dict(env or {'PATH': os.environ['PATH']}, TERM=term,
                      LC_ALL=locale)
        facts, tell = os.pipe()
        hold, self.hold = os.pipe()
        stopped, self.stop = os.pipe()
        self.begin = time.monotonic()
        try:
            self.leader = subprocess.Popen(
                ['sh', '-c', LEADER, 'sh', os.ttyname(self.terminal), *argv],
                env=inside, cwd=cwd, start_new_session=True, stdin=hold,
                stdout=tell, stderr=subprocess.DEVNULL)
        finally:
            os.close(tell)
            os.close(hold)
        self.reader = threading.Thread(target=self.run, args=(facts, stopped))
        self.reader.start()
        self.until(lambda: self.pid, 'its start')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.ended is None and self.pid:
            self.kill(signal.SIGKILL)
        os.close(self.hold)
        self.leader.wait()
        os.close(self.stop)
        self.reader.join()
        os.close(self.keeper)
        os.close(self.terminal)

    # --- the thread that reads ---

    def run(self, facts, stopped):
        told = b''
        ready = [self.keeper, facts, stopped]
        while stopped in ready:
            came = select.select(ready, [], [])[0]
            if self.keeper in came:
                self.read(ready)
            elif facts in came:
                more = os.read(facts, 100)
                if not more:
                    ready.remove(facts)
                told += more
                self.learn(told.split(b'\n')[:-1])
            elif stopped in came:
                ready.remove(stopped)
        os.close(facts)
        os.close(stopped)

    def read(self, ready):
        try:
            data = os.read(self.keeper, 65536)
        except BlockingIOError:
            return
        except OSError:  # all ends of the terminal are closed
            ready.remove(self.keeper)
            return
        now = time.monotonic()
        with self.lock:
            self.chunks.append((now, data))
            self.data += data
            self.lock.notify_all()
        self.answer()

    def learn(self, lines):
        with self.lock:
            self.pid = int(lines[0]) if lines else None
            self.ended = int(lines[1]) if len(lines) > 1 else None
            self.lock.notify_all()

    def answer(self):
        for match in QUERY.finditer(self.data, self.scanned):
            self.scanned = match.end()
            self.asked.append(match[0])
            self.reply(match)
        self.scanned = max(self.scanned, len(self.data) - QUERY_MAX)

    def reply(self, match):
        if match['dsr'] and 'cursor' in self.answers:
            place = self.answers['cursor']
            self.send(b'\033[%d;%dR' % (place() if callable(place) else place))
        elif match['mode'] and 'modes' in self.answers:
            mode = int(match['mode'])
            state = self.answers['modes'].get(mode, 0)
            self.send(b'\033[?%d;%d$y' % (mode, state))
        elif match['da'] and 'attributes' in self.answers:
            self.send(b'\033[' + self.answers['attributes'])
        elif match['da2'] and 'attributes' in self.answers:
            self.send(b'\033[>1;1;0c')

    # --- what a person does ---

    def send(self, data, seconds=10):
        """What nobody reads any more is lost, as in a terminal."""
        end = time.monotonic() + seconds * SLOW
        while data and self.ended is None:
            try:
                data = data[os.write(self.keeper, data):]
            except BlockingIOError:
                if time.monotonic() > end:
                    raise Failed(f'it does not read\n{self}') from None
                select.select([], [self.keeper], [], 0.1)

    def unread(self):
        """Bytes sent that the program has not read (it is in raw mode)."""
        count = fcntl.ioctl(self.terminal, termios.FIONREAD, bytes(4))
        return struct.unpack('i', count)[0]

    def resize(self, columns, rows):
        fcntl.ioctl(self.keeper, termios.TIOCSWINSZ,
                    struct.pack('HHHH', rows, columns, 0, 0))

    def kill(self, number=signal.SIGTERM):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    # --- waiting ---

    def until(self, question, what, seconds=10):
        end = time.monotonic() + seconds * SLOW
        with self.lock:
            while True:
                answer = question()
                if answer:
                    return answer
                if self.ended is not None or time.monotonic() > end:
                    raise Failed(f'waited in vain for {what}\n{self}')
                self.lock.wait(end - time.monotonic())

    def taken(self, seconds=10):
        """Until the program has read all that was sent, or ended."""
        end = time.monotonic() + seconds * SLOW
        while self.ended is None and self.unread():
            if time.monotonic() > end:
                raise Failed(f'it does not read\n{self}')
            time.sleep(0.002)

    def mark(self):
        """Where the output is now."""
        with self.lock:
            return len(self.data)

    def wait(self, pattern, since=0, seconds=10):
        """Until the bytes match; returns the match."""
        return self.until(lambda: re.search(pattern, self.data[since:]),
                          repr(pattern), seconds)

    def more(self, since, seconds=10):
        """Until there is more output than since."""
        return self.until(lambda: len(self.data) > since, 'output', seconds)

    def quiet(self, silence=0.3, seconds=10):
        """Until nothing came for so long."""
        end = time.monotonic() + seconds * SLOW
        with self.lock:
            while True:
                last = self.chunks[-1][0] if self.chunks else self.begin
                left = last + silence - time.monotonic()
                if left <= 0:
                    return
                if time.monotonic() > end:
                    raise Failed(f'it never is quiet for {silence} s\n{self}')
                self.lock.wait(left)

    def status(self, seconds=10):
        """How it ended: waits for it. 128 + N is signal N."""
        end = time.monotonic() + seconds * SLOW
        with self.lock:
            while self.ended is None:
                if time.monotonic() > end:
                    raise Failed(f'waited in vain for the end\n{self}')
                self.lock.wait(0.1)
            return self.ended

    # --- figures ---

    def between(self, begin, end):
        """The chunks read in that time."""
        with self.lock:
            return [data for when, data in self.chunks if begin <= when < end]

    def bytes_between(self, begin, end):
        return sum(map(len, self.between(begin, end)))

    def frames(self, since=0, gap=0.02):
        """The output in pieces with at least gap seconds between them: (when,
        bytes)."""
        frames = []
        last = None
        with self.lock:
            starts = itertools.accumulate((len(d) for _, d in self.chunks),
                                          initial=0)
            chunks = [chunk for start, chunk in zip(starts, self.chunks)
                      if start >= since]
        for when, data in chunks:
            if last is None or when - last >= gap:
                frames.append((when, b''))
            frames[-1] = (frames[-1][0], frames[-1][1] + data)
            last = when
        return frames

    def first_paint(self, silence=0.3):
        """Waits until the first screen stands: (seconds until its last byte
        was here, bytes)."""
        self.more(0)
        self.quiet(silence)
        with self.lock:
            return self.chunks[-1][0] - self.begin, len(self.data)

    def key_to_paint(self, keys, seconds=10):
        """Seconds from the key to the first byte that follows."""
        with self.lock:
            count = len(self.chunks)
            begin = time.monotonic()
            self.send(keys)
        self.until(lambda: len(self.chunks) > count, 'paint', seconds)
        return self.chunks[count][0] - begin

    def writes(self):
        """Calls of write(2) so far, of all threads, to whatever."""
        return int(re.search(r'syscw: (\d+)',
                             self.proc('io'))[1])

    def peak_kib(self):
        return int(re.search(r'VmHWM:\s*(\d+) kB', self.proc('status'))[1])

    def switches(self):
        """How often each thread gave the processor away by itself, that is,
        how often it went to sleep: {tid: (name, count)}."""
        found = {}
        for tid in os.listdir(f'/proc/{self.pid}/task'):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                text = self.proc(f'task/{tid}/status')
                found[tid] = (
                    re.search(r'Name:\s*(.*)', text)[1],
                    int(re.search(r'\nvoluntary_ctxt_switches:\s*(\d+)',
                                  text)[1]))
        return found

    def proc(self, name):
        with open(f'/proc/{self.pid}/{name}') as file:
            return file.read()

    def idle(self, seconds):
        """Looks on for so long: bytes, writes, wakeups and who woke up."""
        before = self.switches()
        writes = self.writes()
        mark = self.mark()
        time.sleep(seconds)  # the interval that is measured
        after = self.switches()
        who = {name: count - before.get(tid, (name, 0))[1]
               for tid, (name, count) in after.items()
               if count != before.get(tid, (name, 0))[1]}
        return types.SimpleNamespace(
            bytes=self.mark() - mark, writes=self.writes() - writes,
            wakeups=sum(who.values()), who=who)

    # --- the terminal ---

    def modes(self):
        with self.lock:
            return Modes(bytes(self.data))

    def restored(self):
        """After status(): fails unless the terminal is as it was."""
        left = self.modes().left()
        settings = termios.tcgetattr(self.terminal)
        if settings != self.settings:
            left.append(f'the settings (stty) differ, {settings}, not '
                        f'{self.settings}')
        if left:
            raise Failed(f'left behind: {", ".join(left)}\n{self}')

    def __str__(self):
        state = ('runs' if self.ended is None
                 else f'ended with {self.ended}')
        return (f'$ {" ".join(self.words)} ({state})\n'
                f'{bytes(self.data[-2000:])!r}')

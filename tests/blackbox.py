"""What the black-box tests of `threadlab get` share: a bad server, a scratch
folder per test, running the program, and TAP.

A test is a function with the decorator @test; its docstring is its name. It
gets a Test and calls its checks, which raise at the first that fails. Tests of
one program run a few at a time, those marked alone=True after the others. The
words behind the program's name choose tests by name.
"""

import concurrent.futures
import contextlib
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse

from bad_exchange import body

HERE = os.path.dirname(os.path.abspath(__file__))
THREADLAB = os.path.abspath(os.environ.get('THREADLAB', './threadlab'))
SLOW = 4 if os.environ.get('SANITIZER') else 1  # patience
TIMEOUT_S = 20 * SLOW
WORKERS = 3
# A shell's background job ignores SIGINT, and so would all that it starts; a
# handler is not inherited.
signal.signal(signal.SIGINT, signal.default_int_handler)
PART = re.compile(r'-[0-9a-f]{8}\.(part|journal)$')


class Failed(Exception):
    """A check did not hold."""


class Skipped(Exception):
    """The machine lacks something."""


def until(question, what, seconds=10):
    """Asks until the answer is true, and returns it."""
    end = time.monotonic() + seconds * SLOW
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failed(f'waited in vain for {what}')
        time.sleep(0.01)


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def write(path, data):
    with open(path, 'wb') as file:
        file.write(data if isinstance(data, bytes) else data.encode())
    return path


class Helper:
    """A server of ours: a program that tells its ports in a line of JSON and
    ends with its standard input."""

    def __init__(self, *words, **more):
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            **more)
        line = self.process.stdout.readline()
        if not line:
            raise Skipped(f'{os.path.basename(words[-1])} does not start')
        self.facts = json.loads(line)
        self.ports = self.facts.get('ports', {})

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


class BadServer(Helper):
    def __init__(self):
        super().__init__(sys.executable, '-B',
                         os.path.join(HERE, 'bad_server.py'))

    def control(self, verb, **query):
        client = http.client.HTTPConnection('127.0.0.1', self.ports['http'])
        with contextlib.closing(client):
            client.request('GET', f'/{verb}?{urllib.parse.urlencode(query)}')
            return json.loads(client.getresponse().read())


class Run:
    """A threadlab that runs or has run."""

    def __init__(self, words, cwd, env, stdin=None, wrap=(), **more):
        self.words = [*wrap, *words]
        self.begin = time.monotonic()
        self.stdout = tempfile.TemporaryFile()
        self.stderr = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            self.words, cwd=cwd, env=env, stdout=self.stdout,
            stderr=self.stderr, stdin=subprocess.PIPE if stdin is not None
            else subprocess.DEVNULL, **more)
        self.feeder = None
        if stdin is not None:
            self.feeder = threading.Thread(target=self.feed, args=(stdin,))
            self.feeder.start()
        self.status = None

    def feed(self, data):
        with contextlib.suppress(BrokenPipeError):
            with self.process.stdin as pipe:
                pipe.write(data if isinstance(data, bytes) else data.encode())

    def ended(self):
        return self.process.poll() is not None

    def kill(self, number=signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        return self

    def wait(self, timeout=TIMEOUT_S):
        try:
            self.status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise Failed(f'no end within {timeout} s') from None
        self.seconds = time.monotonic() - self.begin
        if self.feeder:
            self.feeder.join()
        return self

    @staticmethod
    def content(file):
        file.seek(0)
        return file.read().decode('utf-8', 'backslashreplace')

    @property
    def out(self):
        return self.content(self.stdout)

    @property
    def err(self):
        return self.content(self.stderr)

    @property
    def events(self):
        return [json.loads(line) for line in self.out.splitlines()]

    def named(self, *names):
        return [event for event in self.events if event['event'] in names]

    def __str__(self):
        words = shlex.join(self.words)
        return (f'$ {words[:2000]}\nstatus {self.process.poll()}\n'
                f'{self.out[-2000:]}{self.err[-4000:]}')


def clean_environment(home):
    keep = ('PATH', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS',
            'LSAN_OPTIONS', 'LD_LIBRARY_PATH')
    env = {name: os.environ[name] for name in keep if name in os.environ}
    env.update(HOME=home, LC_ALL='C.UTF-8', TZ='UTC', TERM='dumb')
    for name in ('CONFIG', 'DATA', 'STATE', 'CACHE'):
        env[f'XDG_{name}_HOME'] = f'{home}/{name.lower()}'
    return env


class Test:
    """One test at work."""

    def __init__(self, program, function):
        self.program = program
        self.server = program.server
        self.port = program.port
        self.name = function.__name__
        self.folder = os.path.join(program.folder, self.name)
        self.out = os.path.join(self.folder, 'out')
        self.env = clean_environment(os.path.join(self.folder, 'home'))
        self.last = None
        os.makedirs(self.out)
        os.makedirs(self.env['HOME'])

    # --- places ---

    def base(self, port=None, host='127.0.0.1'):
        port = port or self.port
        scheme = 'https' if port.startswith(('https', 'narrow')) else 'http'
        return f'{scheme}://{host}:{self.server.ports[port]}'

    def path(self, case, name):
        return f'/{case}/{self.name}/{name}'

    def url(self, case, name='f.bin', port=None, host='127.0.0.1', **query):
        query = {key.replace('__', '.'): value
                 for key, value in query.items()}
        words = urllib.parse.urlencode(query, encoding='latin-1')
        return (self.base(port, host) + self.path(case, name)
                + ('?' + words if words else ''))

    def file(self, name):
        return os.path.join(self.out, name)

    def scratch(self, name, data):
        return write(os.path.join(self.folder, name), data)

    def list(self, lines, name='list'):
        return self.scratch(name, '\n'.join(lines) + '\n')

    # --- the program ---

    def words(self, *words):
        words = [str(word) for word in words]
        if not {'-d', '--dir'} & set(words):
            words = ['--dir', self.out] + words
        if '--ca-certificate' not in words:
            words = ['--ca-certificate', self.server.facts['ca']] + words
        return [THREADLAB, 'get'] + words

    def start(self, *words, env=None, **more):
        more.setdefault('cwd', self.folder)
        self.last = Run(self.words(*words), env=dict(self.env, **(env or {})),
                        **more)
        return self.last

    def get(self, *words, timeout=TIMEOUT_S, **more):
        return self.start(*words, **more).wait(timeout)

    # --- what the server saw ---

    def log(self, case, name='f.bin'):
        return self.server.control('_log', path=self.path(case, name))

    def ended_log(self, case, name='f.bin'):
        """The same, once the server is done with all of them."""
        until(lambda: all(entry['end'] for entry in self.log(case, name)),
              'the server')
        return self.log(case, name)

    def ranges(self, case, name='f.bin'):
        return [entry['range'] for entry in self.log(case, name)]

    def starts(self, case, name='f.bin'):
        """The first byte that each request asked for."""
        return [int((asked or 'bytes=0-')[6:].split('-')[0])
                for asked in self.ranges(case, name)]

    def sent(self, case, name='f.bin'):
        return sum(entry['sent'] for entry in self.log(case, name))

    def until_held(self, gate, count=1):
        until(lambda: self.server.control('_held', gate=gate) >= count,
              f'{count} answers at the gate {gate}')

    def open_gate(self, gate):
        self.server.control('_open', gate=gate)

    # --- checks ---

    def true(self, value, what):
        if not value:
            raise Failed(what)

    def equal(self, got, wanted, what):
        if got != wanted:
            raise Failed(f'{what}: {got!r}, not {wanted!r}')

    def status(self, run, wanted):
        self.equal(run.status, wanted, 'exit status')

    def files(self, folder=None):
        """Everything in the folder, relative, folders excluded."""
        folder = folder or self.out
        return sorted(os.path.relpath(os.path.join(place, name), folder)
                      for place, _, names in os.walk(folder)
                      for name in names)

    def finals(self, folder=None):
        return [name for name in self.files(folder) if not PART.search(name)]

    def parts(self, end='part'):
        return [self.file(name) for name in self.files()
                if PART.search(name) and name.endswith(end)]

    def expected(self, url, version=1):
        """What a good answer for url holds."""
        place, _, words = url.partition('?')
        query = dict(urllib.parse.parse_qsl(words))
        seed = query.get('seed', urllib.parse.urlsplit(place).path)
        return body(f'{seed}#{version}', int(query.get('size', 1000)))

    def same(self, name, data):
        path = name if os.path.isabs(name) else self.file(name)
        if not os.path.lexists(path):
            raise Failed(f'no {name}, but {self.files()}')
        got = read(path)
        if got == data:
            return
        if len(got) == len(data):
            at = next(i for i, pair in enumerate(zip(got, data))
                      if pair[0] != pair[1])
            raise Failed(f'{name} differs from byte {at} of {len(data)}')
        raise Failed(f'{name} has {len(got)} bytes, not {len(data)}')

    def saved(self, run, url, name='f.bin', version=1):
        """All is well: the file is there, and nothing else."""
        self.status(run, 0)
        self.equal(self.files(), [name], 'files')
        self.same(name, self.expected(url, version))

    def refused(self, run):
        """No file, and a reason."""
        self.status(run, 1)
        self.equal(self.finals(), [], 'files')
        if '--json' in run.words:
            self.true(run.named('failed'), 'a failed event')
        else:
            self.true(run.err.strip(), 'a reason on the standard error')

    def saved_or_refused(self, run, url, name='f.bin', version=1):
        """Which of the two does not matter; wrong bytes would."""
        if run.status == 0:
            self.saved(run, url, name, version)
        else:
            self.refused(run)


def most_at_once(entries, slack=0.2):
    """How many of the log's requests overlap. The server may be late to see
    that a client has left."""
    edges = [edge for entry in entries for edge in (
        (entry['begin'], 1), (max(entry['begin'], entry['end'] - slack), -1))]
    most = now = 0
    for _, step in sorted(edges):
        now += step
        most = max(most, now)
    return most


TESTS = []


def test(function=None, alone=False):
    def note(function):
        function.alone = alone
        TESTS.append(function)
        return function
    return note(function) if function else note


class Program:
    """All tests of one file."""

    def __init__(self, port):
        self.port = port
        self.folder = tempfile.mkdtemp(prefix='threadlab.')
        os.chmod(self.folder, 0o755)
        self.server = BadServer() if port else None
        self.lock = threading.Lock()
        self.count = 0
        self.failed = 0

    def tell(self, ok, function, note='', reason=''):
        with self.lock:
            self.count += 1
            self.failed += not ok
            title = ' '.join((function.__doc__ or function.__name__).split())
            print(f'{"ok" if ok else "not ok"} {self.count} - '
                  f'{function.__name__}: {title}{note}')
            for line in reason.splitlines():
                print('#', line)
            sys.stdout.flush()

    def run(self, function):
        begin = time.monotonic()
        at_work = Test(self, function)
        try:
            function(at_work)
        except Skipped as reason:
            self.tell(True, function, f' # SKIP {reason}')
        except Failed as reason:
            self.tell(False, function,
                      reason=f'{reason}\n{at_work.last or ""}')
        except Exception:
            self.tell(False, function, reason=traceback.format_exc()
                      + str(at_work.last or ''))
        else:
            self.tell(True, function)
        if os.environ.get('BLACKBOX_TIMES'):
            print(f'# {time.monotonic() - begin:.2f} s')

    def run_all(self, functions):
        together = [f for f in functions if not f.alone]
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(self.run, together))
        for function in functions:
            if function.alone:
                self.run(function)
        print(f'1..{self.count}')

    def close(self):
        if self.server:
            self.server.stop()
        if os.environ.get('BLACKBOX_KEEP'):
            print(f'# {self.folder}')
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


def main(port='http'):
    """port is the server's that the tests speak to first; None: no server."""
    chosen = sys.argv[1:]
    functions = [f for f in TESTS if not chosen or f.__name__ in chosen]
    if not os.access(THREADLAB, os.X_OK):
        sys.exit(f'{THREADLAB} is no program')
    program = Program(port)
    try:
        program.run_all(functions)
    finally:
        program.close()
    sys.exit(1 if program.failed else 0)

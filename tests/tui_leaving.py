#!/usr/bin/python3
"""The workbench comes and goes: whichever way it leaves, the terminal is as it
was found."""

import os
import re
import signal
import termios

import blackbox
from blackbox import THREADLAB, Run, Skipped, test, until
from terminal import Terminal

S = (80, 24)


def bench(t, *words, size=S, **more):
    more.setdefault('env', t.env)
    return Terminal(size, [THREADLAB, '--dir', t.out, *words], cwd=t.folder,
                    **more)


def ready(tty):
    tty.wait(r'^ \? help')


def held(t, name='f.bin'):
    """The URL of a download that goes on until the gate is opened."""
    return t.url('ok', name, size=1 << 20, gate=t.name, gate_at=1000)


# --- leaving ---

@test
def by_command(t):
    """q, :quit and Ctrl+C twice end it"""
    for keys in ((('q',)), (':', 'q', 'u', 'i', 't', 'Enter'),
                 ('C-c', 'C-c')):
        with bench(t) as tty:
            ready(tty)
            tty.send(*keys)
            t.equal(tty.status(), 0, f'status after {keys}')
            tty.restored()


@test
def one_interrupt(t):
    """a single Ctrl+C says what a second one would do"""
    with bench(t) as tty:
        ready(tty)
        tty.send('C-c')
        tty.wait('Ctrl.C again to quit')
        t.true(tty.alive(), 'life')


@test
def by_signal(t):
    """SIGTERM and SIGHUP end it, also under help, palette and a question"""
    for keys in ((), ('?',), (':', 'g'), ('q',), ('C-w',)):
        for number in (signal.SIGTERM, signal.SIGHUP):
            with bench(t, held(t)) as tty:
                tty.wait(r'run +f\.bin')
                tty.send(*keys)
                os.kill(tty.pid, number)
                tty.status()
                tty.restored()


@test
def by_fault(t):
    """a fault ends it by its signal, but not without the way back"""
    if 'address' in os.environ.get('SANITIZER', ''):
        raise Skipped('the sanitizer takes faults for itself')
    for number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGFPE):
        with bench(t) as tty:
            ready(tty)
            os.kill(tty.pid, number)
            t.equal(tty.status(), 128 + number, 'status')
            tty.restored()


@test
def by_the_second_signal(t):
    """two signals at once end it too, whatever it was at"""
    with bench(t, held(t)) as tty:
        tty.wait(r'run +f\.bin')
        os.kill(tty.pid, signal.SIGTERM)
        os.kill(tty.pid, signal.SIGTERM)
        tty.status()
        tty.restored()


@test
def closed_terminal(t):
    """a terminal that is closed ends it, and nothing spins"""
    for words in ([], ['sh', '-c', 'trap "" HUP; exec "$@"', 'sh']):
        words += [THREADLAB, '--dir', t.out, held(t)]
        with Terminal(S, words, env=t.env) as tty:
            tty.wait(r'run +f\.bin')
            pid = tty.pid
            tty.tmux('kill-server')
            until(lambda: not os.path.exists(f'/proc/{pid}'), 'the end')


@test
def asks(t):
    """leaving what is unfinished asks, and No is what Enter says"""
    with bench(t, held(t)) as tty:
        tty.wait(r'run +f\.bin')
        for answer in ('Enter', 'Escape', 'n', 'x', 'Space'):
            tty.send('q')
            tty.wait(r'Quit\?|next start')
            tty.send(answer)
            tty.wait_gone('next start')
            t.true(tty.alive(), f'life after {answer}')
        tty.send('q')
        tty.wait('next start')
        tty.send('y')
        t.equal(tty.status(), 0, 'status')
        tty.restored()


@test
def keys_in_advance(t):
    """keys that come with the last one are for nobody: not for the shell"""
    with bench(t) as tty:
        ready(tty)
        tty.raw(b'qecho late\r')
        t.equal(tty.status(), 0, 'status')
        tty.restored()
        tty.type('mark\n')
        tty.wait('^mark$')
        t.true('late' not in tty.text(), tty.text())


# --- the shell ---

def shell(t):
    """With job control, as people have it."""
    if not os.path.exists('/bin/bash'):
        raise Skipped('there is no bash')
    env = dict(t.env, PS1='$ ')
    return Terminal(S, ['/bin/bash', '--norc', '--noprofile', '-i'], env=env,
                    cwd=t.folder)


def start(t, tty, *words):
    tty.wait(r'^\$')
    tty.type(' '.join([THREADLAB, '--dir', t.out, *words]) + '\n')
    ready(tty)


def away(tty):
    """The shell has the terminal: no mode is on but its own, 2004."""
    tty.wait(lambda: tty.flags()['alternate_on'] == '0', what='the shell')
    tty.wait(lambda: on(tty) <= {7, 25, 2004}, what='the modes off')


def back(tty):
    tty.wait(lambda: tty.flags()['alternate_on'] == '1', what='the screen')
    tty.wait(lambda: {1000, 1004, 1006, 2004} <= on(tty), what='the modes on')


def on(tty):
    return {mode for mode, is_on in tty.modes().now.items() if is_on}


def pid_of(t, tty):
    """The workbench's, a child of the shell."""
    def child():
        path = f'/proc/{tty.pid}/task/{tty.pid}/children'
        with open(path) as file:
            return file.read().split()
    return int(until(child, 'a child')[0])


def state(pid):
    with open(f'/proc/{pid}/stat') as file:
        return file.read().rsplit(')', 1)[1].split()[0]


@test
def stops(t):
    """^Z gives the terminal to the shell, fg brings the screen back"""
    with shell(t) as tty:
        start(t, tty)
        tty.send('j', 'C-z')
        tty.wait('Stopped')
        away(tty)
        tty.type('echo $((6 * 7))\n')
        tty.wait('^42$')
        tty.type('fg\n')
        back(tty)
        tty.wait('No downloads')
        tty.send('?')
        tty.wait('Help')
        tty.send('Escape')
        tty.wait_gone('Help')
        tty.send('q')
        tty.wait('^42$')
        away(tty)


@test
def stops_from_outside(t):
    """kill -TSTP does the same, kill -STOP at least the way back"""
    with shell(t) as tty:
        start(t, tty)
        pid = pid_of(t, tty)
        for number in (signal.SIGTSTP, signal.SIGTSTP, signal.SIGSTOP):
            os.kill(pid, number)
            tty.wait(lambda: state(pid) == 'T', what='a stop')
            if number == signal.SIGTSTP:
                away(tty)
            tty.type('fg\n')
            back(tty)
            tty.send('?')
            tty.wait('Help')
            tty.send('Escape')
            tty.wait_gone('Help')


@test
def resized_while_stopped(t):
    """a size that changed meanwhile is seen"""
    with shell(t) as tty:
        start(t, tty)
        tty.send('C-z')
        tty.wait('Stopped')
        tty.resize(40, 10)
        tty.type('clear; fg\n')
        tty.wait(lambda: tty.flags()['alternate_on'] == '1', what='screen')
        tty.wait(r'^\[1 Down\]')
        t.equal(len(tty.screen()), 10, 'rows')
        tty.wait(r'^ \? help')


@test
def transfers_survive(t):
    """a download that was running when it stopped is finished after fg"""
    url = held(t)
    with shell(t) as tty:
        start(t, tty, f"'{url}'")
        tty.wait(r'run +f\.bin')
        tty.send('C-z')
        tty.wait('Stopped')
        t.open_gate(t.name)
        tty.type('fg\n')
        tty.wait(r'done +f\.bin')
    t.same('f.bin', t.expected(url))


@test
def background(t):
    """bg downloads on and leaves the terminal to the shell; fg shows it"""
    url = held(t)
    with shell(t) as tty:
        start(t, tty, f"'{url}'")
        tty.wait(r'run +f\.bin')
        tty.send('C-z')
        tty.wait('Stopped')
        away(tty)
        tty.type('bg\n')
        t.open_gate(t.name)
        until(lambda: t.finals() == ['f.bin'], 'the file')
        away(tty)
        tty.type('echo $((6 * 7))\n')
        tty.wait('^42$')
        tty.type('fg\n')
        back(tty)
        tty.wait(r'done +f\.bin')
        tty.send('q')
        away(tty)


@test
def held_up(t):
    """a Ctrl+S that stopped the output meanwhile does not stop the screen"""
    with bench(t) as tty:
        ready(tty)
        os.kill(tty.pid, signal.SIGSTOP)
        tty.wait(lambda: state(tty.pid) == 'T', what='a stop')
        # what a shell would have made of it: cooked mode, and then Ctrl+S
        with open(f'/proc/{tty.pid}/fd/0') as terminal:
            mode = termios.tcgetattr(terminal)
            mode[0] |= termios.IXON
            mode[3] |= termios.ICANON
            termios.tcsetattr(terminal, termios.TCSANOW, mode)
        tty.raw(b'\x13')
        os.kill(tty.pid, signal.SIGCONT)
        tty.send('?')
        tty.wait('Help')


@test
def no_shell(t):
    """where no shell could bring it back, ^Z does not stop it"""
    with bench(t) as tty:
        ready(tty)
        mark = len(tty.stream())
        tty.send('C-z')
        tty.wait(lambda: b'\033[?1049l' in tty.stream()[mark:] and
                 tty.flags()['alternate_on'] == '1', what='the screen again')
        tty.send('?')
        tty.wait('Help')
        tty.send('Escape')
        tty.wait_gone('Help')
        tty.send('q')
        t.equal(tty.status(), 0, 'status')
        tty.restored()


@test
def started_in_background(t):
    """with & it says that it cannot, and the shell has its terminal"""
    with shell(t) as tty:
        tty.wait(r'^\$')
        tty.type(f'{THREADLAB} &\n')
        tty.wait('cannot be in the background')
        away(tty)


# --- where there is no screen ---

@test
def no_terminal(t):
    """without a terminal one sentence, and the status 2"""
    run = Run([THREADLAB], cwd=t.folder, env=t.env).wait()
    t.status(run, 2)
    t.equal(run.out, '', 'standard output')
    t.true(re.fullmatch(r'threadlab: .* needs a terminal: .*--plain.*\n',
                        run.err), run.err)


@test
def dumb(t):
    """so it is in a terminal that cannot move its cursor, or is not named"""
    for term in ('dumb', ''):
        env = dict(t.env)
        words = ['env', f'TERM={term}', THREADLAB]
        with Terminal(S, words, env=env, term='xterm') as tty:
            t.equal(tty.status(), 2, 'status')
            tty.wait('cannot move its cursor')
            tty.restored()
            rows = [row for row in tty.screen() if row]
            t.true(len(rows) <= 2, f'one sentence: {rows}')


@test
def unknown_terminal(t):
    """a name that nobody knows is treated as another, with a notice"""
    with Terminal(S, ['env', 'TERM=no-such-term', THREADLAB],
                  env=t.env) as tty:
        tty.wait('"no-such-term" is not known here: treated as xterm')
        tty.send('j')
        tty.wait(r'^ \? help')
        tty.send('q')
        t.equal(tty.status(), 0, 'status')
        tty.restored()


if __name__ == '__main__':
    blackbox.main()

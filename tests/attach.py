#!/usr/bin/python3
"""threadlab attach against programs whose threads wait in known ways."""

import contextlib
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys

import blackbox
from blackbox import THREADLAB, Failed, Run, Skipped, test, until

VICTIM = os.path.join(os.path.dirname(THREADLAB), 'tests', 'victim')


def may_look():
    """None, or why this system does not let us look at what we started
    ourselves through another process."""
    try:
        with open('/proc/sys/kernel/yama/ptrace_scope') as file:
            if file.read().strip() != '0' and os.geteuid() != 0:
                return 'Yama forbids to look at other processes'
    except OSError:
        pass
    return None


class Victim:
    """A tests/victim, or another program that answers lines the same way."""

    def __init__(self, *words, program=None, wrap=()):
        reason = may_look()
        if reason:
            raise Skipped(reason)
        self.tids = {}
        self.process = subprocess.Popen(
            [*wrap, *(program or [VICTIM]), *map(str, words)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            errors='replace')
        self.pid = self.process.pid
        for line in self.process.stdout:
            if line == 'ready\n':
                break
            name, tid = line.split()
            self.tids.setdefault(name, []).append(int(tid))
        else:
            raise Failed('the victim does not start')

    def ask(self, line=''):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        while answer and not answer.startswith('interrupted'):
            answer = self.process.stdout.readline()
        words = answer.split()
        return {'interrupted': int(words[1]), 'longest_us': int(words[3])}

    def stop(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


@contextlib.contextmanager
def victim(*words, **more):
    one = Victim(*words, **more)
    try:
        yield one
    finally:
        one.stop()


def check(holds, what):
    if not holds:
        raise Failed(what)


def so_far(run):
    """What it has written; it shares its place in the file with us."""
    return os.pread(run.stdout.fileno(), 1 << 24, 0).decode()


def looks(run):
    """Whether it has begun to look: it keeps files of the threads open."""
    with contextlib.suppress(OSError):
        kept = f'/proc/{run.process.pid}/fd'
        return any(os.readlink(f'{kept}/{fd}').endswith('/schedstat')
                   for fd in os.listdir(kept))
    return False


def attach(t, pid, *words, wrap=()):
    run = Run([THREADLAB, 'attach', str(pid), *map(str, words)], t.out, t.env,
              wrap=wrap)
    run.wait()
    t.last = run
    return run


def report(t, pid, *words, wrap=()):
    run = attach(t, pid, '--once', '--json', *words, wrap=wrap)
    lines = run.out.splitlines()
    t.equal(len(lines), 1, f'reports; {run.err}')
    return run, json.loads(lines[0])


def rows(seen):
    return {row['tid']: row for row in seen['threads']}


def states(t, pid, wanted, *words, **more):
    """The report in which the threads by name are in those states; they may
    still be on their way there."""
    def ask():
        seen = report(t, pid, *words, **more)[1]
        got = {row.get('name'): row['state'] for row in seen['threads']}
        return seen if all(got.get(n) == s for n, s in wanted.items()) else None
    return until(ask, f'the states {wanted}')


KINDS = {
    'wait_normal': ('LOCK', 'mutex normal_lock'),
    'wait_hidden': ('LOCK', 'mutex hidden_lock'),
    'wait_recursive': ('LOCK', 'recursive mutex recursive_lock'),
    'wait_checking': ('LOCK', 'error-checking mutex checking_lock'),
    'wait_adaptive': ('LOCK', 'adaptive mutex adaptive_lock'),
    'wait_timed': ('LOCK', 'mutex timed_lock'),
    'wait_inherit': ('LOCK', 'PI mutex inherit_lock'),
    'wait_robust': ('LOCK', 'robust mutex robust_lock'),
    'wait_shared': ('LOCK', 'shared mutex shared_lock'),
    'wait_c11': ('LOCK', 'mutex c11_lock'),
    'wait_heap': ('LOCK', 'mutex [heap]+0x'),
    'wait_write': ('RWLOCK', 'rwlock to write written_lock'),
    'wait_read': ('RWLOCK', 'rwlock to read written_lock'),
    'wait_readers': ('RWLOCK', 'rwlock to write read_lock'),
    'wait_sem': ('SEM', 'semaphore semaphore'),
    'wait_sem_timed': ('SEM', 'semaphore semaphore'),
    'wait_barrier': ('BARRIER', 'barrier barrier'),
    'wait_cond': ('COND', 'condition condition'),
    'wait_cond_timed': ('COND', 'condition condition'),
    'wait_join': ('JOIN', 'the end of thread '),
    'wait_futex': ('FUTEX', 'futex own_word'),
    'wait_sleep': ('SLEEP', ''),
    'wait_poll': ('POLL', ''),
    'wait_pipe': ('IO', 'pipe'),
    'wait_socket': ('IO', 'socket'),
}
HELD = {'LOCK', 'RWLOCK'} # by main; but a reader is not told


def check_kinds(t, seen, tids, main, named=True):
    by_tid = rows(seen)
    for name, (state, what) in KINDS.items():
        row = by_tid[tids[name]]
        if not named:
            what = what.rsplit(' ', 1)[0] if state != 'IO' else what
        t.equal(row['state'], state, f'state of {name}')
        check(row.get('what', '').startswith(what),
                f'{name} waits for {row.get("what")}, not {what}')
        if state in HELD and name != 'wait_readers':
            t.equal(row.get('holder'), main, f'holder for {name}')
            t.equal(row['known'], 'confirmed', f'how that is known for {name}')
        if name.endswith('_timed'):
            check(row.get('timed'), f'{name} has a limit')
        if named:
            t.equal(row.get('start'), name, f'start of {name}')
    t.equal(by_tid[tids['wait_join']]['holder'], tids['wait_normal'], 'joined')
    t.equal(by_tid[tids['wait_join']]['known'], 'exact', 'how that is known')
    t.equal(by_tid[tids['wait_readers']]['note'], 'held by 1 reader', 'readers')
    t.equal(by_tid[tids['wait_barrier']]['note'], '1 of 3 are there',
            'the barrier')
    t.equal(by_tid[tids['wait_sem']]['note'], '2 wait', 'the semaphore')
    check(by_tid[tids['run_busy']]['state'] in ('RUN', 'READY'), 'busy')


def waiting(**more):
    return {name: state for name, (state, what) in KINDS.items()} | more


@test
def kinds(t):
    """every way to wait is told, with its object and its holder"""
    with victim('kinds') as one:
        seen = states(t, one.pid, waiting())
        tids = {name: tids[0] for name, tids in one.tids.items()}
        check_kinds(t, seen, tids, one.pid)
        check('limit' not in seen, seen.get('limit'))
        t.equal(seen['deadlocks'], [], 'deadlocks')
        t.equal(rows(seen)[one.pid].get('start'), 'main', 'start of main')


@test
def compiled(t):
    """the same compiled with and without optimisation, and stripped"""
    compiler = os.environ.get('CC') or shutil.which('gcc') or 'cc'
    source = os.path.join(blackbox.HERE, 'victim.c')
    program = t.file('other')
    for flags in (['-O0'], ['-O3', '-s']):
        made = subprocess.run(
            [*compiler.split(), '-D_GNU_SOURCE', *flags, '-o', program, source,
             '-pthread'], capture_output=True)
        if made.returncode != 0:
            raise Skipped('there is no compiler')
        with victim('kinds', program=[program]) as one:
            seen = states(t, one.pid, waiting())
            tids = {name: tids[0] for name, tids in one.tids.items()}
            check_kinds(t, seen, tids, one.pid, named='-s' not in flags)


@test
def text(t):
    """the report for people names the deadlock first"""
    with victim('ring', 2) as one:
        states(t, one.pid, {'ring': 'LOCK'})
        until(lambda: attach(t, one.pid, '--once').status == 2, 'the deadlock')
        out = t.last.out
    first, second = one.tids['ring']
    check(re.search(r'(?m)^DEADLOCK of 2 threads', out), 'the headline')
    check(out.index('DEADLOCK') < out.index('"heart"'), 'it comes first')
    for waiter, holder in ((first, second), (second, first)):
        check(re.search(rf'{waiter} "ring", began in ring_member\n'
                          r' +waits for .*mutex ring_locks.*\n'
                          rf' +held by {holder} "ring".*\[confirmed\]\n'
                          r'( +at .*\n)* +at ring_member\+0x', out),
                f'{waiter} waits for {holder}')
    check(out.endswith('1 deadlock found\n'), 'the sum')


def deadlock(t, words, members):
    """The one deadlock of such a victim, in waiting order."""
    with victim(*words) as one:
        seen = until(lambda: (lambda r: r[0].status == 2 and r[1])(
            report(t, one.pid)), 'the deadlock')
        t.equal(len(seen['deadlocks']), 1, 'deadlocks')
        ring = seen['deadlocks'][0]
        wanted = [tid for name in members for tid in one.tids.get(name, [])]
        t.equal(sorted(ring), sorted(wanted), 'members')
        by_tid = rows(seen)
        for place, tid in enumerate(ring):
            t.equal(by_tid[tid]['holder'], ring[(place + 1) % len(ring)],
                    f'what {tid} waits for')
    return seen


@test
def stacks(t):
    """stacks of threads that wait, without a stop"""
    with victim('kinds') as one:
        seen = states(t, one.pid, waiting())
        for row in seen['threads']:
            stack = row.get('stack', [])
            names = [frame.split('+')[0] for frame in stack]
            # What is pushed for a call hides the rest of its function's frame.
            if row['name'] in KINDS and row['name'] != 'wait_futex':
                check(row['name'] in names, f'{row["name"]} in {stack}')
                check(stack[-1] != '...', f'{row["name"]}: all of {stack}')
            if row['state'] in ('RUN', 'READY'):
                t.equal(stack, [], f'{row["name"]} runs')
        t.equal(one.ask()['interrupted'], 0, 'interrupted calls')


@test
def rings(t):
    """deadlocks of 2 to 8 threads over locks of all kinds"""
    for size in range(2, 9):
        deadlock(t, ['ring', size], ['ring'])


@test
def alone(t):
    """a thread that locks twice waits for itself"""
    deadlock(t, ['self'], ['self'])


@test
def joins(t):
    """a thread joins one that waits for what it holds"""
    with victim('join') as one:
        seen = until(lambda: (lambda r: r[0].status == 2 and r[1])(
            report(t, one.pid)), 'the deadlock')
        names = [rows(seen)[tid]['name'] for tid in seen['deadlocks'][0]]
        t.equal(sorted(names), ['join_holder', 'join_locked'], 'members')


@test
def rwlocks(t):
    """a ring over a mutex and an rwlock"""
    deadlock(t, ['rwlock'], ['rwlock_writer', 'rwlock_reader'])


@test
def headless(t):
    """a program whose first thread has ended"""
    seen = deadlock(t, ['headless'], ['ring'])
    states = [row['state'] for row in seen['threads']]
    t.equal(states.count('ZOMBIE'), 1, 'the first')
    check('limit' not in seen, seen.get('limit'))


@test
def timed(t):
    """a ring with a time limit is told, but is no deadlock"""
    with victim('timed', 3) as one:
        seen = until(lambda: (lambda r: r[1]['rings'] and r)(
            report(t, one.pid)), 'the ring')
        t.equal(seen[0].status, 0, 'status')
        t.equal(seen[1]['deadlocks'], [], 'deadlocks')
        t.equal(sorted(seen[1]['rings'][0]), sorted(one.tids['ring']),
                'members')


@test
def waits(t):
    """--wait-for-deadlock tells it soon after it happens"""
    with victim('idle', 1) as one:
        run = Run([THREADLAB, 'attach', str(one.pid), '--wait-for-deadlock',
                   '--json'], t.out, t.env)
        t.last = run
        until(lambda: looks(run), 'a first pass')
        t.equal(run.process.poll(), None, 'it waits')
        one.ask('ring')
        run.wait()
        t.equal(run.status, 2, 'status')
        t.equal(len(json.loads(run.out)['deadlocks'][0]), 2, 'members')


@test
def waits_in_vain(t):
    """--wait-for-deadlock ends with the process, or when the time is over"""
    with victim('idle', 1) as one:
        run = attach(t, one.pid, '--wait-for-deadlock', '--for', '200ms')
        t.equal((run.status, run.out), (0, ''), 'after a time')
        run = Run([THREADLAB, 'attach', str(one.pid), '--wait-for-deadlock'],
                  t.out, t.env)
        until(lambda: looks(run), 'a first pass')
        one.stop()
        run.wait()
        t.equal(run.status, 0, 'status')
        check('ended without a deadlock' in run.err, run.err)


@test(alone=True)
def never(t):
    """a program that never deadlocks is never accused"""
    with victim('busy', 12) as one:
        run = attach(t, one.pid, '--json', '--interval', '10ms', '--for', '5s')
        t.equal(run.status, 0, 'status')
        seen = [json.loads(line) for line in run.out.splitlines()]
        check(len(seen) > 50, f'{len(seen)} reports')
        t.equal([s['deadlocks'] for s in seen if s['deadlocks']], [],
                'deadlocks')
        held = sum(row.get('holder', 0) > 0 for s in seen
                   for row in s['threads'])
        check(held > 100, f'contention is seen: {held} waits')
        print(f'# {len(seen)} reports, {held} waits with a holder')


@test(alone=True)
def undisturbed(t):
    """the program feels nothing: no call is interrupted"""
    with victim('kinds') as one:
        one.ask()
        for _ in range(5):
            t.equal(attach(t, one.pid, '--once').status, 0, 'status')
        after = one.ask()
        t.equal(after['interrupted'], 0, 'interrupted calls')
        check(after['longest_us'] < 1000000, 'its heart beats')
        with open(f'/proc/{one.pid}/status') as file:
            check('TracerPid:\t0\n' in file.read(), 'nobody traces it')


@test
def many(t):
    """200 threads, all of them"""
    with victim('idle', 200) as one:
        def all_wait():
            seen = report(t, one.pid)[1]
            count = sum(row['state'] == 'COND' for row in seen['threads'])
            return seen if count == 200 else None
        seen = until(all_wait, '200 waiting threads')
        t.equal(len(seen['threads']), 203, 'threads')
        note = next(row['note'] for row in seen['threads']
                    if row['state'] == 'COND')
        t.equal(note, '200 wait', 'the condition')


@test
def dying(t):
    """threads that live for a moment, with names like escape sequences"""
    with victim('dying') as one:
        run = attach(t, one.pid, '--interval', '20ms', '--for', '1s')
        t.equal(run.status, 0, 'status')
        check('\033' not in run.out and '\007' not in run.out,
                'no control character')
        check(run.out.count('no deadlock found') > 5, 'reports')


@test
def ends(t):
    """the reports end with the process"""
    one = Victim('idle', 3)
    run = Run([THREADLAB, 'attach', str(one.pid), '--interval', '50ms'],
              t.out, t.env)
    t.last = run
    until(lambda: 'no deadlock' in so_far(run), 'a report')
    os.kill(one.pid, signal.SIGKILL)
    run.wait()
    one.stop()
    t.equal(run.status, 0, 'status')


@test
def execs(t):
    """a process that becomes another program is known anew"""
    with victim('ring', 2) as one:
        run = Run([THREADLAB, 'attach', str(one.pid), '--json', '--interval',
                   '50ms', '--for', f'{3 * blackbox.SLOW}s'], t.out, t.env)
        t.last = run
        until(lambda: '"deadlock":1' in so_far(run), 'the deadlock')
        one.process.stdin.write('exec\n')
        one.process.stdin.flush()
        run.wait()
        last = json.loads(run.out.splitlines()[-1])
        t.equal(len(last['deadlocks']), 1, 'the new deadlock')
        whats = {row.get('what', '').split('+')[0] for row in last['threads']
                 if row['state'] == 'LOCK'}
        t.equal(whats, {'mutex ring_locks', 'recursive mutex ring_locks'},
                'names by the new addresses')


@test
def python(t):
    """the locks of a Python program are semaphores"""
    script = ('import threading, sys, os\n'
              'lock = threading.Lock()\n'
              'lock.acquire()\n'
              'for i in range(3):\n'
              '    threading.Thread(target=lock.acquire, daemon=True).start()\n'
              'print("ready", flush=True)\n'
              'sys.stdin.read()\n'
              'os._exit(0)\n')
    with victim(program=[sys.executable, '-c', script]) as one:
        def ask():
            seen = report(t, one.pid)[1]
            found = [row for row in seen['threads']
                     if row['state'] in ('SEM', 'COND', 'FUTEX', 'LOCK')]
            return found if len(found) == 3 else None
        found = until(ask, 'three waiting threads')
        t.equal(len({row['address'] for row in found}), 1, 'one lock')


@test
def gil(t):
    """who waits for a Python interpreter, and who has it"""
    script = ('import threading, sys, os\n'
              'def spin():\n'
              '    while True: sum(range(1000))\n'
              'for i in range(3):\n'
              '    threading.Thread(target=spin, daemon=True).start()\n'
              'print("ready", flush=True)\n'
              'sys.stdin.read()\n'
              'os._exit(0)\n')
    with victim(program=[sys.executable, '-c', script]) as one:
        def ask():
            found = [row for row in report(t, one.pid)[1]['threads']
                     if row['state'] == 'GIL' and 'holder' in row]
            return found or None
        for row in until(ask, 'a thread that waits for another'):
            check(row['what'].startswith('GIL '), row['what'])
            check(row['holder'] != row['tid'], 'another holds it')


@test
def private(t):
    """who may not look is told why, and sees states"""
    if os.geteuid() != 0:
        raise Skipped('needs to be root to become another user')
    if not shutil.which('setpriv'):
        raise Skipped('there is no setpriv')
    user = pwd.getpwnam('nobody')
    other = ('setpriv', '--reuid', str(user.pw_uid), '--regid',
             str(user.pw_gid), '--clear-groups', '--inh-caps=-all')
    copy = os.path.join(t.program.folder, 'threadlab')
    os.makedirs(t.program.folder, exist_ok=True)
    shutil.copy(THREADLAB, copy)
    env = {**t.env, 'HOME': '/'}

    def look(pid):
        run = subprocess.run([*other, copy, 'attach', str(pid), '--once',
                              '--json'], capture_output=True, env=env,
                             cwd='/', text=True)
        t.equal(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    with victim('kinds') as one:
        seen = look(one.pid)
        check('belongs to root' in seen['limit'] and 'sudo' in seen['limit'],
                seen.get('limit'))
        t.equal({row.get('holder') for row in seen['threads']}, {None},
                'holders')
        t.equal(len(seen['threads']), len(KINDS) + 4, 'threads')
    # Its own program is told in full, until it makes itself private.
    victim_copy = os.path.join(t.program.folder, 'victim')
    shutil.copy(VICTIM, victim_copy)
    with victim('ring', 2, program=[victim_copy], wrap=other) as one:
        t.equal(until(lambda: look_deadlock(other, copy, env, one.pid),
                      'the deadlock')['returncode'], 2, 'status')
        one.ask('private')
        seen = look(one.pid)
        check('PR_SET_DUMPABLE' in seen['limit'], seen.get('limit'))


def look_deadlock(other, copy, env, pid):
    run = subprocess.run([*other, copy, 'attach', str(pid), '--once'],
                         capture_output=True, env=env, cwd='/')
    return {'returncode': run.returncode} if run.returncode == 2 else None


@test
def namespace(t):
    """in another PID namespace numbers are translated"""
    wrap = ('unshare', '--map-root-user', '--pid', '--fork', '--kill-child',
            '--mount-proc')
    if subprocess.run([*wrap, 'true'], capture_output=True).returncode != 0:
        raise Skipped('no PID namespace can be made')
    with victim('ring', 2, wrap=wrap) as one:
        with open(f'/proc/{one.pid}/task/{one.pid}/children') as file:
            pid = int(file.read().split()[0])
        seen = until(lambda: (lambda r: r[0].status == 2 and r[1])(
            report(t, pid)), 'the deadlock')
        inner = {rows(seen)[tid]['inner'] for tid in seen['deadlocks'][0]}
        t.equal(inner, set(one.tids['ring']), 'its own numbers')
        starts = {rows(seen)[tid].get('start') for tid in seen['deadlocks'][0]}
        t.equal(starts, {'ring_member'}, 'where they began')


@test
def refused(t):
    """what cannot be attached to is refused with a sentence"""
    run = attach(t, 2 ** 22 + 1, '--once')
    t.equal(run.status, 1, 'status')
    check('there is no process 4194305' in run.err, run.err)
    with victim('idle', 1) as one:
        run = attach(t, one.tids['heart'][0], '--once')
        t.equal(run.status, 1, 'status')
        check(f'is a thread of process {one.pid}' in run.err, run.err)


@test
def interrupted(t):
    """SIGINT ends it"""
    with victim('idle', 1) as one:
        run = Run([THREADLAB, 'attach', str(one.pid), '--interval', '50ms'],
                  t.out, t.env)
        t.last = run
        until(lambda: 'no deadlock' in so_far(run), 'a report')
        run.process.send_signal(signal.SIGINT)
        run.wait()
        t.equal(run.status, 130, 'status')


blackbox.main(None)

#!/usr/bin/python3
"""threadlab account, as a shell and many processes use it."""

import json
import os
import random
import shutil
import signal
import subprocess
import time

import blackbox
from blackbox import SLOW, THREADLAB, Failed, Run, Skipped, read, test, until

LOAD = os.path.join(os.path.dirname(THREADLAB), 'tests', 'account_load')
KILLS = int(os.environ.get('ACCOUNT_KILLS', '12'))


class Ledger:
    """One of a test's, and the program on it."""

    def __init__(self, t, name='ledger.db'):
        self.t = t
        self.path = os.path.join(t.out, name)

    def start(self, *words, **more):
        run = Run([THREADLAB, 'account', *map(str, words), '--store',
                   self.path], cwd=self.t.folder, env=self.t.env, **more)
        self.t.last = run
        return run

    def run(self, *words, status=0, **more):
        run = self.start(*words, **more).wait()
        self.t.status(run, status)
        return run

    def json(self, *words, status=0):
        run = self.run(*words, '--json', status=status)
        return [json.loads(line) for line in run.out.splitlines()]

    def ask(self, *words, status=0):
        answer, = self.json(*words, status=status)
        return answer

    def open(self, *names, currency='CNY'):
        for name in names:
            self.run('open', name, '--currency', currency)

    def balance(self, name):
        return self.ask('show', name)['balance']

    def refused(self, words, *command):
        run = self.run(*command, status=4)
        self.t.equal(run.out, '', 'standard output')
        self.t.true('refused: ' in run.err and words in run.err,
                    f'{words!r} in {run.err!r}')

    def whole(self):
        report = self.ask('verify')
        self.t.true(report['whole'], f'whole: {report}')
        return report

    def load(self, posters, flying, seconds, ack=None):
        words = [LOAD, self.path, str(posters), str(flying), str(seconds)]
        if not os.access(LOAD, os.X_OK):
            raise Skipped('tests/account_load is not built')
        if ack is None:
            return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        with open(ack, 'ab') as file:
            return subprocess.Popen(words + ['ack'], stdout=file,
                                    stderr=subprocess.PIPE, text=True)

    def keys(self):
        """Of all entries that have one, in their order."""
        return [entry['key'] for entry in self.json('export', '--format',
                                                    'jsonl')
                if 'key' in entry]


def acknowledged(path):
    """The keys of a file; a last line that was cut is none."""
    lines = read(path).decode().split('\n')
    return [line for line in lines[:-1] if len(line) == 36]


@test
def shells(t):
    """deposit & withdraw at once, from many shells: it is always 1500"""
    ledger = Ledger(t)
    ledger.open('cash')
    ledger.run('deposit', 1000)
    both = [ledger.start('deposit', 1000, '--by', 'alipay'),
            ledger.start('withdraw', 500, '--by', 'card')]
    for run in both:
        t.status(run.wait(), 0)
    t.equal(ledger.balance('cash'), '1500.00', 'balance')
    many = [ledger.start(verb, 1) for verb in ['deposit', 'withdraw'] * 8]
    for run in many:
        t.status(run.wait(), 0)
    t.equal(ledger.balance('cash'), '1500.00', 'balance')
    ledger.whole()


@test
def statuses(t):
    """0 done, 1 failed, 2 wrong words, 4 refused, 5 unknown"""
    ledger = Ledger(t)
    run = ledger.run('list', status=1)
    t.true('there is no ledger' in run.err, 'what is missing')
    ledger.open('cash')
    for words in (['foo'], [], ['deposit'], ['deposit', 'cash', 'x'],
                  ['deposit', 'cash', '0'], ['deposit', 'cash', '1.234'],
                  ['open', 'x'], ['open', '', '--currency', 'CNY'],
                  ['open', 'World', '--currency', 'CNY'],
                  ['post', 'a', 'b'], ['settle', 'x'], ['list', '--foo'],
                  ['export', '--format', 'x']):
        ledger.run(*words, status=2)
    ledger.run('show', 'nobody', status=1)
    ledger.refused('not enough', 'withdraw', 1)
    ledger.refused('already', 'open', 'cash', '--currency', 'CNY')
    run = ledger.run('deposit', 1)
    t.equal(run.err, '', 'standard error')
    t.true(run.out.startswith('done: entry 4, cash 1.00 CNY, key '), run.out)


@test
def waits(t):
    """while another process has the ledger, a request waits; views do not"""
    ledger = Ledger(t)
    ledger.open('cash')
    lock = subprocess.Popen(['flock', ledger.path + '.lock', 'sh', '-c',
                             'echo; read _'],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    lock.stdout.readline()
    run = ledger.start('deposit', 5)
    t.equal(ledger.balance('cash'), '0.00', 'balance')
    ledger.whole()
    t.true(not run.ended(), 'it waits')
    lock.communicate(b'\n')
    t.status(run.wait(), 0)
    t.equal(ledger.balance('cash'), '5.00', 'balance')


@test
def keys(t):
    """the same key and request: the same answer, once; another is refused"""
    ledger = Ledger(t)
    ledger.open('cash')
    first = ledger.ask('deposit', 5, '--key', 'order 1')
    again = ledger.ask('deposit', 5, '--key', 'order 1')
    t.true(again['again'] and not first['again'], 'again')
    for member in ('entry', 'key', 'balance', 'time_ms'):
        t.equal(again[member], first[member], member)
    answer = ledger.ask('deposit', 6, '--key', 'order 1', status=4)
    t.equal(answer['error']['code'], 'mismatch', 'code')
    ledger.ask('withdraw', 99, '--key', 'order 2', status=4)
    ledger.run('deposit', 1000)
    answer = ledger.ask('withdraw', 99, '--key', 'order 2', status=4)
    t.true(answer['again'], 'a refusal is remembered')
    t.equal(ledger.balance('cash'), '1005.00', 'balance')


@test
def verbs(t):
    """transfer, exchange, groups, pending, settle, void, reverse, close"""
    ledger = Ledger(t)
    ledger.open('cash', '餃子基金')
    ledger.open('dollars', currency='USD')
    ledger.run('deposit', 'cash', '1,000.50 CNY', '--memo', 'Früh\u200dstück',
               status=2)
    ledger.run('deposit', 'cash', '1,000.50 CNY', '--memo', 'Frühstück')
    ledger.run('transfer', 'cash', '餃子基金', 200)
    ledger.refused('exchange', 'transfer', 'cash', 'dollars', 1)
    ledger.run('exchange', 'cash', 'dollars', 70, 10)
    ledger.run('post', 'cash', '餃子基金', 5000, '餃子基金', 'cash', 4900)
    t.equal(ledger.balance('cash'), '630.50', 'balance')
    held = ledger.ask('pending', 'cash', '餃子基金', 100)['entry']
    shown = ledger.ask('show', 'cash')
    t.equal((shown['balance'], shown['available']), ('630.50', '530.50'),
            'held')
    ledger.refused('not enough', 'withdraw', 'cash', 600)
    ledger.run('settle', held, '--amount', 40)
    ledger.refused('already', 'void', held)
    held = ledger.ask('pending', 'cash', '餃子基金', 100)['entry']
    ledger.run('void', held)
    paid = ledger.ask('transfer', 'cash', '餃子基金', 1)['entry']
    ledger.run('reverse', paid)
    ledger.refused('already', 'reverse', paid)
    t.equal(ledger.balance('cash'), '590.50', 'balance')
    ledger.refused('holds', 'close', 'cash')
    ledger.run('withdraw', 'dollars', 10)
    ledger.run('close', 'dollars')
    ledger.refused('closed', 'deposit', 'dollars', 1)
    sums = {}
    for row in ledger.json('list', '--all'):
        sums[row['currency']] = (sums.get(row['currency'], 0)
                                 + round(float(row['balance']) * 100))
    t.equal(sums, {'CNY': 0, 'USD': 0}, 'every currency sums to nothing')
    history = ledger.json('history', 'cash', '--limit', '0')
    t.equal([entry['kind'] for entry in history[::-1]],
            ['open', 'post', 'post', 'post', 'post', 'post', 'pending',
             'settle', 'pending', 'void', 'post', 'reverse'], 'history')
    t.equal(len(ledger.json('history', 'cash', '--limit', '3')), 3, 'limit')
    ledger.whole()


@test
def expires(t):
    """what is pending for too long is free, at once for readers"""
    ledger = Ledger(t)
    ledger.open('cash')
    ledger.run('deposit', 10)
    held = ledger.ask('pending', 'cash', 'World', 10, '--expires',
                      '1ms')['entry']
    until(lambda: ledger.ask('show')['available'] == '10.00', 'the time')
    ledger.refused('expired', 'settle', held)
    ledger.run('withdraw', 10)
    ledger.whole()


@test
def minimum(t):
    """--min: none, or less than nothing"""
    ledger = Ledger(t)
    ledger.run('open', 'a', '--currency', 'CNY', '--min', '-50')
    ledger.run('open', 'b', '--currency', 'CNY', '--min', 'none')
    ledger.run('open', 'c', '--currency', 'PTS', '--scale', 0)
    ledger.run('withdraw', 'a', 50)
    ledger.refused('less than -50.00 CNY', 'withdraw', 'a', '0.01')
    ledger.run('withdraw', 'b', 123456789)
    run = ledger.run('deposit', 'c', '0.5', status=2)
    t.true('too many decimals' in run.err, run.err)


@test
def large(t):
    """more than 64 bits hold is refused, never wrapped"""
    ledger = Ledger(t)
    ledger.open('cash')
    ledger.run('deposit', '92233720368547758.08', status=2)
    ledger.run('deposit', '92233720368547758.07')
    ledger.refused('more than a ledger can count', 'deposit', '0.01')
    ledger.whole()


@test
def forged(t):
    """a changed row is found, with status 1; a wrong balance is repaired"""
    ledger = Ledger(t)
    ledger.open('cash')
    ledger.run('deposit', 10)

    def meddle(sql):
        import sqlite3
        with sqlite3.connect(ledger.path) as db:
            db.executescript(sql)
        db.close()
    meddle("UPDATE account SET balance = 7 WHERE name = 'cash'")
    t.equal(ledger.ask('verify', status=1)['stale'], 1, 'stale')
    t.true(ledger.ask('verify', '--repair')['repaired'], 'repaired')
    ledger.whole()
    meddle('DROP TRIGGER entry_update; UPDATE entry SET amount = 9999'
           ' WHERE id = 4')
    run = ledger.run('verify', status=1)
    t.true('entry 4: its hash is wrong' in run.out, run.out)


@test
def exports(t):
    """hledger, ledger and beancount accept what is exported; a spreadsheet
    runs nothing"""
    ledger = Ledger(t)
    ledger.open('cash', '餃子基金', 'Assets:Bank of China', '(odd; name)')
    ledger.run('open', 'tokens', '--currency', 'USDT2', '--scale', 6)
    ledger.open('dollars', currency='USD')
    ledger.run('deposit', 'cash', 1000, '--memo', '=cmd|"x"; y, z',
               '--by', '@shop, 2')
    ledger.run('deposit', 'cash', 1000)
    ledger.run('withdraw', 'cash', 500)
    ledger.run('transfer', 'cash', '餃子基金', 70)
    ledger.run('transfer', 'cash', '(odd; name)', 1)
    ledger.run('transfer', '餃子基金', 'Assets:Bank of China', '0.07')
    ledger.run('exchange', 'cash', 'dollars', 70, '9.99')
    ledger.run('deposit', 'tokens', '0.000001')
    files = {}
    for name in ('hledger', 'ledger', 'beancount', 'csv', 'jsonl'):
        files[name] = os.path.join(t.folder, 'x.' + name)
        ledger.run('export', '--format', name, '--output', files[name])
        t.equal(os.stat(files[name]).st_mode & 0o777, 0o600, 'mode')
    ledger.run('export', '--output', files['csv'], status=1)
    csv = read(files['csv']).decode()
    t.true('"\'=cmd|""x""; y, z"' in csv and '"\'@shop, 2"' in csv, csv)
    entries = [json.loads(line) for line in read(files['jsonl']).splitlines()]
    t.equal([entry['entry'] for entry in entries],
            list(range(1, len(entries) + 1)), 'ids')
    missing = []
    for words in (['hledger', '-f', files['hledger'], 'check'],
                  ['ledger', '-f', files['ledger'], 'balance'],
                  ['bean-check', files['beancount']]):
        if not shutil.which(words[0]):
            missing.append(words[0])
            continue
        got = subprocess.run(words, capture_output=True, text=True,
                             env=dict(t.env, LC_ALL='C.UTF-8'))
        if got.returncode:
            raise Failed(f'{words}: {got.stdout}{got.stderr}')
    if missing:
        raise Skipped(', '.join(missing) + ' not installed')


STATEMENT = """id;date;amount;memo
A1;2026-01-31;1,000.00;salary
A2;2026-02-01;-12.50;=lunch
A3;2026-02-01;+5;"a ""b""; c"
A4;2026-02-02;0.00;nothing
"""
OFX = """OFXHEADER:100

<OFX><STMTTRN><TRNAMT>-7.50<FITID>B1<NAME>Caf&amp;<DTPOSTED>20260203
</STMTTRN><STMTTRN><TRNAMT>1000000<FITID>B2</STMTTRN>
<STMTTRN><TRNAMT>-5000000<FITID>B3</STMTTRN></OFX>
"""


@test
def imports(t):
    """a statement is imported once, all of it or nothing; a dry run tells"""
    ledger = Ledger(t)
    ledger.open('cash', 'other')
    csv = t.scratch('x.csv', STATEMENT)
    ledger.run('import', csv, status=2)
    t.equal(ledger.ask('import', csv, 'cash', '--dry-run'),
            {'imported': 3, 'known': 0, 'refused': 0, 'empty': 1,
             'kept': False}, 'a dry run')
    t.equal(ledger.balance('cash'), '0.00', 'balance')
    t.true(ledger.ask('import', csv, 'cash')['kept'], 'kept')
    t.equal(ledger.balance('cash'), '992.50', 'balance')
    again = ledger.ask('import', csv, 'cash')
    t.equal((again['imported'], again['known']), (0, 3), 'again')
    t.equal(ledger.balance('cash'), '992.50', 'balance')
    newest = ledger.json('history', 'cash', '--limit', 1)[0]
    t.equal(newest['memo'], '2026-02-01 a "b"; c', 'memo')
    ofx = t.scratch('x.ofx', OFX)
    run = ledger.run('import', ofx, 'cash', status=4)
    t.true('record 3 is refused: not enough' in run.err, run.err)
    t.equal(ledger.balance('cash'), '992.50', 'nothing of it')
    ledger.run('import', ofx, 'cash', '--continue', status=3)
    t.equal(ledger.balance('cash'), '1000985.00', 'the rest')
    for name, data in (('no.csv', 'id,sum\n1,2\n'), ('bad.csv',
                       'id,amount\n1,2e9\n'), ('huge.csv',
                       'id,amount\n1,99999999999999999999\n'),
                       ('no.ofx', '<html>'), ('no.jsonl', '{')):
        run = ledger.start('import', t.scratch(name, data), 'cash').wait()
        t.true(run.status in (1, 2) and run.err, name)
    ledger.run('import', t.scratch('dirty.csv', b'id,amount,memo\n'
                                   b'x,1,\xff\x1b[2J\n'), 'cash')
    memo = ledger.json('history', 'cash', '--limit', 1)[0]['memo']
    t.true('\x1b' not in memo, f'memo {memo!r}')
    ledger.whole()


@test
def restores(t):
    """what is exported as JSON Lines is imported as it was, or not at all"""
    ledger = Ledger(t)
    ledger.open('cash', '餃子基金')
    ledger.run('deposit', 'cash', 10, '--key', 'k', '--by', 'card')
    held = ledger.ask('pending', 'cash', '餃子基金', 5, '--expires', '1h')
    ledger.run('settle', held['entry'], '--amount', 3)
    ledger.run('pending', 'cash', '餃子基金', 1, '--memo', 'held')
    lines = os.path.join(t.folder, 'x.jsonl')
    ledger.run('export', '--format', 'jsonl', '--output', lines)
    copy = Ledger(t, 'copy.db')
    copy.run('import', lines, '--dry-run')
    copy.run('import', lines)
    t.equal(copy.whole(), ledger.whole(), 'reports')
    t.equal(copy.json('list', '--all'), ledger.json('list', '--all'), 'lists')
    t.true(copy.ask('deposit', 'cash', 10, '--key', 'k', '--by', 'card')
           ['again'], 'its keys are known')
    copy.run('import', lines, status=1)
    for number, change in enumerate((('"minor":1000', '"minor":1001'),
                                     ('"by":"card"', '"by":"cash"'),
                                     ('"10.00"', '"11.00"'))):
        text = read(lines).decode()
        t.true(change[0] in text, change[0])
        forged = t.scratch('y.jsonl', text.replace(*change, 1))
        other = Ledger(t, f'forged-{number}.db')
        run = other.run('import', forged, status=1)
        t.true('not what was exported' in run.err, run.err)
        t.equal(other.ask('verify')['entries'], 0, 'entries')


@test
def backup(t):
    """a copy while others post is whole"""
    ledger = Ledger(t)
    load = ledger.load(4, 8, 2)
    until(lambda: os.path.exists(ledger.path), 'the ledger')
    until(lambda: ledger.start('show', 'load').wait().status == 0, 'entries')
    copy = Ledger(t, 'copy.db')
    ledger.run('backup', copy.path)
    t.equal(os.stat(copy.path).st_mode & 0o777, 0o600, 'mode')
    ledger.run('backup', copy.path, status=1)
    copy.whole()
    load.communicate()
    t.true(copy.whole()['entries'] < ledger.whole()['entries'], 'entries')


@test
def places(t):
    """no folder, a folder, a link, a text, a server: refused with a sentence"""
    link = os.path.join(t.out, 'link.db')
    os.symlink('nowhere', link)
    text = t.scratch('text.db', 'no database, but long enough for one\n' * 40)
    for path in (t.out, os.path.join(t.out, 'no/where.db'), link, text,
                 'postgresql://localhost/x'):
        ledger = Ledger(t)
        ledger.path = path
        run = ledger.start('open', 'x', '--currency', 'CNY').wait()
        t.true(run.status in (1, 2) and run.err.strip(), path)
    t.true(read(text).startswith(b'no database'), 'the text')


@test(alone=True)
def fair(t):
    """four processes at once: none gets less than a quarter of its share"""
    ledger = Ledger(t)
    ledger.load(1, 1, 0).communicate()
    loads = [ledger.load(4, 4, 2) for _ in range(4)]
    done = [json.loads(load.communicate()[0])['done'] for load in loads]
    t.true(min(done) >= sum(done) / 4 / 4, f'shares: {done}')
    ledger.whole()


def kill_some(ledger, acks, rounds):
    """Processes that post are killed and frozen at any moment."""
    chance = random.Random(int(os.environ.get('ACCOUNT_SEED', '1')))
    loads = []
    for turn in range(rounds):
        while len(loads) < 3:
            acks.append(f'{ledger.path}.acks-{len(acks)}')
            loads.append(ledger.load(4, 4, 0, acks[-1]))
        time.sleep(chance.uniform(0.01, 0.3))  # when is what is random
        victim = chance.choice(loads)
        if turn % 3 == 2:
            victim.send_signal(signal.SIGSTOP)
            ledger.whole()
            victim.send_signal(signal.SIGCONT)
            continue
        for load in loads if turn % 4 == 3 else [victim]:
            load.kill()
            load.communicate()
        loads = [load for load in loads if load.returncode is None]
    for load in loads:
        load.kill()
        load.communicate()


@test(alone=True)
def killed(t):
    """kill -9 and SIGSTOP at any moment: what was acknowledged is there, once"""
    ledger = Ledger(t)
    ledger.load(1, 1, 0).communicate()
    acks = []
    kill_some(ledger, acks, KILLS)
    ledger.whole()
    there = ledger.keys()
    t.equal(len(there), len(set(there)), 'keys, each once')
    asked = [key for path in acks for key in acknowledged(path)]
    t.true(len(asked) > 100, f'{len(asked)} acknowledged')
    lost = set(asked) - set(there)
    t.true(not lost, f'{len(lost)} of {len(asked)} are lost')
    deposits = sum(1 for entry in ledger.json('export', '--format', 'jsonl')
                   if entry['kind'] == 'post')
    t.equal(round(float(ledger.balance('load')) * 100), deposits, 'balance')


FULL = """
set -u
mount -t tmpfs -o size=3m tmpfs "$2" || exit 77
head -c 1000000 /dev/zero >"$2/ballast"
"$1" "$2/ledger.db" 4 8 0 ack >"$3" 2>"$4"
echo "load $?"
rm "$2/ballast"
"$5" account verify --json --store "$2/ledger.db"
"$5" account deposit load 1 --json --store "$2/ledger.db"
"$5" account export --format jsonl --store "$2/ledger.db" >"$6"
"""


@test
def full(t):
    """a full disk: it stops and says so; what was acknowledged is there"""
    if not shutil.which('unshare') or not os.access(LOAD, os.X_OK):
        raise Skipped('no unshare, or tests/account_load is not built')
    acks, errors, entries = (os.path.join(t.folder, name)
                             for name in ('acks', 'errors', 'entries'))
    got = subprocess.run(
        ['unshare', '-Urm', 'sh', '-c', FULL, 'sh', LOAD, t.out, acks, errors,
         THREADLAB, entries], capture_output=True, text=True, env=t.env)
    if got.returncode and 'load' not in got.stdout:
        raise Skipped('no tmpfs may be mounted here')
    lines = got.stdout.splitlines()
    t.equal(lines[0], 'load 1', got.stderr)
    said = read(errors).decode()
    t.true('takes no more' in said and 'no space' in said, said)
    t.true(json.loads(lines[1])['whole'], lines[1])
    t.equal(json.loads(lines[2])['outcome'], 'done', 'when there is space')
    there = {json.loads(line).get('key') for line in read(entries).splitlines()}
    asked = acknowledged(acks)
    t.true(len(asked) > 100, f'{len(asked)} acknowledged')
    t.true(set(asked) <= there, 'all are there')


if __name__ == '__main__':
    blackbox.main(None)

#!/usr/bin/python3
"""Runs that are ended in the middle, and what the next one makes of it."""

import glob
import os
import random
import signal
import time

import blackbox
from blackbox import Failed, read, test, until, write

MIB = 1 << 20


def journal_claims(t):
    return any(b'\nspan ' in read(path) for path in t.parts('journal'))


def partial(t, case='ok', name='f.bin', held=3 * MIB, more=(), **query):
    """Runs until the server has sent that many bytes and holds the rest back,
    then ends the run by Ctrl-C: part and journal are there. The URL."""
    gate = f'{t.name}-{name}'
    query.setdefault('size', 8 * MIB)
    url = t.url(case, name, gate=gate, gate_at=held, **query)
    run = t.start('--max-segments', 1, '--retries', 0, *more, url)
    t.until_held(gate)
    until(lambda: sum(os.stat(path).st_blocks * 512 for path in t.parts())
          >= held // 2, 'the bytes in the part')
    run.kill(signal.SIGINT).wait()
    t.status(run, 130)
    t.equal(t.finals(), [], 'files')
    t.equal(len(t.parts('journal')), 1, 'journals')
    t.open_gate(gate)
    return url


def resumed(t, case, name='f.bin', least=MIB):
    """The second run began there."""
    starts = [start for start in t.starts(case, name) if start > 0]
    t.true(starts and starts[0] >= least, f'goes on, but from {starts}')


@test
def interrupted(t):
    """a second run goes on where the first was stopped"""
    url = partial(t)
    t.saved(t.get(url), url)
    resumed(t, 'ok')
    entry = next(entry for entry in t.log('ok') if entry['range'])
    t.equal(entry['headers'].get('if-range'), '"1-8388608"', 'If-Range')


@test
def segments_interrupted(t):
    """the same with several pieces at once"""
    url = t.url('ok', size=16 * MIB, rate=2 * MIB)
    run = t.start(url)
    until(lambda: len(t.log('ok')) > 1, 'segments')
    until(lambda: sum(os.stat(path).st_blocks * 512 for path in t.parts())
          >= 4 * MIB, 'bytes in the part')
    t.status(run.kill(signal.SIGINT).wait(), 130)
    t.saved(t.get(url), url)
    sent = t.sent('ok')
    t.true(sent < 20 * MIB, f'{sent} bytes were sent for {16 * MIB}')


@test(alone=True)
def killed_again_and_again(t):
    """kill -9 at any moment: never a wrong file, little is fetched twice"""
    size = 16 * MIB
    url = t.url('ok', size=size, rate=MIB // 2)
    words = ['--max-connections', 4, url]
    chance = random.Random(20240101)
    kills = 0
    while kills < 12:
        run = t.start(*words)
        end = time.monotonic() + chance.uniform(0.1, 3.2)
        while time.monotonic() < end and not run.ended():
            time.sleep(0.005)
        if run.ended():
            break
        run.kill().wait()
        kills += 1
        t.equal(t.finals(), [], 'files after a kill')
    if t.files() != ['f.bin']:
        t.status(t.get(*words), 0)
    t.equal(t.files(), ['f.bin'], 'files')
    t.same('f.bin', t.expected(url))
    t.true(kills > 2, f'{kills} kills')
    # Two seconds of four connections for each kill, and the overlap.
    sent = t.sent('ok')
    t.true(sent < size + kills * 6 * MIB,
           f'{sent} bytes were sent for {size} in spite of {kills} kills')


@test
def killed_after_journal(t):
    """what the journal claims is not fetched again after kill -9"""
    gate = t.name
    url = t.url('ok', size=8 * MIB, gate=gate, gate_at=5 * MIB)
    run = t.start('--max-segments', 1, url)
    until(lambda: journal_claims(t), 'a span in the journal')
    run.kill().wait()
    t.open_gate(gate)
    t.equal(t.finals(), [], 'files')
    t.saved(t.get(url), url)
    resumed(t, 'ok')


@test
def changed(t):
    """a file that was replaced meanwhile is fetched anew, same size or not"""
    url = partial(t)
    t.server.control('_set', path=t.path('ok', 'f.bin'), version=2)
    t.saved(t.get(url), url, version=2)


@test
def changed_without_validators(t):
    """the same where only its bytes tell"""
    url = partial(t, etag='none', modified=0)
    t.server.control('_set', path=t.path('ok', 'f.bin'), version=2)
    t.saved(t.get(url), url, version=2)


@test
def changed_with_weak_etag(t):
    """the same with a weak ETag"""
    url = partial(t, etag='weak')
    t.server.control('_set', path=t.path('ok', 'f.bin'), version=2)
    t.saved(t.get(url), url, version=2)


@test
def changed_and_longer(t):
    """the same with another length and nothing else"""
    url = partial(t, etag='none', modified=0)
    longer = url.replace(f'size={8 * MIB}', f'size={9 * MIB}')
    alias = t.path('ok', 'f.bin')
    t.server.control('_set', path=alias, version=2)
    t.get('-o', 'f.bin', longer)
    t.equal(t.finals(), ['f.bin'], 'files')
    t.same('f.bin', t.expected(longer, 2))


@test
def unchanged_validators(t):
    """whatever the ETag does, what is there is used"""
    for kind in ('weak', 'each', 'gzip', 'none'):
        url = partial(t, name=f'{kind}.bin', etag=kind)
        t.status(t.get(url), 0)
        t.same(f'{kind}.bin', t.expected(url))
        resumed(t, 'ok', f'{kind}.bin')
        os.remove(t.file(f'{kind}.bin'))


@test
def no_validators(t):
    """without any validator the overlap decides"""
    url = partial(t, etag='none', modified=0)
    t.saved(t.get(url), url)
    resumed(t, 'ok')


@test
def if_range_refused(t):
    """a server that takes every ETag for a change does not cost the part"""
    url = partial(t, 'if_range')
    t.saved(t.get('--max-segments', 1, url), url)
    t.true(any(entry['range'] and entry['status'] == 206
               for entry in t.log('if_range')), 'a range without If-Range')


@test
def no_ranges(t):
    """a server that forgot its ranges sends all of it again"""
    url = partial(t, 'forgets_ranges')
    t.saved(t.get(url), url)


@test
def wrong_ranges(t):
    """the part never gets a range that was not asked for"""
    for mode in ('shift', 'start', 'overclaim', 'multipart', 'garbage'):
        url = partial(t, 'other_range', f'{mode}.bin', mode=mode)
        run = t.get('--retries', 1, url)
        if run.status == 0:
            t.same(f'{mode}.bin', t.expected(url))
            os.remove(t.file(f'{mode}.bin'))
        t.equal(t.finals(), [], 'files')
        for path in t.parts('part') + t.parts('journal'):
            os.remove(path)


@test
def gone(t):
    """a file that has gone fails; the part stays for better days"""
    url = partial(t, 'status', code=404, first=0)
    gone = url.replace('first=0', 'first=99')
    t.status(t.get('-o', 'f.bin', gone), 1)
    t.equal(t.finals(), [], 'files')
    t.saved(t.get(url), url)


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


@test
def whole_part(t):
    """a part that only lacks its final name"""
    url = partial(t)
    journal = t.parts('journal')[0]
    lines = read(journal).splitlines()[:6]
    lines.append(b'span 0-%d' % (8 * MIB))
    lines[-1] += b' %08x' % crc32c(lines[-1])
    write(journal, b'\n'.join(lines) + b'\n')
    write(t.parts()[0], t.expected(url))
    t.saved(t.get(url), url)
    sent = sum(entry['sent'] for entry in t.log('ok') if entry['range'])
    t.true(sent < MIB, f'{sent} bytes were sent again')


@test
def whole_but_for_the_end(t):
    """a part without a known length that only lacks the end of its body"""
    url = partial(t, chunked=1, held=8 * MIB)
    t.saved(t.get(url), url)


def damaged(t, damage):
    """partial, then damage(journal's path, part's path), then again."""
    url = partial(t)
    damage(t.parts('journal')[0], t.parts()[0])
    t.saved(t.get(url), url)


@test
def journal_torn(t):
    """a journal whose last line is torn"""
    damaged(t, lambda journal, part: os.truncate(
        journal, os.path.getsize(journal) - 7))


@test
def journal_with_rubbish(t):
    """a journal with rubbish at its end"""
    damaged(t, lambda journal, part: write(
        journal, read(journal) + b'span 0-8388608 00000000\n\0\0\0\xff'))


@test
def journal_flipped(t):
    """a journal with a flipped byte anywhere"""
    def flip(journal, part):
        data = bytearray(read(journal))
        at = random.Random(7).randrange(len(data))
        data[at] ^= 0x11
        write(journal, bytes(data))
    damaged(t, flip)


@test
def journal_empty(t):
    """an empty journal"""
    damaged(t, lambda journal, part: os.truncate(journal, 0))


@test
def journal_lost(t):
    """a part without its journal"""
    damaged(t, lambda journal, part: os.remove(journal))


@test
def part_lost(t):
    """a journal without its part"""
    damaged(t, lambda journal, part: os.remove(part))


@test
def journal_of_a_lost_part(t):
    """a journal whose part is lost does not vouch for the next part"""
    url = partial(t, rate=4 * MIB)
    os.remove(t.parts()[0])
    run = t.start(url)
    until(lambda: run.ended() or t.parts() and max(
        os.path.getsize(path) for path in t.parts()) > 4 * MIB,
        'bytes behind the first ones')
    run.kill().wait()
    t.equal(t.finals(), [], 'files')
    t.saved(t.get(url), url)


@test
def part_short(t):
    """a part that is shorter than its journal claims"""
    damaged(t, lambda journal, part: os.truncate(part, MIB))


@test
def part_empty(t):
    """a part of no bytes"""
    damaged(t, lambda journal, part: os.truncate(part, 0))


@test
def part_of_other_bytes(t):
    """a part with other bytes before its end, and no strong validator"""
    url = partial(t, etag='none', modified=0)
    part = t.parts()[0]
    with open(part, 'r+b') as file:
        file.seek(0)
        file.write(os.urandom(3 * MIB))
    t.saved(t.get(url), url)


@test
def part_replaced_by_symlink(t):
    """a symlink in place of the part is not followed"""
    url = partial(t)
    victim = t.scratch('victim', 'precious')
    part = t.parts()[0]
    os.remove(part)
    os.symlink(victim, part)
    t.get(url)
    t.same(victim, b'precious')
    if t.last.status == 0:
        t.same('f.bin', t.expected(url))
        t.true(not os.path.islink(t.file('f.bin')), 'no symlink')


@test
def journal_replaced_by_symlink(t):
    """nor one in place of the journal"""
    url = partial(t)
    victim = t.scratch('victim', 'precious')
    journal = t.parts('journal')[0]
    os.remove(journal)
    os.symlink(victim, journal)
    t.get(url)
    t.same(victim, b'precious')
    if t.last.status == 0:
        t.same('f.bin', t.expected(url))


@test
def two_at_once(t):
    """two runs for one URL do not spoil each other's file"""
    gate = t.name
    url = t.url('ok', size=8 * MIB, gate=gate, gate_at=2 * MIB)
    first = t.start(url)
    t.until_held(gate)
    until(lambda: t.parts('part'), 'a part')
    second = t.start('--retries', 0, url)
    until(lambda: second.ended() or len(t.log('ok')) > 1, 'the second one')
    t.open_gate(gate)
    first.wait()
    second.wait()
    t.status(first, 0)
    for name in t.finals():
        t.same(name, t.expected(url))
    t.true('f.bin' in t.finals(), 'the file')


@test
def other_url(t):
    """a part belongs to its URL: another file of the same name begins anew"""
    partial(t)
    other = t.url('ok', size=8 * MIB, x='other', seed='other')
    t.status(t.get(other), 0)
    t.equal(t.finals(), ['f.bin'], 'files')
    t.same('f.bin', t.expected(other))


@test
def overwrite_keeps_old(t):
    """the old file is there until the new one is whole"""
    write(t.file('f.bin'), 'old')
    gate = t.name
    url = t.url('ok', size=8 * MIB, gate=gate, gate_at=5 * MIB)
    run = t.start('--on-exists', 'overwrite', url)
    t.until_held(gate)
    t.same('f.bin', b'old')
    run.kill().wait()
    t.same('f.bin', b'old')
    t.open_gate(gate)
    t.status(t.get('--on-exists', 'overwrite', url), 0)
    t.same('f.bin', t.expected(url))


# --- files of other programs: --on-exists resume ---

def resume(t, old, url, *words):
    write(t.file('f.bin'), old)
    return t.get('--on-exists', 'resume', '--retries', 1, *words, url)


@test
def continues_a_file(t):
    """--on-exists resume goes on from a file that is there"""
    url = t.url('ok', size=4 * MIB)
    t.saved(resume(t, t.expected(url)[:3 * MIB], url), url)
    sent = t.sent('ok')
    t.true(sent < 2 * MIB, f'{sent} bytes were sent for {MIB}')


@test
def continues_no_other_file(t):
    """--on-exists resume never puts one file behind another"""
    url = t.url('ok', size=4 * MIB)
    old = os.urandom(3 * MIB)
    run = resume(t, old, url)
    files = {read(t.file(name)) for name in t.finals()}
    if run.status == 0:
        t.true(t.expected(url) in files, 'the new file')
    t.true(files <= {old, t.expected(url)}, 'nothing is mixed')
    t.true(run.status == 0 or old in files, 'the old one is not lost')


@test
def continues_small_file(t):
    """--on-exists resume of a few bytes, its own or others"""
    url = t.url('ok', size=5000)
    t.saved(resume(t, t.expected(url)[:100], url), url)
    os.remove(t.file('f.bin'))
    run = resume(t, b'x' * 100, url)
    files = {read(t.file(name)) for name in t.finals()}
    t.true(files <= {b'x' * 100, t.expected(url)}, 'nothing is mixed')
    t.true(run.status != 0 or t.expected(url) in files, 'the new file')


@test
def complete_already(t):
    """--on-exists resume of a whole file"""
    url = t.url('ok', size=4 * MIB)
    run = resume(t, t.expected(url), url)
    t.saved(run, url)
    sent = t.sent('ok')
    t.true(sent < MIB, f'{sent} bytes were sent')


@test
def larger_than_remote(t):
    """--on-exists resume of a file that is too long never calls it complete"""
    url = t.url('ok', size=MIB)
    old = t.expected(url) + b'and more'
    run = resume(t, old, url)
    if run.status == 0:
        t.true(t.expected(url) in [read(t.file(name))
                                   for name in t.finals()], 'the new file')
    else:
        t.same('f.bin', old)


@test
def resume_without_ranges(t):
    """--on-exists resume where the server has no ranges"""
    url = t.url('no_ranges', size=4 * MIB)
    old = t.expected(url)[:3 * MIB]
    run = resume(t, old, url)
    if run.status == 0:
        t.saved(run, url)
    else:
        t.same('f.bin', old)
        t.true('move it away' in run.err, 'what to do next')


@test(alone=True)
def resume_killed(t):
    """--on-exists resume, killed at any moment: the file is never lost"""
    url = t.url('ok', size=8 * MIB, rate=2 * MIB)
    old = t.expected(url)[:3 * MIB]
    words = ['--on-exists', 'resume', '--max-segments', 1, url]
    write(t.file('f.bin'), old)
    chance = random.Random(20240102)
    for _ in range(15):
        run = t.start(*words)
        end = time.monotonic() + chance.uniform(0, 0.25)
        while time.monotonic() < end and not run.ended():
            time.sleep(0.002)
        run.kill().wait()
        kept = [path for path in glob.glob(t.out + '/*')
                if read(path)[:len(old)] == old]
        t.equal(len(kept), 1, 'files that begin with what was there')
        t.true(kept[0] == t.file('f.bin') or journal_claims(t),
               'it has its name, or can be resumed')
    t.saved(t.get(*words), url)
    t.true(min(t.starts('ok')) >= 3 * MIB - MIB, 'nothing was fetched twice')


@test
def resume_cut(t):
    """--on-exists resume keeps the file when the rest does not come"""
    url = t.url('cut', size=4 * MIB, at=1000, first=99)
    old = t.expected(url)[:3 * MIB]
    write(t.file('f.bin'), old)
    run = t.start('--on-exists', 'resume', '--retries', 0,
                  '--max-segments', 1, url)
    run.wait()
    kept = [path for path in glob.glob(t.out + '/*')
            if read(path)[:len(old)] == old]
    if not kept:
        raise Failed(f'the old bytes are lost: {t.files()}')


blackbox.main()

#!/usr/bin/python3
"""Power cuts, simulated: what a disk may hold when the power fails.

A program that posts to a ledger runs with tests/recorder.c preloaded. Then, at
random moments of the log, images are made: all that was synced is there; of what
was written since, any of it is lost, comes in another order, or is torn in
sectors of 512 bytes. In no image may the ledger be damaged or an acknowledged
entry be missing."""

import json
import os
import random
import shutil
import subprocess

import blackbox
from blackbox import THREADLAB, Failed, Skipped, test

BUILD = os.path.join(os.path.dirname(THREADLAB), 'tests')
LOAD = os.path.join(BUILD, 'account_load')
RECORDER = os.path.join(BUILD, 'recorder.so')
IMAGES = int(os.environ.get('POWER_CUTS', '60'))
SECTOR = 512


def parse(data):
    """The log as tuples; the last event may be cut."""
    events, at = [], 0
    while True:
        stop = data.find(b'\n', at)
        if stop < 0:
            return events
        word, *rest = data[at:stop].split(b' ')
        at = stop + 1
        size = int(rest[-1]) if word in (b'W', b'A') else 0
        if at + size > len(data):
            return events
        body = data[at:at + size]
        at += size
        if word == b'A':
            events.append(('A', body))
        elif word == b'W':
            events.append(('W', rest[0].decode(), int(rest[1]), body))
        else:
            events.append((word.decode(), rest[0].decode(), int(rest[1])))


def put(image, event):
    if event[0] == 'T':
        del image[event[2]:]
        image.extend(bytes(event[2] - len(image)))
        return
    _, _, offset, body = event
    if len(image) < offset + len(body):
        image.extend(bytes(offset + len(body) - len(image)))
    image[offset:offset + len(body)] = body


def torn(event, chance):
    """Some sectors of a write."""
    if event[0] == 'T':
        return [event]
    _, file, offset, body = event
    return [('W', file, offset + at, body[at:at + SECTOR])
            for at in range(0, len(body), SECTOR) if chance.random() < 0.5]


def loose(events, chance):
    """What may come of writes that were not synced."""
    if chance.random() < 0.2:
        return list(events)
    kept = [event for event in events if chance.random() < 0.6]
    if chance.random() < 0.5:
        chance.shuffle(kept)
    return [part for event in kept for part in
            (torn(event, chance) if chance.random() < 0.3 else [event])]


def crash(events, cut, chance):
    """The files, by name, and what was acknowledged, at that moment."""
    images, waiting, told = {}, {}, []
    for event in events[:cut]:
        if event[0] == 'A':
            told.append(event[1])
        elif event[0] == 'S':
            for kept in waiting.pop(event[1], []):
                put(images.setdefault(event[1], bytearray()), kept)
        else:
            waiting.setdefault(event[1], []).append(event)
    for file, writes in waiting.items():
        for kept in loose(writes, chance):
            put(images.setdefault(file, bytearray()), kept)
    return images, b''.join(told).decode().split()


def lay_out(folder, images):
    """The database and its log. The journal of its making is gone for good by
    the first acknowledgement: the log's first sync is the folder's, too. The
    shared memory is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    for name, data in images.items():
        if name in ('ledger.db', 'ledger.db-wal'):
            with open(os.path.join(folder, name), 'wb') as out:
                out.write(data)


def account(t, path, *words):
    got = subprocess.run([THREADLAB, 'account', *words, '--store', path],
                         capture_output=True, text=True, env=t.env)
    if got.returncode:
        raise Failed(f'{words}: {got.stdout}{got.stderr}')
    return [json.loads(line) for line in got.stdout.splitlines()]


def record(t):
    """Posts, with checkpoints in between, to a ledger that is there."""
    path = os.path.join(t.folder, 'ledger.db')
    log = os.path.join(t.folder, 'log')
    env = dict(t.env, LD_PRELOAD=RECORDER, RECORD=log)
    with open(os.path.join(t.folder, 'acks'), 'wb') as acks:
        load = subprocess.Popen([LOAD, path, '4', '8', '0', 'ack'], env=env,
                                stdout=acks)
        blackbox.until(lambda: load.poll() is not None or (
            os.path.exists(log) and os.path.getsize(log) > 14 << 20),
            'a log')
        load.kill()
        load.wait()
    with open(log, 'rb') as file:
        return parse(file.read())


def need_recorder():
    if os.environ.get('SANITIZER', 'no') != 'no':
        raise Skipped('a sanitizer wants to be preloaded first')
    if not os.access(LOAD, os.X_OK) or not os.path.exists(RECORDER):
        raise Skipped('tests/account_load or recorder.so is not built')


@test(alone=True)
def faults(t):
    """a sync or a write that fails: it stops and says so, nothing
    acknowledged is missing"""
    need_recorder()
    path = os.path.join(t.folder, 'ledger.db')
    told = set()
    for fault in ('FAIL_SYNC', 'FAIL_WRITE'):
        for number in (40, 75, 200):
            env = dict(t.env, LD_PRELOAD=RECORDER, **{fault: str(number)})
            got = subprocess.run([LOAD, path, '4', '2', '0', 'ack'], env=env,
                                 capture_output=True, text=True, timeout=120)
            t.equal(got.returncode, 1, f'{fault} {number}: status')
            t.true('takes no more' in got.stderr, got.stderr)
            told |= set(got.stdout.split())
            report, = account(t, path, 'verify', '--json')
            t.true(report['whole'], f'{fault} {number}: {report}')
    t.true(len(told) > 100, f'{len(told)} acknowledged')
    there = {entry.get('key') for entry in
             account(t, path, 'export', '--format', 'jsonl')}
    t.true(told <= there, f'{len(told - there)} are missing')


@test(alone=True)
def cuts(t):
    """a power cut at any moment: nothing acknowledged is missing"""
    need_recorder()
    events = record(t)
    acks = [i for i, event in enumerate(events) if event[0] == 'A']
    syncs = sum(event[0] == 'S' for event in events)
    t.true(len(acks) > 200 and syncs > 50,
           f'{len(acks)} acknowledgements, {syncs} syncs')
    chance = random.Random(int(os.environ.get('POWER_SEED', '1')))
    folder = os.path.join(t.folder, 'image')
    path = os.path.join(folder, 'ledger.db')
    for image in range(IMAGES):
        cut = chance.randrange(acks[0], len(events))
        images, told = crash(events, cut, chance)
        lay_out(folder, images)
        account(t, path, 'deposit', 'load', '1', '--json')
        report, = account(t, path, 'verify', '--json')
        t.true(report['whole'], f'image {image} at {cut}: {report}')
        there = {entry.get('key') for entry in
                 account(t, path, 'export', '--format', 'jsonl')}
        lost = set(told) - there
        t.true(not lost, f'image {image} at {cut}: {len(lost)} of {len(told)} '
               'acknowledged are missing')


if __name__ == '__main__':
    blackbox.main(None)

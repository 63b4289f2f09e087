#!/usr/bin/python3
"""What the workbench writes, and how often it wakes up. Only what does not
depend on the machine: `make bench` has the times."""

import re

import blackbox
from blackbox import THREADLAB, test
from meter import Meter

S = (80, 24)
ANSWERS = {'cursor': (1, 13), 'modes': {2026: 2}, 'attributes': b'?62;22c'}


def bench(t, *words, size=S, **more):
    return Meter(size, [THREADLAB, '--dir', t.out, *words], env=t.env,
                 cwd=t.folder, **more)


def clears(data):
    return len(re.findall(rb'\033\[2J|\033\[H\033\[J', data))


@test
def first_paint(t):
    """at most 3 kB at 80x24, with one clear of the screen"""
    for more in ({}, {'answers': ANSWERS}):
        sizes = []
        for _ in range(3):
            with bench(t, **more) as meter:
                meter.first_paint()
                # on a busy machine the next frame may follow without a gap
                sizes.append(len(meter.frames(gap=0.03)[0][1]))
                t.equal(clears(bytes(meter.data)), 1, f'clears in {meter}')
        t.true(min(sizes) <= 3000, f'bytes: {sizes}')


@test(alone=True)
def idle(t):
    """when all is over nothing is written and nobody wakes up"""
    for words in ([], [t.url('ok'), t.url('nothing')]):
        with bench(t, *words, answers=ANSWERS) as meter:
            if words:
                meter.wait(rb'FAIL')
            meter.quiet(6)  # the last message and the last sample are over
            seen = meter.idle(3)
            t.equal((seen.bytes, seen.writes, seen.wakeups), (0, 0, 0),
                    f'idle with {words}: {seen}')


@test(alone=True)
def moving(t):
    """eight bars that move, alone and above the threads: at most 400 bytes and
    3 writes a frame, 10 frames a second"""
    urls = [t.url('ok', f'{i}.bin', size=64 << 20, rate=200000)
            for i in range(8)]
    for keys in (b'1z', b'zz2'):
        with bench(t, *urls, answers=ANSWERS) as meter:
            meter.send(keys)
            steady(meter)
            mark, calls = meter.mark(), writes_of(meter)
            seconds = 3
            meter.idle(seconds)
            calls = writes_of(meter) - calls
            frames = [len(data) for _, data in meter.frames(mark)]
            size = sum(frames) / max(1, len(frames))
            t.true(seconds < len(frames) <= 10 * seconds + 1,
                   f'{len(frames)} frames in {seconds} s')
            t.true(size <= 400, f'{size} bytes a frame: {frames}')
            t.true(calls <= 3 * len(frames) + 3,
                   f'{calls} writes, {len(frames)} frames')


@test
def balanced(t):
    """each mode that is turned on is turned off, whatever was open"""
    for keys in (b'', b'?', b':get', b'/x', b'm', b'mm', b'M', b'\x17'):
        with bench(t, answers=ANSWERS) as meter:
            meter.first_paint()
            meter.send(keys)
            meter.taken()
            meter.kill()
            meter.status()
            meter.restored()
            t.true({1000, 1004, 1006, 1049, 2004, 2026} <=
                   meter.modes().turned_on(), 'modes')


@test
def no_questions(t):
    """a terminal that is none of xterm's kind is asked nothing, gets no mode"""
    for term in ('linux', 'vt100'):
        with bench(t, term=term) as meter:
            meter.first_paint()
            t.equal(meter.asked, [], f'questions to {term}')
            t.true(not {1000, 1004, 1006, 2004, 2026} &
                   meter.modes().turned_on(), 'modes')
            meter.send(b'q')
            t.equal(meter.status(), 0, 'status')
            meter.restored()


@test
def no_sync(t):
    """synchronized output only where the answer was that it is known"""
    for modes in ({}, {2026: 0}, {2026: 4}):
        with bench(t, answers=dict(ANSWERS, modes=modes)) as meter:
            meter.first_paint()
            meter.send(b'?')
            meter.wait(b'Help')
            t.true(2026 not in meter.modes().turned_on(), f'{modes}')


def writes_of(meter):
    """write(2) of the thread that draws."""
    return int(re.search(r'syscw: (\d+)',
                         meter.proc(f'task/{meter.pid}/io'))[1])


def steady(meter):
    mark = meter.mark()
    meter.until(lambda: meter.mark() > mark + 3000, 'frames', 20)


if __name__ == '__main__':
    blackbox.main()

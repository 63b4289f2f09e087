#!/usr/bin/python3
"""How fast a ledger is, beside what the disk can do.

bench_account.py [--load tests/account_load] [--seconds 2] [--folder DIR]

Deposits and commits a second, by posters, requests each keeps on their way, and
processes; "x" is the ratio to this disk's fdatasync(2) of one page, measured in
the same run."""

import argparse
import json
import os
import subprocess
import tempfile
import time

CASES = [(processes, posters, flying)
         for processes in (1, 4)
         for posters, flying in ((1, 1), (8, 1), (32, 1), (64, 1), (8, 64))]


def disk(folder, seconds):
    """fdatasync(2) a second, over pages that are there."""
    path = os.path.join(folder, 'pages')
    page = bytes(4096)
    count = 0
    with open(path, 'w+b', buffering=0) as file:
        file.write(page * 64)
        os.fsync(file.fileno())
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            os.pwrite(file.fileno(), page, count % 64 * 4096)
            os.fdatasync(file.fileno())
            count += 1
    os.unlink(path)
    return count / seconds


def load(program, store, posters, flying, seconds):
    return subprocess.Popen([program, store, str(posters), str(flying),
                             str(seconds)], stdout=subprocess.PIPE, text=True)


def measure(program, folder, processes, posters, flying, seconds):
    store = os.path.join(folder, f'{processes}-{posters}-{flying}.db')
    load(program, store, 1, 1, 0).communicate()
    running = [load(program, store, posters, flying, seconds)
               for _ in range(processes)]
    return [json.loads(each.communicate()[0]) for each in running]


def main():
    words = argparse.ArgumentParser()
    words.add_argument('--load', default='tests/account_load')
    words.add_argument('--seconds', type=float, default=2)
    words.add_argument('--folder')
    words = words.parse_args()
    with tempfile.TemporaryDirectory(dir=words.folder) as folder:
        print(f'{"processes":>9} {"posters":>7} {"flying":>6} {"deposits/s":>10}'
              f' {"commits/s":>9} {"x":>6}  least share')
        for case in CASES:
            rate = disk(folder, 0.5)
            got = measure(words.load, folder, *case, words.seconds)
            done = [each['done'] for each in got]
            commits = sum(each['commits'] for each in got)
            seconds = max(each['ms'] for each in got) / 1000
            print('{:>9} {:>7} {:>6} {:>10.0f} {:>9.0f} {:>6.1f}  {:.2f}'.format(
                *case, sum(done) / seconds, commits / seconds,
                sum(done) / seconds / rate, min(done) * len(done) / sum(done)))


if __name__ == '__main__':
    main()

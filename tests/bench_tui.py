"""The workbench's part of bench.py: how soon it shows something, while the
engine works and in a long queue, and what it costs the downloads."""

import os
import re
import socket
import statistics
import tempfile
import time

from blackbox import clean_environment
from meter import Meter

SIZE = (80, 24)
MARKS = b"~^|{}"  # nothing but typing brings these to the screen
SAMPLES = 200
ROWS = 100000


class Place:
    """A folder for one run, with nothing of the runs before."""

    def __init__(self, work):
        self.folder = tempfile.mkdtemp(dir=work)
        self.out = os.path.join(self.folder, "out")
        os.mkdir(self.out)
        self.env = clean_environment(self.folder)

    def file(self, name, lines):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.writelines(f"{line}\n" for line in lines)
        return path

    def bench(self, binary, *words):
        return Meter(SIZE, [binary, "--dir", self.out, *words], env=self.env)


def tell(name, value, limit, unit, most=True):
    good = value <= limit if most else value >= limit
    print(f"tui        {name:40} {value:8.2f} {unit:4} "
          f"{'<=' if most else '>='} {limit:g}: {'yes' if good else 'NO'}",
          flush=True)
    return good


def percentile(times, part):
    return 1000 * sorted(times)[int(part * (len(times) - 1))]


def first_paint(binary, work):
    times = []
    for _ in range(10):
        with Place(work).bench(binary) as meter:
            meter.wait(rb"help")
            times.append(meter.chunks[-1][0] - meter.begin)
    return 1000 * statistics.median(times)


def typing(meter, wanted):
    """Seconds from each key to its sign on the screen, while wanted()."""
    times = []
    meter.send(b":")
    meter.wait(b"Commands")
    while len(times) < SAMPLES and wanted():
        turn = len(times) // len(MARKS) % len(MARKS)
        for mark in MARKS[turn:] + MARKS[:turn]:  # none where it was before
            place, begin = meter.mark(), time.monotonic()
            meter.send(bytes([mark]))
            meter.wait(re.escape(bytes([mark])), place)
            times.append(time.monotonic() - begin)
        meter.send(b"\x15")
        meter.taken()
    return times


def files(folder):
    with os.scandir(folder) as entries:
        return sum(not entry.name.endswith((".part", ".journal"))
                   for entry in entries)


def until_files(folder, count, begin, limit=600):
    while files(folder) < count:
        if time.monotonic() - begin > limit:
            raise TimeoutError(f"{files(folder)} of {count} files")
        time.sleep(0.02)
    return time.monotonic() - begin


def urls_of(site, workload, times):
    return [f"{site.url(workload, name)}?{turn}" for turn in range(times)
            for name in workload.names()]


def under_load(binary, site, workload, work, times):
    place = Place(work)
    urls = urls_of(site, workload, times)
    script = place.file("script", [f"list {place.file('urls', urls)}"])
    with place.bench(binary, "--script", script) as meter:
        meter.wait(rb"down|running")
        return typing(meter, lambda: files(place.out) < len(urls))


def throughput(binary, site, workload, work, rounds):
    """What get takes over what the workbench takes, each at its best: what
    else the machine does only makes it slower."""
    walls = {"get": [], "tui": []}
    urls = urls_of(site, workload, 1)
    for _ in range(rounds + 1):
        for face, taken in walls.items():
            place = Place(work)
            listed = place.file("urls", urls)
            words = (["--script", place.file("script", [f"list {listed}"])]
                     if face == "tui" else
                     ["get", "--dir", place.out, "-i", listed])
            begin = time.monotonic()
            argv = ([binary, "--dir", place.out] if face == "tui"
                    else [binary]) + words
            with Meter(SIZE, argv, env=place.env):
                taken.append(until_files(place.out, len(urls), begin))
            for name in os.listdir(place.out):
                os.unlink(os.path.join(place.out, name))
    return min(walls["get"]) / min(walls["tui"])


def long_queue(binary, work):
    """Keys in a queue whose server never answers."""
    place = Place(work)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        base = f"http://127.0.0.1:{server.getsockname()[1]}/"
        lines = ["get " + " ".join(f"{base}{i + k:06}.bin"
                                   for k in range(100))
                 for i in range(0, ROWS, 100)]
        with place.bench(binary, "--script",
                         place.file("script", lines)) as meter:
            meter.wait(b"help", seconds=60)
            meter.quiet(1, seconds=60)
            scroll = [meter.key_to_paint(key) for _ in range(25) for key in
                      (b"G", b"\x1b[5~", b"g", b"\x1b[6~", b"j", b"\x04")]
            meter.quiet(1, seconds=60)
            meter.send(b"/")
            meter.quiet(1)
            narrow = []
            for _ in range(10):
                for key in (b"9", b"9", b"7", b"\x7f", b"\x7f", b"\x7f"):
                    narrow.append(meter.key_to_paint(key))
                    meter.quiet(0.05)
            return scroll, narrow, meter.peak_kib()


def memory(binary, site, workload, work):
    place = Place(work)
    urls = urls_of(site, workload, 1)[:1000]
    script = place.file("script", [f"list {place.file('urls', urls)}"])
    with place.bench(binary, "--script", script) as meter:
        until_files(place.out, len(urls), time.monotonic())
        meter.quiet(1)
        return meter.peak_kib() / 1024, len(urls)


def run(binary, site, chosen, work, rounds, claims):
    small, large = chosen["small"], chosen["large"]
    good = tell("first paint", first_paint(binary, work), 50, "ms")
    for workload, times in ((small, 3), (large, 4)):
        keys = under_load(binary, site, workload, work, times)
        good &= tell(f"key to paint, p99 of {len(keys)}, {workload.name}",
                     percentile(keys, 0.99), 30, "ms")
    for workload in (small, large):
        good &= tell(f"throughput of get, {workload.name}",
                     throughput(binary, site, workload, work, rounds), 0.97,
                     "x", most=False)
    scroll, narrow, peak = long_queue(binary, work)
    good &= tell(f"{ROWS} rows, scroll, p99", percentile(scroll, 0.99), 30,
                 "ms")
    good &= tell(f"{ROWS} rows, filter, p99", percentile(narrow, 0.99), 30,
                 "ms")
    print(f"tui        {ROWS} rows, peak {peak / 1024:.0f} MiB")
    size, rows = memory(binary, site, small, work)
    good &= tell(f"peak with {rows} rows", size, 25, "MiB")
    return good or not claims

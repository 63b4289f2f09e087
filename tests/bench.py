#!/usr/bin/env python3
"""threadlab get beside curl, aria2c and wget2, on one nginx on the loopback.

Every tool fetches the same URLs into an empty folder, turn by turn, so that a
busy machine slows all of them. Shown are medians and the ratio to the best
peer; what the project claims stands beside it, at the full scale only. Every
file is compared with its source after the clock has stopped. The workbench is
measured on a pseudo-terminal (bench_tui.py). Needs nginx and openssl; a peer that is not installed is left out.
"""
import argparse
import contextlib
import dataclasses
import filecmp
import os
import pathlib
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import bench_tui

KIB, MIB = 1 << 10, 1 << 20
CAP = 8 * MIB  # bytes per second and connection on the capped port
TOOLS = ("threadlab", "curl", "aria2c", "wget2")


@dataclasses.dataclass
class Workload:
    name: str
    about: str
    server: str  # plain, capped or tls
    folder: str  # under the site's root
    sizes: list
    wall: float | None = None  # claim: at most this ratio to the best peer
    cpu: float | None = None
    rival: str | None = None  # claim against this peer, not the best

    def names(self):
        return [f"{number:06d}" for number in range(len(self.sizes))]


def workloads(scale):
    def count(full):
        return max(1, round(full * scale))

    dice = random.Random("mixed")
    mixed = [min(24 * MIB, 1 + int(dice.lognormvariate(11.5, 1.8)))
             for _ in range(count(1500))]
    small, large = [8 * KIB] * count(10000), [count(2048) * MIB]
    return [
        Workload("small", "10,000 files of 8 KiB, HTTP/1.1", "plain", "small",
                 small, wall=0.75, cpu=0.50),
        Workload("small-h2", "the same over TLS, HTTP/2 offered", "tls",
                 "small", small, wall=0.80),
        Workload("mixed", "1,500 files, log-normal sizes", "plain", "mixed",
                 mixed, wall=0.80),
        Workload("large", "one file of 2 GiB", "plain", "large", large,
                 wall=0.90),
        Workload("large-tls", "the same over TLS", "tls", "large", large,
                 wall=0.80),
        Workload("capped", "256 MiB, 8 MiB/s a connection", "capped",
                 "capped", [count(256) * MIB], wall=1.00, rival="aria2c"),
    ]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """nginx over a folder of generated files."""

    def __init__(self, root):
        self.root = root
        self.files = root / "files"
        self.certificate = root / "certificate.pem"
        self.ports = {name: free_port()
                      for name in ("plain", "capped", "tls", "list")}
        self.list_log = root / "list.log"

    def fill(self, workload):
        folder = self.files / workload.folder
        folder.mkdir(parents=True, exist_ok=True)
        dice = random.Random(workload.folder)
        for name, size in zip(workload.names(), workload.sizes):
            path = folder / name
            if path.exists():
                continue
            with path.open("wb") as file:
                for start in range(0, size, MIB):
                    file.write(dice.randbytes(min(MIB, size - start)))

    def url(self, workload, name):
        scheme = "https" if workload.server == "tls" else "http"
        port = self.ports[workload.server]
        return f"{scheme}://localhost:{port}/{workload.folder}/{name}"

    def config(self):
        temporary = "".join(
            f"{kind}_temp_path {self.root}/{kind};\n" for kind in
            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        root, ports = self.files, self.ports
        return f"""
daemon off;
pid {self.root}/nginx.pid;
error_log {self.root}/error.log error;
worker_processes 2;
events {{ worker_connections 4096; }}
http {{
    {temporary}
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 10000000;
    default_type application/octet-stream;
    log_format moment $msec;
    server {{ listen 127.0.0.1:{ports["plain"]}; root {root}; }}
    server {{
        listen 127.0.0.1:{ports["capped"]}; root {root};
        limit_rate {CAP};
    }}
    server {{
        listen 127.0.0.1:{ports["tls"]} ssl http2; root {root};
        ssl_certificate {self.certificate};
        ssl_certificate_key {self.root}/key.pem;
    }}
    server {{
        listen 127.0.0.1:{ports["list"]};
        access_log {self.list_log} moment;
        return 200 "1";
    }}
}}
"""

    @contextlib.contextmanager
    def serve(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048",
             "-days", "1", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost", "-keyout", self.root / "key.pem",
             "-out", self.certificate],
            check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        config = self.root / "nginx.conf"
        config.write_text(self.config())
        nginx = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
        if not nginx:
            sys.exit("bench: nginx is missing (Debian: nginx-light)")
        server = subprocess.Popen(
            [nginx, "-c", config, "-e", self.root / "error.log"],
            stdin=subprocess.DEVNULL)
        try:
            for port in self.ports.values():
                wait_for_port(server, port)
            yield
        finally:
            server.terminate()
            server.wait()


def wait_for_port(server, port):
    deadline = time.monotonic() + 10
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit("bench: nginx does not start")
        time.sleep(0.01)


def command(tool, binary, site, workload, urls, folder, work):
    """The tool's own best way to fetch this workload."""
    many = len(urls) > 1
    listing = work / "urls"
    listing.write_text("".join(url + "\n" for url in urls))
    if tool == "threadlab":
        return [binary, "get", "--quiet", "--dir", folder, "--ca-certificate",
                site.certificate, "--input-file", listing]
    if tool == "curl":
        listing.write_text("".join(
            f'url = "{url}"\noutput = "{folder}/{url.rsplit("/", 1)[1]}"\n'
            for url in urls))
        parallel = ["--parallel", "--parallel-max", "64"]
        if workload.server != "tls":
            parallel.append("--parallel-immediate")
        return [binary, "--silent", "--show-error", "--cacert",
                site.certificate, *parallel, "--config", listing]
    if tool == "aria2c":
        ways = (["--max-concurrent-downloads=64", "--split=1"] if many else
                ["--split=16", "--max-connection-per-server=16",
                 "--min-split-size=1M"])
        return [binary, "--quiet", "--dir", folder, "--input-file", listing,
                f"--ca-certificate={site.certificate}",
                "--file-allocation=none", "--disk-cache=64M", *ways]
    return [binary, "--quiet", "--no-robots", "--directory-prefix", folder,
            "--input-file", listing, f"--ca-certificate={site.certificate}",
            "--max-threads=32", *([] if many else ["--chunk-size=16M"])]


@dataclasses.dataclass
class Cost:
    wall: float
    cpu: float
    peak: float  # MiB
    error: str = ""


def watch_peak(pid, cost, over):
    while not over.wait(0.01):
        with contextlib.suppress(OSError, StopIteration):
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                line = next(line for line in status if line[:6] == "VmHWM:")
            cost.peak = max(cost.peak, int(line.split()[1]) / KIB)


def run(argv, limit):
    cost, over = Cost(0, 0, 0), threading.Event()
    start = time.perf_counter()
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                   stdout=words, stderr=words)
        watcher = threading.Thread(target=watch_peak,
                                   args=(process.pid, cost, over))
        alarm = threading.Timer(limit, process.kill)
        watcher.start()
        alarm.start()
        _, status, usage = os.wait4(process.pid, 0)
        cost.wall = time.perf_counter() - start
        alarm.cancel()
        over.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            words.seek(0)
            last = words.read()[-300:].decode(errors="replace").strip()
            cost.error = f"exit {process.returncode} {last}"
    cost.cpu = usage.ru_utime + usage.ru_stime
    return cost


def wrong_files(site, workload, folder):
    source, names = site.files / workload.folder, workload.names()
    filecmp.clear_cache()  # it would take an earlier round's file for this one
    _, different, missing = filecmp.cmpfiles(source, folder, names,
                                             shallow=False)
    return len(different) + len(missing) + strangers(folder, set(names))


def strangers(folder, names):
    """What lies there beside the files: a part left behind, say."""
    return sum(name not in names for name in os.listdir(folder))


def one_round(tools, site, workload, work, limit):
    urls = [site.url(workload, name) for name in workload.names()]
    for tool, binary in tools.items():
        folder = work / "out"
        folder.mkdir()
        cost = run(command(tool, binary, site, workload, urls, folder, work),
                   limit)
        wrong = wrong_files(site, workload, folder)
        shutil.rmtree(folder)
        if wrong and not cost.error:
            cost.error = "exit 0"
        if wrong:
            cost.error += (f"; {wrong} of {len(urls)} files wrong, missing "
                           "or not asked for")
        yield tool, cost


def claim(ratio, most):
    if most is None or ratio is None or not claim.made:
        return ""
    return f"<={most:.2f} " + ("met" if ratio <= most else "MISSED")


claim.made = True  # they are made for the full scale only


def show(workload, costs):
    middle = {}
    for tool, rounds in costs.items():
        bad = [cost.error for cost in rounds if cost.error]
        if bad:
            print(f"{workload.name:<10} {tool:<10} FAILED: {bad[0]}")
        else:
            middle[tool] = [statistics.median(getattr(cost, what)
                                              for cost in rounds)
                            for what in ("wall", "cpu", "peak")]
    peers = [row for tool, row in middle.items() if tool != "threadlab"]
    best = [min(column) for column in zip(*peers)] if peers else None
    for tool, (wall, cpu, peak) in middle.items():
        ratios = [wall / best[0], cpu / best[1]] if best else [None, None]
        notes = ""
        if tool == "threadlab":
            against = ratios[0]
            if workload.rival:
                rival = middle.get(workload.rival)
                against = wall / rival[0] if rival else None
            notes = "  ".join(filter(None, (
                claim(against, workload.wall), claim(ratios[1], workload.cpu),
                claim(peak, 40))))
        shown = " ".join("       -" if ratio is None else f"{ratio:8.2f}"
                         for ratio in ratios)
        print(f"{workload.name:<10} {tool:<10} {wall:8.2f} {cpu:8.2f} "
              f"{peak:8.1f} {shown}  {notes}".rstrip())
    sys.stdout.flush()


def wrong_answers(folder, lines):
    wrong, names = 0, {f"{number:07d}" for number in range(lines)}
    for name in names:
        try:
            with open(f"{folder}/{name}", "rb", buffering=0) as file:
                wrong += file.read(2) != b"1"
        except OSError:
            wrong += 1
    return wrong + strangers(folder, names)


def list_round(binary, site, work, lines, limit):
    """Start to first answer, last tenth to first tenth, and the cost."""
    folder = work / "out"
    folder.mkdir()
    skip, start = site.list_log.stat().st_size, time.time()
    cost = run([binary, "get", "--quiet", "--dir", folder, "--input-file",
                work / "urls"], limit)
    wrong = wrong_answers(folder, lines)
    shutil.rmtree(folder)
    with site.list_log.open(encoding="ascii") as log:
        log.seek(skip)
        moments = [float(line) for line in log]
    if wrong:
        cost.error = (f"{cost.error or 'exit 0'}; {wrong} of {lines} files "
                      "wrong, missing or not asked for")
    if cost.error:
        return cost, 0, 0
    tenth = max(1, len(moments) // 10)
    first = moments[tenth - 1] - moments[0]
    last = moments[-1] - moments[-tenth]
    return cost, moments[0] - start, last / (first or 1e-3)


def long_list(binary, site, work, lines, rounds, limit):
    """A list of a million URLs: the start, the memory, and the pace."""
    with (work / "urls").open("w", encoding="ascii") as file:
        for number in range(lines):
            file.write(f"http://localhost:{site.ports['list']}/{number:07d}\n")
    results = []
    for _ in range(rounds):
        results.append(list_round(binary, site, work, lines, limit))
        if results[-1][0].error:
            print(f"list       FAILED: {results[-1][0].error}")
            return False
    costs, starts, paces = zip(*results)
    wall, cpu, peak = (statistics.median(getattr(cost, what) for cost in costs)
                       for what in ("wall", "cpu", "peak"))
    start, pace = statistics.median(starts), statistics.median(paces)
    print(f"list       {lines} URLs: {wall:.1f} s wall, {cpu:.1f} s cpu")
    for line in (f"first answer after {start:.2f} s  {claim(start, 0.5)}",
                 f"peak {peak:.1f} MiB  {claim(peak, 250)}",
                 f"last tenth / first tenth {pace:.2f}  {claim(pace, 1.10)}"):
        print(f"           {line}".rstrip())
    return True


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threadlab", default="./threadlab",
                        help="the program (default: %(default)s)")
    parser.add_argument("--scale", type=float, default=1.0,
                        help="size of all workloads (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3,
                        help="after one that warms up (default: %(default)s)")
    names = [workload.name for workload in workloads(0)] + ["list", "tui"]
    parser.add_argument("--only", action="append", metavar="WORKLOAD",
                        choices=names, help="only these workloads, of " +
                        ", ".join(names) + "; may be repeated")
    parser.add_argument("--tool", action="append", choices=TOOLS,
                        help="only these tools; may be repeated")
    parser.add_argument("--limit", type=float, default=900,
                        help="seconds that one run may take "
                        "(default: %(default)s)")
    parser.add_argument("--dir", help="where to work (default: /dev/shm if "
                        "it is there); 10 GiB at full scale")
    options = parser.parse_args()
    if options.scale <= 0 or options.rounds < 1:
        parser.error("--scale and --rounds have to be above 0")
    if ("threadlab" in (options.tool or TOOLS) and
            not os.access(options.threadlab, os.X_OK)):
        parser.error(f"there is no program {options.threadlab}: build it, or "
                     "name it with --threadlab")
    return options


def bench(options, root):
    claim.made = options.scale == 1
    site, work = Site(root), root / "work"
    work.mkdir()
    chosen = [workload for workload in workloads(options.scale)
              if not options.only or workload.name in options.only]
    screen = not options.only or "tui" in options.only
    filled = chosen + [workload for workload in workloads(options.scale)
                       if screen and workload.name in ("small", "large") and
                       workload.name not in [done.name for done in chosen]]
    for workload in filled:
        site.fill(workload)
    found = {tool: options.threadlab if tool == "threadlab" else
             shutil.which(tool) for tool in options.tool or TOOLS}
    tools = {tool: path for tool, path in found.items() if path}
    for tool in found.keys() - tools.keys():
        print(f"{tool} is not installed and left out")
    good = True
    with site.serve():
        if chosen:
            print("workload   tool         wall s    cpu s peak MiB "
                  " x wall    x cpu" +
                  ("  claims: wall, cpu, MiB" if claim.made else ""))
        for workload in chosen:
            costs = {tool: [] for tool in tools}
            for number in range(options.rounds + 1):
                for tool, cost in one_round(tools, site, workload, work,
                                            options.limit):
                    if number > 0 or cost.error:  # the first one warms up
                        costs[tool].append(cost)
            show(workload, costs)
            good &= not any(cost.error for cost in costs.get("threadlab", []))
        if "threadlab" in tools and (not options.only or
                                     "list" in options.only):
            good &= long_list(tools["threadlab"], site, work,
                              max(10, round(1000000 * options.scale)),
                              options.rounds, options.limit)
        if "threadlab" in tools and screen:
            good &= bench_tui.run(
                tools["threadlab"], site,
                {workload.name: workload for workload in filled}, work,
                options.rounds, claim.made)
    return good


def main():
    options = arguments()
    options.threadlab = os.path.abspath(options.threadlab)
    place = options.dir or ("/dev/shm" if os.path.isdir("/dev/shm") else None)
    with tempfile.TemporaryDirectory(prefix="threadlab-bench.",
                                     dir=place) as root:
        os.chmod(root, 0o755)  # nginx's workers are another user
        if not bench(options, pathlib.Path(root)):
            sys.exit(1)


if __name__ == "__main__":
    main()

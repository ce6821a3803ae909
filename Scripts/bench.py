"""Times Swiftlet against its peers in one run and prints each ratio beside the least that is asked of it.

Ours and a peer's run alternate (A B A B) on the same core, one that is not disturbed where there is one, and the whole table is gone
through several times, minutes apart. A ratio is that of the shortest times of both: what else the machine, or its host, does only ever
adds time, for seconds on end. Everything runs on one thread. A peer that is not installed is left out and named.
"""

import argparse
import json
import os
import subprocess
import sys

import bench_convolution
import bench_effects
import bench_live
import bench_programs
from bench_core import Cores
from bench_peers import PEERS, Missing, errors_in_float
from bench_table import Row, update

PASSES = 3
ROUNDS = 3
RUNS = 3
# Seconds of waiting for an undisturbed core, all together.
PATIENCE = 300
# Pairs at most, however much shorter the times become.
MOST_ROUNDS = 12


class Swiftlet:
    """The benchmark executable, kept running: it prepares a shape once and times it on request."""

    def __init__(self, path: str):
        self.process = subprocess.Popen([path, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.cores = Cores(self.process.pid, PATIENCE)

    def seconds(self, name: str, repeats: int) -> float:
        self.process.stdin.write(f"{name} {repeats}\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise SystemExit(answer["error"])
        return answer["seconds"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


# Shape, our benchmark, {peer: least ratio}. A floor of None is printed for information.
SHAPES = [
    ("low-pass order 8, f32, mono", "lowpass/single/1", {"torchfx": 4, "scipy": 2.5}),
    ("low-pass order 8, f32, stereo", "lowpass/single/2", {"torchfx": 4, "scipy": 4.5}),
    ("low-pass order 8, f32, 8 channels", "lowpass/single/8", {"torchfx": 5, "scipy": 10}),
    ("low-pass order 8, f32, 64 channels", "lowpass/single/64", {"torchfx": 4.5, "scipy": 10}),
    ("low-pass order 8, mixed, mono", "lowpass/mixed/1", {"torchfx": None, "scipy": None}),
    ("low-pass order 8, mixed, stereo", "lowpass/mixed/2", {"torchfx": None, "scipy": None}),
    ("low-pass order 8, mixed, 8 channels", "lowpass/mixed/8", {"torchfx": None, "scipy": None}),
    ("low-pass order 8, mixed, 64 channels", "lowpass/mixed/64", {"torchfx": None, "scipy": None}),
    ("low-pass order 8, f64, mono", "lowpass/double/1", {"torchfx": 3, "scipy": 2.5}),
    ("low-pass order 8, f64, stereo", "lowpass/double/2", {"torchfx": 3, "scipy": 2.5}),
    ("low-pass order 8, f64, 8 channels", "lowpass/double/8", {"torchfx": 3, "scipy": 2.5}),
    ("low-pass order 8, f64, 64 channels", "lowpass/double/64", {"torchfx": 3, "scipy": 2.5}),
    ("render() with its allocations, f32, mono", "render/single/1", {"torchfx": None}),
    ("render() with its allocations, f32, stereo", "render/single/2", {"torchfx": None}),
    ("render() with its allocations, f32, 8 ch", "render/single/8", {"torchfx": None}),
    ("render() with its allocations, f32, 64 ch", "render/single/64", {"torchfx": None}),
    ("render() with its allocations, mixed, stereo", "render/mixed/2", {"torchfx": None}),
    ("512-frame mono block, f32", "block/single", {"torchfx": 10, "scipy": 30}),
    ("512-frame mono block, mixed", "block/mixed", {"torchfx": 10, "scipy": 30}),
    ("8 peaks, stereo, f32", "peaks/single/2", {"pedalboard": 12}),
    ("8 peaks, stereo, mixed", "peaks/mixed/2", {"pedalboard": 7}),
]

EFFECTS = {(shape, name) for shape, name, _ in bench_effects.SHAPES}
CONVOLUTIONS = {(shape, name) for shape, name, _ in bench_convolution.SHAPES}

# Loud signal, decaying signal: a filter must not slow down while it fades into denormal numbers.
TAILS = [("decaying tail against a loud signal, f32", "loud/single", "decay/single"),
         ("decaying tail against a loud signal, mixed", "loud/mixed", "decay/mixed")]


def compare(swiftlet: Swiftlet, shape: str, name: str, peer: str, rounds: int) -> tuple[float, float]:
    """Alternates our benchmark and a peer's; the shortest times of one call each."""
    peers = bench_effects.PEERS if (shape, name) in EFFECTS else PEERS
    if (shape, name) in CONVOLUTIONS:
        peers = bench_convolution.PEERS
    work, calls = peers[peer](name)

    def pair() -> tuple[float, float]:
        swiftlet.cores.settle()
        return swiftlet.seconds(name, RUNS), min(work() for _ in range(RUNS))

    # The first pair maps memory and warms caches.
    pair()
    ours, theirs = shortest(pair, rounds)
    return ours / calls, theirs / calls


def shortest(pair, rounds: int) -> tuple[float, float]:
    """The shortest times of both, once `rounds` pairs in a row have made neither of them shorter by more than half a percent."""
    ours, theirs = pair()
    left = rounds
    for _ in range(MOST_ROUNDS):
        mine, yours = pair()
        left = rounds if mine < 0.995 * ours or yours < 0.995 * theirs else left - 1
        ours, theirs = min(ours, mine), min(theirs, yours)
        if left == 0:
            break
    return ours, theirs


def tails(swiftlet: Swiftlet, rounds: int) -> list[tuple[Row, tuple[float, float]]]:
    """Times of a decaying signal and of a loud one."""
    rows = []
    swiftlet.cores.settle()
    for shape, loud, decay in TAILS:
        pairs = [(swiftlet.seconds(decay, RUNS), swiftlet.seconds(loud, RUNS)) for _ in range(rounds)]
        times = tuple(min(column) for column in zip(*pairs))
        rows.append((Row(shape, "loud", is_share=True, ceiling=1.2), times))
    return rows


def one_pass(swiftlet: Swiftlet, only: str, rounds: int, absent: dict[str, str]):
    """Goes through the table once: each row with the times of this pass."""
    for shape, name, floors in SHAPES + bench_effects.SHAPES + bench_convolution.SHAPES:
        if only not in shape:
            continue
        for peer, floor in floors.items():
            if peer in absent:
                continue
            try:
                yield Row(shape, peer, floor=floor), compare(swiftlet, shape, name, peer, rounds)
            except Missing as missing:
                absent[peer] = str(missing)
    if only in "decaying tail":
        yield from tails(swiftlet, rounds)
    if only in "batch of 12 recordings":
        for shape, floor, times in bench_effects.batch(swiftlet, lambda pair: shortest(pair, rounds), RUNS):
            yield Row(shape, "one core", floor=floor), times


def accuracy(path: str) -> list[str]:
    """The error of difficult filters on Float samples, ours and the peers', as lines of a Markdown table."""
    ours: dict[str, dict[str, float]] = {}
    for line in subprocess.run([path, "--accuracy"], check=True, capture_output=True, text=True).stdout.splitlines():
        found = json.loads(line)
        ours.setdefault(found["filter"], {})[found["precision"]] = found["error_db"]
    peers = {}
    for peer in ("scipy", "torchfx"):
        try:
            peers[peer] = errors_in_float(peer)
        except Missing:
            pass
    lines = [
        f"| error on Float samples, dB | mixed | single | {' | '.join(f'{peer} f32' for peer in peers)} |",
        "|---" + "|---:" * (2 + len(peers)) + "|",
    ]
    for name, errors in ours.items():
        values = [errors["mixed"], errors["single"], *(peers[peer][name] for peer in peers)]
        lines.append(f"| {name} | {' | '.join(f'{value:.0f}' for value in values)} |")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="run the shapes whose name contains this")
    parser.add_argument("--passes", type=int, default=PASSES, help="how often the table is gone through")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="pairs in a row that must not make a time shorter")
    parser.add_argument(
        "--update", metavar="FILE",
        help="put the rows into this file's table, between its bench markers; with --only the others stay")
    options = parser.parse_args()

    print(f"{'':<45} {'against':<12} {'ours':>10} {'theirs':>10} {'ratio':>8} {'asked':>8}   kernels: {os.environ.get('SWIFTLET_KERNELS', 'best')}")
    found: dict[tuple[str, str], Row] = {}
    absent: dict[str, str] = {}

    def report(row: Row):
        found[row.shape, row.peer] = row
        print(row, flush=True)

    errors = accuracy(os.environ["SWIFTLET_BENCH"])
    print("\n".join(errors) + "\n")
    swiftlet = Swiftlet(os.environ["SWIFTLET_BENCH"])
    for number in range(1, options.passes + 1):
        for row, times in one_pass(swiftlet, options.only, options.rounds, absent):
            row = found.setdefault((row.shape, row.peer), row)
            row.take(times)
            if number == options.passes:
                report(row)
            elif sys.stderr.isatty():
                print(f"\rpass {number} of {options.passes}: {row.shape:<60}", end="", file=sys.stderr, flush=True)
    swiftlet.cores.release()
    swiftlet.close()
    if options.only in "whole program":
        for measured in bench_programs.measure(os.environ["SWIFTLET_TOOL"], absent):
            report(Row(**measured))

    if options.only in "live":
        for measured in bench_live.measure(os.environ["SWIFTLET_TOOL"], absent):
            report(Row(**measured))
    rows = list(found.values())

    for peer, reason in absent.items():
        print(f"not compared with {peer}: {reason} (make bench-peers installs it)")
    if options.update:
        update(options.update, rows, errors, keep=bool(options.only))
    missed = [row for row in rows if row.verdict in ("BELOW", "ABOVE")]
    met = sum(1 for row in rows if row.verdict == "PASS")
    print(f"\n{met} of {met + len(missed)} ratios are as asked")
    return 0


if __name__ == "__main__":
    sys.exit(main())

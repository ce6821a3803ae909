"""Chooses the core to measure on: one that nobody else is using at the moment.

On a virtual machine the other thread of a core may be another customer's, who takes half of what the core does for seconds on end.
Nothing on this side tells, but a fixed piece of work takes longer then.
"""

import os
import time

WORK = range(20_000)
PROBES = 3
# How much longer than the shortest time ever counts as disturbed.
TOLERANCE = 1.06
# Seconds of waiting for one measurement.
LONGEST_WAIT = 1.0


def probe() -> float:
    """The shortest time of a fixed piece of work."""
    times = []
    for _ in range(PROBES):
        start = time.perf_counter()
        total = 0
        for number in WORK:
            total += number
        times.append(time.perf_counter() - start)
    return min(times)


class Cores:
    """The cores of this machine; ours and a peer's work go to the same one."""

    def __init__(self, process: int, patience: float):
        """`process` runs our benchmarks; `patience` is how many seconds all waiting together may take."""
        # macOS has no call for this; there everything runs where the system puts it.
        self.all = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
        self.process = process
        self.patience = patience
        self.shortest = float("inf")

    def settle(self):
        """Goes to a core that is not disturbed; when there is none for long, to the one that is disturbed least."""
        if self.all:
            found = self.wait(min)
            self.run_on({min(found, key=found.__getitem__)})

    def settle_all(self):
        """Lets both run on all cores, once none of them is disturbed, or when that lasts too long."""
        if self.all:
            self.wait(max)
            self.run_on(self.all)

    def wait(self, which) -> dict[int, float]:
        """Probes all cores until `which` of the times is that of an undisturbed core; the times."""
        start = time.perf_counter()
        while True:
            found = {}
            for core in sorted(self.all):
                os.sched_setaffinity(0, {core})
                found[core] = probe()
            self.shortest = min(self.shortest, *found.values())
            waited = time.perf_counter() - start
            if which(found.values()) <= TOLERANCE * self.shortest or waited >= min(LONGEST_WAIT, self.patience):
                self.patience -= waited
                return found

    def run_on(self, cores: set[int]):
        for process in (0, self.process):
            os.sched_setaffinity(process, cores)

    def release(self):
        """Lets both run on all cores."""
        if self.all:
            self.run_on(self.all)

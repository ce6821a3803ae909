"""The live engine on the virtual device, by `swiftlet bench live`."""

import json
import subprocess

from bench_peers import Missing
from bench_torchfx_live import latency as torchfx_latency

# What we ask of ourselves: the callback's and the worker's 99th percentiles, and a million callbacks in lock-step.
CALLBACK_P99 = 0.010e-3
WORKER_SHARE = 0.05
MILLION_SECONDS = 50
# Blocks in real time: of ours, and of TorchFX's.
CALLBACKS = 10_000
TORCHFX_CALLBACKS = 2_000
# TorchFX's published time for one callback, measured by its authors on their machine.
TORCHFX_PUBLISHED = 0.038e-3


def run(tool: str, *arguments: str) -> dict:
    command = [tool, "bench", "live", "--json", *arguments]
    return json.loads(subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout)


def disturbance(report: dict) -> str:
    """What else the processors did during a run."""
    host, programs = report["host_seconds"], report["other_programs_seconds"]
    if host is None:
        return "what else ran is not known here"
    return f"the host took {host:.2f} s and other programs {programs:.2f} s of the processors' time meanwhile"


def undisturbed(tool: str, *arguments: str, tries: int = 3) -> dict:
    """A run without an xrun, where one of some is; what disturbed the others is said."""
    runs = []
    for _ in range(tries):
        runs.append(run(tool, *arguments))
        if runs[-1]["xruns"] == 0:
            break
        print(f"live: {runs[-1]['xruns']} ring xruns in a run of {runs[-1]['seconds']:.0f} s; {disturbance(runs[-1])}")
    return min(runs, key=lambda report: report["xruns"])


def measure(tool: str, absent: dict[str, str]):
    """Yields the rows for `bench.Row`; a peer that is not here is named in `absent`."""
    live = undisturbed(tool, "--callbacks", str(CALLBACKS))
    fast = undisturbed(tool, "--pace", "fast", "--callbacks", "1000000")
    shape = "live, 256 frames, stereo, 5 sections"

    def bounded(name: str, ours: float, bound: float, peer: str) -> dict:
        return {"shape": f"{shape}: {name}", "peer": peer, "ours_seconds": ours, "peer_seconds": bound,
                "is_share": True, "ceiling": 1}

    yield bounded("callback p99", live["callback_ms"]["p99"] / 1e3, CALLBACK_P99, "0.010 ms")
    worker = WORKER_SHARE * live["deadline_ms"] / 1e3
    yield bounded("worker p99", live["worker_ms"]["p99"] / 1e3, worker, "5 % of a block")
    yield bounded("a million callbacks", fast["seconds"], MILLION_SECONDS, "50 s")
    mean = live["callback_ms"]["mean"] / 1e3
    yield {"shape": f"{shape}: callback, mean", "peer": "torchfx, published", "ours_seconds": mean,
           "peer_seconds": TORCHFX_PUBLISHED}
    try:
        theirs = torchfx_latency(TORCHFX_CALLBACKS)
        for figure in ("mean", "p99"):
            ours = live["callback_ms"][figure]
            yield {"shape": f"{shape}: callback, {figure}", "peer": "torchfx", "ours_seconds": ours / 1e3,
                   "peer_seconds": theirs[figure] / 1e3}
    except Missing as missing:
        absent["torchfx"] = str(missing)
    lost, allocations = live["xruns"] + fast["xruns"], fast["allocations"]
    if lost or allocations:
        print(f"ABOVE: live, {lost} ring xruns and {allocations} allocations, where none are asked for. Is the machine idle?")

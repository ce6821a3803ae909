"""Effects against those of the peers that have the same ones: each on sixty seconds of stereo, one thread."""

from bench_peers import SAMPLE_RATE, load, signal, timed

# Shape, our benchmark, {peer: least ratio}.
SHAPES = [
    # The peers compute in float32; with Double inside nothing is asked for.
    ("compressor, 60 s stereo, f32", "compressor/single/2", {"torchfx": 6, "pedalboard": 3.5}),
    ("compressor, 60 s stereo, mixed", "compressor/mixed/2", {"torchfx": None, "pedalboard": None}),
    ("compressor, each channel alone, f32", "compressor-unlinked/single/2", {"torchfx": 6, "pedalboard": 3.5}),
    ("compressor, each channel alone, mixed", "compressor-unlinked/mixed/2", {"torchfx": None, "pedalboard": None}),
    ("delay 250 ms, 60 s stereo, mixed", "delay/mixed/2", {"torchfx": 1, "pedalboard": 1}),
]


def torchfx(name: str):
    """The effect on one thread; its compressor works on each channel alone, its delay sums three taps without feedback."""
    torch, effects = load("torch"), load("torchfx.effect")
    torch.set_num_threads(1)
    wave = torch.from_numpy(signal(name))
    if name.startswith("compressor"):
        effect = effects.Compressor(threshold=-20, ratio=4, attack=0.005, release=0.05, knee=6)
        effect.fs = SAMPLE_RATE
    else:
        effect = effects.Delay(delay_samples=SAMPLE_RATE // 4, feedback=0.3, mix=0.3, fs=SAMPLE_RATE)
    return lambda: timed(lambda: effect(wave)), 1


def pedalboard(name: str):
    """The effect in a board of its own; its compressor has no knee."""
    module = load("pedalboard")
    wave = signal(name)
    if name.startswith("compressor"):
        effect = module.Compressor(threshold_db=-20, ratio=4, attack_ms=5, release_ms=50)
    else:
        effect = module.Delay(delay_seconds=0.25, feedback=0.3, mix=0.3)
    board = module.Pedalboard([effect])
    return lambda: timed(lambda: board(wave, SAMPLE_RATE)), 1


PEERS = {"torchfx": torchfx, "pedalboard": pedalboard}


def batch(swiftlet, shortest, runs: int):
    """Twelve recordings on one core and on two; before it, twelve jobs of arithmetic alone: what the machine itself gives.

    Yields a shape, what is asked of its ratio, and the shortest times on two cores and on one, as `shortest` finds them of pairs.
    """
    for shape, name, floor in [
        ("batch: arithmetic alone on two cores", "arithmetic", None), ("batch of 12 recordings on two cores", "batch", 1.8),
    ]:

        def pair() -> tuple[float, float]:
            swiftlet.cores.settle_all()
            return swiftlet.seconds(f"{name}/2", runs), swiftlet.seconds(f"{name}/1", runs)

        yield shape, floor, shortest(pair)

"""Effects against those of the peers that have the same ones: each on sixty seconds of stereo, one thread."""

from bench_peers import SAMPLE_RATE, load, signal, timed

# Shape, our benchmark, {peer: least ratio}.
SHAPES = [
    ("delay 250 ms, 60 s stereo, mixed", "delay/mixed/2", {"torchfx": 1, "pedalboard": 1}),
]


def torchfx(name: str):
    """The effect on one thread; its delay sums three taps and has no feedback."""
    torch, effects = load("torch"), load("torchfx.effect")
    torch.set_num_threads(1)
    wave = torch.from_numpy(signal(name))
    effect = effects.Delay(delay_samples=SAMPLE_RATE // 4, feedback=0.3, mix=0.3, fs=SAMPLE_RATE)
    return lambda: timed(lambda: effect(wave)), 1


def pedalboard(name: str):
    """The effect in a board of its own."""
    module = load("pedalboard")
    wave = signal(name)
    board = module.Pedalboard([module.Delay(delay_seconds=0.25, feedback=0.3, mix=0.3)])
    return lambda: timed(lambda: board(wave, SAMPLE_RATE)), 1


PEERS = {"torchfx": torchfx, "pedalboard": pedalboard}

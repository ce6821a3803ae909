"""The peers that are called from Python: each makes, for one of our benchmarks, the same work on its own terms."""

import time

SAMPLE_RATE = 48_000
BLOCK_FRAMES = 512
BLOCKS = 1_000
PEAKS = [62.5, 125, 250, 500, 1_000, 2_000, 4_000, 8_000]


def long_frames(channels: int) -> int:
    """Sixty seconds of mono or stereo; with more channels, as many samples as that stereo has."""
    return 60 * SAMPLE_RATE * 2 // max(channels, 2)


class Missing(Exception):
    """A peer is not installed."""


def load(name: str):
    """Imports a module, or says that it is missing."""
    try:
        return __import__(name, fromlist=["_"])
    except ImportError as error:
        raise Missing(str(error)) from error


def noise(channels: int, frames: int, double: bool):
    numpy = load("numpy")
    kind = numpy.float64 if double else numpy.float32
    generator = numpy.random.default_rng(1)
    # Channel by channel: 64 long channels in Double would otherwise need twice their memory.
    wave = numpy.empty((channels, frames), dtype=kind)
    for channel in wave:
        channel[:] = generator.uniform(-0.1, 0.1, frames)
    return wave


def timed(work, repeats: int = 1) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        work()
    return time.perf_counter() - start


_signal = {}


def signal(name: str):
    """The input for one of our benchmarks; the last one is kept, as the same shape is asked for by several peers."""
    shape, precision = name.split("/")[:2]
    channels = int(name.split("/")[2]) if shape != "block" else 1
    key = channels, BLOCK_FRAMES if shape == "block" else long_frames(channels), precision == "double"
    if key not in _signal:
        _signal.clear()
        _signal[key] = noise(*key)
    return _signal[key]


def scipy(name: str):
    """sosfilt in the sample type of the shape: float32 sections filter float32 samples in float32."""
    numpy, filters = load("numpy"), load("scipy.signal")
    wave = signal(name)
    sections = filters.butter(8, 1_000, fs=SAMPLE_RATE, output="sos").astype(wave.dtype)
    if name.startswith("block"):
        state = {"zi": numpy.zeros((len(sections), 1, 2), dtype=wave.dtype)}

        def block():
            _, state["zi"] = filters.sosfilt(sections, wave, zi=state["zi"])

        return lambda: timed(block, BLOCKS), BLOCKS
    return lambda: timed(lambda: filters.sosfilt(sections, wave)), 1


def torchfx(name: str):
    """The native filter on one thread; it carries its state from call to call."""
    torch, filters = load("torch"), load("torchfx.filter")
    torch.set_num_threads(1)
    wave = torch.from_numpy(signal(name))
    low_pass = filters.LoButterworth(1_000, order=8, fs=SAMPLE_RATE)
    repeats = BLOCKS if name.startswith("block") else 1
    return lambda: timed(lambda: low_pass(wave), repeats), repeats


def pedalboard(name: str):
    """Eight PeakFilters in one board, which filter Float samples in Float."""
    module = load("pedalboard")
    wave = signal(name)
    board = module.Pedalboard([module.PeakFilter(frequency, gain_db=3, q=1) for frequency in PEAKS])
    return lambda: timed(lambda: board(wave, SAMPLE_RATE)), 1


# The filters of `swiftlet-bench --accuracy`: order, kind, frequency, sample rate.
DIFFICULT = {
    "high-pass order 8, 20 Hz at 48 kHz": (8, "high", 20, 48_000),
    "low-pass order 8, 10 Hz at 48 kHz": (8, "low", 10, 48_000),
    "high-pass order 2, 5 Hz at 192 kHz": (2, "high", 5, 192_000),
}


def errors_in_float(peer: str) -> dict[str, float]:
    """Relative RMS error in decibels of a peer's float32 filter, against SciPy in float64 on the same samples."""
    numpy, filters = load("numpy"), load("scipy.signal")
    wave = noise(1, 400_000, double=False)
    errors = {}
    for name, (order, kind, frequency, rate) in DIFFICULT.items():
        sections = filters.butter(order, frequency, kind, fs=rate, output="sos")
        exact = filters.sosfilt(sections, wave.astype(numpy.float64))
        if peer == "scipy":
            output = filters.sosfilt(sections.astype(numpy.float32), wave)
        else:
            torch, torchfx_filters = load("torch"), load("torchfx.filter")
            make = torchfx_filters.HiButterworth if kind == "high" else torchfx_filters.LoButterworth
            output = make(frequency, order=order, fs=rate)(torch.from_numpy(wave)).numpy()
        difference = output.astype(numpy.float64) - exact
        errors[name] = 10 * float(numpy.log10((difference**2).sum() / (exact**2).sum()))
    return errors


# Name of a peer: a function from one of our benchmarks' names to (measure once, runs in one measurement).
PEERS = {"scipy": scipy, "torchfx": torchfx, "pedalboard": pedalboard}

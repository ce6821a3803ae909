"""FIR filters and convolution against peers that convolve: sixty seconds of mono, one thread; and against the clock."""

from bench_peers import SAMPLE_RATE, load, signal, timed

TAPS = [64, 256, 1_024, 4_096, 16_384, 65_536]

# Shape, our benchmark, {peer: least ratio}.
SHAPES = [
    (f"FIR of {taps} taps, {what}, mono", f"fir-{taps}/{precision}/1", floors)
    for taps in TAPS
    for what, precision, floors in [
        ("f32", "single", {"torchfx": 2.5, "oaconvolve": 3.5, "pedalboard": None}),
        ("mixed", "mixed", {"torchfx": None, "oaconvolve": None}),
    ]
] + [
    # 66 us of a block of 256 frames is a share of 1.24 %, or 80 times real time.
    (f"reverb of 2 s, stereo, {frames}-frame block, {what}", f"reverb-{frames}/{precision}", {"real time": floor})
    for frames, floor in [(64, None), (256, 80)]
    for what, precision in [("f32", "single"), ("mixed", "mixed")]
]


def response(name: str):
    numpy = load("numpy")
    taps = int(name.split("/")[0].removeprefix("fir-"))
    return numpy.random.default_rng(2).uniform(-0.5, 0.5, taps).astype(numpy.float32)


def torchfx(name: str):
    """The filter with the transform that it chooses by itself."""
    torch, filters = load("torch"), load("torchfx.filter")
    torch.set_num_threads(1)
    wave = torch.from_numpy(signal(name))
    filter_ = filters.FIR(response(name).tolist())
    return lambda: timed(lambda: filter_(wave)), 1


def oaconvolve(name: str):
    """Overlap-add in float32."""
    filters = load("scipy.signal")
    wave, taps = signal(name), response(name)[None, :]
    return lambda: timed(lambda: filters.oaconvolve(wave, taps, axes=-1)), 1


def pedalboard(name: str):
    """JUCE's convolution; it normalises the response."""
    module = load("pedalboard")
    wave = signal(name)
    board = module.Pedalboard([module.Convolution(response(name)[None, :], mix=1.0, sample_rate=SAMPLE_RATE)])
    return lambda: timed(lambda: board(wave, SAMPLE_RATE)), 1


def real_time(name: str):
    """How long the blocks last that our benchmark processes."""
    frames = int(name.split("/")[0].removeprefix("reverb-"))
    blocks = 4 * SAMPLE_RATE // frames
    return lambda: blocks * frames / SAMPLE_RATE, blocks


PEERS = {"torchfx": torchfx, "oaconvolve": oaconvolve, "pedalboard": pedalboard, "real time": real_time}

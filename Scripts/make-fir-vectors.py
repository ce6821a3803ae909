#!/usr/bin/env python3
"""Write the reference vectors of the FIR tests, from SciPy 1.17 (and mpmath for the Bessel function).

    python3 Scripts/make-fir-vectors.py        # writes Tests/FilterDesignTests/Vectors/fir*.json
"""
import json
import warnings
from pathlib import Path

import mpmath as mp
import numpy as np
from scipy import signal

FOLDER = Path(__file__).resolve().parent.parent / "Tests" / "FilterDesignTests" / "Vectors"
RATE = 48000.0
warnings.simplefilter("ignore")


def write(name, cases):
    text = "[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n"
    (FOLDER / name).write_text(text)
    print(name, len(cases), "cases", len(text), "bytes")


WINDOWS = {
    "boxcar": [[]], "triang": [[]], "bartlett": [[]], "hann": [[]], "hamming": [[]], "blackman": [[]], "nuttall": [[]],
    "blackmanharris": [[]], "flattop": [[]], "bohman": [[]], "parzen": [[]], "barthann": [[]], "cosine": [[]],
    "lanczos": [[]], "kaiser": [[0.0], [8.6], [300.0]], "gaussian": [[3.5]], "general_gaussian": [[1.5, 4.0]],
    "general_hamming": [[0.7]], "general_cosine": [[1.0, 1.9, 1.2, 0.4]], "chebwin": [[50.0], [100.0]],
    "tukey": [[0.0], [0.3], [1.0]], "exponential": [[3.0]], "taylor": [[4, 30.0, 1], [7, 45.0, 0]], "dpss": [[0.4], [0.9]],
    "kaiser_bessel_derived": [[6.0]],
}


def window(name, p, count, periodic):
    made = getattr(signal.windows, name)
    if name == "general_cosine":
        p = [p]
    if name == "exponential":
        p = [None, p[0]]
    if name == "taylor":
        p = [p[0], p[1], bool(p[2])]
    return made(count, *p, sym=not periodic)


cases = []
for name, choices in WINDOWS.items():
    for p in choices:
        for count in [1, 2, 3, 4, 8, 31, 64]:
            for periodic in [False, True]:
                if name == "kaiser_bessel_derived" and (periodic or count % 2):
                    continue
                if name == "dpss" and count == 1:
                    continue
                cases.append(dict(name=name, parameters=p, count=count, periodic=periodic,
                                  samples=list(window(name, p, count, periodic))))
write("firwindows.json", [c for c in cases if all(np.isfinite(c["samples"]))])

mp.mp.dps = 40
write("firbessel.json", [dict(x=x, scaled=float(mp.besseli(0, x) * mp.exp(-mp.mpf(x))))
                         for x in [0.0, 1e-9, 0.5, 1.0, 3.3, 7.25, 12.0, 15.5, 18.0, 18.99, 19.0, 19.5, 25.0, 60.0, 500.0, 4000.0]])

designs = []


def design(kind, taps, values, **rest):
    designs.append(dict(kind=kind, taps=taps, values=list(values), **rest))


PASS = {"lowpass": [True, [3000.0]], "highpass": [False, [9000.0]], "bandpass": [False, [2000.0, 5000.0]],
        "bandstop": [True, [2000.0, 5000.0]]}
for shape, (zero, edges) in PASS.items():
    for taps in [1, 2, 31, 64, 101]:
        if taps % 2 == 0 and shape in ("highpass", "bandstop"):
            continue
        for scaled in [True, False]:
            for win, name in [("hamming", "hamming"), (("kaiser", 8.6), "kaiser")]:
                try:
                    h = signal.firwin(taps, edges, pass_zero=zero, window=win, fs=RATE, scale=scaled)
                except ValueError:
                    continue
                design("firwin", taps, h, response=shape, edges=edges, scaled=scaled, window=name, zero=zero)
for edges, zero, taps in [([1000.0, 3000.0, 6000.0], True, 80), ([1000.0, 3000.0, 6000.0], False, 81),
                          ([500.0, 1000.0, 4000.0, 9000.0, 15000.0], True, 201)]:
    design("firwin", taps, signal.firwin(taps, edges, pass_zero=zero, fs=RATE), response="multiband", edges=edges,
           scaled=True, window="hamming", zero=zero)
for taps, f, g, anti in [(31, [0, 4000, 8000, 24000], [1, 1, 0, 0], False), (64, [0, 4000, 4000, 24000], [1, 1, 0.2, 0], False),
                         (101, [0, 1000, 9000, 24000], [0.3, 2, 0.5, 1], False), (51, [0, 8000, 24000], [0, 1, 0], True),
                         (50, [0, 24000], [0, 1], True), (129, [0, 24000], [1, 1], False)]:
    design("firwin2", taps, signal.firwin2(taps, f, g, antisymmetric=anti, fs=RATE), edges=[float(x) for x in f],
           desired=[float(x) for x in g], antisymmetric=anti)
for taps, f, g, w in [(31, [0, 4000, 6000, 24000], [1, 1, 0, 0], None), (73, [0, 4000, 5000, 24000], [1, 1, 0, 0], [1, 20]),
                      (41, [0, 2000, 4000, 8000, 10000, 24000], [0, 0, 1, 0.5, 0, 0], [1, 2, 3]),
                      (25, [0, 6000, 6000, 24000], [0, 1, 1, 0.2], None), (1, [0, 6000], [1, 1], None)]:
    design("firls", taps, signal.firls(taps, f, g, weight=w, fs=RATE), edges=[float(x) for x in f],
           desired=[float(x) for x in g], weights=w)
for taps, f, g, w, kind in [
        (31, [0, 4000, 6000, 24000], [1, 0], None, "bandpass"), (72, [0, 4000, 5000, 24000], [1, 0], [1, 10], "bandpass"),
        (101, [0, 2000, 2600, 6000, 6800, 24000], [0, 1, 0], [1, 2, 3], "bandpass"),
        (201, [0, 8000, 8500, 24000], [1, 0], None, "bandpass"), (55, [0, 9000, 10500, 24000], [0, 1], [10, 1], "bandpass"),
        (31, [1000, 23000], [1], None, "hilbert"), (32, [1000, 24000], [1], None, "hilbert"),
        (30, [0, 22000], [1], None, "differentiator"), (41, [500, 20000], [2], None, "differentiator"),
        (3, [0, 4000, 8000, 24000], [1, 0], None, "bandpass"), (4, [0, 4000, 8000, 24000], [1, 0], None, "bandpass")]:
    try:
        h = signal.remez(taps, f, g, weight=w, type=kind, fs=RATE, maxiter=200)
    except ValueError as error:
        print("remez refuses", taps, kind, error)
        continue
    design("remez", taps, h, edges=[float(x) for x in f], desired=[float(x) for x in g], weights=w, type=kind)
write("firdesigns.json", designs)

write("firkaiser.json", [dict(attenuation=a, width=w, taps=int(signal.kaiserord(a, w / (RATE / 2))[0]),
                              beta=float(signal.kaiserord(a, w / (RATE / 2))[1]),
                              reached=float(signal.kaiser_atten(101, w / (RATE / 2))))
                         for a in [8.0, 21.0, 35.0, 50.0, 60.0, 120.0] for w in [100.0, 1500.0, 9000.0]])

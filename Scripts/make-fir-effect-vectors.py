#!/usr/bin/env python3
"""Writes Tests/EffectsTests/Vectors/fir.json: taps designed by SciPy, an input and what `scipy.signal.lfilter` makes of it."""

import json
import pathlib

import numpy
from scipy import signal

RATE = 48_000
FRAMES = 600


def main():
    generator = numpy.random.default_rng(7)
    wave = generator.uniform(-0.5, 0.5, FRAMES).astype(numpy.float32).astype(numpy.float64)
    numtaps, beta = signal.kaiserord(70, 2_000 / (RATE / 2))
    numtaps += 1 - numtaps % 2
    designs = {
        "fir:lowpass,1kHz,taps=255,window=hamming": signal.firwin(255, 1_000, fs=RATE),
        "fir:highpass,3kHz,taps=63,window=blackman": signal.firwin(63, 3_000, fs=RATE, pass_zero=False, window="blackman"),
        "fir:bandpass,2kHz,6kHz,taps=101,window=kaiser,beta=6": signal.firwin(
            101, [2_000, 6_000], fs=RATE, pass_zero=False, window=("kaiser", 6)
        ),
        "fir:edges=\"2k 5k 9k\",start=stop,taps=151": signal.firwin(151, [2_000, 5_000, 9_000], fs=RATE, pass_zero=False),
        "fir:lowpass,5kHz,method=kaiser,attenuation=70dB,width=2kHz": signal.firwin(
            numtaps, 5_000, fs=RATE, window=("kaiser", beta)
        ),
        "fir:lowpass,5kHz,method=equiripple,taps=41,width=2kHz": signal.remez(
            41, [0, 4_000, 6_000, RATE / 2], [1, 0], fs=RATE
        ),
        "fir:lowpass,5kHz,method=leastsquares,taps=41,width=2kHz": signal.firls(
            41, [0, 4_000, 6_000, RATE / 2], [1, 1, 0, 0], fs=RATE
        ),
        "fir:bands=\"0 4k 6k 24k\",gains=\"1 1 0 0\",method=sampling,taps=81": signal.firwin2(
            81, [0, 4_000, 6_000, RATE / 2], [1, 1, 0, 0], fs=RATE
        ),
        "fir:bands=\"0 4k 6k 24k\",gains=\"1 0\",weights=\"1 10\",method=equiripple,taps=51": signal.remez(
            51, [0, 4_000, 6_000, RATE / 2], [1, 0], weight=[1, 10], fs=RATE
        ),
    }
    document = {
        "input": wave.tolist(),
        "filters": [
            {
                "expression": expression,
                "taps": taps.tolist(),
                "output": signal.lfilter(taps, 1, numpy.concatenate([wave, numpy.zeros(len(taps))]))[
                    len(taps) // 2 : len(taps) // 2 + FRAMES
                ].tolist(),
            }
            for expression, taps in designs.items()
        ],
    }
    path = pathlib.Path(__file__).parent.parent / "Tests/EffectsTests/Vectors/fir.json"
    path.write_text(json.dumps(document) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Write the reference vectors of the FilterDesign tests, from SciPy, checked against mpmath.

    python3 Scripts/make-filter-vectors.py                 # writes Tests/FilterDesignTests/Vectors/*.json
    python3 Scripts/make-filter-vectors.py --bessel-table  # prints the table in Sources/FilterDesign/BesselPoles.swift

Needs SciPy 1.12 or later, NumPy and mpmath. Every design is made twice: by SciPy, and by the textbook formulas at 50 digits.
SciPy's numbers are written where they agree with the 50-digit ones: poles within 1e-11 times the order, levels within
1e-7 dB. Where they do not, SciPy is the inaccurate one, the 50-digit numbers are written, and the case says
"source": "mpmath". The run prints how many those are, by family, and the largest deviation.

With SciPy 1.17.1 none had to be replaced, band edges at 0.0004 of the sample rate and bands from 0.0004 to 0.49 included: SciPy
stays within 8e-12 of the true poles (elliptic band-stop of order 24) and within 6e-8 dB of the true levels.

Levels are evaluated at 50 digits from zeros, poles and gain; those below -120 dB are written as null.
"""
import json
import math
import sys
from collections import defaultdict
from pathlib import Path

import mpmath as mp
import numpy as np
from scipy import optimize, signal
from scipy.signal import _filter_design as internals

from textbook_filters import RATE, bessel_roots, by_textbook, decibels

FOLDER = Path(__file__).resolve().parent.parent / "Tests" / "FilterDesignTests" / "Vectors"
EDGES = [0.0004, 0.02, 0.25, 0.49]
BANDS = [(0.0004, 0.001), (0.01, 0.2), (0.2, 0.21), (0.45, 0.49), (0.0004, 0.00042), (0.0004, 0.49)]
RIPPLES, ATTENUATIONS = [0.1, 1.0, 3.0], [40.0, 60.0, 80.0]


def by_scipy(family, response, order, edges, ripple, attenuation):
    edges = edges[0] if len(edges) == 1 else list(edges)
    common = dict(btype=response, output="zpk", fs=RATE)
    if family == "butterworth":
        return signal.butter(order, edges, **common)
    if family == "chebyshev1":
        return signal.cheby1(order, ripple, edges, **common)
    if family == "chebyshev2":
        return signal.cheby2(order, attenuation, edges, **common)
    if family == "elliptic":
        return signal.ellip(order, ripple, attenuation, edges, **common)
    if family.startswith("bessel"):
        return signal.bessel(order, edges, norm=family.split("-")[1], **common)
    z, p, k = signal.butter(order // 2, edges, **common)
    return np.tile(z, 2), np.tile(p, 2), k * k


def distance(found, true):
    """The largest distance of a root to its partner, the partners chosen to make the sum least."""
    a, b = np.array([complex(r) for r in found]), np.array([complex(r) for r in true])
    rows, columns = optimize.linear_sum_assignment(np.abs(a[:, None] - b[None, :]))
    return max(abs(mp.mpmathify(found[i]) - true[j]) for i, j in zip(rows, columns))


def probes(edges):
    low, high = edges[0], edges[-1]
    wanted = [low / 3, low * 0.8, low, math.sqrt(low * high) if low != high else low * 1.3, high, high * 1.15, high * 3]
    wanted += [RATE / 2 * 0.98, RATE / 7]
    return [float(f"{f:.5g}") if f not in (low, high) else f for f in wanted if f < RATE / 2]


def number(value):
    return float(f"{float(value):.17g}")


def designs():
    cases, suspects, worst = [], defaultdict(int), (mp.mpf(0), mp.mpf(0), "", "")
    families = [("butterworth", range(1, 13)), ("chebyshev1", range(1, 13)), ("chebyshev2", range(1, 13))]
    families += [("elliptic", range(1, 13)), ("linkwitzriley", range(2, 13, 2))]
    families += [(f"bessel-{norm}", range(1, 9)) for norm in ("phase", "delay", "mag")]
    high = {"linkwitzriley": [16, 24]}
    for family, orders in families:
        for order in list(orders) + high.get(family, [13, 17, 24]):
            for response in ("lowpass", "highpass", "bandpass", "bandstop"):
                places = [[e] for e in EDGES] if response in ("lowpass", "highpass") else BANDS
                for place in places if order <= 12 else places[1:3]:
                    edges = [number(e * RATE) for e in place]
                    ripple, attenuation = RIPPLES[order % 3], ATTENUATIONS[order % 3]
                    arguments = (family, response, order, edges, ripple, attenuation)
                    true = by_textbook(*arguments)
                    found = by_scipy(*arguments)
                    frequencies = probes(edges)
                    levels = [decibels(true, f) for f in frequencies]
                    theirs = [decibels(found, f) for f in frequencies]
                    apart = distance(list(found[1]), true[1])
                    off = max([abs(a - b) for a, b in zip(levels, theirs) if a > -120] or [mp.mpf(0)])
                    trusted = apart < 1e-11 * order and off < 1e-7
                    label = f"{family} {response} {order} {edges}"
                    worst = (
                        max(worst[0], apart), max(worst[1], off),
                        label if apart > worst[0] else worst[2], label if off > worst[1] else worst[3],
                    )
                    if not trusted:
                        suspects[family, response] += 1
                    poles = list(found[1]) if trusted else true[1]
                    case = {"family": family, "response": response, "order": order, "edges": edges}
                    if family in ("chebyshev1", "elliptic"):
                        case["ripple"] = ripple
                    if family in ("chebyshev2", "elliptic"):
                        case["attenuation"] = attenuation
                    if not trusted:
                        case["source"] = "mpmath"
                    # One member of each pair: the other is its mirror image.
                    case["poles"] = [
                        [number(mp.re(p)), number(mp.im(p))] for p in map(mp.mpmathify, poles) if mp.im(p) > -1e-30
                    ]
                    case["frequencies"] = frequencies
                    case["decibels"] = [
                        round(float(level), 11) if level > -120 else None for level in (theirs if trusted else levels)
                    ]
                    cases.append(case)
    for key, count in sorted(suspects.items()):
        print("SciPy replaced by mpmath:", *key, count)
    print("largest deviation of SciPy: poles", mp.nstr(worst[0], 3), worst[2], "| level", mp.nstr(worst[1], 3), "dB", worst[3])
    return cases


# ---- the cookbook --------------------------------------------------------------------------------------------------


def cookbook_case(kind, frequency, shape, value, gain):
    """The digital formulas as they stand in the Audio EQ Cookbook."""
    w0 = 2 * mp.pi * mp.mpf(frequency) / mp.mpf(RATE)
    A, cos, sin = mp.power(10, mp.mpf(gain) / 40), mp.cos(w0), mp.sin(w0)
    value = mp.mpf(value)
    if shape == "q":
        alpha = sin / (2 * value)
    elif shape == "bandwidth":
        alpha = sin * mp.sinh(mp.log(2) / 2 * value * w0 / sin)
    else:
        alpha = sin / 2 * mp.sqrt((A + 1 / A) * (1 / value - 1) + 2)
    plain = (1 + alpha, -2 * cos, 1 - alpha)
    root = 2 * mp.sqrt(A) * alpha
    b, a = {
        "lowPass": (((1 - cos) / 2, 1 - cos, (1 - cos) / 2), plain),
        "highPass": (((1 + cos) / 2, -(1 + cos), (1 + cos) / 2), plain),
        "bandPassSkirt": ((sin / 2, 0, -sin / 2), plain),
        "bandPass": ((alpha, 0, -alpha), plain),
        "notch": ((1, -2 * cos, 1), plain),
        "allPass": ((1 - alpha, -2 * cos, 1 + alpha), plain),
        "peak": ((1 + alpha * A, -2 * cos, 1 - alpha * A), (1 + alpha / A, -2 * cos, 1 - alpha / A)),
        "lowShelf": (
            (
                A * ((A + 1) - (A - 1) * cos + root),
                2 * A * ((A - 1) - (A + 1) * cos),
                A * ((A + 1) - (A - 1) * cos - root),
            ),
            ((A + 1) + (A - 1) * cos + root, -2 * ((A - 1) + (A + 1) * cos), (A + 1) + (A - 1) * cos - root),
        ),
        "highShelf": (
            (
                A * ((A + 1) + (A - 1) * cos + root),
                -2 * A * ((A - 1) + (A + 1) * cos),
                A * ((A + 1) + (A - 1) * cos - root),
            ),
            ((A + 1) - (A - 1) * cos + root, 2 * ((A - 1) - (A + 1) * cos), (A + 1) - (A - 1) * cos - root),
        ),
    }[kind]
    return {
        "kind": kind, "frequency": frequency, "shape": shape, "value": float(value), "gain": gain,
        "section": [number(c / a[0]) for c in (*b, *a[1:])],
    }


def cookbook():
    cases = []
    for kind in ("lowPass", "highPass", "bandPass", "bandPassSkirt", "notch", "allPass", "peak", "lowShelf", "highShelf"):
        shelf = kind.endswith("Shelf")
        for frequency in (20.0, 440.0, 1000.0, 12000.0, 19000.0, 23500.0):
            for gain in (-15.0, 6.0) if shelf or kind == "peak" else (0.0,):
                for q in (0.3, 0.5, 1 / math.sqrt(2), 4.0, 50.0):
                    cases.append(cookbook_case(kind, frequency, "q", q, gain))
                # Two octaves at 0.49 of the sample rate put a pole within rounding of the unit circle.
                for octaves in (0.1, 1.0) if frequency > 23000 else (0.1, 1.0, 2.0):
                    cases.append(cookbook_case(kind, frequency, "bandwidth", octaves, gain))
                for slope in (0.25, 0.8, 1.0) if shelf else ():
                    cases.append(cookbook_case(kind, frequency, "slope", slope, gain))
    return cases


# ---- order estimators ----------------------------------------------------------------------------------------------


def symmetric_band_stop(passing, stopping, ripple, attenuation, family):
    """The pass edges of least order, by the search that SciPy makes, to the last digit instead of to 1e-5."""
    passing, stopping = (np.tan(np.pi * np.array(e) / RATE) for e in (passing, stopping))
    passing = passing.copy()
    for index in (0, 1):
        bounds = sorted([passing[index], stopping[index]])
        objective = lambda edge: internals.band_stop_obj(edge, index, passing, stopping, ripple, attenuation, family)
        passing[index] = optimize.minimize_scalar(objective, bounds=bounds, method="bounded", options={"xatol": 1e-15}).x
    return np.arctan(passing) / np.pi * RATE


def orders():
    estimators = {
        "butterworth": (signal.buttord, "butter"), "chebyshev1": (signal.cheb1ord, "cheby"),
        "chebyshev2": (signal.cheb2ord, "cheby"), "elliptic": (signal.ellipord, "ellip"),
    }
    shapes = [
        ("lowpass", [1000.0], [1500.0]), ("lowpass", [20.0], [45.0]), ("lowpass", [20000.0], [22000.0]),
        ("highpass", [1000.0], [700.0]), ("highpass", [60.0], [20.0]), ("highpass", [22000.0], [20000.0]),
        ("bandpass", [1000.0, 3000.0], [700.0, 5000.0]), ("bandpass", [40.0, 60.0], [30.0, 75.0]),
        ("bandpass", [9000.0, 20000.0], [6000.0, 22000.0]),
        ("bandstop", [700.0, 5000.0], [1000.0, 3000.0]), ("bandstop", [6000.0, 22500.0], [9000.0, 20000.0]),
        ("bandstop", [3000.0, 6000.0], [4000.0, 5000.0]),
    ]
    cases = []
    for family, (estimate, kind) in estimators.items():
        for response, passing, stopping in shapes:
            for ripple, attenuation in ((0.1, 40.0), (1.0, 60.0), (3.0, 90.0)):
                single = len(passing) == 1
                order, natural = estimate(
                    passing[0] if single else passing, stopping[0] if single else stopping, ripple, attenuation, fs=RATE)
                edges = np.atleast_1d(natural).astype(float)
                if response == "bandstop":
                    # SciPy finds the pass edges by a search that ends at 1e-5; its own formulas continue from exact ones.
                    exact = symmetric_band_stop(passing, stopping, ripple, attenuation, kind)
                    saved = optimize.fminbound
                    warped = list(np.tan(np.pi * exact / RATE))
                    internals.optimize.fminbound = lambda *a, **k: warped[k["args"][0] if "args" in k else a[3][0]]
                    try:
                        again, natural = estimate(passing, stopping, ripple, attenuation, fs=RATE)
                    finally:
                        internals.optimize.fminbound = saved
                    assert again == order, (family, passing, again, order)
                    assert np.allclose(edges, natural, rtol=1e-3), (family, edges, natural)
                    edges = np.asarray(natural)
                cases.append({
                    "family": family, "response": response, "pass": passing, "stop": stopping, "ripple": ripple,
                    "attenuation": attenuation, "order": int(order), "edges": [number(e) for e in edges],
                })
    return cases


def bessel_table():
    for order in range(1, 25):
        upper = sorted((r for r in bessel_roots(order) if r.imag > -1e-30), key=lambda r: -r.imag)
        print("  [")
        for root in upper:
            print(f"    ({float(root.real)!r}, {float(root.imag) if abs(root.imag) > 1e-30 else 0.0!r}),")
        print("  ],")


def write(name, cases):
    path = FOLDER / f"{name}.json"
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    path.write_text(f"[\n{lines}\n]\n")
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    if "--bessel-table" in sys.argv:
        bessel_table()
    else:
        FOLDER.mkdir(parents=True, exist_ok=True)
        write("cookbook", cookbook())
        write("orders", orders())
        write("designs", designs())

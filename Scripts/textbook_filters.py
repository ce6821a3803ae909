"""Filters by the textbook formulas at 50 digits: prototypes, the bilinear transform and responses, by zeros and poles."""
import math

import mpmath as mp

mp.mp.dps = 50
RATE = 48000.0


def excess(decibels):
    return mp.power(10, mp.mpf(decibels) / 10) - 1


def scaled_to(gain, zeros, poles):
    """The roots with the gain that makes the response at 0 Hz the given one."""
    return zeros, poles, mp.re(gain * mp.fprod(-p for p in poles) / mp.fprod(-z for z in zeros))


def butterworth(order):
    return scaled_to(1, [], [mp.expjpi(mp.mpf(2 * i + 1 + order) / (2 * order)) for i in range(order)])


def chebyshev1(order, ripple):
    spread = mp.asinh(1 / mp.sqrt(excess(ripple))) / order
    poles = [mp.mpc(mp.sinh(spread) * p.real, mp.cosh(spread) * p.imag) for p in butterworth(order)[1]]
    return scaled_to(1 if order % 2 else 1 / mp.sqrt(1 + excess(ripple)), [], poles)


def chebyshev2(order, attenuation):
    spread = mp.asinh(mp.sqrt(excess(attenuation))) / order
    poles = [1 / mp.mpc(mp.sinh(spread) * p.real, mp.cosh(spread) * p.imag) for p in butterworth(order)[1]]
    angles = [mp.mpf(2 * i + 1) / (2 * order) for i in range(order) if 2 * i + 1 != order]
    return scaled_to(1, [mp.mpc(0, 1 / mp.cospi(a)) for a in angles], poles)


def elliptic(order, ripple, attenuation):
    e2 = excess(ripple)
    top = 1 if order % 2 else 1 / mp.sqrt(1 + e2)
    if order == 1:
        return scaled_to(1, [], [mp.mpc(-1 / mp.sqrt(e2))])
    m1 = e2 / excess(attenuation)
    m = mp.mfrom(q=mp.power(mp.qfrom(m=m1), mp.mpf(1) / order))
    quarter, quarter1 = mp.ellipk(m), mp.ellipk(m1)
    # The pole positions: sn(j r, m1) = j/e means sc(r, 1 - m1) = 1/e.
    shift = quarter / (order * quarter1) * mp.ellipf(mp.atan(1 / mp.sqrt(e2)), 1 - m1)
    poles, zeros = [], []
    for j in range(1 - order % 2, order, 2):
        u = quarter * j / order
        if j:
            zero = mp.mpc(0, 1 / (mp.sqrt(m) * mp.ellipfun("sn", u, m=m).real))
            zeros += [zero, mp.conj(zero)]
        s, c, d = (mp.re(mp.ellipfun(n, u, m=m)) for n in ("sn", "cn", "dn"))
        sv, cv, dv = (mp.re(mp.ellipfun(n, shift, m=1 - m)) for n in ("sn", "cn", "dn"))
        pole = -(c * d * sv * cv + mp.j * s * dv) / (1 - (d * sv) ** 2)
        poles += [pole, mp.conj(pole)] if j else [mp.mpc(pole.real)]
    return scaled_to(top, zeros, poles)


def bessel_roots(order, digits=80):
    with mp.workdps(digits):
        coefficients = [
            mp.mpf(math.factorial(2 * order - k))
            / (mp.mpf(2) ** (order - k) * math.factorial(k) * math.factorial(order - k))
            for k in range(order, -1, -1)
        ]
        return mp.polyroots(coefficients, maxsteps=5000, extraprec=3000)


def bessel(order, norm):
    poles = [mp.mpc(p) for p in bessel_roots(order)]
    scale = mp.mpf(1)
    if norm == "phase":
        scale = mp.power(mp.fprod(2 * k - 1 for k in range(1, order + 1)), -mp.mpf(1) / order)
    elif norm == "mag":
        half = lambda w: mp.fsum(mp.log(abs(mp.j * w - p) ** 2 / abs(p) ** 2) for p in poles) - mp.log(2)
        scale = 1 / mp.findroot(half, mp.sqrt((2 * order - 1) * mp.log(2)))
    return scaled_to(1, [], [p * scale for p in poles])


def linkwitz_riley(order):
    _, poles, _ = butterworth(order // 2)
    return scaled_to(1, [], poles + poles)


def to_digital(prototype, response, edges):
    zeros, poles, gain = prototype
    degree = len(poles) - len(zeros)
    warped = [mp.tan(mp.pi * mp.mpf(e) / mp.mpf(RATE)) for e in edges]
    origin = mp.re(mp.fprod(-z for z in zeros) / mp.fprod(-p for p in poles))
    if response == "lowpass":
        zeros, poles = [z * warped[0] for z in zeros], [p * warped[0] for p in poles]
        gain *= warped[0] ** degree
    elif response == "highpass":
        zeros = [warped[0] / z for z in zeros] + [mp.mpc(0)] * degree
        poles = [warped[0] / p for p in poles]
        gain *= origin
    else:
        square, width = warped[0] * warped[1], warped[1] - warped[0]

        def split(roots):
            halves = [width / 2 * r if response == "bandpass" else width / 2 / r for r in roots]
            return [h + s * mp.sqrt(h * h - square) for h in halves for s in (1, -1)]

        if response == "bandpass":
            zeros, poles = split(zeros) + [mp.mpc(0)] * degree, split(poles)
            gain *= width**degree
        else:
            centre = mp.mpc(0, mp.sqrt(square))
            zeros, poles = split(zeros) + [centre, -centre] * degree, split(poles)
            gain *= origin
    degree = len(poles) - len(zeros)
    gain = mp.re(gain * mp.fprod(1 - z for z in zeros) / mp.fprod(1 - p for p in poles))
    bilinear = lambda roots: [(1 + r) / (1 - r) for r in roots]
    return bilinear(zeros) + [mp.mpc(-1)] * degree, bilinear(poles), gain


def decibels(zpk, frequency):
    zeros, poles, gain = zpk
    z = mp.expjpi(2 * mp.mpf(frequency) / mp.mpf(RATE))
    value = abs(mp.mpf(gain) * mp.fprod(z - mp.mpmathify(r) for r in zeros) / mp.fprod(z - mp.mpmathify(r) for r in poles))
    return 20 * mp.log10(value) if value else -mp.inf


# Made once: a prototype serves every edge.
PROTOTYPES = {}


def prototype(family, order, ripple, attenuation):
    key = (family, order, ripple, attenuation)
    if key not in PROTOTYPES:
        PROTOTYPES[key] = {
            "butterworth": lambda: butterworth(order),
            "chebyshev1": lambda: chebyshev1(order, ripple),
            "chebyshev2": lambda: chebyshev2(order, attenuation),
            "elliptic": lambda: elliptic(order, ripple, attenuation),
            "linkwitzriley": lambda: linkwitz_riley(order),
        }.get(family, lambda: bessel(order, family.split("-")[1]))()
    return PROTOTYPES[key]


def by_textbook(family, response, order, edges, ripple, attenuation):
    analog = prototype(family, order, ripple, attenuation)
    return to_digital(analog, response, edges)

import AudioCore
import ComplexModule
import RealModule

extension FIRTaps {
  /// A filter from gains at frequencies, with straight lines between them. Equal to `scipy.signal.firwin2`.
  ///
  /// The lines are sampled at a power of two of frequencies, transformed back, and tapered by the window.
  ///
  /// - Parameters:
  ///   - frequencies: From 0 Hz to half the sample rate, both included, not falling; the same frequency twice is a
  ///     step.
  ///   - gains: One linear factor for each frequency. What the symmetry makes silent must be 0: half the sample rate
  ///     for an even count of
  ///     taps, 0 Hz for an antisymmetric filter, both for an antisymmetric one of an odd count.
  ///   - taps: 1 to 1 048 576.
  ///   - window: What tapers the taps.
  ///   - antisymmetric: Whether every frequency is also turned by 90 degrees.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter.
  public static func frequencySampling(
    frequencies: [Frequency], gains: [Double], taps: Int, window: Window = .hamming, antisymmetric: Bool = false,
    sampleRate: Double
  ) throws(DesignError) -> FIRTaps {
    try DesignError.require(edges: frequencies, sampleRate: sampleRate, parameter: "frequencies", strictly: false)
    try DesignError.require(gains, count: frequencies.count, parameter: "gains")
    try DesignError.require(taps: taps)
    let nyquist = sampleRate / 2
    let points = try separated(frequencies.map(\.hertz), nyquist: nyquist)
    try requireSilence(gains, taps: taps, antisymmetric: antisymmetric)
    let weights = try window.samples(taps)
    var steps = 1
    while steps < taps { steps *= 2 }

    var spectrum = [Complex<Double>](repeating: .zero, count: 2 * steps)
    var segment = 0
    for k in 0...steps {
      let x = nyquist * (Double(k) / Double(steps))
      while segment + 2 < points.count, points[segment + 1] <= x { segment += 1 }
      let slope = (gains[segment + 1] - gains[segment]) / (points[segment + 1] - points[segment])
      let gain = gains[segment] + slope * (x - points[segment])
      // The turn of the delay (taps − 1)/2, reduced exactly.
      let angle = -.pi * (Double((taps - 1) * k % (4 * steps)) / Double(2 * steps))
      let turn = Complex(Double.cos(angle), Double.sin(angle))
      let value = turn.multiplied(by: gain) * (antisymmetric ? Complex(0, 1) : Complex(1))
      spectrum[k] = k == 0 || k == steps ? Complex(value.real) : value
      if k > 0, k < steps { spectrum[2 * steps - k] = value.conjugate }
    }
    let wave = FourierTransform(count: 2 * steps).inverse(spectrum)
    let sign = antisymmetric ? -1.0 : 1.0
    return FIRTaps(
      designed: (0..<taps).map { index in
        // Rounding breaks the symmetry of the transform; the mean of both halves restores it.
        (wave[index].real + sign * wave[taps - 1 - index].real) / 2 * weights[index]
      })
  }

  /// The frequencies, those of a step moved apart by the least amount.
  private static func separated(_ frequencies: [Double], nyquist: Double) throws(DesignError) -> [Double] {
    guard frequencies.count >= 2, frequencies[0] == 0, frequencies[frequencies.count - 1] == nyquist else {
      throw DesignError(
        .inconsistent, parameter: "frequencies", problem: "do not span 0 Hz to \(DesignError.shortest(nyquist)) Hz",
        remedy: "Begin with 0 Hz and end with half the sample rate")
    }
    var points = frequencies
    for index in 1..<points.count where frequencies[index] == frequencies[index - 1] {
      points[index - 1] -= Double.ulpOfOne * nyquist
      points[index] += Double.ulpOfOne * nyquist
    }
    let rises = zip(points, points.dropFirst()).allSatisfy { $0 < $1 }
    guard rises, frequencies[1] > 0, frequencies[frequencies.count - 2] < nyquist else {
      throw DesignError(
        .inconsistent, parameter: "frequencies",
        problem: "repeat a frequency more than twice, or repeat 0 Hz or half the sample rate",
        remedy: "Give a frequency once, or twice for a step between the ends")
    }
    return points
  }

  private static func requireSilence(_ gains: [Double], taps: Int, antisymmetric: Bool) throws(DesignError) {
    let isSilentAtZero = antisymmetric
    let isSilentAtNyquist = (taps % 2 == 0) != antisymmetric
    let first = gains[0]
    let last = gains[gains.count - 1]
    guard !isSilentAtZero || first == 0, !isSilentAtNyquist || last == 0 else {
      let isFirst = isSilentAtZero && first != 0
      throw DesignError(
        .inconsistent, parameter: "gains", value: DesignError.shortest(isFirst ? first : last),
        problem: "is not 0 at \(isFirst ? "0 Hz" : "half the sample rate"), where \(taps) "
          + "\(antisymmetric ? "antisymmetric" : "symmetric") taps are silent",
        remedy: isFirst ? "Make that gain 0" : "Make that gain 0, or choose \(taps + 1) taps")
    }
  }
}

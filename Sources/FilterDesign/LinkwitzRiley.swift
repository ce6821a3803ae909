import AudioCore
import ComplexModule
import RealModule

extension SectionCascade {
  /// A Linkwitz-Riley filter: a Butterworth filter of half the order, twice; 6.02 dB down at its edges.
  ///
  /// The low-pass and the high-pass of one order and frequency add up to an all-pass (`linkwitzRileyAllPass`): as they are
  /// for orders 4, 8, 12…, one of them inverted for orders 2, 6, 10…. A band of a crossover, which adds up with its neighbours, is
  /// the high-pass at its lower edge and the low-pass at its upper edge in series; `.bandPass` is the Butterworth band-pass twice.
  ///
  /// - Parameters:
  ///   - response: Its edges are above 0 Hz and below half the sample rate.
  ///   - order: Even, 2 to 24, of the prototype.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter.
  public static func linkwitzRiley(
    _ response: Response, order: Int, sampleRate: Double
  ) throws(DesignError) -> SectionCascade {
    try response.validate(sampleRate: sampleRate)
    try DesignError.require(order: order, step: 2)
    let once = AnalogFilter.butterworth(order: order / 2)
    return try once.followed(by: once).designed(WarpedEdges(response, sampleRate: sampleRate))
  }

  /// The all-pass to which a Linkwitz-Riley crossover adds up, to align a band that is not split with bands that are.
  ///
  /// It equals low-pass plus high-pass for orders 4, 8, 12…, and low-pass minus high-pass for orders 2, 6, 10…. With B the
  /// Butterworth polynomial of half the order M, `B(s)·B(−s) = 1 + (−1)ᴹ s²ᴹ`, so that sum over `B(s)²` is `B(−s)/B(s)`.
  ///
  /// - Parameters:
  ///   - crossover: Above 0 Hz and below half the sample rate.
  ///   - order: Of the crossover: even, 2 to 24. The all-pass itself has half of it.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter (`cutoff`, `order`, `sampleRate`).
  public static func linkwitzRileyAllPass(
    _ crossover: Frequency, order: Int, sampleRate: Double
  ) throws(DesignError) -> SectionCascade {
    let edge = try WarpedEdges(.lowPass(crossover), sampleRate: sampleRate)
    try DesignError.require(order: order, step: 2)
    let poles = AnalogFilter.butterworth(order: order / 2).poles
    let mirrored = poles.map {
      -$0.conjugate
    } real: {
      -$0
    }
    return try AnalogFilter(zeros: mirrored, poles: poles, gain: order / 2 % 2 == 0 ? 1 : -1).designed(edge)
  }
}

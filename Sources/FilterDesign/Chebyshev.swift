import AudioCore
import ComplexModule
import RealModule

extension AnalogFilter {
  /// The Chebyshev low-pass prototype with ripple in the pass band: `|H|² = 1/(1 + ε² Tₙ²(ω))`.
  static func chebyshev1(order: Int, ripple: Double) -> AnalogFilter {
    let epsilonSquared = powerExcess(decibels: ripple)
    let spread = Double.asinh(1 / epsilonSquared.squareRoot()) / Double(order)
    let (narrow, wide) = (Double.sinh(spread), Double.cosh(spread))
    let poles = butterworth(order: order).poles.map {
      Complex(narrow * $0.real, wide * $0.imaginary)
    } real: {
      narrow * $0
    }
    // At 0 Hz an even order is at the bottom of its ripple, an odd one at the top.
    let bottom = order % 2 == 0 ? 1 / (1 + epsilonSquared).squareRoot() : 1
    return AnalogFilter(poles: poles, gain: bottom * poles.factors(at: 0).reduce(1, *))
  }

  /// The Chebyshev low-pass prototype with ripple in the stop band, which begins at 1.
  static func chebyshev2(order: Int, attenuation: Double) -> AnalogFilter {
    let spread = Double.asinh(powerExcess(decibels: attenuation).squareRoot()) / Double(order)
    let (narrow, wide) = (Double.sinh(spread), Double.cosh(spread))
    let circle = butterworth(order: order).poles
    let poles = circle.map {
      Complex(1) / Complex(narrow * $0.real, wide * $0.imaginary)
    } real: {
      1 / (narrow * $0)
    }
    let zeros = ConjugateRoots(pairs: circle.pairs.map { Complex(0, 1 / $0.imaginary) })
    return AnalogFilter(zeros: zeros, poles: poles, gain: 1 / ConjugateRoots.quotient(zeros, poles, at: 0))
  }
}

/// `10^(decibels/10) − 1` without cancellation for small ripple.
func powerExcess(decibels: Double) -> Double { Double.expMinusOne(decibels / 10 * Double.log(10)) }

extension SectionCascade {
  /// A Chebyshev filter of the first kind: equal ripple in the pass band, which ends `ripple` below its top at the edges.
  ///
  /// - Parameters:
  ///   - response: The shape and its edges, above 0 Hz and below half the sample rate.
  ///   - order: 1 to 24, of the prototype: band responses have twice as many poles.
  ///   - ripple: In decibels, above 0 and at most 100.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter.
  public static func chebyshev1(
    _ response: Response, order: Int, ripple: Double, sampleRate: Double
  ) throws(DesignError) -> SectionCascade {
    let edges = try WarpedEdges(response, sampleRate: sampleRate)
    try DesignError.require(order: order)
    try DesignError.require(ripple: ripple)
    return try AnalogFilter.chebyshev1(order: order, ripple: ripple).designed(edges)
  }

  /// A Chebyshev filter of the second kind: flat in the pass band, equal ripple in the stop band, which begins at the edges.
  ///
  /// - Parameters:
  ///   - response: The shape and its edges, where the attenuation is first met; above 0 Hz and below half the sample rate.
  ///   - order: 1 to 24, of the prototype: band responses have twice as many poles.
  ///   - attenuation: Of the stop band, in decibels, above 0 and at most 300.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter.
  public static func chebyshev2(
    _ response: Response, order: Int, attenuation: Double, sampleRate: Double
  ) throws(DesignError) -> SectionCascade {
    let edges = try WarpedEdges(response, sampleRate: sampleRate)
    try DesignError.require(order: order)
    try DesignError.require(attenuation: attenuation)
    return try AnalogFilter.chebyshev2(order: order, attenuation: attenuation).designed(edges)
  }
}

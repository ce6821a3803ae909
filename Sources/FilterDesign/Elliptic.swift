import AudioCore
import ComplexModule
import RealModule

extension AnalogFilter {
  /// The elliptic (Cauer) low-pass prototype: equal ripple in both bands, the pass band ending at 1.
  ///
  /// S. J. Orfanidis, "Lecture notes on elliptic filter design": the nome of the selectivity is the nome of the
  /// discrimination to the power 1/order.
  static func elliptic(order: Int, ripple: Double, attenuation: Double) -> AnalogFilter {
    let epsilonSquared = powerExcess(decibels: ripple)
    guard order > 1 else {
      let pole = -1 / epsilonSquared.squareRoot()
      return AnalogFilter(poles: ConjugateRoots(reals: [pole]), gain: -pole)
    }
    let squareRatio = epsilonSquared / powerExcess(decibels: attenuation)
    let discrimination = EllipticModulus(squareRatio.squareRoot())
    let selectivity = EllipticModulus(logarithmOfNome: discrimination.logarithmOfNome / Double(order))
    let quarter = selectivity.quarterPeriod

    // How far left the poles lie: sc⁻¹(1/ε) of the complementary modulus is R_F(ε², ε² + k₁², 1 + ε²).
    let shift =
      quarter / (Double(order) * discrimination.quarterPeriod)
      * carlsonRF(epsilonSquared, epsilonSquared + squareRatio, 1 + epsilonSquared)
    let (snShift, cnShift, dnShift) = selectivity.complementary.jacobi(shift)

    var (zeros, poles) = (ConjugateRoots(), ConjugateRoots())
    for index in stride(from: 1 - order % 2, to: order, by: 2) {
      if index == 0 {
        poles.reals.append(-snShift / cnShift)
        continue
      }
      let (sn, cn, dn) = selectivity.jacobi(quarter * Double(index) / Double(order))
      zeros.pairs.append(Complex(0, 1 / (selectivity.modulus * sn)))
      // 1 − (dn·sn′)² in the form that does not cancel.
      let part = selectivity.modulus * sn * snShift
      let below = cnShift * cnShift + part * part
      poles.appendPair(Complex(-cn * dn * snShift * cnShift / below, sn * dnShift / below))
    }
    let bottom = order % 2 == 0 ? 1 / (1 + epsilonSquared).squareRoot() : 1
    return AnalogFilter(zeros: zeros, poles: poles, gain: bottom / ConjugateRoots.quotient(zeros, poles, at: 0))
  }
}

extension SectionCascade {
  /// An elliptic (Cauer) filter: the narrowest transition for its order, with equal ripple in both bands.
  ///
  /// - Parameters:
  ///   - response: The shape and the edges of the pass band, above 0 Hz and below half the sample rate.
  ///   - order: 1 to 24, of the prototype: band responses have twice as many poles.
  ///   - ripple: Of the pass band, in decibels, above 0 and at most 100.
  ///   - attenuation: Of the stop band, in decibels, above the ripple and at most 300.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter.
  public static func elliptic(
    _ response: Response, order: Int, ripple: Double, attenuation: Double, sampleRate: Double
  ) throws(DesignError) -> SectionCascade {
    let edges = try WarpedEdges(response, sampleRate: sampleRate)
    try DesignError.require(order: order)
    try DesignError.require(ripple: ripple, below: attenuation)
    return try AnalogFilter.elliptic(order: order, ripple: ripple, attenuation: attenuation).designed(edges)
  }
}

import AudioCore
import ComplexModule
import RealModule

/// What a Bessel filter's edge means: the same shape, placed differently.
public enum BesselNorm: String, Sendable, Hashable, Codable, CaseIterable {
  /// The phase is half-way through its turn at the edge; the asymptotes are those of a Butterworth filter.
  case phase
  /// The analog group delay at 0 Hz is the reciprocal of the edge's angular frequency.
  case delay
  /// The response is 3.01 dB down at the edge.
  case magnitude
}

extension AnalogFilter {
  /// The Bessel low-pass prototype: maximally flat group delay.
  static func bessel(order: Int, norm: BesselNorm) -> AnalogFilter {
    let table = besselPoles[order - 1]
    var poles = ConjugateRoots()
    for (real, imaginary) in table {
      if imaginary == 0 { poles.reals.append(real) } else { poles.pairs.append(Complex(real, imaginary)) }
    }
    let scale =
      switch norm {
      case .delay: 1.0
      case .phase:
        // The constant term of the reverse Bessel polynomial is (2n − 1)!!.
        Double.exp(-(1...order).reduce(0) { $0 + Double.log(Double(2 * $1 - 1)) } / Double(order))
      case .magnitude: 1 / halfPowerFrequency(of: poles)
      }
    poles = poles.map {
      $0.multiplied(by: scale)
    } real: {
      $0 * scale
    }
    return AnalogFilter(poles: poles, gain: poles.factors(at: 0).reduce(1, *))
  }
}

/// The angular frequency at which an all-pole low-pass filter is at half its power, by Newton's method on the logarithm.
private func halfPowerFrequency(of poles: ConjugateRoots) -> Double {
  let roots = poles.all
  var frequency = (Double(2 * roots.count - 1) * Double.log(2)).squareRoot()
  for _ in 0..<60 {
    var (value, slope) = (-Double.log(2), 0.0)
    for root in roots {
      let rise = frequency - root.imaginary
      let square = root.real * root.real + rise * rise
      value += Double.log(square / root.lengthSquared)
      slope += 2 * rise / square
    }
    let step = value / slope
    frequency -= step
    if abs(step) < 4 * Double.ulpOfOne * frequency { break }
  }
  return frequency
}

extension SectionCascade {
  /// A Bessel filter, whose analog prototype has maximally flat group delay.
  ///
  /// - Parameters:
  ///   - response: The shape and its edges, above 0 Hz and below half the sample rate.
  ///   - order: 1 to 24, of the prototype: band responses have twice as many poles.
  ///   - norm: What the edges mean.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter.
  public static func bessel(
    _ response: Response, order: Int, norm: BesselNorm = .phase, sampleRate: Double
  ) throws(DesignError) -> SectionCascade {
    let edges = try WarpedEdges(response, sampleRate: sampleRate)
    try DesignError.require(order: order)
    return try AnalogFilter.bessel(order: order, norm: norm).designed(edges)
  }
}

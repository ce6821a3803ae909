import AudioCore
import ComplexModule
import RealModule

/// The second-order filters of Robert Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter coefficients".
public enum CookbookKind: String, Sendable, Hashable, Codable, CaseIterable {
  case lowPass
  case highPass
  /// 0 dB at the centre, whatever the width.
  case bandPass
  /// A peak of Q at the centre: the skirts stay where they are.
  case bandPassSkirt
  case notch
  case allPass
  /// `gain` at the centre, 0 dB far from it.
  case peak
  /// `gain` below the frequency, half of it in decibels at the frequency.
  case lowShelf
  /// `gain` above the frequency, half of it in decibels at the frequency.
  case highShelf
}

extension SectionCascade {
  /// One second-order section of the cookbook.
  ///
  /// - Parameters:
  ///   - kind: The filter.
  ///   - frequency: Centre, corner or midpoint, above 0 Hz and below half the sample rate.
  ///   - shape: Q, slope (shelves only) or bandwidth in octaves.
  ///   - gain: In decibels, −200 to 200; what peak and shelves reach. The other kinds do not use it.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter (`frequency`, `q`, `slope`, `bandwidth`, `gain`, `sampleRate`).
  public static func cookbook(
    _ kind: CookbookKind, frequency: Frequency, shape: CookbookShape, gain: Double = 0, sampleRate: Double
  ) throws(DesignError) -> SectionCascade {
    try DesignError.require(sampleRate: sampleRate)
    try DesignError.require(frequency: frequency, below: sampleRate)
    try DesignError.require(gain, in: -200...200, parameter: "gain", unit: "dB")
    let amplitude = Double.exp(gain / 40 * Double.log(10))
    let inverseQ = try shape.inverseQ(kind, amplitude: amplitude, position: frequency.hertz / sampleRate)
    let polynomials = kind.polynomials(amplitude: amplitude, inverseQ: inverseQ)
    let prototype = AnalogFilter(numerator: polynomials.numerator, denominator: polynomials.denominator)
    return try prototype.lowPass(at: warped(frequency, sampleRate)).digital()
  }
}

/// `square · s² + linear · s + constant`.
private struct Quadratic {
  var square: Double
  var linear: Double
  var constant: Double

  init(_ square: Double, _ linear: Double, _ constant: Double) {
    (self.square, self.linear, self.constant) = (square, linear, constant)
  }

  var roots: ConjugateRoots {
    var roots = ConjugateRoots()
    roots.appendRoots(ofQuadratic: square, linear, constant)
    return roots
  }

  /// The coefficient of the highest power present.
  var leading: Double { square != 0 ? square : linear != 0 ? linear : constant }
}

extension AnalogFilter {
  fileprivate init(numerator: Quadratic, denominator: Quadratic) {
    self.init(
      zeros: numerator.roots, poles: denominator.roots, gain: numerator.leading / denominator.leading)
  }
}

extension CookbookKind {
  /// The cookbook's H(s), for a frequency of 1. Its digital formulas are these under the bilinear transform.
  fileprivate func polynomials(
    amplitude a: Double, inverseQ r: Double
  ) -> (numerator: Quadratic, denominator: Quadratic) {
    let resonance = Quadratic(1, r, 1)
    let tilt = a.squareRoot() * r
    switch self {
    case .lowPass: return (Quadratic(0, 0, 1), resonance)
    case .highPass: return (Quadratic(1, 0, 0), resonance)
    case .bandPass: return (Quadratic(0, r, 0), resonance)
    case .bandPassSkirt: return (Quadratic(0, 1, 0), resonance)
    case .notch: return (Quadratic(1, 0, 1), resonance)
    case .allPass: return (Quadratic(1, -r, 1), resonance)
    case .peak: return (Quadratic(1, a * r, 1), Quadratic(1, r / a, 1))
    case .lowShelf: return (Quadratic(a, a * tilt, a * a), Quadratic(a, tilt, 1))
    case .highShelf: return (Quadratic(a * a, a * tilt, a), Quadratic(1, tilt, a))
    }
  }
}

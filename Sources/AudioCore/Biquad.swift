/// The coefficients of one second-order section, normalised so that a0 is 1.
///
/// `H(z) = (b0 + b1 z⁻¹ + b2 z⁻²) / (1 + a1 z⁻¹ + a2 z⁻²)`. A value: it keeps no state.
public struct Biquad: Sendable, Hashable, Codable {
  public var b0: Double
  public var b1: Double
  public var b2: Double
  public var a1: Double
  public var a2: Double

  /// Makes a section from its normalised coefficients.
  public init(b0: Double, b1: Double, b2: Double, a1: Double, a2: Double) {
    self.b0 = b0
    self.b1 = b1
    self.b2 = b2
    self.a1 = a1
    self.a2 = a2
  }

  /// The section that changes nothing.
  public static let identity = Biquad(b0: 1, b1: 0, b2: 0, a1: 0, a2: 0)

  /// The same section with its numerator scaled by a linear factor.
  public func scaled(by gain: Double) -> Biquad {
    Biquad(b0: b0 * gain, b1: b1 * gain, b2: b2 * gain, a1: a1, a2: a2)
  }

  /// Whether both poles lie strictly inside the unit circle (the Jury criterion).
  public var isStable: Bool {
    abs(a2) < 1 && abs(a1) < 1 + a2
  }
}

import AudioCore
import FilterDesign

/// A high-pass from the RBJ cookbook, 12 dB an octave; given an order, a Butterworth filter of that order.
public struct HighPass: SOSDesignable, PassFilter {
  public static let name = "highpass"

  /// The corner frequency.
  public var frequency: Frequency
  /// Cookbook section or Butterworth order.
  public var corner: PassCorner

  /// Makes a filter with any corner.
  public init(_ frequency: Frequency, corner: PassCorner = .flat) {
    self.frequency = frequency
    self.corner = corner
  }

  /// Makes a cookbook section with a quality factor, above 0.
  public init(_ frequency: Frequency, q: Double) { self.init(frequency, corner: .shape(.q(q))) }

  /// Makes a Butterworth filter of an order, 1 to 24.
  public init(_ frequency: Frequency, order: Int) { self.init(frequency, corner: .order(order)) }

  public static let parameters: [Parameter<HighPass>] = Parameter.fading(Parameter.pass)

  public func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade {
    switch corner {
    case .shape(let shape):
      try .cookbook(.highPass, frequency: frequency, shape: shape, gain: 0, sampleRate: sampleRate)
    case .order(let order): try .butterworth(.highPass(frequency), order: order, sampleRate: sampleRate)
    }
  }
}

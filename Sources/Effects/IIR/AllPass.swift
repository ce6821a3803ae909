import AudioCore
import FilterDesign

/// A second-order all-pass from the RBJ cookbook: 0 dB everywhere, the phase turns by half at its frequency.
public struct AllPass: SOSDesignable, ShapedFilter {
  public static let name = "allpass"

  /// The frequency at which the phase is -180 degrees.
  public var frequency: Frequency
  /// Q or bandwidth.
  public var shape: CookbookShape

  /// Makes the filter with any shape.
  public init(_ frequency: Frequency, shape: CookbookShape) {
    self.frequency = frequency
    self.shape = shape
  }

  /// Makes the filter with a quality factor, above 0.
  public init(_ frequency: Frequency, q: Double = 0.5.squareRoot()) {
    self.init(frequency, shape: .q(q))
  }

  public static let parameters: [Parameter<AllPass>] = Parameter.fading([
    .frequency("frequency", "where the phase is -180 degrees", \.frequency, aliases: ["cutoff"]),
    .q(default: 0.5.squareRoot()),
    .bandwidth,
  ])

  public func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade {
    try .cookbook(.allPass, frequency: frequency, shape: shape, gain: 0, sampleRate: sampleRate)
  }
}

import AudioCore
import FilterDesign

/// A band-pass from the RBJ cookbook: 0 dB at its centre, 6 dB an octave on both sides.
public struct BandPass: SOSDesignable, ShapedFilter {
  public static let name = "bandpass"

  /// The centre frequency.
  public var frequency: Frequency
  /// Q or bandwidth.
  public var shape: CookbookShape

  /// Makes the filter with any shape.
  public init(_ frequency: Frequency, shape: CookbookShape) {
    self.frequency = frequency
    self.shape = shape
  }

  /// Makes the filter with a quality factor, above 0.
  public init(_ frequency: Frequency, q: Double = 1) {
    self.init(frequency, shape: .q(q))
  }

  public static let parameters: [Parameter<BandPass>] = Parameter.fading([
    .frequency("frequency", "the centre frequency", \.frequency, aliases: ["cutoff"]),
    .q(default: 1),
    .bandwidth,
  ])

  public func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade {
    try .cookbook(.bandPass, frequency: frequency, shape: shape, gain: 0, sampleRate: sampleRate)
  }
}

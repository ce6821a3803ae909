import AudioCore
import FilterDesign

/// A peak or dip from the RBJ cookbook: its gain, in full, at the centre and 0 dB far from it.
public struct Peak: SOSDesignable, ShapedFilter {
  public static let name = "peak"

  /// The centre frequency.
  public var frequency: Frequency
  /// Q or bandwidth.
  public var shape: CookbookShape
  /// The gain at the centre, in decibels.
  public var gain: Double

  /// Makes the filter with any shape.
  public init(_ frequency: Frequency, gain: Double, shape: CookbookShape) {
    self.frequency = frequency
    self.shape = shape
    self.gain = gain
  }

  /// Makes the filter with a quality factor, above 0.
  public init(_ frequency: Frequency, gain: Double, q: Double = 1) {
    self.init(frequency, gain: gain, shape: .q(q))
  }

  public static let parameters: [Parameter<Peak>] = Parameter.fading([
    .frequency("frequency", "the centre frequency", \.frequency, aliases: ["cutoff"]),
    .q(default: 1),
    .bandwidth,
    .number("gain", "gain at the centre", \.gain, unit: .decibels, in: -120...120),
  ])

  public func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade {
    try .cookbook(.peak, frequency: frequency, shape: shape, gain: gain, sampleRate: sampleRate)
  }
}

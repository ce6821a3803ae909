import AudioCore
import FilterDesign

/// A high shelf from the RBJ cookbook: its gain far above the frequency, half of it in decibels there, 0 dB far below.
public struct HighShelf: SOSDesignable, ShapedFilter {
  public static let name = "highshelf"

  /// The frequency of half the gain.
  public var frequency: Frequency
  /// Q, slope or bandwidth.
  public var shape: CookbookShape
  /// The gain of the shelf, in decibels.
  public var gain: Double

  /// Makes the filter with any shape.
  public init(_ frequency: Frequency, gain: Double, shape: CookbookShape) {
    self.frequency = frequency
    self.shape = shape
    self.gain = gain
  }

  /// Makes the filter with a quality factor, above 0.
  public init(_ frequency: Frequency, gain: Double, q: Double = 0.5.squareRoot()) {
    self.init(frequency, gain: gain, shape: .q(q))
  }

  /// Makes the shelf with a slope; 1 is the steepest that stays monotonic.
  public init(_ frequency: Frequency, gain: Double, slope: Double) {
    self.init(frequency, gain: gain, shape: .slope(slope))
  }

  public static let parameters: [Parameter<HighShelf>] = Parameter.fading([
    .frequency("frequency", "the frequency of half the gain", \.frequency, aliases: ["cutoff"]),
    .q(default: 0.5.squareRoot()),
    .slope,
    .bandwidth,
    .number("gain", "gain of the shelf", \.gain, unit: .decibels, in: -120...120),
  ])

  public func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade {
    try .cookbook(.highShelf, frequency: frequency, shape: shape, gain: gain, sampleRate: sampleRate)
  }
}

import AudioCore
import FilterDesign

/// The all-pass that a Linkwitz-Riley low- and high-pass of one order sum to.
///
/// A band split into three or more needs it: each band passes the all-pass of every crossover that it is not cut at, and so all
/// bands stay in phase.
public struct CrossoverAllPass: SOSDesignable {
  public static let name = "crossoverallpass"

  /// The crossover's frequency.
  public var frequency: Frequency
  /// The crossover's order: even, 2 to 24.
  public var order: Int

  /// Makes the all-pass of a crossover.
  public init(_ frequency: Frequency, order: Int = 4) {
    self.frequency = frequency
    self.order = order
  }

  public static let parameters: [Parameter<CrossoverAllPass>] = Parameter.fading([
    .frequency("frequency", "the crossover's frequency", \.frequency, aliases: ["cutoff"]),
    .integer(
      "order", "the crossover's order, even", in: 2...24, default: 4, get: { $0.order }, set: { $0.order = $1 }),
  ])

  public func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade {
    try .linkwitzRileyAllPass(frequency, order: order, sampleRate: sampleRate)
  }
}

import AudioCore
import FilterDesign

/// A Chebyshev filter of the second kind: a flat pass-band and equal ripples in the stop-band.
public struct Chebyshev2: SOSDesignable, ResponseFilter {
  public static let name = "chebyshev2"

  public var response: Response
  /// The order of the prototype, 1 to 24. A band has twice as many poles.
  public var order: Int
  /// How far down the stop-band is, in decibels, above 0. The cutoff is where the stop-band begins.
  public var attenuation: Double

  /// Makes a Chebyshev filter of the second kind.
  public init(_ response: Response, order: Int = 4, attenuation: Double = 40) {
    self.response = response
    self.order = order
    self.attenuation = attenuation
  }

  public static let parameters: [Parameter<Chebyshev2>] =
    Parameter.fading(
      Parameter.family() + [
        .number(
          "attenuation", "how far down the stop-band is", \.attenuation, unit: .decibels, in: 0.1...300, default: 40)
      ])

  public func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade {
    try .chebyshev2(response, order: order, attenuation: attenuation, sampleRate: sampleRate)
  }
}

import AudioCore
import FilterDesign

/// An elliptic (Cauer) filter: the steepest of its order, with equal ripples in pass-band and stop-band.
public struct Elliptic: SOSDesignable, ResponseFilter {
  public static let name = "elliptic"

  public var response: Response
  /// The order of the prototype, 1 to 24. A band has twice as many poles.
  public var order: Int
  /// The depth of the pass-band's ripples in decibels, above 0. At the cutoff the response is this far down.
  public var ripple: Double
  /// How far down the stop-band is, in decibels, above the ripple.
  public var attenuation: Double

  /// Makes an elliptic filter.
  public init(_ response: Response, order: Int = 4, ripple: Double = 0.1, attenuation: Double = 40) {
    self.response = response
    self.order = order
    self.ripple = ripple
    self.attenuation = attenuation
  }

  public static let parameters: [Parameter<Elliptic>] =
    Parameter.fading(
      Parameter.family() + [
        .number(
          "ripple", "depth of the pass-band's ripples", \.ripple, unit: .decibels, in: 0.000_001...60, default: 0.1,
          aliases: ["passbandripple"]),
        .number(
          "attenuation", "how far down the stop-band is", \.attenuation, unit: .decibels, in: 0.1...300, default: 40,
          aliases: ["stopbandattenuation"]),
      ])

  public func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade {
    try .elliptic(response, order: order, ripple: ripple, attenuation: attenuation, sampleRate: sampleRate)
  }
}

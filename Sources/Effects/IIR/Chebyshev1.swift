import AudioCore
import FilterDesign

/// A Chebyshev filter of the first kind: steeper than Butterworth, with equal ripples in the pass-band.
public struct Chebyshev1: SOSDesignable, ResponseFilter {
  public static let name = "chebyshev1"

  public var response: Response
  /// The order of the prototype, 1 to 24. A band has twice as many poles.
  public var order: Int
  /// The depth of the pass-band's ripples in decibels, above 0. At the cutoff the response is this far down.
  public var ripple: Double

  /// Makes a Chebyshev filter of the first kind.
  public init(_ response: Response, order: Int = 4, ripple: Double = 0.1) {
    self.response = response
    self.order = order
    self.ripple = ripple
  }

  public static let parameters: [Parameter<Chebyshev1>] =
    Parameter.fading(
      Parameter.family() + [
        .number(
          "ripple", "depth of the pass-band's ripples", \.ripple, unit: .decibels, in: 0.000_001...60, default: 0.1)
      ])

  public func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade {
    try .chebyshev1(response, order: order, ripple: ripple, sampleRate: sampleRate)
  }
}

import AudioCore
import FilterDesign

/// A Linkwitz-Riley filter: two Butterworth filters of half the order, -6.02 dB at the edges, so that a low- and a high-pass sum flat.
public struct LinkwitzRiley: SOSDesignable, ResponseFilter {
  public static let name = "linkwitzriley"

  public var response: Response
  /// The order: even, 2 to 24.
  public var order: Int

  /// Makes a Linkwitz-Riley filter.
  public init(_ response: Response, order: Int = 4) {
    self.response = response
    self.order = order
  }

  public static let parameters: [Parameter<LinkwitzRiley>] = Parameter.fading(
    Parameter.family(order: 2...24))

  public func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade {
    try .linkwitzRiley(response, order: order, sampleRate: sampleRate)
  }
}

import AudioCore
import FilterDesign

/// A Butterworth filter: as flat as can be in the pass-band, -3.01 dB at the cutoff.
public struct Butterworth: SOSDesignable, ResponseFilter {
  public static let name = "butterworth"

  public var response: Response
  /// The order of the prototype, 1 to 24. A band has twice as many poles.
  public var order: Int

  /// Makes a Butterworth filter.
  public init(_ response: Response, order: Int = 4) {
    self.response = response
    self.order = order
  }

  public static let parameters: [Parameter<Butterworth>] = Parameter.fading(Parameter.family())

  public func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade {
    try .butterworth(response, order: order, sampleRate: sampleRate)
  }
}

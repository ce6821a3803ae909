import AudioCore
import FilterDesign

/// A Bessel filter: the flattest group delay, so that the shape of a pulse is kept.
public struct Bessel: SOSDesignable, ResponseFilter {
  public static let name = "bessel"

  public var response: Response
  /// The order of the prototype, 1 to 24. A band has twice as many poles.
  public var order: Int
  /// What the cutoff stands for.
  public var norm: BesselNorm

  /// Makes a Bessel filter.
  public init(_ response: Response, order: Int = 4, norm: BesselNorm = .phase) {
    self.response = response
    self.order = order
    self.norm = norm
  }

  public static let parameters: [Parameter<Bessel>] =
    Parameter.fading(
      Parameter.family() + [
        .choice(
          "norm", "what the cutoff stands for", of: BesselNorm.allCases.map(\.rawValue),
          default: BesselNorm.phase.rawValue,
          live: .crossfade, get: { $0.norm.rawValue },
          set: { root, name in
            if let norm = BesselNorm(rawValue: name) { root.norm = norm }
          })
      ])

  public func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade {
    try .bessel(response, order: order, norm: norm, sampleRate: sampleRate)
  }
}

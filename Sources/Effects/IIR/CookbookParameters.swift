import AudioCore
import FilterDesign

/// A filter whose width or steepness is given as Q, slope or bandwidth.
protocol ShapedFilter: Effect {
  var shape: CookbookShape { get set }
}

extension Parameter where Root: ShapedFilter {
  /// A row for the quality factor.
  static func q(default defaultValue: Double) -> Parameter {
    .number(
      "q", "quality factor", in: 0.001...1_000, taper: .logarithmic, default: defaultValue, group: "shape",
      get: { if case .q(let q) = $0.shape { q } else { nil } }, set: { $0.shape = .q($1) })
  }

  /// A row for a shelf's slope.
  static var slope: Parameter {
    .number(
      "slope", "steepness of a shelf; 1 is the steepest monotonic one", in: 0.001...10, default: 1, group: "shape",
      get: { if case .slope(let slope) = $0.shape { slope } else { nil } }, set: { $0.shape = .slope($1) })
  }

  /// A row for the width in octaves.
  static var bandwidth: Parameter {
    .number(
      "bandwidth", "width between the half-gain or -3 dB points", unit: .octaves, in: 0.001...24, default: 1,
      group: "shape",
      get: { if case .bandwidth(let octaves) = $0.shape { octaves } else { nil } }, set: { $0.shape = .bandwidth($1) })
  }
}

import AudioCore
import RealModule

/// How wide or steep a cookbook filter is.
public enum CookbookShape: Sendable, Hashable {
  /// The quality factor, above 0. For low- and high-pass 1/√2 is maximally flat.
  case q(Double)
  /// The slope of a shelf, above 0; 1 is the steepest that stays monotonic. Shelves only.
  case slope(Double)
  /// The width in octaves, above 0: between −3 dB points for band-pass and notch, between half-gain points for peak.
  case bandwidth(Double)

  /// 1/Q as the cookbook derives it, the width compensated for the frequency warping.
  ///
  /// - Parameters:
  ///   - kind: The filter, as only shelves have a slope.
  ///   - amplitude: `10^(gain/40)`.
  ///   - position: The frequency as a fraction of the sample rate.
  func inverseQ(_ kind: CookbookKind, amplitude: Double, position: Double) throws(DesignError) -> Double {
    switch self {
    case .q(let q):
      try DesignError.require(q, aboveZeroTo: 1e6, parameter: "q")
      return 1 / q
    case .bandwidth(let octaves):
      try DesignError.require(octaves, aboveZeroTo: 24, parameter: "bandwidth", unit: "octaves")
      let angle = 2 * .pi * position
      let inverse = 2 * Double.sinh(Double.log(2) / 2 * octaves * angle / Double.sin(angle))
      guard inverse.isFinite, inverse <= 1e12 else {
        throw DesignError(
          .outOfRange, parameter: "bandwidth", value: DesignError.shortest(octaves) + " octaves",
          problem: "is too wide for a frequency so near half the sample rate",
          remedy: "Lower the bandwidth or the frequency, or give q")
      }
      return inverse
    case .slope(let slope):
      guard kind == .lowShelf || kind == .highShelf else {
        throw DesignError(
          .inconsistent, parameter: "slope", value: DesignError.shortest(slope),
          problem: "belongs to shelves only", remedy: "Give q or bandwidth")
      }
      try DesignError.require(slope, aboveZeroTo: 1e6, parameter: "slope")
      let square = (amplitude + 1 / amplitude) * (1 / slope - 1) + 2
      guard square > 0 else {
        let steepest = 1 / (1 - 2 / (amplitude + 1 / amplitude))
        throw DesignError(
          .outOfRange, parameter: "slope", value: DesignError.shortest(slope),
          problem: "is out of range: above 0 and below \(DesignError.shortest(steepest)) at this gain",
          remedy: "Lower the slope; up to 1 is possible at any gain")
      }
      return square.squareRoot()
    }
  }
}

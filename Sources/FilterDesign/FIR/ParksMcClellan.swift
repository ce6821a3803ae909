import AudioCore
import RealModule

extension FIRTaps {
  /// What an equiripple design approximates.
  public enum EquirippleType: String, Sendable, Hashable, Codable, CaseIterable {
    /// A constant gain in each band; symmetric taps.
    case bandpass
    /// A gain that rises with the frequency: the desired number times the frequency over the sample rate; antisymmetric taps.
    case differentiator
    /// A constant gain turned by 90 degrees; antisymmetric taps.
    case hilbert
  }

  /// The largest count of taps of an equiripple design, whose cost grows with its square.
  private static var equirippleLimit: Int { 2_048 }

  /// The linear-phase filter of least largest weighted error over bands, by Parks and McClellan's exchange. Equal to
  /// `scipy.signal.remez` on its grid of 16 points for each cosine.
  ///
  /// Parks and McClellan, *Chebyshev approximation for nonrecursive digital filters with linear phase*, 1972.
  ///
  /// - Parameters:
  ///   - bands: Two edges for each band, strictly rising, from 0 Hz to half the sample rate; between bands nothing is asked for.
  ///   - desired: One number for each band.
  ///   - weights: One for each band, above 0; nil is 1 each.
  ///   - taps: 3 to 2048; odd where symmetric taps are to pass half the sample rate.
  ///   - type: What is approximated.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter; `.unsupported` where the exchange does not converge.
  public static func parksMcClellan(
    bands: [Frequency], desired: [Double], weights: [Double]? = nil, taps: Int, type: EquirippleType = .bandpass,
    sampleRate: Double
  ) throws(DesignError) -> FIRTaps {
    try DesignError.require(Double(taps), in: 3...Double(equirippleLimit), parameter: "taps")
    let weights = try DesignError.require(
      bands: bands, desiredCount: bands.count / 2, desired: desired, weights: weights, sampleRate: sampleRate,
      strictly: true)
    for weight in weights { try DesignError.require(weight, aboveZeroTo: .greatestFiniteMagnitude, parameter: "weights") }
    if type == .bandpass, let last = bands.last, last.hertz == sampleRate / 2, let gain = desired.last, gain != 0 {
      try DesignError.require(
        oddTaps: taps, because: "symmetric taps are then silent at half the sample rate, where this response passes")
    }
    let grid = EquirippleGrid(
      edges: bands.map { $0.hertz / sampleRate }, desired: desired, weights: weights, taps: taps, type: type)
    guard let cosines = EquirippleExchange(grid).cosines() else {
      throw DesignError(
        .unsupported, parameter: "bands", problem: "does not converge with \(taps) taps",
        remedy: "Change the count of taps, or widen the transitions")
    }
    return FIRTaps(designed: grid.taps(cosines))
  }
}

/// The points at which an equiripple design is compared, as an approximation by cosines: a factor of the response that the
/// symmetry prescribes is divided out.
struct EquirippleGrid {
  let cosineCount: Int
  private(set) var x: [Double] = []
  private(set) var desired: [Double] = []
  private(set) var weights: [Double] = []
  private let isOdd: Bool
  private let isAntisymmetric: Bool

  /// `edges` are relative to the sample rate.
  init(edges: [Double], desired: [Double], weights: [Double], taps: Int, type: FIRTaps.EquirippleType) {
    isOdd = taps % 2 == 1
    isAntisymmetric = type != .bandpass
    cosineCount = taps / 2 + (isOdd && !isAntisymmetric ? 1 : 0)
    let step = 0.5 / Double(16 * cosineCount)
    var points: [(frequency: Double, band: Int)] = []
    for band in weights.indices {
      var frequency = edges[2 * band]
      if band == 0, isAntisymmetric { frequency = max(frequency, step) }
      repeat {
        points.append((frequency, band))
        frequency += step
      } while frequency <= edges[2 * band + 1]
      points[points.count - 1].frequency = edges[2 * band + 1]
    }
    // Where the prescribed factor is silent at half the sample rate, nothing can be asked for.
    if isAntisymmetric == isOdd, let last = points.last, last.frequency > 0.5 - step { points.removeLast() }
    for (frequency, band) in points {
      let angle = .pi * frequency
      let factor =
        isAntisymmetric ? Double.sin(isOdd ? 2 * angle : angle) : isOdd ? 1 : Double.cos(angle)
      let isSlope = type == .differentiator
      let isWeighted = isSlope && desired[band] >= 0.0001
      x.append(Double.cos(2 * angle))
      self.desired.append(desired[band] * (isSlope ? frequency : 1) / factor)
      self.weights.append(weights[band] / (isWeighted ? frequency : 1) * factor)
    }
  }

  /// The taps from the weights of the cosines, with the prescribed factor multiplied in again.
  func taps(_ cosines: [Double]) -> [Double] {
    let n = cosineCount
    func a(_ k: Int) -> Double { k < n ? (k == 0 ? 2 : 1) * cosines[k] : 0 }
    if isOdd, !isAntisymmetric {
      let side = cosines.dropFirst().map { $0 / 2 }
      return side.reversed() + [cosines[0]] + side
    }
    if !isAntisymmetric {
      let side = (0..<n).map { (a($0) + a($0 + 1)) / 4 }
      return side.reversed() + side
    }
    let side = (1...n).map { (a($0 - 1) - a(isOdd ? $0 + 1 : $0)) / 4 }
    return side.reversed() + (isOdd ? [0] : []) + side.map { -$0 }
  }
}

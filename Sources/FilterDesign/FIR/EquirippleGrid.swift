import RealModule

/// The points at which an equiripple design is compared, as an approximation by cosines: a factor of the response
/// that the
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

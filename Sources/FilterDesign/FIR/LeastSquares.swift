import AudioCore
import RealModule

extension FIRTaps {
  /// The largest count of taps of a least-squares design, whose cost grows with its third power.
  private static var leastSquaresLimit: Int { 4_095 }

  /// The linear-phase filter of least weighted squared error over bands. Equal to `scipy.signal.firls`.
  ///
  /// - Parameters:
  ///   - bands: Two edges for each band, rising, from 0 Hz to half the sample rate; between bands nothing is asked
  ///     for. Two bands may
  ///     touch.
  ///   - desired: The gain at each edge, with a straight line between the two of a band, 0 or more.
  ///   - weights: One for each band, 0 or more; nil is 1 each.
  ///   - taps: 1 to 4095, odd.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter.
  public static func leastSquares(
    bands: [Frequency], desired: [Double], weights: [Double]? = nil, taps: Int, sampleRate: Double
  ) throws(DesignError) -> FIRTaps {
    try DesignError.require(taps: taps, atMost: leastSquaresLimit)
    try DesignError.require(oddTaps: taps, because: "the design is made of cosines around a middle tap")
    let weights = try DesignError.require(
      bands: bands, desiredCount: bands.count, desired: desired, weights: weights, sampleRate: sampleRate,
      strictly: false)
    try DesignError.require(desired, count: bands.count, from: 0, parameter: "desired")
    guard weights.contains(where: { $0 > 0 }) else {
      throw DesignError(
        .inconsistent, parameter: "weights", value: "\(weights)", problem: "leaves no band to fit",
        remedy: "Give one band a weight above 0")
    }
    let edges = bands.map { $0.hertz / (sampleRate / 2) }
    let half = (taps - 1) / 2
    // The integrals of the weight, and of weight times gain, against cos(πnf).
    let kernel = (0..<taps).map { n in
      var sum = 0.0
      for (band, weight) in weights.enumerated() {
        let (low, high) = (edges[2 * band], edges[2 * band + 1])
        sum += weight * (high * sinc(high * Double(n)) - low * sinc(low * Double(n)))
      }
      return sum
    }
    let target = (0...half).map { n in
      var sum = 0.0
      for (band, weight) in weights.enumerated() {
        let (low, high) = (edges[2 * band], edges[2 * band + 1])
        let slope = (desired[2 * band + 1] - desired[2 * band]) / (high - low)
        let constant = desired[2 * band] - low * slope
        func integral(_ f: Double) -> Double {
          if n == 0 { return f * (slope * f + constant) - slope * f * f / 2 }
          let turn = .pi * Double(n)
          return f * (slope * f + constant) * sinc(f * Double(n)) + slope * Double.cos(turn * f) / (turn * turn)
        }
        sum += weight * (integral(high) - integral(low))
      }
      return sum
    }
    let solution = solved(kernel: kernel, target: target)
    let side = Array(solution.dropFirst())
    return FIRTaps(designed: side.reversed() + [2 * solution[0]] + side)
  }

  /// Solves the Toeplitz-plus-Hankel system `Σ (q_|i−j| + q_i+j) a_j = b_i` by Cholesky's method.
  private static func solved(kernel: [Double], target: [Double]) -> [Double] {
    let count = target.count
    // Wide gaps between bands leave directions that no band sees. A ridge at the level of rounding then picks a small
    // solution.
    var ridge = 0.0
    while true {
      var lower = [[Double]]()
      lower.reserveCapacity(count)
      var isPositive = true
      for i in 0..<count where isPositive {
        var row = [Double](repeating: 0, count: i + 1)
        for j in 0...i {
          let entry = kernel[i - j] + kernel[i + j]
          var sum = i == j ? entry + ridge : entry
          if j < i {
            let other = lower[j]
            for k in 0..<j { sum -= row[k] * other[k] }
            row[j] = sum / lower[j][j]
          } else {
            for k in 0..<i { sum -= row[k] * row[k] }
            isPositive = sum > 8 * Double.ulpOfOne * kernel[0]
            row[i] = isPositive ? Double.sqrt(sum) : 0
          }
        }
        lower.append(row)
      }
      if isPositive { return substituted(lower, target) }
      ridge = max(ridge * 10, 64 * Double.ulpOfOne * kernel[0])
    }
  }

  private static func substituted(_ lower: [[Double]], _ target: [Double]) -> [Double] {
    var values = target
    for i in values.indices {
      for k in 0..<i { values[i] -= lower[i][k] * values[k] }
      values[i] /= lower[i][i]
    }
    for i in values.indices.reversed() {
      for k in (i + 1)..<max(values.count, i + 1) { values[i] -= lower[k][i] * values[k] }
      values[i] /= lower[i][i]
    }
    return values
  }
}

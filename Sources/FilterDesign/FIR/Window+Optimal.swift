import ComplexModule
import RealModule

extension Window {
  /// Dolph and Chebyshev's window: a Chebyshev polynomial sampled around the circle, and transformed back.
  static func dolphChebyshev(_ attenuation: Double, _ length: Int) -> [Double] {
    let order = Double(length - 1)
    let beta = Double.cosh(Double.acosh(Double.pow(10, attenuation / 20)) / order)
    let isOdd = length % 2 == 1
    let spectrum = (0..<length).map { k -> Complex<Double> in
      let angle = .pi * Double(k) / Double(length)
      let x = beta * Double.cos(angle)
      let value =
        abs(x) <= 1
        ? Double.cos(order * Double.acos(x))
        : (x < 0 && !isOdd ? -1 : 1) * Double.cosh(order * Double.acosh(abs(x)))
      // An even window has its middle between two samples: half a sample of turn.
      return isOdd ? Complex(value) : Complex(value * Double.cos(angle), value * Double.sin(angle))
    }
    let wave = FourierTransform(count: length).forward(spectrum).map(\.real)
    let half = isOdd ? wave[1..<((length + 1) / 2)] : wave[1..<(length / 2 + 1)]
    let window = half.reversed() + (isOdd ? [wave[0]] : []) + half
    let top = window.max() ?? 1
    return window.map { $0 / top }
  }

  /// The first Slepian sequence: the eigenvector of the largest eigenvalue of a tridiagonal matrix that commutes with
  /// the
  /// concentration operator (Percival and Walden, *Spectral Analysis for Physical Applications*, 1993, section 8.3).
  static func prolateSpheroidal(_ nw: Double, _ length: Int) -> [Double] {
    let concentration = Double.cos(2 * .pi * nw / Double(length))
    let diagonal = (0..<length).map { n in
      let x = Double(length - 1 - 2 * n) / 2
      return x * x * concentration
    }
    let beside = (1..<length).map { Double($0) * Double(length - $0) / 2 }
    let eigenvalue = largestEigenvalue(diagonal, beside)
    var vector = [Double](repeating: 1, count: length)
    for _ in 0..<4 { vector = inverseIterated(vector, diagonal.map { $0 - eigenvalue }, beside) }
    // Symmetric but for rounding; the middle is its maximum.
    let symmetric = vector.indices.map { vector[$0] + vector[length - 1 - $0] }
    let top = symmetric.max { abs($0) < abs($1) } ?? 1
    let size = Double(length) * Double(length)
    let correction = length % 2 == 0 ? size / (size + nw) : 1
    return symmetric.map { $0 / top * correction }
  }

  /// By bisection, counting eigenvalues above a number by the signs of the pivots.
  private static func largestEigenvalue(_ diagonal: [Double], _ beside: [Double]) -> Double {
    let radius = diagonal.indices.map { n in
      abs(diagonal[n]) + (n > 0 ? beside[n - 1] : 0) + (n < beside.count ? beside[n] : 0)
    }
    var high = radius.max() ?? 0
    var low = -high
    while true {
      let middle = low + (high - low) / 2
      if middle <= low || middle >= high { return high }
      var isAbove = false
      var pivot = diagonal[0] - middle
      for n in diagonal.indices {
        if n > 0 { pivot = diagonal[n] - middle - beside[n - 1] * beside[n - 1] / pivot }
        if pivot > 0 {
          isAbove = true
          break
        }
        if pivot == 0 { pivot = -Double.leastNormalMagnitude }
      }
      if isAbove { low = middle } else { high = middle }
    }
  }

  /// Solves the shifted tridiagonal system, with row exchanges, and scales the solution to a largest value of 1.
  private static func inverseIterated(_ vector: [Double], _ diagonal: [Double], _ beside: [Double]) -> [Double] {
    let count = vector.count
    var (main, upper, second, right) = (diagonal, beside + [0], [Double](repeating: 0, count: count), vector)
    let tiny = (diagonal.map { abs($0) }.max() ?? 1) * Double.ulpOfOne + Double.leastNormalMagnitude
    for n in 0..<(count - 1) {
      var lower = beside[n]
      if abs(lower) > abs(main[n]) {
        swap(&main[n], &lower)
        (upper[n], main[n + 1]) = (main[n + 1], upper[n])
        (second[n], upper[n + 1]) = (upper[n + 1], second[n])
        right.swapAt(n, n + 1)
      }
      if main[n] == 0 { main[n] = tiny }
      let factor = lower / main[n]
      main[n + 1] -= factor * upper[n]
      upper[n + 1] -= factor * second[n]
      right[n + 1] -= factor * right[n]
    }
    for n in stride(from: count - 1, through: 0, by: -1) {
      if n + 1 < count { right[n] -= upper[n] * right[n + 1] }
      if n + 2 < count { right[n] -= second[n] * right[n + 2] }
      right[n] /= abs(main[n]) < tiny ? tiny : main[n]
    }
    let top = right.map { abs($0) }.max() ?? 1
    return right.map { $0 / top }
  }
}

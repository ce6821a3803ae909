import AudioCore

/// A group of sections in shifted form as one linear system x' = A x + B u, and what a scan needs of its powers.
///
/// Memory is allocated once. All matrices are row by row, N by N with N two a section.
final class SectionModel {
  /// Numbers of state.
  let states: Int
  /// The system's matrix.
  let a: UnsafeMutablePointer<Double>
  /// How the input enters the state.
  let b: UnsafeMutablePointer<Double>
  private let product: UnsafeMutablePointer<Double>
  private let reach: UnsafeMutablePointer<Double>

  init(sections: Int) {
    states = 2 * sections
    a = .allocate(capacity: states * states)
    product = .allocate(capacity: states * states)
    b = .allocate(capacity: states)
    reach = .allocate(capacity: states)
  }

  deinit {
    a.deallocate()
    product.deallocate()
    b.deallocate()
    reach.deallocate()
  }

  /// A section as z = theta + delta: what matters of poles near 1 or -1 stays in a few bits.
  struct Shifted {
    var theta, b0, b1, b2, a1, a2: Double

    init(_ s: Biquad) {
      theta = max(-1, min(1, (-s.a1 / 2).rounded()))
      b0 = s.b0
      b1 = 2 * theta * s.b0 + s.b1
      b2 = (theta * s.b0 + s.b1) * theta + s.b2
      a1 = 2 * theta + s.a1
      a2 = (theta + s.a1) * theta + s.a2
    }
  }

  /// Builds the system from its sections, given one by one in their order.
  func build(_ section: (Int) -> Shifted) {
    let n = states
    a.update(repeating: 0, count: n * n)
    reach.update(repeating: 0, count: n)
    // What of the state and of the input reaches the next section.
    var direct = 1.0
    for k in 0..<(n / 2) {
      let s = section(k)
      let gain1 = s.b1 - s.a1 * s.b0
      let gain2 = s.b2 - s.a2 * s.b0
      for q in 0..<n {
        a[2 * k * n + q] = gain1 * reach[q]
        a[(2 * k + 1) * n + q] = gain2 * reach[q]
        reach[q] *= s.b0
      }
      b[2 * k] = gain1 * direct
      b[2 * k + 1] = gain2 * direct
      direct *= s.b0
      reach[2 * k] += 1
      a[2 * k * n + 2 * k] += s.theta - s.a1
      a[2 * k * n + 2 * k + 1] += 1
      a[(2 * k + 1) * n + 2 * k] -= s.a2
      a[(2 * k + 1) * n + 2 * k + 1] += s.theta
    }
  }

  /// result = left times right; the result may be either of them.
  func multiply(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, into result: UnsafeMutablePointer<Double>
  ) {
    let n = states
    for r in 0..<n {
      for c in 0..<n {
        var sum = 0.0
        for q in 0..<n { sum.addProduct(left[r * n + q], right[q * n + c]) }
        product[r * n + c] = sum
      }
    }
    result.update(from: product, count: n * n)
  }

  /// vector = A vector.
  func advance(_ vector: UnsafeMutablePointer<Double>) {
    let n = states
    for r in 0..<n {
      var sum = 0.0
      for q in 0..<n { sum.addProduct(a[r * n + q], vector[q]) }
      product[r] = sum
    }
    vector.update(from: product, count: n)
  }

  func setIdentity(_ matrix: UnsafeMutablePointer<Double>) {
    matrix.update(repeating: 0, count: states * states)
    for r in 0..<states { matrix[r * states + r] = 1 }
  }

  /// The largest element of a matrix when each number of the state is measured by its own scale.
  func norm(_ matrix: UnsafePointer<Double>, scale: UnsafePointer<Double>) -> Double {
    var largest = 0.0
    for r in 0..<states {
      for c in 0..<states { largest = max(largest, abs(matrix[r * states + c]) * scale[c] / scale[r]) }
    }
    return largest
  }
}

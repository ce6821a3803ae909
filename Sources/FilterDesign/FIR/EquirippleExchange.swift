import RealModule

/// Remez's exchange on a grid: the sum of cosines whose largest weighted error is least.
struct EquirippleExchange {
  private let grid: EquirippleGrid
  private var count: Int { grid.cosineCount }

  init(_ grid: EquirippleGrid) { self.grid = grid }

  /// The weights of the cosines; nil where the exchange does not converge.
  func cosines() -> [Double]? {
    let points = grid.x.count
    guard points > count else { return nil }
    var extremes = (0..<count).map { $0 * (points - 1) / count } + [points - 1]
    for _ in 0..<200 {
      let (interpolation, deviation) = interpolated(extremes)
      guard deviation.isFinite else { return nil }
      let errors = grid.x.indices.map { grid.weights[$0] * (grid.desired[$0] - interpolation.value(grid.x[$0])) }
      guard let next = alternating(errors) else { return nil }
      let largest = errors.reduce(0) { max($0, abs($1)) }
      if next == extremes || largest - abs(deviation) <= 1e-12 * abs(deviation) + 1e-16 {
        return expanded(interpolation)
      }
      extremes = next
    }
    return nil
  }

  /// The sum of cosines that has the same error, with signs in turn, at every extreme.
  private func interpolated(_ extremes: [Int]) -> (Barycentric, deviation: Double) {
    let nodes = extremes.map { grid.x[$0] }
    let weights = Barycentric.weights(nodes)
    var (above, below) = (0.0, 0.0)
    for (k, index) in extremes.enumerated() {
      above += weights[k] * grid.desired[index]
      below += weights[k] * (k % 2 == 0 ? 1 : -1) / grid.weights[index]
    }
    let deviation = above / below
    let values = extremes.enumerated().map { k, index in
      grid.desired[index] - (k % 2 == 0 ? 1 : -1) * deviation / grid.weights[index]
    }
    return (Barycentric(nodes: nodes, values: values), deviation)
  }

  /// One more extreme than there are cosines, with signs in turn, the largest ones kept.
  private func alternating(_ errors: [Double]) -> [Int]? {
    var found: [Int] = []
    for index in errors.indices {
      let sign = errors[index] > 0 ? 1.0 : -1.0
      if index > 0, sign * errors[index] < sign * errors[index - 1] { continue }
      if index + 1 < errors.count, sign * errors[index] < sign * errors[index + 1] { continue }
      if let last = found.last, (errors[last] > 0) == (errors[index] > 0) {
        if abs(errors[index]) > abs(errors[last]) { found[found.count - 1] = index }
      } else {
        found.append(index)
      }
    }
    func size(_ k: Int) -> Double { abs(errors[found[k]]) }
    while found.count > count + 1 {
      let last = found.count - 1
      if found.count == count + 2 {
        found.remove(at: size(0) < size(last) ? 0 : last)
        continue
      }
      let least = found.indices.min { size($0) < size($1) } ?? 0
      found.remove(at: least)
      // Its neighbours have the same sign now: the smaller one goes too.
      if least > 0, least < last { found.remove(at: size(least) < size(least - 1) ? least : least - 1) }
    }
    return found.count == count + 1 ? found : nil
  }

  /// The weights of the cosines, from as many samples around the circle.
  private func expanded(_ interpolation: Barycentric) -> [Double] {
    let size = 2 * count - 1
    let table = (0..<size).map { Double.cos(2 * .pi * (Double($0) / Double(size))) }
    let samples = (0..<count).map { interpolation.value(table[$0]) }
    return (0..<count).map { j in
      var sum = samples[0]
      for k in 1..<max(count, 1) { sum += 2 * samples[k] * table[j * k % size] }
      return sum / Double(size) * (j == 0 ? 1 : 2)
    }
  }
}

/// A polynomial through points, in Lagrange's barycentric form.
private struct Barycentric {
  let nodes: [Double]
  let values: [Double]
  private let factors: [Double]

  init(nodes: [Double], values: [Double]) {
    self.nodes = nodes
    self.values = values
    factors = Self.weights(nodes)
  }

  /// `1/Π 2(x_k − x_j)`, scaled as a whole so that none leaves the range of a Double.
  static func weights(_ nodes: [Double]) -> [Double] {
    var (signs, logarithms) = ([Double](), [Double]())
    for (k, node) in nodes.enumerated() {
      var (product, exponent) = (1.0, 0.0)
      for (j, other) in nodes.enumerated() where j != k {
        product *= 2 * (node - other)
        if abs(product) < 1e-200 || abs(product) > 1e200 {
          exponent += Double(product.exponent)
          product = product.significand * (product < 0 ? -1 : 1)
        }
      }
      signs.append(1 / product)
      logarithms.append(-exponent)
    }
    let top = logarithms.max() ?? 0
    return zip(signs, logarithms).map { $0 * Double.exp2(max($1 - top, -1_000)) }
  }

  func value(_ x: Double) -> Double {
    var (above, below) = (0.0, 0.0)
    for k in nodes.indices {
      let distance = x - nodes[k]
      if abs(distance) < 1e-15 { return values[k] }
      above += factors[k] / distance * values[k]
      below += factors[k] / distance
    }
    return above / below
  }
}

import AudioCore

extension Plan {
  /// A series of finite responses, gains and delays as one list of taps; nil where nothing in it is made of taps.
  ///
  /// - Throws: `DesignError` of reason `.unsupported` for taps in series with something that has none, and for sums of them.
  public func taps() throws(DesignError) -> [Double]? {
    var result = [1.0]
    var hasTaps = false
    var other: String?
    for node in network.nodes.dropFirst() {
      guard case .stage(let stage) = node.work else {
        other = "a sum"
        continue
      }
      switch stage.lowering {
      case .identity: continue
      case .gain(let factor): result = result.map { $0 * factor }
      case .delay(let frames): result = [Double](repeating: 0, count: frames) + result
      case .taps(let taps):
        hasTaps = true
        guard result.count < 2 || taps.count < 2 || result.count + taps.count <= 65_536 else {
          throw DesignError(
            .unsupported, parameter: "taps", problem: "are too many to be written as one filter",
            remedy: "Ask for the design of each filter", stage: stage.identity)
        }
        result = Self.product(result, taps)
      default: other = stage.identity
      }
    }
    guard hasTaps else { return nil }
    if let other {
      throw DesignError(
        .unsupported, problem: "stands beside taps but is not made of taps",
        remedy: "Ask for the design of each filter", stage: other)
    }
    return result
  }

  /// The taps of two filters in series.
  private static func product(_ a: [Double], _ b: [Double]) -> [Double] {
    var product = [Double](repeating: 0, count: a.count + b.count - 1)
    for (i, x) in a.enumerated() where x != 0 {
      for (k, y) in b.enumerated() { product[i + k] += x * y }
    }
    return product
  }
}

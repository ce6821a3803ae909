/// Count, mean and percentiles of times, in nanoseconds.
///
/// Percentiles are by nearest rank: of 100 times, p95 is the 95th smallest.
public struct LatencyStatistics: Sendable, Hashable, Codable {
  public var count: Int
  public var minimum: Int
  public var median: Int
  public var mean: Double
  public var p95: Int
  public var p99: Int
  public var maximum: Int

  /// Takes the statistics of times; nil when there are none.
  public init?(nanoseconds: [Int]) {
    guard !nanoseconds.isEmpty else { return nil }
    let sorted = nanoseconds.sorted()
    func rank(_ percent: Int) -> Int { sorted[max(0, (sorted.count * percent + 99) / 100 - 1)] }
    count = sorted.count
    minimum = sorted[0]
    median = rank(50)
    mean = sorted.reduce(0) { $0 + Double($1) } / Double(sorted.count)
    p95 = rank(95)
    p99 = rank(99)
    maximum = sorted[sorted.count - 1]
  }
}

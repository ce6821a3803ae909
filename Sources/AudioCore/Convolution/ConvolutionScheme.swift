/// How a convolution is computed: what the planner chooses and `explain` prints.
public struct ConvolutionScheme: Sendable, Hashable {
  /// A run of taps in equal partitions, each as one spectrum.
  public struct Stage: Sendable, Hashable {
    /// Numbers of a transform.
    public var frame: Int
    /// Taps of a partition.
    public var partition: Int
    /// How many partitions there are.
    public var count: Int
    /// The first tap of the first one.
    public var firstTap: Int
    /// Whether its work is spread over the partition that follows a whole one, instead of done at once.
    public var isDeferred: Bool

    public init(frame: Int, partition: Int, count: Int, firstTap: Int, isDeferred: Bool) {
      precondition(
        frame >= 128 && frame & (frame - 1) == 0 && partition > 0 && partition <= frame && count > 0 && firstTap >= 0,
        "\(count) partitions of \(partition) taps in transforms of \(frame)")
      self.frame = frame
      self.partition = partition
      self.count = count
      self.firstTap = firstTap
      self.isDeferred = isDeferred
    }
  }

  /// Whether the stream is cut by a grid that stands still, or as its blocks come.
  public enum Grid: Sendable, Hashable {
    /// Partitions begin at multiples of their length since the stream's beginning: any blocks give the same bits.
    case fixed
    /// Up to `hop` frames at a time are transformed, as they come.
    case following(hop: Int)
  }

  /// Taps that the direct form takes, from the first one on.
  public var headTaps: Int
  /// What takes the others.
  public var stages: [Stage]
  public var grid: Grid
  /// Zeros before the first tap: a delay that was asked for, which lets the direct form go.
  public var latencyFrames: Int

  /// Makes a scheme. On a fixed grid the first stage begins at the end of its first partition, and a deferred one at twice its own.
  public init(headTaps: Int, stages: [Stage], grid: Grid, latencyFrames: Int) {
    precondition(headTaps > 0 || !stages.isEmpty, "a scheme without taps")
    self.headTaps = headTaps
    self.stages = stages
    self.grid = grid
    self.latencyFrames = latencyFrames
  }

  /// The direct form for all taps.
  public static func direct(taps: Int, latencyFrames: Int = 0) -> ConvolutionScheme {
    ConvolutionScheme(headTaps: taps + latencyFrames, stages: [], grid: .fixed, latencyFrames: latencyFrames)
  }

  /// Taps that it has room for, the zeros of the latency included.
  public var tapCapacity: Int { stages.last.map { $0.firstTap + $0.count * $0.partition } ?? headTaps }

  /// The longest partition; for the direct form a length by which it cuts the stream.
  var longestPartition: Int { stages.map(\.partition).max() ?? 1_024 }

  /// Multiplications and additions a frame of one route.
  public var operationsPerFrame: Double {
    stages.reduce(2 * Double(headTaps)) { sum, stage in
      let hop = if case .following(let hop) = grid { Double(hop) } else { Double(stage.partition) }
      let frame = Double(stage.frame)
      // Two transforms of half as many complex points, and four products with their sums a point and partition.
      return sum + (5 * frame * Double(stage.frame.trailingZeroBitCount - 1) + 4 * frame * Double(stage.count)) / hop
    }
  }
}

extension ConvolutionScheme: CustomStringConvertible {
  /// The scheme in words: `direct form of 64 taps + 31 partitions of 64 + 45 of 2048, spread`.
  public var description: String {
    if stages.isEmpty { return "direct form of \(headTaps - latencyFrames) taps" }
    if case .following(let hop) = grid {
      let stage = stages[0]
      return stage.count == 1
        ? "overlap-save, \(hop) frames in transforms of \(stage.frame)"
        : "uniform partitions, \(stage.count) of \(stage.partition) in transforms of \(stage.frame)"
    }
    let parts = stages.enumerated().map { index, stage in
      "\(stage.count) \(index == 0 ? (stage.count == 1 ? "partition " : "partitions ") : "")of \(stage.partition)"
        + (stage.isDeferred ? ", spread" : "")
    }
    let name = ["", "uniform partitions: ", "two-level partitions: ", "three-level partitions: "][min(stages.count, 3)]
    return name + (headTaps > 0 ? "direct form of \(headTaps) taps + " : "") + parts.joined(separator: " + ")
  }
}

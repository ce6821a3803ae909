/// Chooses how a convolution is computed, by arithmetic on the number of taps alone: a pure function.
///
/// In `.invariant` the choice does not look at blocks, and all output is there without delay: the first taps run in direct form, the
/// others in partitions that begin at fixed places of the stream (Gardner, *Efficient convolution without input-output delay*, 1995).
/// In `.fast` whole blocks are transformed as they come.
public struct ConvolutionPlanner: Sendable, Hashable {
  /// Taps of the response.
  public var taps: Int
  /// The most frames of a block.
  public var maximumFrames: Int
  public var precision: Precision
  public var mode: KernelMode
  /// A delay that is allowed, in frames.
  public var latencyFrames: Int

  public init(taps: Int, maximumFrames: Int, precision: Precision, mode: KernelMode, latencyFrames: Int = 0) {
    precondition(taps > 0 && maximumFrames > 0 && latencyFrames >= 0, "\(taps) taps, \(latencyFrames) frames of delay")
    self.taps = taps
    self.maximumFrames = maximumFrames
    self.precision = precision
    self.mode = mode
    self.latencyFrames = latencyFrames
  }

  private static let shortestPartition = 64
  private static let longestPartition = 8_192
  private static let longestFrame = 1 << 20
  // Beyond this the direct form never wins, and every plan of it would only be weighed in vain.
  private static let longestDirect = 4_096

  /// The scheme of least estimated cost.
  public func scheme() -> ConvolutionScheme {
    var candidates: [ConvolutionScheme] = []
    if taps + latencyFrames <= Self.longestDirect {
      candidates.append(.direct(taps: taps, latencyFrames: latencyFrames))
    }
    candidates += mode == .fast ? following() : fixed()
    // The first of the cheapest, so that the choice is the same everywhere.
    var best = candidates[0]
    for candidate in candidates.dropFirst() where cost(candidate) < cost(best) { best = candidate }
    return best
  }

  /// The block length at which `.fast` works best; nil where any will do.
  public func preferredFrames() -> Int? {
    guard mode == .fast else { return nil }
    var best: (frames: Int, cost: Double)?
    for frame in frames(from: 128, to: Self.longestFrame) {
      let hop = Self.aligned(frame - total + 1)
      guard hop >= frame / 4 else { continue }
      // Several hops, since all but the first are read where they lie, that stay in the caches with their output where they can.
      let wanted = hop < 8_192 ? 16_384 : 98_304
      var planner = self
      planner.maximumFrames = hop * max(2, wanted / hop)
      let scheme = planner.scheme()
      guard case .following = scheme.grid else { return nil }
      // Another frame has a block of its own.
      guard scheme.stages[0].frame == frame else { continue }
      let cost = planner.cost(scheme)
      if cost < best?.cost ?? .infinity { best = (planner.maximumFrames, cost) }
    }
    return best?.frames
  }

  /// Taps with the zeros of the delay before them.
  private var total: Int { taps + latencyFrames }

  // MARK: Candidates

  private func frames(from first: Int, to last: Int) -> [Int] {
    Array(sequence(first: first) { $0 * 2 <= last ? $0 * 2 : nil })
  }

  /// Overlap-save with one transform for all taps, and uniform partitions.
  private func following() -> [ConvolutionScheme] {
    frames(from: 128, to: Self.longestFrame).flatMap { frame -> [ConvolutionScheme] in
      var found: [ConvolutionScheme] = []
      // A block in pieces as equal as they come, none longer than the transform allows.
      let longest = Self.aligned(frame - total + 1)
      if longest > 0 {
        let pieces = (maximumFrames + longest - 1) / longest
        let hop = min(longest, (maximumFrames + pieces * 16 - 1) / (pieces * 16) * 16)
        found.append(following(frame, partition: total, count: 1, hop: hop))
      }
      if frame / 2 <= maximumFrames || frame == 128 {
        let count = (total + frame / 2 - 1) / (frame / 2)
        found.append(following(frame, partition: frame / 2, count: count, hop: frame / 2))
      }
      return found
    }
  }

  /// A hop of whole cache lines, where it is as long as one: its output can then be written where it belongs.
  private static func aligned(_ hop: Int) -> Int { hop < 16 ? hop : hop / 16 * 16 }

  private func following(_ frame: Int, partition: Int, count: Int, hop: Int) -> ConvolutionScheme {
    ConvolutionScheme(
      headTaps: 0,
      stages: [.init(frame: frame, partition: partition, count: count, firstTap: 0, isDeferred: false)],
      grid: .following(hop: hop), latencyFrames: latencyFrames)
  }

  /// One, two and three levels of partitions behind a direct head.
  private func fixed() -> [ConvolutionScheme] {
    let partitions = frames(from: Self.shortestPartition, to: Self.longestPartition)
    // A delay that covers the first partition makes the head superfluous, and the partition may be as long.
    let heads =
      latencyFrames >= Self.shortestPartition
      ? [partitions.last { $0 <= latencyFrames } ?? Self.shortestPartition] : partitions.filter { $0 <= 1_024 }
    var found: [ConvolutionScheme] = []
    for first in heads {
      found.append(levels([first]))
      for second in partitions where second >= 4 * first {
        found.append(levels([first, second]))
        for third in partitions where third >= 4 * second { found.append(levels([first, second, third])) }
      }
    }
    return found
  }

  private func levels(_ partitions: [Int]) -> ConvolutionScheme {
    let first = partitions[0]
    var stages: [ConvolutionScheme.Stage] = []
    var tap = first
    for (level, partition) in partitions.enumerated() where tap < total {
      // What is spread over the next partition is heard one partition later: the next level begins at twice its length.
      let end = level + 1 < partitions.count ? min(2 * partitions[level + 1], total) : total
      let count = (end - tap + partition - 1) / partition
      stages.append(
        .init(frame: 2 * partition, partition: partition, count: count, firstTap: tap, isDeferred: level > 0))
      tap += count * partition
    }
    return ConvolutionScheme(
      headTaps: latencyFrames >= first ? 0 : min(first, total), stages: stages, grid: .fixed,
      latencyFrames: latencyFrames)
  }

  // MARK: Cost

  // Nanoseconds a number of a transform, for frames of 2^7 numbers on, as machines of Intel and AMD have them: only the ratios count.
  private static let singleTransform = [0.37, 0.33, 0.36, 0.35, 0.4, 0.41, 0.57, 0.68, 0.8, 0.8, 0.9, 0.92, 1, 1.1]
  private static let doubleTransform = [0.55, 0.57, 0.6, 0.59, 0.7, 0.92, 1.25, 1.4, 1.45, 1.56, 1.65, 1.95, 2.1, 2.2]
  // There, product and back in one, and what moving a number through memory costs beside.
  private static let singleConvolution = [
    1.4, 1.3, 1.3, 1.32, 1.47, 1.55, 1.9, 1.92, 2.1, 2.19, 2.64, 2.82, 3.3, 3.6,
  ]
  private static let doubleConvolution = [
    2.3, 2.1, 2.1, 2.2, 2.4, 2.8, 3.6, 4.1, 4.3, 4.9, 5.6, 6.4, 7, 7.5,
  ]

  /// Nanoseconds a frame.
  func cost(_ scheme: ConvolutionScheme) -> Double {
    let isDouble = precision != .single
    let transforms = isDouble ? Self.doubleTransform : Self.singleTransform
    let convolutions = isDouble ? Self.doubleConvolution : Self.singleConvolution
    let directTap = isDouble ? 0.08 : 0.04
    // Each piece costs its calls too.
    var cost = directTap * Double(scheme.headTaps) + (scheme.headTaps > 0 && !scheme.stages.isEmpty ? 1 : 0)
    for stage in scheme.stages {
      let frame = Double(stage.frame)
      let bytes = stage.frame * (isDouble ? 8 : 4)
      let size = min(max(stage.frame.trailingZeroBitCount - 7, 0), transforms.count - 1)
      let product = (isDouble ? 0.25 : 0.12) * (stage.count * bytes <= 262_144 ? 1 : 1.5)
      let work = frame * (2 * transforms[size] + product * Double(stage.count)) + 100
      switch scheme.grid {
      case .fixed: cost += work / Double(stage.partition)
      case .following(let hop):
        let pieces = Double((maximumFrames + hop - 1) / hop)
        let piece = stage.count == 1 ? frame * convolutions[size] + 100 : work + frame * (isDouble ? 1.5 : 1)
        // The first hop of a block is copied behind the past.
        let copy = frame * (isDouble ? 0.6 : 0.3)
        cost += (piece * pieces + copy) / Double(maximumFrames)
      }
    }
    return cost
  }
}

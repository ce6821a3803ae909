import CKernels

/// Where a delay line is read: some frames back, which need not be whole and may move.
public enum DelayTap: Sendable, Hashable {
  /// A whole number of frames.
  case whole(Int)
  /// A number of frames that is not whole, read with `reach` frames to each side of the point.
  case fraction(frames: Double, reach: Int)
  /// Around a number of frames by a sine with an amplitude in frames.
  case moving(center: Double, depth: Double)

  /// The most frames that an interpolation reads to each side of a point.
  public static var widestReach: Int { Int(SK_DELAY_TAPS) / 2 }
  /// The rows of the table for moving taps are for the fractions 0, 1 / phases ... 1.
  public static var phases: Int { Int(SK_DELAY_PHASES) }
  /// The frames that a moving tap must keep from the place where the line is written.
  public static var leastMovingFrames: Double { Double(2 * widestReach) }

  /// The tap for a delay of frames, 1 or more, with the widest interpolation that it has room for.
  public init(frames: Double, depth: Double = 0) {
    precondition(frames >= 1, "a delay of \(frames) frames")
    if depth > 0 {
      precondition(frames - depth >= Self.leastMovingFrames, "a delay of \(frames) ± \(depth) frames")
      self = .moving(center: frames, depth: depth)
    } else if frames == frames.rounded() {
      self = .whole(Int(frames))
    } else {
      // Half of a short delay is left to be read in one run.
      self = .fraction(frames: frames, reach: min(Self.widestReach, max(1, Int(frames / 2))))
    }
  }

  /// The most frames that can be read before the first of them must have been written.
  public var longestRun: Int {
    switch self {
    case .whole(let frames): frames
    case .fraction(let frames, let reach): Int(frames.rounded(.up)) - reach
    case .moving(let center, let depth): Int(center - depth) - Self.widestReach
    }
  }

  /// The frames that the line must hold.
  public var neededFrames: Int {
    switch self {
    case .whole(let frames): frames
    case .fraction(let frames, let reach): Int(frames.rounded(.up)) + reach
    case .moving(let center, let depth): Int((center + depth).rounded(.up)) + Self.widestReach + 1
    }
  }
}

/// The swing of moving taps: a sine whose phase goes on when its rate changes.
public struct DelaySweep: Sendable, Hashable {
  private var phase = 0.0
  private var increment: Double
  private var index = 0

  /// - Parameter increment: Turns a frame.
  public init(increment: Double) { self.increment = increment }

  /// Changes the rate from the next frame on.
  public mutating func change(increment: Double) {
    guard increment != self.increment else { return }
    let turns = phase + self.increment * Double(index)
    phase = turns - turns.rounded(.down)
    index = 0
    self.increment = increment
  }

  public mutating func advance(_ frames: Int) { index += frames }

  func kernelSweep(center: Double, depth: Double) -> sk_delay_sweep {
    sk_delay_sweep(center: center, depth: depth, phase: phase, increment: increment, index: UInt64(index))
  }

  /// Writes where it stands.
  public func saveState(into writer: inout StateWriter) {
    writer.write(phase)
    writer.write(increment)
    writer.write(index)
  }

  /// Reads what `saveState` wrote.
  public init(from reader: inout StateReader) throws(StateError) {
    phase = try reader.readDouble()
    increment = try reader.readDouble()
    index = try reader.readInt()
    guard phase.isFinite, increment.isFinite, index >= 0 else {
      throw .mismatch(expected: "a sweep", found: "\(phase), \(increment), \(index)")
    }
  }
}

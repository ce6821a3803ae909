import AudioCore
import AudioGraph

/// How the live engine runs.
public struct RealtimeConfiguration: Sendable, Hashable {
  /// How the worker learns that there is work. The callback never wakes it: that would be a system call.
  public enum Wake: Sendable, Hashable {
    /// It looks, and sleeps for a number of nanoseconds; nil for a tenth of a block.
    case poll(nanoseconds: Int64?)
    /// It looks again and again, and lets other threads run in between: the shortest latency, for a core of its own.
    case spin
    /// It has no thread: the host calls `processPending()`.
    case host
  }

  /// What is heard when the worker has nothing to say: after a fault, and in the gap of an underflow.
  public enum GapSound: String, Sendable, Hashable, Codable, CaseIterable {
    case silence
    /// The input as it is.
    case bypass
  }

  /// In hertz; nil for the device's own.
  public var sampleRate: Double?
  /// Frames in a cycle of the device, and the most that the worker processes at a time, 1 to 65536.
  public var bufferFrames = 256
  /// Channels that the graph gets; nil for the device's, two at most.
  public var channels: Int?
  /// Channels that are opened on the device; nil for as many as the graph has, or the device.
  public var inputChannels: Int?
  public var outputChannels: Int?
  /// Blocks that fit into each ring, 2 to 256.
  public var ringBlocks = 4
  /// Blocks of silence that the output begins with, 1 to `ringBlocks - 1`: the latency that the engine adds.
  public var primedBlocks = 1
  public var wake = Wake.poll(nanoseconds: nil)
  /// Arithmetic of the graph: `.mixed` or `.single`; live samples are Float.
  public var precision = Precision.mixed
  /// Frames by which the graph's output is to lag, so that graphs of more latency can be swapped in; nil for the graph's own.
  public var latencyFrames: Int?
  public var gapSound = GapSound.silence
  /// Which stages `RealtimeProcessor.control` can change while they run.
  public var changing = ChangeScope.live
  /// The fades at start and stop, 0 to 0.05 seconds. A stop waits for 55 ms at most, so that blocks that last longer may be cut off.
  public var fadeSeconds = 0.02
  /// Priority of the worker under SCHED_FIFO, 1 to 99, where it is permitted; 0 for a normal thread.
  public var priority = 60
  /// Whether the process's pages are kept in memory, where it is permitted.
  public var locksMemory = true
  /// After this time in one block, in seconds, the worker is said to be stalled.
  public var stallSeconds = 0.5
  /// How much of a block's duration the worker waits at most for an accelerator, 0.05 to 0.95.
  public var acceleratorShare = 0.5
  /// How many times each of the three latency logs keeps.
  public var logCapacity = 65_536
  /// Whether each stage is timed too: `stageTimes()`. It costs a look at the clock for each.
  public var timesStages = false
  /// Where the session is logged, to be replayed; nil for nowhere. The worker's share is a copy of its input and two hashes.
  public var sessionLog: SessionLog?

  public init() {}

  /// Checks all ranges.
  /// - Throws: `DesignError` that names the value and its range.
  public func validate() throws(DesignError) {
    try DesignError.require(Double(bufferFrames), in: 1...65_536, parameter: "bufferFrames", unit: "frames")
    try DesignError.require(Double(ringBlocks), in: 2...256, parameter: "ringBlocks", unit: "blocks")
    try DesignError.require(
      Double(primedBlocks), in: 1...Double(ringBlocks - 1), parameter: "primedBlocks", unit: "blocks")
    try DesignError.require(fadeSeconds, in: 0...0.05, parameter: "fadeSeconds", unit: "s")
    try DesignError.require(Double(priority), in: 0...99, parameter: "priority")
    try DesignError.require(stallSeconds, in: 0.01...0.9, parameter: "stallSeconds", unit: "s")
    try DesignError.require(acceleratorShare, in: 0.05...0.95, parameter: "acceleratorShare")
    try DesignError.require(Double(logCapacity), in: 1...16_777_216, parameter: "logCapacity")
    if let latencyFrames {
      try DesignError.require(Double(latencyFrames), in: 0...1_048_576, parameter: "latencyFrames", unit: "frames")
    }
    if case .poll(let pause?) = wake {
      try DesignError.require(Double(pause), in: 1_000...100_000_000, parameter: "wake", unit: "ns")
    }
    try sessionLog?.validate()
    guard precision != .double else {
      throw DesignError(
        .unsupported, parameter: "precision", value: "double",
        problem: "is for Double samples, and devices bring Float",
        remedy: "Choose mixed, which computes in Double")
    }
  }
}

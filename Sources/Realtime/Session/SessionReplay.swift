import AudioCore
import AudioGraph

/// A logged live session, offline: the same input in the same blocks through the same graph, with every change where the worker found
/// it. Each block is compared with what was heard. [control]
///
/// ```swift
/// let session = try SessionReplay(path: "bug.session", effects: Catalog.standard.effectTypes)
/// let (wave, report) = try session.wave()
/// ```
public final class SessionReplay {
  /// The format of the graph's input and output.
  public let input: StreamFormat
  public let output: StreamFormat
  /// The graph as it was when the session began; others may have been swapped in.
  public let graph: Graph
  /// The kernels that the session ran with: a replay runs with the same ones.
  public let kernels: String
  /// The most frames in a block.
  public let maximumFrames: Int
  /// Blocks and frames that the log holds.
  public let blocks: Int
  public let frames: Int
  /// Frames that came out of the graph.
  public let outputFrames: Int
  /// Changes of parameters, bypass and mute of stages.
  public let changes: Int
  /// Other graphs that took the place of the one before.
  public let swaps: Int
  /// Whether the session ended by a stop: else its log goes as far as it was written.
  public let isComplete: Bool
  /// What the engine had to say at the end: `running`, or a fault; nil for a session that did not end by a stop.
  public let endState: String?
  /// Why no more than a part of the session can be replayed; nil when all that was logged can be.
  public let flaw: SessionError?

  private let bytes: SessionBytes
  private let header: SessionHeader
  private let effects: [String: any Effect.Type]

  /// Opens a log, and reads it to its end to see whether it is sound.
  ///
  /// - Parameter effects: The effects by their names: `Catalog.standard.effectTypes`, and your own.
  /// - Throws: `SessionError` for a file that is no log, or whose beginning is not sound.
  public convenience init(path: String, effects: [String: any Effect.Type]) throws(SessionError) {
    try self.init(.file(try SystemFile(path: path, writes: false)), effects)
  }

  /// The same for bytes in memory.
  public convenience init(bytes: [UInt8], effects: [String: any Effect.Type]) throws(SessionError) {
    try self.init(.memory(bytes), effects)
  }

  private init(_ bytes: SessionBytes, _ effects: [String: any Effect.Type]) throws(SessionError) {
    self.bytes = bytes
    self.effects = effects
    let survey = try SessionSurvey(bytes, effects)
    header = survey.header
    input = header.input
    output = header.output
    graph = header.graph.graph
    kernels = header.kernels
    maximumFrames = header.maximumFrames
    blocks = survey.blocks
    frames = survey.frames
    outputFrames = survey.outputFrames
    changes = survey.changes
    swaps = survey.swaps
    isComplete = survey.end != nil
    endState = survey.end?.state
    flaw = survey.flaw
  }

  /// Replays the session.
  ///
  /// - Parameters:
  ///   - sink: Takes what comes out of the graph, its latency not taken off; nil to compare only.
  ///   - isPartial: Whether a log with a hole or with damage is replayed up to there.
  /// - Throws: `SessionError` for such a log, for other kernels and for a graph that cannot be compiled here, before anything is
  ///   written; and what the sink throws.
  public func run(into sink: (any AudioSink<Float>)? = nil, isPartial: Bool = false) throws -> SessionReport {
    if let flaw, !isPartial { throw flaw }
    guard Kernels.level == header.kernels else {
      throw SessionError.kernels(
        logged: header.kernels, running: Kernels.level, available: Kernels.availableLevels)
    }
    let run = try SessionRun(header, sink: sink)
    var reader = try SessionReader(bytes)
    // No further than the survey found it sound.
    var rest = blocks
    _ = try reader.next()
    while case .record(let kind)? = try? reader.next() {
      switch kind {
      case .header, .end: continue
      case .note:
        // One that cannot be read is where the survey ended: nothing behind it is run.
        guard let note = try? reader.decode(SessionNote.self, effects: effects) else {
          rest = 0
          continue
        }
        run.add(note)
      case .found: run.take(found: reader.payload)
      case .input:
        guard rest > 0 else { return run.report(isComplete: isComplete && flaw == nil) }
        rest -= 1
        try run.take(input: reader.payload)
      case .output: try run.take(output: reader.payload)
      }
    }
    try run.finish()
    return run.report(isComplete: isComplete && flaw == nil)
  }

  /// Replays the session into a wave.
  /// - Throws: as `run`.
  public func wave(isPartial: Bool = false) throws -> (wave: Wave<Float>, report: SessionReport) {
    if let flaw, !isPartial { throw flaw }
    let collector = WaveCollector(output, frames: outputFrames + header.maximumFrames)
    let report = try run(into: collector, isPartial: isPartial)
    return (collector.wave, report)
  }
}

/// How a replay compares with the session.
public struct SessionReport: Sendable, Hashable {
  /// Blocks and frames that went through the graph.
  public var blocks = 0
  public var frames = 0
  /// Frames that came out.
  public var outputFrames = 0
  /// Changes of parameters that were made, and swaps.
  public var changes = 0
  public var swaps = 0
  /// Input samples that were NaN or infinite and were replaced by 0, and times that a stage overflowed.
  public var nonFiniteInputs = 0
  public var overflows = 0
  /// Blocks whose output or counts differ from what was logged.
  public var differingBlocks = 0
  /// The input frame at which the first of them begins; nil when there is none.
  public var firstDifference: Int?
  /// The input frame of a block that had not come back when the log ended; nil without one.
  public var unfinished: Int?
  /// Whether it is the whole session.
  public var isComplete = false

  /// Whether everything that was replayed has the bits that were heard.
  public var isBitExact: Bool { firstDifference == nil }
}

/// Puts what comes into one piece of memory.
private final class WaveCollector: AudioSink {
  private let buffer: SampleBuffer<Float>
  private let format: StreamFormat
  private var frames = 0

  init(_ format: StreamFormat, frames: Int) {
    self.format = format
    buffer = SampleBuffer(channels: format.channels, capacity: frames)
  }

  var wave: Wave<Float> { Wave(storage: buffer, format: format, frames: frames, metadata: Metadata()) }

  func write(_ block: borrowing AudioBlock<Float>) {
    // More than was logged comes only from a replay that differs; it is counted there.
    let count = min(block.frames, buffer.capacity - frames)
    block.withFrames(0..<count) { piece in buffer.withBlock(offset: frames, frames: count) { $0.copy(from: piece) } }
    frames += count
  }
}

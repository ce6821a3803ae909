import AudioCore
import AudioGraph

/// Runs a graph over streams of any length in constant memory: files, pipes, generators.
///
/// A value that may be used for any number of streams, one after another or side by side: nothing of one reaches the next.
public struct StreamProcessor<S: Sample>: Sendable {
  /// What every stream passes through.
  public let graph: Graph
  public let options: PlanOptions
  public let tail: TailHandling
  /// Whether source and sink are called on threads of their own while other pieces are processed.
  public let streamsInBackground: Bool
  /// How many chunks are read and written at a time.
  public let chunksAtOnce: Int

  /// Makes a processor.
  ///
  /// - Parameters:
  ///   - item: The graph.
  ///   - mode: `.fast` by default: the stream is cut in the same places each time, so that the same stream gives the same bits.
  ///   - chunkFrames: Frames in one piece, 1 to 16777216.
  ///   - tail: Whether what sounds on after the end is written too.
  ///   - streamsInBackground: Whether source and sink are each called on a thread of their own, so that reading and writing overlap
  ///     with processing. They must not be used by anybody else until `run` returns.
  ///   - chunksAtOnce: How many chunks are read and written at a time, 1 or more. With several, threads hand over to one another less
  ///     often; with one, what comes through a pipe goes on at once. It changes no bit.
  public init(
    _ item: some Connectable, precision: Precision = .mixed, mode: KernelMode = .fast, chunkFrames: Int = 8_192,
    tail: TailHandling = .trim, streamsInBackground: Bool = false, chunksAtOnce: Int = 1
  ) {
    precondition(chunksAtOnce >= 1, "\(chunksAtOnce) chunks at once")
    graph = item.graph
    options = PlanOptions(
      maximumFrames: chunkFrames,
      precision: S.sampleType == .float64 ? .double : precision == .single ? .single : .mixed,
      mode: mode)
    self.tail = tail
    self.streamsInBackground = streamsInBackground
    self.chunksAtOnce = chunksAtOnce
  }

  /// The plan for a stream of some format.
  /// - Throws: `DesignError` for every mistake in the graph.
  public func plan(for format: StreamFormat) throws(DesignError) -> Plan {
    try Plan.compile(graph, for: format, options: options)
  }

  /// Reads the source to its end and writes the result, with latency taken out.
  ///
  /// The output has the input's length unless the tail is run out.
  /// - Parameters:
  ///   - makeSink: Opens the destination once the output's format is known and nothing can be wrong with the graph any more.
  ///   - progress: Told after each piece.
  ///   - isCancelled: Asked before each piece.
  /// - Throws: `DesignError` before anything is read; what source and sink throw; `CancellationError`.
  public func run<Sink: AudioSink<S>>(
    from source: some AudioSource<S>, progress: ((RenderProgress) -> Void)? = nil, isCancelled: (() -> Bool)? = nil,
    to makeSink: (StreamFormat) throws -> Sink
  ) throws -> (report: RunReport, sink: Sink) {
    let plan = try plan(for: source.format)
    var run = try StreamRun<S>(plan, tail: tail)
    run.progress = progress
    run.isCancelled = isCancelled
    run.blocksInPiece = chunksAtOnce
    let sink = try makeSink(plan.output)
    guard streamsInBackground else { return (try run.run(from: source, to: sink), sink) }
    let pieces = BackgroundPieces<S>(of: source, frames: run.inputFrames)
    let room = BackgroundRoom<S>(of: sink, channels: plan.output.channels, frames: run.outputFrames)
    // Source and sink are the caller's again only when nobody uses them any more.
    defer { pieces.finish() }
    do {
      let report = try run.run(pieces: pieces, room: room)
      try room.finish()
      return (report, sink)
    } catch {
      try? room.finish()
      throw error
    }
  }
}

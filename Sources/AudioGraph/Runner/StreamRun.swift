import AudioCore

/// What becomes of the sound that goes on after the input has ended.
public enum TailHandling: String, Sendable, Hashable, Codable {
  /// It is run until it has fallen 120 dB or has ended.
  case runOut
  /// The output has the input's length.
  case trim
}

/// What a run did, for reports.
public struct RunReport: Sendable, Hashable, Codable {
  public var framesRead = 0
  public var framesWritten = 0
  /// Input samples that were NaN or infinite and were replaced by 0.
  public var nonFiniteInputs = 0
  /// Times that a stage overflowed and was silenced for a moment.
  public var overflows = 0
  /// The plan's latency, which was taken out.
  public var latencyFrames = 0

  public init() {}
}

/// Runs a plan over a stream from its first frame to the end of its tail, in constant memory, with its latency taken out.
///
/// The stream is always cut in the same places, so the same run gives the same bits in every mode.
public struct StreamRun<S: Sample> {
  private let runner: PlanRunner<S>
  private let tailFrames: Int
  /// Asked before each piece; true ends the run with `CancellationError`.
  public var isCancelled: (() -> Bool)?
  /// Told after each piece.
  public var progress: ((RenderProgress) -> Void)?

  /// Prepares a run.
  /// - Throws: `DesignError` of reason `.unsupported` when the tail is to be run out and never ends.
  public init(_ plan: Plan, tail: TailHandling) throws(DesignError) {
    runner = try PlanRunner(plan)
    tailFrames = tail == .runOut ? try plan.finiteTail() : 0
  }

  /// Reads the source to its end and writes the result.
  /// - Throws: what source and sink throw, and `CancellationError`.
  public func run(from source: some AudioSource<S>, to sink: some AudioSink<S>) throws -> RunReport {
    try run(
      pieces: DirectPieces(of: source, frames: inputFrames),
      room: DirectRoom(of: sink, channels: runner.plan.output.channels, frames: outputFrames))
  }

  /// Blocks of the plan in a piece.
  package var blocksInPiece = 1
  /// Frames of a piece of input.
  package var inputFrames: Int { blocksInPiece * runner.plan.options.maximumFrames }
  /// The most frames that a piece of input becomes.
  package var outputFrames: Int {
    blocksInPiece * max(runner.plan.options.maximumFrames, runner.plan.maximumOutputFrames)
  }

  /// The same for streams that lend their memory.
  package func run(pieces source: some PieceSource<S>, room sink: some PieceSink<S>) throws -> RunReport {
    let plan = runner.plan
    let chunk = inputFrames
    var report = RunReport()
    var toSkip = plan.latencyFrames
    // Known once the input has ended.
    var wanted = Int.max

    func push(_ block: borrowing AudioBlock<S>) throws {
      try sink.withRoom { room in
        let produced = runner.process(block, into: room)
        let skipped = min(toSkip, produced)
        toSkip -= skipped
        let taken = max(0, min(produced - skipped, wanted - report.framesWritten))
        report.framesWritten += taken
        return skipped..<(skipped + taken)
      }
    }

    while true {
      if isCancelled?() == true { throw CancellationError() }
      let count = try source.withPiece { piece in
        report.framesRead += piece.frames
        try push(piece)
      }
      guard count > 0 else { break }
      progress?(RenderProgress(framesDone: report.framesRead, framesTotal: source.frameCount))
      if count < chunk { break }
    }
    let length = Double(report.framesRead) * plan.output.sampleRate / plan.input.sampleRate
    wanted = Int(length.rounded()) + (report.framesRead == 0 ? 0 : tailFrames)
    let silence = SampleBuffer<S>(
      channels: plan.input.channels, capacity: report.framesWritten < wanted ? chunk : 0)
    while report.framesWritten < wanted {
      if isCancelled?() == true { throw CancellationError() }
      let before = report.framesWritten + (plan.latencyFrames - toSkip)
      try silence.withBlock(frames: chunk) { try push($0) }
      // A plan that produces nothing from a whole piece will never produce what is missing.
      if report.framesWritten + (plan.latencyFrames - toSkip) == before { break }
    }
    report.nonFiniteInputs = runner.nonFiniteInputCount
    report.overflows = runner.overflowCount
    report.latencyFrames = plan.latencyFrames
    return report
  }
}

extension Plan {
  /// The frames of the tail.
  /// - Throws: `DesignError` of reason `.unsupported` when it never ends or lasts more than a day: nobody asked for that, and it would
  ///   fill memory or disk.
  package func finiteTail() throws(DesignError) -> Int {
    guard let frames = tail.frameCount else {
      throw DesignError(
        .unsupported, parameter: "tail", problem: "never ends", remedy: "Trim it, or give it less feedback")
    }
    let seconds = Double(frames) / output.sampleRate
    guard seconds <= 86_400 else {
      throw DesignError(
        .unsupported, parameter: "tail", value: "\(DesignError.shortest((seconds / 3_600).rounded())) hours",
        problem: "is longer than a day", remedy: "Trim it, or move frequencies away from 0 Hz and half the sample rate")
    }
    return frames
  }
}

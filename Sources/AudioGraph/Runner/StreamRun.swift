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
    let plan = runner.plan
    let chunk = plan.options.maximumFrames
    let input = SampleBuffer<S>(channels: plan.input.channels, capacity: chunk)
    let output = SampleBuffer<S>(channels: plan.output.channels, capacity: max(chunk, plan.maximumOutputFrames))
    var report = RunReport()
    var toSkip = plan.latencyFrames
    // Known once the input has ended.
    var wanted = Int.max

    func push(_ frames: Int) throws {
      try input.withBlock(frames: frames) { block in
        try output.withBlock(frames: output.capacity) { target in
          let produced = runner.process(block, into: target)
          let skipped = min(toSkip, produced)
          toSkip -= skipped
          let taken = min(produced - skipped, wanted - report.framesWritten)
          guard taken > 0 else { return }
          try target.withFrames(skipped..<(skipped + taken)) { try sink.write($0) }
          report.framesWritten += taken
        }
      }
    }

    while true {
      if isCancelled?() == true { throw CancellationError() }
      let count = try input.withBlock(frames: chunk) { try source.read(into: $0) }
      guard count > 0 else { break }
      report.framesRead += count
      try push(count)
      progress?(RenderProgress(framesDone: report.framesRead, framesTotal: source.frameCount))
      if count < chunk { break }
    }
    let length = Double(report.framesRead) * plan.output.sampleRate / plan.input.sampleRate
    wanted = Int(length.rounded()) + (report.framesRead == 0 ? 0 : tailFrames)
    input.clear()
    while report.framesWritten < wanted {
      if isCancelled?() == true { throw CancellationError() }
      let before = report.framesWritten + (plan.latencyFrames - toSkip)
      try push(chunk)
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
  /// - Throws: `DesignError` of reason `.unsupported` when it never ends.
  package func finiteTail() throws(DesignError) -> Int {
    guard let frames = tail.frameCount else {
      throw DesignError(
        .unsupported, parameter: "tail", problem: "never ends", remedy: "Trim it, or give it less feedback")
    }
    return frames
  }
}

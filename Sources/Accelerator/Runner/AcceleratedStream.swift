import AudioCore
import AudioGraph

/// Runs a plan over a stream on an accelerator, from its first frame to the end of its tail, with its latency taken out.
public final class AcceleratedStream<S: Sample> {
  private let runner: GPUPlanRunner<S>
  private let tailFrames: Int

  /// Prepares a run.
  /// - Throws: as `GPUPlanRunner`, and `DesignError` of reason `.unsupported` when the tail is to be run out and never ends.
  public init(
    _ plan: Plan, on context: ComputeContext, options: AcceleratorOptions = AcceleratorOptions(), tail: TailHandling
  ) throws {
    tailFrames = tail == .runOut ? try plan.finiteTail() : 0
    runner = try GPUPlanRunner(plan, on: context, options: options)
  }

  /// Reads the source to its end and writes the result.
  /// - Throws: what source, sink and device throw, and `CancellationError`.
  public func run(
    from source: some AudioSource<S>, to sink: some AudioSink<S>, progress: ((RenderProgress) -> Void)? = nil,
    isCancelled: (() -> Bool)? = nil
  ) throws -> RunReport {
    let plan = runner.plan
    let chunk = runner.options.maximumFrames
    let input = SampleBuffer<S>(channels: plan.input.channels, capacity: chunk)
    let output = SampleBuffer<S>(channels: plan.output.channels, capacity: chunk)
    var report = RunReport()
    // Of the frames that were run so far, those before the latency are no output.
    var done = 0

    func push(_ frames: Int) throws {
      try input.withBlock(frames: frames) { block in
        try output.withBlock(frames: frames) { _ = try runner.process(block, into: $0) }
      }
      let skipped = max(0, min(frames, plan.latencyFrames - done))
      done += frames
      guard frames > skipped else { return }
      try output.withBlock(offset: skipped, frames: frames - skipped) { try sink.write($0) }
      report.framesWritten += frames - skipped
    }

    var hasEnded = false
    while true {
      if isCancelled?() == true { throw CancellationError() }
      let count = hasEnded ? 0 : try input.withBlock(frames: chunk) { try source.read(into: $0) }
      report.framesRead += count
      hasEnded = count < chunk
      // The tail follows in the same block, so that a stream is cut where a wave is, and has its bits.
      let total = report.framesRead == 0 ? 0 : report.framesRead + tailFrames + plan.latencyFrames
      let frames = hasEnded ? min(chunk, total - done) : chunk
      guard frames > 0 else { break }
      input.withBlock(offset: count, frames: frames - count) { $0.clear() }
      try push(frames)
      if count > 0 { progress?(RenderProgress(framesDone: report.framesRead, framesTotal: source.frameCount)) }
    }
    report.nonFiniteInputs = runner.nonFiniteInputCount
    report.overflows = runner.overflowCount
    report.latencyFrames = plan.latencyFrames
    return report
  }
}

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
    var toSkip = plan.latencyFrames

    func push(_ frames: Int, wanted: Int) throws {
      try input.withBlock(frames: frames) { block in
        try output.withBlock(frames: frames) { _ = try runner.process(block, into: $0) }
      }
      let skipped = min(toSkip, frames)
      toSkip -= skipped
      let taken = min(frames - skipped, wanted)
      guard taken > 0 else { return }
      try output.withBlock(offset: skipped, frames: taken) { try sink.write($0) }
      report.framesWritten += taken
    }

    while true {
      if isCancelled?() == true { throw CancellationError() }
      let count = try input.withBlock(frames: chunk) { try source.read(into: $0) }
      guard count > 0 else { break }
      report.framesRead += count
      try push(count, wanted: count)
      progress?(RenderProgress(framesDone: report.framesRead, framesTotal: source.frameCount))
      if count < chunk { break }
    }
    let total = report.framesRead == 0 ? 0 : report.framesRead + tailFrames
    input.clear()
    while report.framesWritten < total {
      if isCancelled?() == true { throw CancellationError() }
      try push(min(chunk, total - report.framesWritten + toSkip), wanted: total - report.framesWritten)
    }
    report.nonFiniteInputs = runner.nonFiniteInputCount
    report.overflows = runner.overflowCount
    report.latencyFrames = plan.latencyFrames
    return report
  }
}

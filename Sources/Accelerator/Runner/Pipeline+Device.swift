import AudioCore
import AudioGraph

/// Where a plan is to run.
public enum ProcessingDevice: String, Sendable, Hashable, Codable, CaseIterable {
  case cpu
  /// On a GPU, or not at all: the error says what is missing.
  case gpu
  /// On a GPU where there is one and it has a kernel for every stage, else on the CPU.
  case auto
}

/// What a rendering ran on.
public struct DeviceReport: Sendable, Hashable, Codable {
  /// The device's name; nil for the CPU.
  public var device: String?
  /// Why the CPU was taken although a GPU was asked for or would have done.
  public var reason: String?

  public init(device: String? = nil, reason: String? = nil) {
    self.device = device
    self.reason = reason
  }
}

extension Pipeline {
  /// Renders the pipeline where it is asked for, with latency taken out.
  ///
  /// The whole plan runs on one side. Where a stage overflows on the GPU the wave is rendered again on the CPU, which contains it
  /// frame by frame.
  /// - Parameters:
  ///   - context: An open device; by default the first GPU is opened.
  ///   - report: Told what it ran on.
  /// - Throws: `DesignError` before any sample is processed; `AcceleratorError` on `.gpu`; `CancellationError`.
  public func render(
    on device: ProcessingDevice, _ options: RenderOptions = RenderOptions(),
    accelerator: AcceleratorOptions = AcceleratorOptions(), context: ComputeContext? = nil,
    report: ((DeviceReport) -> Void)? = nil
  ) throws -> Wave<S> {
    if device != .cpu {
      do {
        let plan = try plan(options)
        let context = try context ?? ComputeContext.open(for: plan)
        if let wave = try render(plan, options, accelerator, context) {
          report?(DeviceReport(device: context.device.name))
          return wave
        }
        report?(DeviceReport(reason: "a stage overflowed on the GPU"))
      } catch let error as AcceleratorError where device == .auto {
        report?(DeviceReport(reason: "\(error)"))
      }
    } else {
      report?(DeviceReport())
    }
    return try render(options)
  }

  /// nil when a stage overflowed.
  private func render(
    _ plan: Plan, _ options: RenderOptions, _ accelerator: AcceleratorOptions, _ context: ComputeContext
  ) throws -> Wave<S>? {
    let tail = options.tail == .runOut ? try plan.finiteTail() : 0
    let total = wave.frames == 0 ? 0 : wave.frames + tail
    let latency = wave.frames == 0 ? 0 : plan.latencyFrames
    var settings = accelerator
    settings.maximumFrames = max(1, min(accelerator.maximumFrames, total + latency))
    let runner = try GPUPlanRunner<S>(plan, on: context, options: settings)
    let piece = settings.maximumFrames
    let target = SampleBuffer<S>(channels: plan.output.channels, capacity: total)
    let source = SampleBuffer<S>(channels: plan.input.channels, capacity: piece)
    let made = SampleBuffer<S>(channels: plan.output.channels, capacity: piece)
    var done = 0
    while done < total + latency {
      if Task.isCancelled || options.isCancelled?() == true { throw CancellationError() }
      let count = min(piece, total + latency - done)
      let sounding = max(0, min(count, wave.frames - done))
      source.withBlock(frames: count) { block in
        block.withFrames(0..<sounding) { head in
          wave.withBlock { whole in
            whole.withFrames(min(done, wave.frames)..<(min(done, wave.frames) + sounding)) { head.copy(from: $0) }
          }
        }
        block.withFrames(sounding..<count) { $0.clear() }
      }
      try source.withBlock(frames: count) { block in
        try made.withBlock(frames: count) { _ = try runner.process(block, into: $0) }
      }
      if runner.overflowCount > 0 { return nil }
      let skipped = max(0, min(count, latency - done))
      made.withBlock(offset: skipped, frames: count - skipped) { new in
        target.withBlock(offset: done + skipped - latency, frames: count - skipped) { $0.copy(from: new) }
      }
      done += count
      options.progress?(RenderProgress(framesDone: min(done, wave.frames), framesTotal: wave.frames))
    }
    return Wave(storage: target, format: plan.output, frames: total, metadata: wave.metadata)
  }
}

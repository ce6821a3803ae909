import AudioCore
import AudioGraph
import Effects

/// Runs a plan block by block on an accelerator. It belongs to one thread at a time.
///
/// All memory is allocated when it is made; afterwards a block allocates nothing, neither on the device nor on the host. Float samples
/// run in Float with the shifted form of the sections and with Double between tiles and blocks: within -120 dB of the CPU's `mixed`.
public final class GPUPlanRunner<S: Sample> {
  /// What it runs.
  public let plan: Plan
  /// Where it runs.
  public let context: ComputeContext
  public let options: AcceleratorOptions
  /// Input frames since the stream began.
  public private(set) var position: Int64 = 0
  /// Input samples that were NaN or infinite and were replaced by 0.
  public private(set) var nonFiniteInputCount = 0
  /// Blocks in which a stage overflowed on finite input. From the first such frame on the block is silent, and all states start afresh.
  public private(set) var overflowCount = 0

  private let steps: [GPUStep]
  private let input: DeviceBuffer
  private let output: DeviceBuffer
  private let signals: [DeviceBuffer]
  private let incoming: HostBuffer
  private let outgoing: HostBuffer
  private var graph: CommandGraph?
  private var graphFrames = 0
  private var lastFrames = 0
  private var seen = (inputs: UInt32(0), results: UInt32(0))

  // The output is preceded by the counters, so that one transfer brings both.
  private static var headBytes: Int { 64 }
  private static var headSamples: Int { headBytes / MemoryLayout<S>.stride }

  /// Prepares a plan and connects it to its live handles. [control]
  /// - Throws: `AcceleratorError` of reason `.unsupported` that names each stage without a kernel; what the driver reports; `DesignError`
  ///   when a live handle came to need another structure after compiling.
  public init(_ plan: Plan, on context: ComputeContext, options: AcceleratorOptions = AcceleratorOptions()) throws {
    precondition(
      (S.sampleType == .float64) == (plan.options.precision == .double),
      "a plan of \(plan.options.precision) precision does not run on \(S.self) samples")
    precondition(options.maximumFrames > 0, "at most \(options.maximumFrames) frames")
    let coverage = plan.acceleratorCoverage
    guard coverage.isComplete else {
      throw AcceleratorError(
        .unsupported, subject: "the plan", problem: "\(coverage)",
        remedy: "Run it on the CPU, or leave these effects out")
    }
    guard S.sampleType != .float64 || context.device.hasDouble else {
      throw AcceleratorError(
        .unsupported, subject: context.device.name, problem: "does not calculate in Double",
        remedy: "Process Float samples, or use the CPU")
    }
    self.plan = plan
    self.context = context
    self.options = options
    let size = MemoryLayout<S>.stride
    let frames = options.maximumFrames
    input = try DeviceBuffer(bytes: plan.input.channels * frames * size, isZeroed: false, on: context)
    output = try DeviceBuffer(bytes: Self.headBytes + plan.output.channels * frames * size, on: context)
    signals = try plan.buffers.dropFirst().map {
      try DeviceBuffer(bytes: $0.channels * frames * size, isZeroed: false, on: context)
    }
    incoming = try HostBuffer(bytes: plan.input.channels * frames * size, on: context)
    outgoing = try HostBuffer(bytes: Self.headBytes + plan.output.channels * frames * size, on: context)
    let builder = GPUStepBuilder<S>(plan: plan, context: context, options: options, counters: output)
    steps = try plan.steps.enumerated().map { try builder.step($1, index: $0) }
    try context.finish()
  }

  /// Processes a block of any length and waits for the result.
  ///
  /// Input and output may be the same memory.
  /// - Returns: the number of frames produced: as many as came in.
  /// - Throws: `AcceleratorError`; the state is then unknown, and `reset` starts afresh.
  @discardableResult
  public func process(_ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>) throws(AcceleratorError)
    -> Int
  {
    precondition(
      input.channels == plan.input.channels && output.channels == plan.output.channels && output.frames >= input.frames,
      "\(input.channels) × \(input.frames) into \(output.channels) × \(output.frames) through a plan of \(plan.input.channels) into \(plan.output.channels)"
    )
    var done = 0
    while done < input.frames {
      let count = min(input.frames - done, options.maximumFrames)
      for channel in 0..<input.channels {
        // SAFETY: the block holds these samples, and a row of the transfer memory holds as many.
        row(incoming.start, channel, count).update(from: input.unsafeChannel(channel) + done, count: count)
      }
      try forward(count)
      for channel in 0..<output.channels {
        // SAFETY: as above.
        (output.unsafeChannel(channel) + done).update(
          from: row(outgoing.start + Self.headBytes, channel, count), count: count)
      }
      done += count
    }
    return input.frames
  }

  private func row(_ start: UnsafeMutableRawPointer, _ channel: Int, _ frames: Int) -> UnsafeMutablePointer<S> {
    (start + channel * frames * MemoryLayout<S>.stride).assumingMemoryBound(to: S.self)
  }

  /// Runs what lies in `incoming`, rows end to end, into `outgoing`.
  private func forward(_ frames: Int) throws(AcceleratorError) {
    for step in steps { try step.adopt(frames) }
    if graph == nil || graphFrames != frames {
      graph = nil
      if options.usesGraphs && frames == lastFrames {
        graph = try CommandGraph(on: context) { [unowned self] () throws(AcceleratorError) in try enqueue(frames) }
        graphFrames = frames
      }
    }
    lastFrames = frames
    if let graph { try graph.replay() } else { try enqueue(frames) }
    try context.finish()
    position += Int64(frames)
    try contain(frames)
  }

  private func enqueue(_ frames: Int) throws(AcceleratorError) {
    let size = MemoryLayout<S>.stride
    try input.write(incoming.start, bytes: plan.input.channels * frames * size)
    for step in steps {
      try step.run(frames) { slot in rows(slot, frames) }
    }
    try output.read(into: outgoing.start, bytes: Self.headBytes + plan.output.channels * frames * size)
  }

  private func rows(_ slot: Plan.Slot, _ frames: Int) -> DeviceRows {
    let first = slot.channels.lowerBound * frames
    switch slot.place {
    case .input: return DeviceRows(buffer: input, offset: first, stride: frames)
    case .buffer(let index): return DeviceRows(buffer: signals[index - 1], offset: first, stride: frames)
    case .output: return DeviceRows(buffer: output, offset: Self.headSamples + first, stride: frames)
    }
  }

  /// Reads the counters, and silences what is not finite.
  private func contain(_ frames: Int) throws(AcceleratorError) {
    let inputs = outgoing.start.load(as: UInt32.self)
    let results = outgoing.start.load(fromByteOffset: 4, as: UInt32.self)
    nonFiniteInputCount += Int(inputs &- seen.inputs)
    let hasOverflowed = results != seen.results
    seen = (inputs, results)
    guard hasOverflowed else { return }
    overflowCount += 1
    var first = frames
    for channel in 0..<plan.output.channels {
      let samples = row(outgoing.start + Self.headBytes, channel, frames)
      for frame in 0..<first where !samples[frame].isFinite {
        first = frame
        break
      }
    }
    for channel in 0..<plan.output.channels {
      (row(outgoing.start + Self.headBytes, channel, frames) + first).update(repeating: 0, count: frames - first)
    }
    for step in steps { try step.reset() }
    try context.finish()
  }

  /// Returns to the state of a fresh runner. [worker]
  public func reset() throws(AcceleratorError) {
    for step in steps { try step.reset() }
    try context.finish()
    position = 0
    nonFiniteInputCount = 0
    overflowCount = 0
  }
}

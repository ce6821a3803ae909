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

  /// What the stages show while they run, by each stage's identity. Any thread may read the meters, and keep them. [control]
  public let meters: [(stage: String, meter: Meter)]

  private let steps: [GPUStep]
  private let input: DeviceBuffer
  private let output: DeviceBuffer
  private let signals: [DeviceBuffer]
  // Where the host writes input and reads output: the device's own buffers where they are mapped, else memory for transfers.
  private let incoming: UnsafeMutableRawPointer
  private let outgoing: UnsafeMutableRawPointer
  private let transfers: [HostBuffer]
  private let recordsAhead: Bool
  private var graph: CommandGraph?
  private var graphFrames = 0
  private var graphThreshold: Int?
  private var threshold: Int?
  private var lastFrames = 0
  private var seen = (inputs: UInt32(0), results: UInt32(0))

  // The output is preceded by the counters and the meters' words, so that one transfer brings all.
  private let headBytes: Int
  private static var firstMeterWord: Int { 2 }
  /// What each meter is to show of the present block, whose pieces are launches.
  private var largest: [Float]

  /// Prepares a plan and connects it to its live handles. [control]
  /// - Throws: `AcceleratorError` of reason `.unsupported` that names each stage without a kernel; what the driver reports; `DesignError`
  ///   when a live handle came to need another structure after compiling.
  public convenience init(
    _ plan: Plan, on context: ComputeContext, options: AcceleratorOptions = AcceleratorOptions()
  ) throws {
    try self.init(plan, on: context, options: options, isLive: false)
  }

  /// - Parameter isLive: Input and output lie in mapped memory where the device has it, and blocks of `options.maximumFrames` are
  ///   recorded now: nothing is copied, recorded or allocated later.
  package init(_ plan: Plan, on context: ComputeContext, options: AcceleratorOptions, isLive: Bool) throws {
    precondition(
      (S.sampleType == .float64) == (plan.options.precision == .double),
      "a plan of \(plan.options.precision) precision does not run on \(S.self) samples")
    precondition(options.maximumFrames > 0, "at most \(options.maximumFrames) frames")
    try plan.requireAcceleratorCoverage()
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
    let shown = plan.steps.map(\.shown)
    meters = shown.compactMap { $0.map { ($0.stage, Meter($0.info)) } }
    // A word more than there are meters, for stages that show nothing.
    let head = (4 * (Self.firstMeterWord + meters.count + 1) + 63) / 64 * 64
    headBytes = head
    largest = [Float](repeating: 0, count: meters.count)
    let inputBytes = plan.input.channels * frames * size
    let outputBytes = head + plan.output.channels * frames * size
    if isLive {
      input = try DeviceBuffer(mappedBytes: inputBytes, on: context)
      output = try DeviceBuffer(mappedBytes: outputBytes, on: context)
    } else {
      input = try DeviceBuffer(bytes: inputBytes, isZeroed: false, on: context)
      output = try DeviceBuffer(bytes: outputBytes, on: context)
    }
    signals = try plan.buffers.dropFirst().map {
      try DeviceBuffer(bytes: $0.channels * frames * size, isZeroed: false, on: context)
    }
    if let source = input.mapped, let target = output.mapped {
      (incoming, outgoing, transfers) = (source, target, [])
    } else {
      transfers = [try HostBuffer(bytes: inputBytes, on: context), try HostBuffer(bytes: outputBytes, on: context)]
      (incoming, outgoing) = (transfers[0].start, transfers[1].start)
    }
    recordsAhead = isLive
    var word = Self.firstMeterWord
    let words = shown.map { info -> Int in
      if info != nil { word += 1 }
      return info == nil ? head / 4 - 1 : word - 1
    }
    let builder = GPUStepBuilder<S>(
      plan: plan, context: context, options: options, counters: output, meterWords: words)
    steps = try plan.steps.enumerated().map { try builder.step($1, index: $0) }
    // One launch is not worth a recording.
    if isLive && options.usesGraphs && (steps.count > 1 || !transfers.isEmpty) { try record(frames) }
    try context.finish()
  }

  /// Processes a block of any length and waits for the result.
  ///
  /// Input and output may be the same memory. Sums are grouped by a block's length: blocks of other lengths give other last bits.
  /// - Parameter threshold: The frames from which on cascades are scanned in this block: 0 always, `.max` never; nil for that of the
  ///   options.
  /// - Returns: the number of frames produced: as many as came in.
  /// - Throws: `AcceleratorError`; the state is then unknown, and `reset` starts afresh.
  @discardableResult
  public func process(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, threshold: Int? = nil
  ) throws(AcceleratorError) -> Int {
    precondition(
      input.channels == plan.input.channels && output.channels == plan.output.channels && output.frames >= input.frames,
      "\(input.channels) × \(input.frames) into \(output.channels) × \(output.frames) through a plan of \(plan.input.channels) into \(plan.output.channels)"
    )
    self.threshold = threshold
    var done = 0
    while done < input.frames {
      let count = min(input.frames - done, options.maximumFrames)
      place(input, at: done, count)
      _ = try adopt(count)
      try start(count)
      try context.finish()
      try contain(count)
      copy(count, into: output, at: done)
      done += count
    }
    if done > 0 { show() }
    return input.frames
  }

  private func place(_ input: borrowing AudioBlock<S>, at first: Int, _ count: Int) {
    for channel in 0..<input.channels {
      // SAFETY: the block holds these samples, and a row of the transfer memory holds as many.
      row(incoming, channel, count).update(from: input.unsafeChannel(channel) + first, count: count)
    }
  }

  private func copy(_ count: Int, into output: borrowing AudioBlock<S>, at first: Int) {
    for channel in 0..<output.channels {
      // SAFETY: as above.
      (output.unsafeChannel(channel) + first).update(
        from: row(outgoing + headBytes, channel, count), count: count)
    }
  }

  private func row(_ start: UnsafeMutableRawPointer, _ channel: Int, _ frames: Int) -> UnsafeMutablePointer<S> {
    (start + channel * frames * MemoryLayout<S>.stride).assumingMemoryBound(to: S.self)
  }

  /// Takes what has arrived, before a block of so many frames.
  /// - Returns: the frames after which nothing of what was before is heard any more; 0 when nothing has.
  private func adopt(_ frames: Int) throws(AcceleratorError) -> Int {
    var settling = 0
    for step in steps { settling = max(settling, try step.adopt(frames, waits: !recordsAhead)) }
    return settling
  }

  private func record(_ frames: Int) throws(AcceleratorError) {
    graph = try CommandGraph(on: context) { [unowned self] () throws(AcceleratorError) in try enqueue(frames) }
    graphFrames = frames
    graphThreshold = threshold
  }

  /// Asks for what lies in `incoming`, rows end to end, to be run into `outgoing`.
  private func start(_ frames: Int) throws(AcceleratorError) {
    if !recordsAhead && (graph == nil || graphFrames != frames || graphThreshold != threshold) {
      graph = nil
      if options.usesGraphs && frames == lastFrames { try record(frames) }
    }
    lastFrames = frames
    if let graph, graphFrames == frames { try graph.replay() } else { try enqueue(frames) }
    position += Int64(frames)
  }

  private func enqueue(_ frames: Int) throws(AcceleratorError) {
    let size = MemoryLayout<S>.stride
    if !transfers.isEmpty { try input.write(incoming, bytes: plan.input.channels * frames * size) }
    for step in steps {
      try step.run(frames, threshold: threshold) { slot in rows(slot, frames) }
    }
    if !transfers.isEmpty {
      try output.read(into: outgoing, bytes: headBytes + plan.output.channels * frames * size)
    }
  }

  private func rows(_ slot: Plan.Slot, _ frames: Int) -> DeviceRows {
    let first = slot.channels.lowerBound * frames
    switch slot.place {
    case .input: return DeviceRows(buffer: input, offset: first, stride: frames)
    case .buffer(let index): return DeviceRows(buffer: signals[index - 1], offset: first, stride: frames)
    case .output: return DeviceRows(buffer: output, offset: headBytes / MemoryLayout<S>.stride + first, stride: frames)
    }
  }

  /// Reads the counters, and silences what is not finite.
  /// - Returns: whether a stage overflowed.
  @discardableResult
  private func contain(_ frames: Int) throws(AcceleratorError) -> Bool {
    let inputs = outgoing.load(as: UInt32.self)
    let results = outgoing.load(fromByteOffset: 4, as: UInt32.self)
    nonFiniteInputCount += Int(inputs &- seen.inputs)
    let hasOverflowed = results != seen.results
    seen = (inputs, results)
    for index in largest.indices {
      let shown = outgoing.load(fromByteOffset: 4 * (Self.firstMeterWord + index), as: Float.self)
      largest[index] = max(largest[index], shown)
    }
    guard hasOverflowed else { return false }
    overflowCount += 1
    var first = frames
    for channel in 0..<plan.output.channels {
      let samples = row(outgoing + headBytes, channel, frames)
      for frame in 0..<first where !samples[frame].isFinite {
        first = frame
        break
      }
    }
    for channel in 0..<plan.output.channels {
      (row(outgoing + headBytes, channel, frames) + first).update(repeating: 0, count: frames - first)
    }
    // What is asked for next runs after this.
    for step in steps { try step.reset() }
    return true
  }

  /// Shows the block that is done.
  private func show() {
    for index in largest.indices {
      // Reductions come in octaves of amplitude, as the kernels count.
      meters[index].meter.show(Double(largest[index]) * CompressorLowering.decibelsPerOctave)
      largest[index] = 0
    }
  }

  /// Returns to the state of a fresh runner. [worker]
  public func reset() throws(AcceleratorError) {
    for step in steps { try step.reset() }
    try context.finish()
    for shown in meters { shown.meter.show(0) }
    position = 0
    nonFiniteInputCount = 0
    overflowCount = 0
  }
}

/// A block in three parts, for whoever must not wait.
extension GPUPlanRunner {
  /// Begins a block of at most `options.maximumFrames`; the one before is done.
  /// - Returns: frames from the block's first on over which the output is not yet that of new coefficients; 0 for none.
  package func begin(_ input: borrowing AudioBlock<S>) throws(AcceleratorError) -> Int {
    precondition(
      input.channels == plan.input.channels && input.frames <= options.maximumFrames,
      "\(input.channels) × \(input.frames) for a plan of \(plan.input.channels) × \(options.maximumFrames)")
    place(input, at: 0, input.frames)
    let settling = try adopt(input.frames)
    try start(input.frames)
    try context.driver.mark()
    return settling
  }

  /// Whether the block that was begun is done.
  package func isDone() throws(AcceleratorError) -> Bool { try context.driver.isDone() }

  /// Ends a block of so many frames that is done.
  /// - Returns: whether a stage overflowed: all of them have started afresh.
  package func end(_ frames: Int) throws(AcceleratorError) -> Bool {
    defer { show() }
    return try contain(frames)
  }

  /// Copies the result of the last block.
  package func copyResult(_ frames: Int, into output: borrowing AudioBlock<S>) { copy(frames, into: output, at: 0) }
}

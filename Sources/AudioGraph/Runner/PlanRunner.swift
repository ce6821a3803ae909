import AudioCore

/// Runs a plan block by block on the processor. It belongs to one thread at a time and allocates nothing after it is made.
public final class PlanRunner<S: Sample> {
  /// What it runs.
  public let plan: Plan
  /// Input frames since the stream began.
  public private(set) var position: Int64 = 0
  /// Input samples that were NaN or infinite and were replaced by 0.
  public private(set) var nonFiniteInputCount = 0
  /// Beats a minute, handed to every stage; nil where the host has no tempo.
  public var tempo: Double?

  /// Changes what runs, from any thread but the worker's.
  public let control: RunnerControl

  private let signals: [SampleBuffer<S>]
  let steps: [RunnerStep<S>]
  private var stepClock: (any AudioClock)?
  /// How long each step took for the last piece of the last block; empty where they are not timed. [worker]
  package private(set) var stepNanoseconds: [Int64] = []
  private let frameCounts: UnsafeMutablePointer<Int>
  /// The steps that read the plan's input, where each of them cleans what it reads; empty where one does not.
  private let cleaningSteps: [RunnerStep<S>]

  /// Makes silent running state for a plan and connects it to the plan's live handles. [control]
  ///
  /// - Parameter scope: Which stages can be changed while they run.
  /// - Throws: `DesignError` of reason `.structural` when a live handle came to need another plan after this one was compiled.
  public init(_ plan: Plan, changing scope: ChangeScope = .live) throws(DesignError) {
    precondition(
      (S.sampleType == .float64) == (plan.options.precision == .double),
      "a plan of \(plan.options.precision) precision does not run on \(S.self) samples")
    self.plan = plan
    let signals = plan.buffers.map { SampleBuffer<S>(channels: $0.channels, capacity: $0.frames) }
    self.signals = signals
    var steps: [RunnerStep<S>] = []
    for step in plan.steps { steps.append(try RunnerStep(step, signals: signals, scope: scope)) }
    self.steps = steps
    control = RunnerControl(steps.compactMap(\.control), names: steps.compactMap(\.identity))
    // One count a buffer, and one for the caller's output.
    frameCounts = .allocate(capacity: plan.buffers.count + 1)
    frameCounts.initialize(repeating: 0, count: plan.buffers.count + 1)
    let readers = steps.filter(\.readsPlanInput)
    cleaningSteps = readers.allSatisfy(\.cleansItsInput) ? readers : []
  }

  deinit { frameCounts.deallocate() }

  /// Processes a block of any length.
  ///
  /// Input and output may be the same memory where the plan keeps the number of frames. The output must hold as many frames as the
  /// plan produces: as many as come in, or for each `maximumFrames` of input `plan.maximumOutputFrames`.
  /// - Returns: the number of frames produced.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  @discardableResult
  public func process(_ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>) -> Int {
    precondition(
      input.channels == plan.input.channels && output.channels == plan.output.channels,
      "\(input.channels) into \(output.channels) channels through a plan of \(plan.input.channels) into \(plan.output.channels)"
    )
    // Once for the whole run, so that effects written in Swift are covered too.
    let mode = FloatMode.flushDenormals()
    defer { mode.restore() }
    var done = 0
    var produced = 0
    while done < input.frames {
      let count = min(input.frames - done, plan.options.maximumFrames)
      let room = produced..<min(output.frames, produced + max(count, plan.maximumOutputFrames))
      input.withFrames(done..<(done + count)) { piece in
        output.withFrames(room) { target in produced += run(piece, into: target) }
      }
      done += count
    }
    return produced
  }

  private func run(_ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>) -> Int {
    frameCounts[0] = input.frames
    // Sound input is read where it lies. It is copied when the output would overwrite what a stage must read again after an
    // overflow, and when there is something to replace in it that a stage would not replace by itself.
    let overlaps = input.overlaps(output)
    if !overlaps && (!cleaningSteps.isEmpty || input.firstNonFiniteFrame() == nil) {
      runSteps(input, output)
      if cleaningSteps.contains(where: \.mayHaveCleaned) {
        signals[0].withBlock(frames: input.frames) { nonFiniteInputCount += input.sanitize(into: $0) }
      }
    } else {
      signals[0].withBlock(frames: input.frames) { clean in
        nonFiniteInputCount += input.sanitize(into: clean)
        runSteps(clean, output)
      }
    }
    position += Int64(input.frames)
    return frameCounts[signals.count]
  }

  private func runSteps(_ input: borrowing AudioBlock<S>, _ output: borrowing AudioBlock<S>) {
    guard let stepClock else {
      for step in steps { step.run(input, output, counts: frameCounts, outputIndex: signals.count, tempo: tempo) }
      return
    }
    var began = stepClock.nanoseconds
    var index = 0
    while index < steps.count {
      steps[index].run(input, output, counts: frameCounts, outputIndex: signals.count, tempo: tempo)
      let ended = stepClock.nanoseconds
      stepNanoseconds[index] = ended - began
      began = ended
      index += 1
    }
  }

  /// Times each step from now on. [control]
  package func timeSteps(by clock: any AudioClock) {
    stepNanoseconds = Array(repeating: 0, count: steps.count)
    stepClock = clock
  }

  /// Returns to the state of a fresh runner; waiting changes and counters are dropped too, and what is under
  /// way is at its end. [worker]
  public func reset() {
    position = 0
    nonFiniteInputCount = 0
    for step in steps { step.reset() }
  }

  /// Times that a stage overflowed on finite input and was silenced and reset, over all stages.
  public var overflowCount: Int { totalOverflows() }

  /// The same, stage by stage, by the stage's identity.
  public var overflowCounts: [(stage: String, count: Int)] {
    steps.compactMap { step in step.identity.map { ($0, step.overflowCount) } }
  }

  /// What the stages show while they run, by each stage's identity. Any thread may read the meters, and keep them. [control]
  public var meters: [(stage: String, meter: Meter)] {
    steps.flatMap { step in step.meters.map { (step.identity ?? "", $0) } }
  }

  /// Schedules a parameter's change: `control.schedule`. [control]
  public func schedule(
    _ parameter: String, of stage: String, to value: Double, at position: Int64, ramp seconds: Double = 0
  ) throws(DesignError) {
    try control.schedule(parameter, of: stage, to: .number(value), at: position, ramp: seconds)
  }
}

extension PlanRunner {
  /// All running state, so that a runner of the same plan goes on with the same bits. [worker]
  public func saveState() -> [UInt8] {
    var writer = StateWriter()
    writer.write(Int(position))
    writer.write(steps.count)
    for step in steps { step.saveState(into: &writer) }
    return writer.bytes
  }

  /// Takes what `saveState` gave. After an error the runner is reset. [worker]
  public func restoreState(_ bytes: [UInt8]) throws(StateError) {
    var reader = StateReader(bytes)
    do throws(StateError) {
      position = Int64(try reader.readInt())
      try reader.expect(steps.count, "step count")
      for step in steps { try step.restoreState(from: &reader) }
      guard reader.isAtEnd else { throw .mismatch(expected: "the end", found: "more data") }
    } catch {
      reset()
      throw error
    }
  }
}

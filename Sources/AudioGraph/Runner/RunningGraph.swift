import AudioCore

/// The running state of one compiled graph. A runner has one, and two while it swaps.
final class RunningGraph<S: Sample> {
  let plan: Plan
  /// Which of its runner's graphs it is, from 0.
  let number: Int
  let steps: [RunnerStep<S>]
  /// Input samples of the last block that were NaN or infinite.
  private(set) var nonFiniteInputs = 0

  private let signals: [SampleBuffer<S>]
  private let frameCounts: UnsafeMutablePointer<Int>
  /// The steps that read the plan's input, where each of them cleans what it reads; empty where one does not.
  private let cleaningSteps: [RunnerStep<S>]
  /// What fills the latency up to the one that is held.
  private let delay: FrameDelay<S>?
  private let keys: [UInt64]
  private let memories: [Int?]
  private let heldLatency: Int
  private var stepTimer: StepTimer?

  /// Makes silent running state and connects it to the plan's live handles. [control]
  ///
  /// - Parameter latency: The frames that its output is to lag, as many as the plan has or more.
  /// - Throws: `DesignError` of reason `.structural` when a live handle came to need another plan after this one was compiled, of
  ///   reason `.unsupported` where there is no memory for its signals.
  init(_ plan: Plan, changing scope: ChangeScope, holding latency: Int, number: Int) throws(DesignError) {
    self.plan = plan
    self.number = number
    heldLatency = latency
    var signals: [SampleBuffer<S>] = []
    for need in plan.buffers {
      guard let signal = SampleBuffer<S>(ifThereIsMemoryFor: need.frames, channels: need.channels) else {
        throw DesignError(
          .unsupported, parameter: "maximumFrames", value: "\(need.frames) frames of \(need.channels) channels",
          problem: "is more than there is memory for", remedy: "Run smaller blocks")
      }
      signals.append(signal)
    }
    self.signals = signals
    var steps: [RunnerStep<S>] = []
    for step in plan.steps { steps.append(try RunnerStep(step, signals: signals, scope: scope)) }
    self.steps = steps
    delay =
      latency > plan.latencyFrames
      ? FrameDelay(channels: plan.output.channels, frames: latency - plan.latencyFrames) : nil
    keys = plan.stateKeys()
    memories = plan.steps.map(plan.memoryFrames)
    // One count a buffer, and one for the caller's output.
    frameCounts = .allocate(capacity: plan.buffers.count + 1)
    frameCounts.initialize(repeating: 0, count: plan.buffers.count + 1)
    let readers = steps.filter(\.readsPlanInput)
    cleaningSteps = readers.allSatisfy(\.cleansItsInput) ? readers : []
  }

  deinit { frameCounts.deallocate() }

  /// Runs one block of at most the plan's `maximumFrames`. [worker]
  /// - Returns: the frames produced.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func run(_ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, tempo: Double?) -> Int {
    frameCounts[0] = input.frames
    nonFiniteInputs = 0
    // Sound input is read where it lies. It is copied when the output would overwrite what a stage must read again after an
    // overflow, and when there is something to replace in it that a stage would not replace by itself.
    let overlaps = input.overlaps(output)
    if !overlaps && (!cleaningSteps.isEmpty || input.firstNonFiniteFrame() == nil) {
      runSteps(input, output, tempo)
      if cleaningSteps.contains(where: \.mayHaveCleaned) {
        signals[0].withBlock(frames: input.frames) { nonFiniteInputs = input.sanitize(into: $0) }
      }
    } else {
      signals[0].withBlock(frames: input.frames) { clean in
        nonFiniteInputs = input.sanitize(into: clean)
        runSteps(clean, output, tempo)
      }
    }
    let produced = frameCounts[signals.count]
    if let delay { output.withFrames(0..<produced) { delay.process($0, into: $0) } }
    return produced
  }

  private func runSteps(_ input: borrowing AudioBlock<S>, _ output: borrowing AudioBlock<S>, _ tempo: Double?) {
    guard let stepTimer else {
      for step in steps { step.run(input, output, counts: frameCounts, outputIndex: signals.count, tempo: tempo) }
      return
    }
    stepTimer.begin()
    var index = 0
    while index < steps.count {
      steps[index].run(input, output, counts: frameCounts, outputIndex: signals.count, tempo: tempo)
      stepTimer.end(index)
      index += 1
    }
  }

  /// Times each step from now on. Called before the graph runs. [control]
  func timeSteps(_ timing: StepTiming) {
    stepTimer = StepTimer(
      timing.clock, timing.observe(number, steps.map { $0.identity ?? $0.kind }), count: steps.count)
  }

  /// Who is told of its steps' times; nil where they are not taken. [control]
  var stepObserver: (any StepObserver)? { stepTimer?.observer }

  /// Tells how long each step took for the block that is over, however it was cut. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func tellTimes() { stepTimer?.tell() }

  func reset() {
    for step in steps { step.reset() }
    delay?.reset()
  }

  /// Bytes that the state of any of its stages may need. [control]
  var stateByteCount: Int { steps.map(\.stateByteCount).max() ?? 0 }

  /// What the stages show, by their identities. [control]
  var meters: [(stage: String, meter: Meter)] {
    steps.flatMap { step in step.meters.map { (step.identity ?? "", $0) } }
  }

  // MARK: Taking over

  /// The most frames that a graph is run before it is heard, where nothing of the past is left to take.
  static func longestWarmUp(_ plan: Plan, holding latency: Int) -> Int {
    latency + min(InputHistory<S>.frames(at: plan.input.sampleRate), 2 * (plan.tail.frameCount ?? .max / 4))
  }

  /// Begins at a frame of the stream: each step where the same one of another graph is, or afresh; allocates nothing. [worker]
  ///
  /// - Returns: the frames that it has to run before it sounds as if it had always been there, and whether all of it is fresh.
  func begin(
    at position: Int64, from other: RunningGraph<S>?, through memory: StateMemory?, along ramp: Ramp
  ) -> (warmUp: Int, isFresh: Bool) {
    var memoryOfFresh: Int? = 0
    var hasFresh = false
    var isFresh = true
    var index = 0
    while index < steps.count {
      let step = steps[index]
      if step.begin(at: position, from: other?.step(keys[index]), through: memory, along: ramp) {
        if case .stage = step.work { isFresh = false }
      } else {
        hasFresh = true
        if let sum = memoryOfFresh, let more = memories[index] {
          memoryOfFresh = sum + more
        } else {
          memoryOfFresh = nil
        }
      }
      index += 1
    }
    if let delay {
      if let other, let before = other.delay, before.frames == delay.frames {
        delay.takeState(of: before)
      } else {
        hasFresh = true
      }
    }
    guard hasFresh else { return (0, false) }
    let most = InputHistory<S>.frames(at: plan.input.sampleRate)
    return (heldLatency + min(most, memoryOfFresh ?? most), isFresh)
  }

  private func step(_ key: UInt64) -> RunnerStep<S>? {
    var index = 0
    while index < steps.count {
      if keys[index] == key { return steps[index] }
      index += 1
    }
    return nil
  }

  // MARK: State

  func saveState(into writer: inout StateWriter) {
    writer.write(Int(bitPattern: UInt(plan.stateKey)))
    writer.write(steps.count)
    for step in steps { step.saveState(into: &writer) }
    delay?.saveState(into: &writer)
  }

  func restoreState(from reader: inout StateReader) throws(StateError) {
    try reader.expect(Int(bitPattern: UInt(plan.stateKey)), "a runner of graph")
    try reader.expect(steps.count, "step count")
    for step in steps { try step.restoreState(from: &reader) }
    try delay?.restoreState(from: &reader)
  }
}

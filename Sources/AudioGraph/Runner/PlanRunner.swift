import AudioCore

/// Runs a plan block by block on the processor. It belongs to one thread at a time and allocates nothing after it is made.
public final class PlanRunner<S: Sample> {
  /// What it began with. A swap keeps its formats; `latencyFrames` is what it holds.
  public let plan: Plan
  /// Frames by which the output lags the input, whatever graph runs.
  public let latencyFrames: Int
  /// Input frames since the stream began.
  public private(set) var position: Int64 = 0
  /// Beats a minute, handed to every stage; nil where the host has no tempo.
  public var tempo: Double?

  /// Changes what runs, from any thread but the worker's.
  public let control: RunnerControl

  private let swapper: GraphSwapper<S>
  var active: RunningGraph<S> { swapper.active }
  var steps: [RunnerStep<S>] { swapper.active.steps }

  /// Makes silent running state for a plan and connects it to the plan's live handles. [control]
  ///
  /// - Parameters:
  ///   - scope: Which stages can be changed while they run.
  ///   - latency: Frames by which the output is to lag, for graphs of more latency that will be swapped in; nil for the plan's own.
  /// - Throws: `DesignError` of reason `.structural` when a live handle came to need another plan after this one was compiled, of
  ///   reason `.outOfRange` for less latency than the plan's.
  public init(_ plan: Plan, changing scope: ChangeScope = .live, holding latency: Int? = nil) throws(DesignError) {
    precondition(
      (S.sampleType == .float64) == (plan.options.precision == .double),
      "a plan of \(plan.options.precision) precision does not run on \(S.self) samples")
    let latencyFrames = latency ?? plan.latencyFrames
    guard (plan.latencyFrames...1_048_576 + plan.latencyFrames).contains(latencyFrames) else {
      throw DesignError(
        .outOfRange, parameter: "latency", value: "\(latencyFrames) frames",
        problem: "is out of range: from the graph's own \(plan.latencyFrames), and at most 1048576 more",
        remedy: "Choose a value inside the range")
    }
    self.plan = plan
    self.latencyFrames = latencyFrames
    let graph = try RunningGraph<S>(plan, changing: scope, holding: latencyFrames, number: 0)
    let first = GraphSwap(graph, at: GraphSwap<S>.atOnce, lead: 0, ramp: Ramp(frames: 0), tools: nil)
    first.isHeard.store(true, ordering: .relaxed)
    let mailbox = Mailbox<SwapList<S>>()
    let progress = RunnerProgress()
    swapper = GraphSwapper(first, mailbox: mailbox, progress: progress)
    control = RunnerControl(
      SwapControl(first, scope: scope, latencyFrames: latencyFrames, mailbox: mailbox, progress: progress))
  }

  /// Input samples that were NaN or infinite and were replaced by 0.
  public var nonFiniteInputCount: Int { swapper.nonFiniteInputCount }

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
    let produced = swapper.run(input, into: output, at: position, tempo: tempo)
    position += Int64(input.frames)
    return produced
  }

  /// Returns to the state of a fresh runner; waiting changes and swaps and counters are dropped too, and what is under
  /// way is at its end. [worker]
  public func reset() {
    position = 0
    swapper.reset()
  }

  /// Takes what the control threads have left for the next block, of so many frames, which then does not look again. Where the graph is not
  /// run any more the frames are `Int.max`: any other may take its place. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package func findChanges(within frames: Int) { swapper.find(at: position, within: frames) }

  /// Tells which lists of changes and swaps were found since `markFound`. It allocates nothing. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package func visitFound(_ body: (FoundList) -> Void) { swapper.visitFound(body) }

  /// Takes it that what was found is known. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package func markFound() { swapper.markFound() }

  /// Takes a graph that is coming or waiting at once, without a fade, where the one that runs is not to be run any more; what waits was
  /// found by `findChanges(within: .max)`. [worker]
  /// - Returns: false when there is none.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package func takeWaitingGraph() -> Bool { swapper.takeOverAtOnce(at: position) }

  /// Times that a stage overflowed on finite input and was silenced and reset, over all stages.
  public var overflowCount: Int { swapper.pastOverflows + active.totalOverflows() }

  /// The same, stage by stage, by the stage's identity.
  public var overflowCounts: [(stage: String, count: Int)] {
    steps.compactMap { step in step.identity.map { ($0, step.overflowCount) } }
  }

  /// What the stages show while they run, by each stage's identity. Any thread may read the meters, and keep them. [control]
  public var meters: [(stage: String, meter: Meter)] { control.meters }

  /// Schedules a parameter's change: `control.schedule`. [control]
  public func schedule(
    _ parameter: String, of stage: String, to value: Double, at position: Int64, ramp seconds: Double = 0
  ) throws(DesignError) {
    try control.schedule(parameter, of: stage, to: .number(value), at: position, ramp: seconds)
  }
}

extension PlanRunner {
  /// All running state, so that a runner of the same graph goes on with the same bits; swaps that wait are not part of it. In the
  /// middle of a swap there is nothing to go on from: `restoreState` refuses what is saved then. [worker]
  public func saveState() -> [UInt8] {
    var writer = StateWriter()
    writer.write(Int(position))
    writer.write(swapper.isUnderWay ? 1 : 0)
    writer.write(latencyFrames)
    active.saveState(into: &writer)
    return writer.bytes
  }

  /// Takes what `saveState` gave. After an error the runner is reset. [worker]
  ///
  /// - Throws: `StateError` for the state of another graph, and for one that was saved in the middle of a swap.
  public func restoreState(_ bytes: [UInt8]) throws(StateError) {
    var reader = StateReader(bytes)
    do throws(StateError) {
      position = Int64(try reader.readInt())
      guard try reader.readInt() == 0 else {
        throw .mismatch(expected: "the state of one graph", found: "the middle of a swap")
      }
      try reader.expect(latencyFrames, "frames of latency")
      swapper.settle(at: position)
      try active.restoreState(from: &reader)
      guard reader.isAtEnd else { throw .mismatch(expected: "the end", found: "more data") }
    } catch {
      reset()
      throw error
    }
  }
}

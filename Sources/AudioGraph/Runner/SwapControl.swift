import AudioCore

/// The control threads' half of graph swaps, for any sample type.
protocol GraphSwapping: AnyObject, Sendable {
  func swap(to graph: Graph, at position: Int64?) throws(DesignError)
  /// Tells somebody of every change and swap.
  /// - Returns: whether there was no change before.
  func keepJournal(_ journal: RunnerJournal) -> Bool
  func replay(_ note: StageNote) throws(DesignError)
  func replay(_ note: SwapNote) throws(DesignError)
  /// What can be changed in the graph that is heard at a frame; nil for now.
  func controls(at position: Int64?) -> GraphControls
  /// The identity of a step by the number of its graph and its own.
  func stageName(_ code: Int) -> String
  var isSwapping: Bool { get }
  var meters: [(stage: String, meter: Meter)] { get }
  var stepObserver: (any StepObserver)? { get }
  func timeSteps(_ timing: StepTiming)
  /// Refuses all swaps from now on.
  func refuseSwaps(_ reason: String)
}

/// The controls of one graph's stages.
struct GraphControls: Sendable {
  var stages: [any StageController]
  var names: [String]
}

/// A step in one number: which of the runner's graphs, and which of its steps.
enum StepCode {
  private static let steps = 1 << 24
  static func make(graph: Int, step: Int) -> Int { graph * steps + step }
  static func graph(_ code: Int) -> Int { code / steps }
  static func step(_ code: Int) -> Int { code % steps }
}

final class SwapControl<S: Sample>: GraphSwapping {
  private struct Era: Sendable {
    /// From which frame on the graph is what is meant.
    var start: Int64
    var swap: GraphSwap<S>
    var controls: GraphControls
  }

  private struct State: Sendable {
    /// The graphs that are heard or to come, in their order.
    var eras: [Era]
    /// Those that the worker may still touch.
    var held: [GraphSwap<S>]
    var names: [Int: [String]]
    var count = 1
    /// Why no other graph may come; nil where one may.
    var refusal: String?
    /// The number of the list that was posted last.
    var serial = 0
    var journal: RunnerJournal?
    var timing: StepTiming?
  }

  /// A graph that is ready to be posted.
  private struct Made {
    var swap: GraphSwap<S>
    var controls: GraphControls
    var names: [String]
    /// The graph as the journal has it; nil where none is kept.
    var written: Graph?
  }

  private let plan: Plan
  private let scope: ChangeScope
  private let latencyFrames: Int
  private let mailbox: Mailbox<SwapList<S>>
  private let progress: RunnerProgress
  private let state: Locked<State>
  /// So many graphs' stage names are remembered, for a fault that is asked for late.
  private static var rememberedGraphs: Int { 16 }

  init(
    _ first: GraphSwap<S>, scope: ChangeScope, latencyFrames: Int, mailbox: Mailbox<SwapList<S>>,
    progress: RunnerProgress
  ) {
    plan = first.graph.plan
    self.scope = scope
    self.latencyFrames = latencyFrames
    self.mailbox = mailbox
    self.progress = progress
    let era = Era(start: .min, swap: first, controls: Self.controls(of: first.graph))
    state = Locked(State(eras: [era], held: [first], names: [0: Self.names(of: first.graph)]))
  }

  private static func names(of graph: RunningGraph<S>) -> [String] { graph.steps.map { $0.identity ?? "" } }

  private static func controls(of graph: RunningGraph<S>) -> GraphControls {
    GraphControls(stages: graph.steps.compactMap(\.control), names: graph.steps.compactMap(\.identity))
  }

  func swap(to graph: Graph, at position: Int64?) throws(DesignError) {
    let (refusal, journal) = state.withLock { ($0.refusal, $0.journal) }
    if let refusal {
      throw DesignError(
        .unsupported, parameter: "graph", problem: "can't be swapped: \(refusal)",
        remedy: "Stop, and start with the other graph")
    }
    // What is past is as soon as may be.
    let position = position.map { max($0, 0) }
    guard let journal else { return post(try make(graph, at: position), at: position) }
    post(try make(graph, at: position, for: journal), at: position)
  }

  /// Makes a graph so that the journal knows what it was compiled with: when a live handle was changed meanwhile, it is made again.
  private func make(
    _ graph: Graph, at position: Int64?, for journal: RunnerJournal
  ) throws(DesignError) -> Made {
    for _ in 0..<50 {
      let written = graph.detached
      var made = try make(graph, at: position)
      let isFirst = made.controls.keepJournal(ofGraph: made.swap.graph.number, journal.change)
      if isFirst && graph.values == written.values {
        made.written = written
        return made
      }
      SystemClock().sleep(nanoseconds: 1_000_000)
    }
    throw DesignError(
      .inconsistent, parameter: "graph", problem: "has live handles that were changed all the while it was made",
      remedy: "Pause their changes, or run without a session log")
  }

  private func make(_ graph: Graph, at position: Int64?, number given: Int? = nil) throws(DesignError) -> Made {
    let next = try Plan.compile(graph, for: plan.input, options: plan.options)
    try check(next)
    let (number, timing) = state.withLock { state in
      let number = given ?? state.count
      state.count = max(state.count, number + 1)
      return (number, state.timing)
    }
    let running = try RunningGraph<S>(next, changing: scope, holding: latencyFrames, number: number)
    if let timing { running.timeSteps(timing) }
    let swap = GraphSwap(
      running, at: position ?? GraphSwap<S>.atOnce,
      lead: RunningGraph<S>.longestWarmUp(next, holding: latencyFrames), ramp: .standard(at: next.output.sampleRate),
      tools: SwapTools(next, stateByteCount: running.stateByteCount))
    return Made(swap: swap, controls: Self.controls(of: running), names: Self.names(of: running))
  }

  /// - Parameter seen: The worker's next frame as it was seen once; nil for now.
  private func post(_ made: Made, at position: Int64?, seeing seen: Int64? = nil) {
    let number = made.swap.graph.number
    state.withLock { state in
      Self.sweep(&state, mailbox)
      let now = seen ?? progress.position.load(ordering: .acquiring)
      let start = max(position ?? now, now)
      // The worker passes over what it has begun: all that it does follows from the frames and this order.
      let place = state.eras.lastIndex { $0.start <= start }.map { $0 + 1 } ?? 0
      state.eras.insert(Era(start: start, swap: made.swap, controls: made.controls), at: place)
      state.held.append(made.swap)
      state.names[number] = made.names
      state.names[number - Self.rememberedGraphs] = nil
      state.serial += 1
      if let written = made.written {
        state.journal?.swap(
          SwapNote(
            serial: state.serial, graph: number, seen: now, position: position, document: GraphDocument(written),
            parts: made.controls.parts))
      }
      mailbox.post(
        SwapList(state.eras.map(\.swap).filter { !$0.isHeard.load(ordering: .acquiring) }, serial: state.serial))
    }
  }

  func keepJournal(_ journal: RunnerJournal) -> Bool {
    state.withLock { state in
      state.journal = journal
      return state.eras[0].controls.keepJournal(ofGraph: state.eras[0].swap.graph.number, journal.change)
    }
  }

  func replay(_ note: StageNote) throws(DesignError) {
    guard
      let controls = state.withLock({ state in
        state.eras.first { $0.swap.graph.number == note.graph }?.controls
      })
    else { throw note.isOfAnotherPlan }
    try controls.replay(note)
  }

  func replay(_ note: SwapNote) throws(DesignError) {
    let made = try make(note.document.graph, at: note.position, number: note.graph)
    guard made.controls.parts == note.parts else {
      throw DesignError(
        .inconsistent, parameter: "graph", value: String(note.graph), problem: "has other stages than were recorded",
        remedy: "Replay with the library that recorded it")
    }
    post(made, at: note.position, seeing: note.seen)
  }

  func timeSteps(_ timing: StepTiming) {
    state.withLock { state in
      state.timing = timing
      state.eras[0].swap.graph.timeSteps(timing)
    }
  }

  var stepObserver: (any StepObserver)? {
    state.withLock { state in
      Self.sweep(&state, mailbox)
      return state.eras[0].swap.graph.stepObserver
    }
  }

  func refuseSwaps(_ reason: String) { state.withLock { $0.refusal = reason } }

  private func check(_ next: Plan) throws(DesignError) {
    guard plan.keepsFrameCount, next.keepsFrameCount else {
      throw DesignError(
        .structural, parameter: "graph", problem: "changes the number of frames, and can't be swapped while it runs",
        remedy: "Stop, and start with the other graph")
    }
    guard next.output == plan.output else {
      throw DesignError(
        .format, parameter: "graph", value: "\(next.output)", problem: "comes out where \(plan.output) does now",
        remedy: "Bring it to that format, or stop and start with the other graph")
    }
    guard next.latencyFrames <= latencyFrames else {
      throw DesignError(
        .structural, parameter: "latency", value: "\(next.latencyFrames) frames",
        problem: "is more than the \(latencyFrames) that the running graph holds",
        remedy: "Declare more latency when you start")
    }
  }

  func controls(at position: Int64?) -> GraphControls {
    state.withLock { state in
      Self.sweep(&state, mailbox)
      let frame = max(position ?? .min, progress.position.load(ordering: .acquiring))
      return (state.eras.last { $0.start <= frame } ?? state.eras[0]).controls
    }
  }

  func stageName(_ code: Int) -> String {
    state.withLock { state in
      guard let names = state.names[StepCode.graph(code)], names.indices.contains(StepCode.step(code)) else {
        return "?"
      }
      return names[StepCode.step(code)]
    }
  }

  var isSwapping: Bool {
    state.withLock { state in
      Self.sweep(&state, mailbox)
      return state.eras.count > 1
    }
  }

  var meters: [(stage: String, meter: Meter)] {
    state.withLock { state in
      Self.sweep(&state, mailbox)
      return state.eras[0].swap.graph.meters
    }
  }

  /// Forgets and frees what the worker has done with.
  private static func sweep(_ state: inout State, _ mailbox: Mailbox<SwapList<S>>) {
    mailbox.collect()
    state.eras.removeAll { $0.swap.isOver.load(ordering: .acquiring) }
    state.held.removeAll { swap in
      if swap.isHeard.load(ordering: .acquiring) { swap.tools = nil }
      return swap.isOver.load(ordering: .acquiring) && !mailbox.holds { list in list.swaps.contains { $0 === swap } }
    }
  }
}

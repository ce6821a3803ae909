import AudioCore
import Synchronization

/// The control threads' half of graph swaps, for any sample type.
protocol GraphSwapping: AnyObject, Sendable {
  func swap(to graph: Graph, at position: Int64?) throws(DesignError)
  /// Refuses swaps from now on, for somebody who keeps notes of the graph's stages.
  /// - Returns: these stages.
  func keepGraph() -> [any StageController]
  /// What can be changed in the graph that is heard at a frame; nil for now.
  func controls(at position: Int64?) -> GraphControls
  /// The identity of a step by the number of its graph and its own.
  func stageName(_ code: Int) -> String
  var isSwapping: Bool { get }
  var meters: [(stage: String, meter: Meter)] { get }
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
    var isKept = false
  }

  private let plan: Plan
  private let scope: ChangeScope
  private let latencyFrames: Int
  private let mailbox: Mailbox<SwapList<S>>
  private let progress: RunnerProgress
  private let state: Mutex<State>
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
    state = Mutex(State(eras: [era], held: [first], names: [0: first.graph.steps.map { $0.identity ?? "" }]))
  }

  private static func controls(of graph: RunningGraph<S>) -> GraphControls {
    GraphControls(stages: graph.steps.compactMap(\.control), names: graph.steps.compactMap(\.identity))
  }

  func swap(to graph: Graph, at position: Int64?) throws(DesignError) {
    guard !state.withLock({ $0.isKept }) else {
      throw DesignError(
        .unsupported, parameter: "graph",
        problem: "can't be swapped while a session is logged, whose log holds one graph",
        remedy: "Stop, swap and start: the next session has a log of its own")
    }
    let next = try Plan.compile(graph, for: plan.input, options: plan.options)
    try check(next)
    let number = state.withLock { state in
      defer { state.count += 1 }
      return state.count
    }
    let running = try RunningGraph<S>(next, changing: scope, holding: latencyFrames, number: number)
    let swap = GraphSwap(
      running, at: position ?? GraphSwap<S>.atOnce,
      lead: RunningGraph<S>.longestWarmUp(next, holding: latencyFrames),
      ramp: .standard(at: next.output.sampleRate),
      tools: SwapTools(next, stateByteCount: running.stateByteCount))
    let controls = Self.controls(of: running)
    state.withLock { state in
      Self.sweep(&state, mailbox)
      let now = progress.position.load(ordering: .acquiring)
      let start = max(position ?? now, now)
      let place = state.eras.lastIndex { $0.start <= start }.map { $0 + 1 } ?? 0
      state.eras.insert(Era(start: start, swap: swap, controls: controls), at: place)
      state.held.append(swap)
      state.names[number] = running.steps.map { $0.identity ?? "" }
      state.names[number - Self.rememberedGraphs] = nil
      mailbox.post(SwapList(state.eras.map(\.swap).filter { !$0.isHeard.load(ordering: .acquiring) }))
    }
  }

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

  func keepGraph() -> [any StageController] {
    state.withLock { state in
      state.isKept = true
      return state.eras[0].controls.stages
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

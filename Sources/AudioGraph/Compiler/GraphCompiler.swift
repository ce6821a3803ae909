import AudioCore
import Effects
import FilterDesign

/// Turns a graph into a plan: designs each effect in order, aligns latencies, fuses, and places signals in memory.
struct GraphCompiler: LiveVisitor {
  var network = SignalNetwork()
  let input: StreamFormat
  let options: PlanOptions
  var vanished: [String] = []

  // What `visit` needs to know beside the live handle, since a visitor has one parameter.
  private var pendingInputs: [SignalNetwork.Wire] = []
  private var pendingIdentity = ""
  private var pendingOutput = SignalNetwork.Wire(node: 0, port: 0)

  init(input: StreamFormat, options: PlanOptions) {
    self.input = input
    self.options = options
  }

  mutating func compile(_ graph: Graph) throws(DesignError) -> Plan {
    network.nodes = [
      SignalNetwork.Node(
        work: .input, inputs: [],
        signals: [
          .init(format: input, latencyFrames: 0, tail: .none, maximumFrames: options.maximumFrames, frameChangers: [])
        ])
    ]
    network.output = try lower(graph, from: [SignalNetwork.Wire(node: 0, port: 0)], place: "", label: nil)
    vanished += network.fuse()
    return schedule()
  }

  /// Adds a graph to the network, reading from some wires, and returns the wire of its main output.
  mutating func lower(
    _ graph: Graph, from inputs: [SignalNetwork.Wire], place: String, label: String?
  ) throws(DesignError) -> SignalNetwork.Wire {
    switch graph {
    case .effect(let effect):
      return try add(fixed: effect.base, from: inputs, identity: label ?? placed(effect.name, place))
    case .live(let live):
      pendingInputs = inputs
      pendingIdentity = label ?? placed(type(of: live.base.snapshot).name, place)
      try live.base.accept(&self)
      return pendingOutput
    case .labelled(let label, let inner):
      return try lower(inner, from: inputs, place: label, label: label)
    case .series(let items):
      var wire = inputs
      for (index, item) in items.enumerated() {
        // A label on a series names its stages by label and place; a label on one effect names it alone.
        wire = [try lower(item, from: wire, place: nested(place, index), label: items.count == 1 ? label : nil)]
      }
      return wire[0]
    case .parallel(let branches):
      var ends: [SignalNetwork.Wire] = []
      for (index, branch) in branches.enumerated() {
        ends.append(try lower(branch, from: inputs, place: nested(place, index), label: nil))
      }
      guard !ends.isEmpty else {
        throw DesignError(
          .inconsistent, problem: "is a sum of nothing", remedy: "Give it at least one branch", stage: label ?? place)
      }
      return try sum(ends, identity: label ?? placed("sum", place))
    case .network(let network):
      return try lower(network, from: inputs, place: place)
    }
  }

  private func nested(_ place: String, _ index: Int) -> String { StageIdentity.nested(place, index: index) }
  private func placed(_ name: String, _ place: String) -> String { StageIdentity.named(name, at: place) }

  mutating func visit<E: Effect>(_ live: Live<E>) throws(DesignError) {
    pendingOutput = try add(live.value, live: live, from: pendingInputs, identity: pendingIdentity)
  }

  // The effect's type opens only where it stands in one parameter.
  private mutating func add<E: Effect>(
    fixed effect: E, from inputs: [SignalNetwork.Wire], identity: String
  ) throws(DesignError) -> SignalNetwork.Wire {
    try add(effect, live: nil, from: inputs, identity: identity)
  }

  private mutating func add<E: Effect>(
    _ effect: E, live: Live<E>?, from inputs: [SignalNetwork.Wire], identity: String
  ) throws(DesignError) -> SignalNetwork.Wire {
    let aligned = try align(inputs, identity: identity, formatsMustMatch: false)
    let main = network.signal(aligned[0])
    let context = DesignContext(
      inputs: aligned.map { network.signal($0).format }, maximumFrames: main.maximumFrames,
      precision: options.precision,
      mode: options.mode)
    let design: E.Design
    do throws(DesignError) {
      design = try effect.design(in: context)
    } catch {
      throw error.at(stage: identity)
    }
    for output in design.outputs {
      do throws(DesignError) { try output.validate() } catch { throw error.at(stage: identity) }
    }
    return append(stage(effect, design, live, context, identity), from: aligned)
  }

  /// The stage for a designed effect. Conformance decides what may fuse, not a flag.
  private func stage<E: Effect>(
    _ effect: E, _ design: E.Design, _ live: Live<E>?, _ context: DesignContext, _ identity: String
  ) -> any PlannedStage {
    if effect is any SOSDesignable, let sections = design as? SOSDesign {
      let source = PartSource(effect, live: live, identity: identity)
      let part = CascadeStage.Part(identity: identity, name: E.name, design: sections, source: source)
      return CascadeStage(parts: [part], gain: 1, gains: [], context: context)
    }
    if live == nil, let gain = design as? GainDesign {
      return CascadeStage(parts: [], gain: gain.factor, gains: [identity], context: context)
    }
    return EffectStage(identity: identity, effect: effect, design: design, context: context, live: live)
  }

  private mutating func append(_ stage: any PlannedStage, from inputs: [SignalNetwork.Wire]) -> SignalNetwork.Wire {
    let main = network.signal(inputs[0])
    let tail = inputs.dropFirst().reduce(main.tail) { $0.joined(with: network.signal($1).tail) }
    let node = network.nodes.count
    let frames = stage.maximumOutputFrames(for: main.maximumFrames)
    let signals = stage.outputs.map { format in
      // Latency so far, in frames of the new rate.
      let before = (Double(main.latencyFrames) * format.sampleRate / main.format.sampleRate).rounded()
      return SignalNetwork.Signal(
        format: format, latencyFrames: Int(before) + stage.latencyFrames, tail: tail.followed(by: stage.tail),
        maximumFrames: frames ?? main.maximumFrames,
        frameChangers: frames == nil ? main.frameChangers : main.frameChangers + [node])
    }
    network.nodes.append(.init(work: .stage(stage), inputs: inputs, signals: signals))
    return .init(node: node, port: 0)
  }
}

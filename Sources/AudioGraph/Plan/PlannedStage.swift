import AudioCore
import Effects

/// One stage of a plan: a designed effect, or several that were fused.
///
/// A value. Every runner makes its own running state from it, for its own sample type.
public protocol PlannedStage: Sendable {
  /// Its label, else its place in the graph: how metrics, errors, swaps and replay name it.
  var identity: String { get }
  /// The effects in it, in order.
  var effects: [String] { get }
  /// What it was designed for.
  var context: DesignContext { get }
  var outputs: [StreamFormat] { get }
  /// At the output's rate.
  var latencyFrames: Int { get }
  var tail: Tail { get }
  var lowering: Lowering { get }
  /// Whether parameters may be changed while it runs.
  var isLive: Bool { get }
  /// Whether it reads parameter events inside a block.
  var takesEvents: Bool { get }
  var operationsPerFrame: Double { get }
  /// How it is computed, in words; nil where there is nothing to choose.
  var algorithm: String? { get }
  /// In `.fast`, the frames of a block that it works best with; nil where any will do.
  var preferredFrames: Int? { get }
  /// What it shows while it runs.
  var meters: [MeterInfo] { get }
  /// The most frames that a block produces; nil when it is always as many as come in.
  func maximumOutputFrames(for inputFrames: Int) -> Int?
  /// The place of a parameter in the table of the effect, for events.
  func parameterIndex(_ name: String) -> Int?
  /// Makes running state, and connects it to its live handles. [control]
  /// - Throws: `DesignError` of reason `.structural` when a handle came to need another structure after compiling.
  func makeRunning<S: Sample>(as type: S.Type) throws(DesignError) -> RunningStage<S>
}

extension PlannedStage {
  public var algorithm: String? { nil }
  public var preferredFrames: Int? { nil }
  public var meters: [MeterInfo] { [] }
}

/// The running state of one stage.
public final class RunningStage<S: Sample> {
  let processor: any BlockProcessor<S>
  /// Takes waiting designs from the stage's mailboxes. [worker]
  let adoptWaiting: (() -> Void)?

  init(_ processor: any BlockProcessor<S>, adoptWaiting: (() -> Void)? = nil) {
    self.processor = processor
    self.adoptWaiting = adoptWaiting
  }
}

/// A stage that runs one effect by its own processor.
struct EffectStage<E: Effect>: PlannedStage {
  let identity: String
  let effect: E
  let design: E.Design
  let context: DesignContext
  let live: Live<E>?

  var effects: [String] { [E.name] }
  var outputs: [StreamFormat] { design.outputs }
  var latencyFrames: Int { design.latencyFrames }
  var tail: Tail { design.tail }
  // What a live handle holds now is not what it will hold.
  var lowering: Lowering { design.lowering }
  var isLive: Bool { live != nil }
  var takesEvents: Bool { true }
  var operationsPerFrame: Double { design.operationsPerFrame }
  var algorithm: String? { design.algorithm }
  var preferredFrames: Int? { design.preferredFrames }
  var meters: [MeterInfo] { design.meters }

  func maximumOutputFrames(for inputFrames: Int) -> Int? { design.maximumOutputFrames(for: inputFrames) }

  func parameterIndex(_ name: String) -> Int? {
    E.parameters.firstIndex { $0.info.name == name || $0.info.aliases.contains(name) }
  }

  func makeRunning<S: Sample>(as type: S.Type) throws(DesignError) -> RunningStage<S> {
    let processor = effect.makeProcessor(design, in: context, as: S.self)
    guard let live else { return RunningStage(processor) }
    let mailbox = try live.attach(in: context, shape: design)
    // The handle refuses designs of another shape, so the processor takes every one that arrives.
    return RunningStage(processor) { mailbox.take { _ = processor.adopt($0) } }
  }
}

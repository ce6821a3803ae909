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
  var operationsPerFrame: Double { get }
  /// How it is computed, in words; nil where there is nothing to choose.
  var algorithm: String? { get }
  /// In `.fast`, the frames of a block that it works best with; nil where any will do.
  var preferredFrames: Int? { get }
  /// What it shows while it runs.
  var meters: [MeterInfo] { get }
  /// What a stage without a lowering does to a frequency, where it is linear all the same.
  func transfer(at frequency: Frequency) -> Transfer?
  /// The most frames that a block produces; nil when it is always as many as come in.
  func maximumOutputFrames(for inputFrames: Int) -> Int?
  /// Makes running state, and connects it to its live handles. [control]
  /// - Throws: `DesignError` of reason `.structural` when a handle came to need another plan after compiling.
  func makeRunning<S: Sample>(
    as type: S.Type, scope: ChangeScope, meters: [Meter]
  ) throws(DesignError) -> RunningStage<S>
}

extension PlannedStage {
  public var algorithm: String? { nil }
  public var preferredFrames: Int? { nil }
  public var meters: [MeterInfo] { [] }
}

extension PlannedStage {
  public func transfer(at frequency: Frequency) -> Transfer? { nil }
}

/// The running state of one stage.
public final class RunningStage<S: Sample> {
  let processor: any BlockProcessor<S>
  /// The same where it can be changed, and its controls.
  let changing: ChangingStage<S>?
  let control: (any StageController)?
  /// What its state means, where it does not change.
  let bearer: StateBearer<S>?

  init(
    _ processor: any BlockProcessor<S>, changing: ChangingStage<S>? = nil, control: (any StageController)? = nil,
    bearer: StateBearer<S>? = nil
  ) {
    self.bearer = bearer
    self.processor = processor
    self.changing = changing
    self.control = control
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
  var operationsPerFrame: Double { design.operationsPerFrame }
  var algorithm: String? { design.algorithm }
  var preferredFrames: Int? { design.preferredFrames }
  var meters: [MeterInfo] { design.meters }

  func transfer(at frequency: Frequency) -> Transfer? { (design as? any LinearDesign)?.transfer(at: frequency) }

  func maximumOutputFrames(for inputFrames: Int) -> Int? { design.maximumOutputFrames(for: inputFrames) }

  func makeRunning<S: Sample>(
    as type: S.Type, scope: ChangeScope, meters: [Meter]
  ) throws(DesignError) -> RunningStage<S> {
    guard isLive || scope == .all else {
      let processor = effect.makeProcessor(design, in: context, as: S.self)
      processor.connect(meters)
      return RunningStage(
        processor, bearer: EffectBearer<E, S>(processor, in: processor, design: design, delayFrames: 0))
    }
    return try EffectMaker<E, S>(identity: identity, context: context, compiled: design).makeRunning(
      identity: identity, sources: [PartSource(effect, live: live, identity: identity)], context: context,
      outputs: outputs.reduce(0) { $0 + $1.channels },
      keepsFrameCount: maximumOutputFrames(for: context.maximumFrames) == nil, meters: meters)
  }
}

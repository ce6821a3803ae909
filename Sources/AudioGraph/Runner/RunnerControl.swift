import AudioCore

/// Changes the stages of a runner while it runs. Any thread but the worker's may call it, at any time. [control]
///
/// Designs are made on the calling thread; the worker finds them before its next block. A change begins at its frame, or where a fade
/// that is under way ends, which takes 20 ms. The same changes at the same frames give the same bits, whatever the blocks, as long as
/// each arrives before its frame; one that comes late takes effect at once. Frames are counted at the stage's input since the
/// stream began.
public final class RunnerControl: Sendable {
  let stages: [any StageController]
  private let names: [String]

  init(_ stages: [any StageController], names: [String]) {
    self.stages = stages
    self.names = names
  }

  /// The effects that can be changed, by their identities: labels, else places.
  public var changeable: [String] { stages.flatMap(\.partIdentities) }

  /// Changes a parameter of an effect.
  ///
  /// - Parameters:
  ///   - parameter: Its name or one of its aliases.
  ///   - stage: The effect's identity: its label, else its place, inside fused stages too.
  ///   - position: The frame at which the change begins; nil for the next block.
  ///   - seconds: How long the number takes to its new value; 0 is a fade of 20 ms.
  /// - Throws: `DesignError` for an unknown stage or parameter, a value outside its domain, and of reason `.structural` for a change
  ///   that the plan can't take.
  public func schedule(
    _ parameter: String, of stage: String, to value: ParameterValue, at position: Int64? = nil, ramp seconds: Double = 0
  ) throws(DesignError) {
    try DesignError.require(seconds, in: 0...86_400, parameter: "ramp", unit: "s")
    let (controller, part) = try find(stage)
    try controller.apply(
      StageRequest(kind: .part(part, .value(parameter, value)), position: position, seconds: seconds), isTrial: false)
  }

  /// Takes an effect out of the sound, or puts it back, by a fade. Its latency stays; its state begins afresh.
  /// - Throws: `DesignError` for an unknown stage, and for one whose output is of another format than its input.
  public func bypass(_ stage: String, _ isBypassed: Bool = true, at position: Int64? = nil) throws(DesignError) {
    let (controller, part) = try find(stage)
    try controller.apply(StageRequest(kind: .bypass(part, isBypassed), position: position, seconds: 0), isTrial: false)
  }

  /// Silences a stage, or lets it be heard again, by a fade; it runs on meanwhile. Effects that were fused are muted together.
  /// - Throws: `DesignError` for an unknown stage.
  public func mute(_ stage: String, _ isMuted: Bool = true, at position: Int64? = nil) throws(DesignError) {
    let (controller, _) = try find(stage)
    try controller.apply(StageRequest(kind: .mute(isMuted), position: position, seconds: 0), isTrial: false)
  }

  private func find(_ stage: String) throws(DesignError) -> (any StageController, Int) {
    for controller in stages {
      if let part = controller.partIdentities.firstIndex(of: stage) { return (controller, part) }
    }
    guard !names.contains(stage) else {
      throw DesignError(
        .unsupported, problem: "cannot be changed while it runs",
        remedy: "Make it Live, or make the runner with changing: .all", stage: stage)
    }
    let known = changeable + names.filter { !changeable.contains($0) }
    throw DesignError(
      .inconsistent, parameter: "stage", value: stage, problem: "is not in this plan: \(known.joined(separator: ", "))",
      remedy: "Name one of these")
  }
}

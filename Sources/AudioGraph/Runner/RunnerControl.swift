import AudioCore

/// Changes the stages of a runner while it runs. Any thread but the worker's may call it, at any time. [control]
///
/// Designs are made on the calling thread; the worker finds them before its next block. A change begins at its frame, or where a fade
/// that is under way ends, which takes 20 ms. The same changes at the same frames give the same bits, whatever the blocks, as long as
/// each arrives before its frame; one that comes late takes effect at once. Frames are counted at the stage's input since the
/// stream began.
public final class RunnerControl: Sendable {
  let graphs: any GraphSwapping

  init(_ graphs: any GraphSwapping) { self.graphs = graphs }

  /// The effects of the present graph that can be changed, by their identities: labels, else places.
  public var changeable: [String] { graphs.controls(at: nil).stages.flatMap(\.partIdentities) }

  /// Runs another graph from now on, without a click.
  ///
  /// It is compiled on the calling thread, for the same input and options. A stage goes on with its state where the running graph has one of the same
  /// effects, the same label, else place, and a compatible shape; parameters that differ glide or fade to the new ones. A filter goes on
  /// where its coefficients are the same. All else begins afresh. The new graph then runs unheard, as long as its fresh stages
  /// need to settle, 0.2 s and the latency at most, not at all where there are none; and it is faded to in 20 ms. Running it beside the
  /// old one costs twice the work for that time, where warming it on kept input would cost all of it in one block.
  ///
  /// Live handles in both graphs go on working. What was scheduled, bypassed or muted on the old one ends with it; labels and places are
  /// the new one's for changes from its frame on. Swaps are carried out in the order of their frames, one after
  /// the other: those that become due while one is under way wait for its end, and then only the last of them is made. The same swaps at the
  /// same frames give the same bits, whatever the blocks, as long as each arrives 0.2 s and the latency before its frame.
  ///
  /// - Parameter position: The frame at which the fade begins, or as soon as the graph has settled; nil for as soon as that.
  /// - Throws: `DesignError` for the graph; of reason `.format` for another output format; of reason `.structural` for
  ///   more latency than the runner holds, and for a graph that changes the number of frames. Nobody hears anything then.
  public func swap(to item: some Connectable, at position: Int64? = nil) throws(DesignError) {
    try graphs.swap(to: item.graph, at: position)
  }

  /// Refuses all swaps from now on, with a reason that follows "can't be swapped:". [control]
  package func refuseSwaps(_ reason: String) { graphs.refuseSwaps(reason) }

  /// Whether a swap waits or is under way. Asking frees what is done with.
  public var isSwapping: Bool { graphs.isSwapping }

  /// The identity of the stage that a step's number stands for.
  package func stageName(_ code: Int) -> String { graphs.stageName(code) }

  /// What the stages of the present graph show while they run, by each stage's identity. Any thread may read the meters; after a swap the
  /// new graph has its own.
  public var meters: [(stage: String, meter: Meter)] { graphs.meters }

  /// Times each step of the present graph, and of those that are swapped in. Called before the runner runs.
  package func timeSteps(_ timing: StepTiming) { graphs.timeSteps(timing) }

  /// Who is told of the times of the present graph's steps; nil where they are not taken.
  package var stepObserver: (any StepObserver)? { graphs.stepObserver }

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
    let (controller, part) = try find(stage, at: position)
    try controller.apply(
      StageRequest(kind: .part(part, .value(parameter, value)), position: position, seconds: seconds), isTrial: false)
  }

  /// Takes an effect out of the sound, or puts it back, by a fade. Its latency stays; its state begins afresh.
  /// - Throws: `DesignError` for an unknown stage, and for one whose output is of another format than its input.
  public func bypass(_ stage: String, _ isBypassed: Bool = true, at position: Int64? = nil) throws(DesignError) {
    let (controller, part) = try find(stage, at: position)
    try controller.apply(StageRequest(kind: .bypass(part, isBypassed), position: position, seconds: 0), isTrial: false)
  }

  /// Silences a stage, or lets it be heard again, by a fade; it runs on meanwhile. Effects that were fused are muted together.
  /// - Throws: `DesignError` for an unknown stage.
  public func mute(_ stage: String, _ isMuted: Bool = true, at position: Int64? = nil) throws(DesignError) {
    let (controller, _) = try find(stage, at: position)
    try controller.apply(StageRequest(kind: .mute(isMuted), position: position, seconds: 0), isTrial: false)
  }

  private func find(_ stage: String, at position: Int64?) throws(DesignError) -> (any StageController, Int) {
    let controls = graphs.controls(at: position)
    let names = controls.names
    for controller in controls.stages {
      if let part = controller.partIdentities.firstIndex(of: stage) { return (controller, part) }
    }
    guard !names.contains(stage) else {
      throw DesignError(
        .unsupported, problem: "cannot be changed while it runs",
        remedy: "Make it Live, or make the runner with changing: .all", stage: stage)
    }
    let changeable = controls.stages.flatMap(\.partIdentities)
    let known = changeable + names.filter { !changeable.contains($0) }
    throw DesignError(
      .inconsistent, parameter: "stage", value: stage, problem: "is not in this plan: \(known.joined(separator: ", "))",
      remedy: "Name one of these")
  }
}

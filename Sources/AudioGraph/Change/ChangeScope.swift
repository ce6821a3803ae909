import AudioCore
import Effects

/// Which stages of a plan a runner can change.
public enum ChangeScope: Sendable, Hashable {
  /// Those that hold a live handle.
  case live
  /// All of them: parameters of any effect can be scheduled, stages bypassed and muted. Each stage then keeps 0.2 s of its input.
  case all
}

/// Where the parameters of one effect of a plan come from.
struct PartSource: Sendable {
  let isLive: Bool
  /// The effect with its present parameters.
  let timeline: @Sendable () -> any PartTimeline
  /// Makes a stage follow the live handle, by the part's number.
  let follow: @Sendable (any StageController, Int, any PartTimeline) throws(DesignError) -> Void

  /// Designs of the live handle as they come, for a runner that takes those of the compiled shape only; nil for what is not live.
  let feed: @Sendable (DesignContext, SOSDesign) throws(DesignError) -> Mailbox<DesignLetter>?

  init<E: Effect>(_ effect: E, live: Live<E>?, identity: String) {
    isLive = live != nil
    timeline = { EffectTimeline(live?.value ?? effect, identity: identity) }
    feed = { (context: DesignContext, shape: SOSDesign) throws(DesignError) -> Mailbox<DesignLetter>? in
      guard let live else { return nil }
      let mailbox = Mailbox<DesignLetter>()
      @Sendable func design(_ effect: E) throws(DesignError) -> SOSDesign {
        guard let design = try effect.design(in: context) as? SOSDesign, design.hasSameShape(as: shape) else {
          throw .structural(identity, "needs another structure than the plan was compiled for")
        }
        return design
      }
      try live.follow { (value: E) throws(DesignError) -> Live<E>.Follower in
        mailbox.post(DesignLetter(try design(value)))
        return { [weak mailbox] (change: LiveChange<E>, isTrial: Bool) throws(DesignError) -> Bool in
          guard let mailbox else { return false }
          let next = try design(change.to)
          if !isTrial { mailbox.post(DesignLetter(next)) }
          return true
        }
      }
      return mailbox
    }
    follow = { (control: any StageController, part: Int, start: any PartTimeline) throws(DesignError) in
      guard let live else { return }
      let begun = try start.recipe(at: 0)
      try live.follow { (value: E) throws(DesignError) -> Live<E>.Follower in
        if let begun = begun as? E, begun != value {
          try control.apply(
            StageRequest(kind: .part(part, .recipe(from: begun, to: value)), position: nil, seconds: 0), isTrial: false)
        }
        return { [weak control] (change: LiveChange<E>, isTrial: Bool) throws(DesignError) -> Bool in
          guard let control else { return false }
          try control.apply(
            StageRequest(
              kind: .part(part, .recipe(from: change.from, to: change.to)), position: nil, seconds: change.seconds),
            isTrial: isTrial)
          return true
        }
      }
    }
  }
}

/// A design on its way to a runner.
package final class DesignLetter: Sendable {
  package let design: SOSDesign
  init(_ design: SOSDesign) { self.design = design }
}

extension ChangeMaker {
  /// Makes a stage that changes, and connects it to the live handles of its parts. [control]
  func makeRunning(
    identity: String, sources: [PartSource], context: DesignContext, outputs: Int, keepsFrameCount: Bool,
    meters: [Meter]
  ) throws(DesignError) -> RunningStage<S> {
    let parts = sources.map { $0.timeline() }
    let (stage, control) = try StageControl<S, Self>.make(
      identity: identity, parts: parts, context: context, maker: self, meters: meters, outputs: outputs,
      keepsFrameCount: keepsFrameCount)
    for (index, source) in sources.enumerated() { try source.follow(control, index, parts[index]) }
    return RunningStage(stage, changing: stage, control: control)
  }
}

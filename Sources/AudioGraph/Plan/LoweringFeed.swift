import AudioCore

/// What an effect has come to be made of, on its way to a runner that does not use its processor.
package final class LoweringLetter: Sendable {
  package let lowering: Lowering
  init(_ lowering: Lowering) { self.lowering = lowering }
}

/// A stage whose live handle a runner of another kind can follow.
package protocol LoweringSource {
  /// Connects a runner to the live handle. [control]
  /// - Parameter accepts: Whether the runner can go over to a lowering. What it refuses is refused to whoever asks for the change.
  /// - Returns: where lowerings arrive, the present one first; nil where nothing is live.
  /// - Throws: `DesignError` of reason `.structural` when the handle came to need another structure after compiling.
  func attachLowerings(_ accepts: @escaping @Sendable (Lowering) -> Bool) throws(DesignError)
    -> Mailbox<LoweringLetter>?
}

extension EffectStage: LoweringSource {
  func attachLowerings(_ accepts: @escaping @Sendable (Lowering) -> Bool) throws(DesignError)
    -> Mailbox<LoweringLetter>?
  {
    guard let live else { return nil }
    let mailbox = Mailbox<LoweringLetter>()
    let (identity, context, compiled) = (identity, context, design)
    @Sendable func lowering(_ effect: E) throws(DesignError) -> Lowering {
      let design = try effect.design(in: context)
      guard design.hasSameShape(as: compiled), accepts(design.lowering) else {
        throw .structural(identity, "needs another structure than a GPU can go over to while it runs")
      }
      return design.lowering
    }
    try live.follow { (value: E) throws(DesignError) -> Live<E>.Follower in
      mailbox.post(LoweringLetter(try lowering(value)))
      return { [weak mailbox] (change: LiveChange<E>, isTrial: Bool) throws(DesignError) -> Bool in
        guard let mailbox else { return false }
        let next = try lowering(change.to)
        if !isTrial { mailbox.post(LoweringLetter(next)) }
        return true
      }
    }
    return mailbox
  }
}

import AudioCore

/// What an effect has come to be made of, on its way to a runner that does not use its processor.
package final class LoweringLetter: Sendable {
  package let lowering: Lowering
  /// What the runner asked to be made of it on the control thread.
  package let prepared: (any Sendable)?

  init(_ lowering: Lowering, _ prepared: (any Sendable)?) {
    self.lowering = lowering
    self.prepared = prepared
  }
}

/// A stage whose live handle a runner of another kind can follow.
package protocol LoweringSource {
  /// Connects a runner to the live handle. [control]
  /// - Parameters:
  ///   - accepts: Whether the runner can go over to a lowering. What it refuses is refused to whoever asks for the change.
  ///   - prepare: Makes of a lowering what takes too long for the worker.
  /// - Returns: where lowerings arrive, the present one first; nil where nothing is live.
  /// - Throws: `DesignError` of reason `.structural` when the handle came to need another structure after compiling.
  func attachLowerings(
    _ accepts: @escaping @Sendable (Lowering) -> Bool, prepare: @escaping @Sendable (Lowering) -> (any Sendable)?
  ) throws(DesignError) -> Mailbox<LoweringLetter>?
}

extension LoweringSource {
  package func attachLowerings(_ accepts: @escaping @Sendable (Lowering) -> Bool) throws(DesignError)
    -> Mailbox<LoweringLetter>?
  {
    try attachLowerings(accepts, prepare: { _ in nil })
  }
}

extension EffectStage: LoweringSource {
  func attachLowerings(
    _ accepts: @escaping @Sendable (Lowering) -> Bool, prepare: @escaping @Sendable (Lowering) -> (any Sendable)?
  ) throws(DesignError) -> Mailbox<LoweringLetter>? {
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
      let present = try lowering(value)
      mailbox.post(LoweringLetter(present, prepare(present)))
      return { [weak mailbox] (change: LiveChange<E>, isTrial: Bool) throws(DesignError) -> Bool in
        guard let mailbox else { return false }
        let next = try lowering(change.to)
        if !isTrial { mailbox.post(LoweringLetter(next, prepare(next))) }
        return true
      }
    }
    return mailbox
  }
}

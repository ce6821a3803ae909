import AudioCore

/// Going on where the same stage of another graph is; none of it allocates. [worker]
extension ChangingStage {
  /// Of the processor that comes in and the one that is heard, the first from which another may go on.
  func bearer(for mine: StateBearer<S>) -> StateBearer<S>? {
    if incoming != nil, let change, let bearer = Self.bearer(of: change, segment), mine.fits(bearer) { return bearer }
    guard let bearer = Self.bearer(of: source.change, source.segment), mine.fits(bearer) else { return nil }
    return bearer
  }

  private static func bearer(of change: Change, _ segment: Int) -> StateBearer<S>? {
    // SAFETY: the control side keeps a change until it is marked as done.
    change._withUnsafeGuaranteedRef { $0.segments[segment].bearer }
  }

  /// Carries out the changes that were found since it was made, and takes the state of another graph's stage.
  ///
  /// - Parameters:
  ///   - other: The stage, where it changes too; else its processor is given.
  ///   - ramp: On which its parameters leave the other's for its own.
  /// - Returns: false when it begins afresh.
  func begin(
    at position: Int64, from other: ChangingStage<S>?, or fixed: StateBearer<S>?, through memory: StateMemory?,
    along ramp: Ramp
  ) -> Bool {
    while let next = nextDue(at: position) { jump(to: next) }
    guard let memory, let mine = Self.bearer(of: source.change, source.segment) else { return false }
    guard let old = other.map({ $0.bearer(for: mine) }) ?? fixed, mine.fits(old),
      active.takeState(of: old.processor, through: memory)
    else { return false }
    if let other { history.takeState(of: other.history) }
    guard let adopted else {
      mine.adopt(along: ramp)
      return true
    }
    // SAFETY: as above.
    adopted._withUnsafeGuaranteedRef { change in
      if case .adopt(let take)? = change.segments.last?.target { take(ramp) }
    }
    return true
  }
}

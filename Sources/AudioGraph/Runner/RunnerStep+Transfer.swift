import AudioCore

/// Going on where the same step of another graph is.
extension RunnerStep {
  /// Bytes that the state of its stage may need. [control]
  var stateByteCount: Int {
    guard case .stage(let processor, _) = work else { return 0 }
    return (changing?.active ?? processor).stateByteCount
  }

  /// Begins at a frame of the stream where another graph's step is, or afresh; allocates nothing. [worker]
  ///
  /// - Parameter ramp: On which its parameters leave the other's for its own.
  /// - Returns: whether it goes on.
  func begin(at frame: Int64, from other: RunnerStep<S>?, through memory: StateMemory?, along ramp: Ramp) -> Bool {
    position = frame
    silentUntil = other?.silentUntil ?? 0
    if let changing {
      return changing.begin(at: frame, from: other?.changing, or: other?.bearer, through: memory, along: ramp)
    }
    guard let memory, let other else { return false }
    switch (work, other.work) {
    case (.stage(let processor, _), .stage):
      guard let bearer, let old = other.bearer(for: bearer) else { return false }
      guard processor.takeState(of: old.processor, through: memory) else { return false }
      bearer.adopt(along: ramp)
      return true
    case (.delay(let mine), .delay(let theirs)):
      mine.takeState(of: theirs)
      return true
    case (.sum, .sum), (.copy, .copy): return true
    default: return false
    }
  }

  private func bearer(for mine: StateBearer<S>) -> StateBearer<S>? {
    if let changing { return changing.bearer(for: mine) }
    guard let bearer, mine.fits(bearer) else { return nil }
    return bearer
  }
}

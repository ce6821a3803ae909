import AudioCore

/// What somebody who runs a plan live watches after each block; none of it allocates. [worker]
extension PlanRunner {
  /// The name of each step: its stage's identity, empty for sums, delays and copies. [control]
  package var stepNames: [String] { steps.map { $0.identity ?? "" } }

  /// The same, with words for the steps that are no stage. [control]
  package var stepLabels: [String] { steps.map { $0.identity ?? $0.kind } }

  /// The first step whose stage has failed; nil when all are well.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package func failedStep() -> Int? {
    var index = 0
    while index < steps.count {
      if steps[index].hasFailed { return index }
      index += 1
    }
    return nil
  }

  /// The step that has overflowed most recently; nil when none has.
  package func lastOverflowedStep() -> Int? {
    var latest: Int?
    for index in steps.indices where steps[index].overflowCount > 0 {
      if latest.map({ steps[index].lastOverflow > steps[$0].lastOverflow }) ?? true { latest = index }
    }
    return latest
  }

  // Without specialisation every pass over the steps would allocate an iterator.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func totalOverflows() -> Int {
    var total = 0
    var index = 0
    while index < steps.count {
      total += steps[index].overflowCount
      index += 1
    }
    return total
  }
}

import AudioCore

/// What somebody who runs a plan live watches after each block; none of it allocates or locks, which unspecialised it would. [worker]
extension PlanRunner {
  /// The first step of the graph that is heard whose stage has failed, for `control.stageName`; nil when all are well.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package func failedStep() -> Int? {
    active.failedStep().map { StepCode.make(graph: active.number, step: $0) }
  }

  /// The step of that graph that has overflowed most recently, for `control.stageName`; nil when none has.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  package func lastOverflowedStep() -> Int? {
    active.lastOverflowedStep().map { StepCode.make(graph: active.number, step: $0) }
  }
}

extension RunningGraph {
  /// Takes the newest list of changes of each stage. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func takeLists() {
    var index = 0
    while index < steps.count {
      steps[index].changing?.takeList()
      index += 1
    }
  }

  /// Tells which lists of changes its stages took that nobody was told of yet. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func visitFound(_ body: (FoundList) -> Void) {
    var stage = 0
    var index = 0
    while index < steps.count {
      if let changing = steps[index].changing {
        if changing.takenSerial != changing.toldSerial {
          body(FoundList(graph: number, stage: stage, serial: changing.takenSerial))
        }
        stage += 1
      }
      index += 1
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func markFound() {
    var index = 0
    while index < steps.count {
      if let changing = steps[index].changing { changing.toldSerial = changing.takenSerial }
      index += 1
    }
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func failedStep() -> Int? {
    var index = 0
    while index < steps.count {
      if steps[index].hasFailed { return index }
      index += 1
    }
    return nil
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func lastOverflowedStep() -> Int? {
    var latest: Int?
    var index = 0
    while index < steps.count {
      let step = steps[index]
      if step.overflowCount > 0, latest == nil || step.lastOverflow > steps[latest ?? 0].lastOverflow { latest = index }
      index += 1
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

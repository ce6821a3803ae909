import AudioCore
import Synchronization

extension ChangingStage {
  /// Everything, in the middle of a change too. No other thread may change the stage meanwhile. [worker]
  func saveState(into writer: inout StateWriter) {
    takeList()
    writer.write(Int(progress.position.load(ordering: .relaxed)))
    writer.write(level)
    let recipe = source.change._withUnsafeGuaranteedRef { $0.segments[source.segment].recipe }
    keeper.write(recipe, into: &writer)
    var plans: [ChangePlan] = []
    if let change { plans.append(change._withUnsafeGuaranteedRef { ChangePlan($0, from: segment) }) }
    while let next = waiting(cursor + plans.count - (change == nil ? 0 : 1)) { plans.append(ChangePlan(next, from: 0)) }
    writer.write(change == nil ? -1 : frame)
    writer.write(plans.count)
    for plan in plans { plan.write(into: &writer, by: keeper) }
    history.saveState(into: &writer)
    active.saveState(into: &writer)
    incoming?.saveState(into: &writer)
  }

  func restoreState(from reader: inout StateReader) throws(StateError) {
    let position = try reader.readInt()
    level = try reader.readDouble()
    let recipe = try keeper.readRecipe(from: &reader)
    let underWay = try reader.readInt()
    let count = try reader.readInt()
    guard count >= (underWay < 0 ? 0 : 1), underWay >= -1, position >= 0 else {
      throw .mismatch(expected: "changes", found: String(count))
    }
    var plans: [ChangePlan] = []
    for _ in 0..<count { plans.append(try ChangePlan(from: &reader, by: keeper)) }
    let restored = try keeper.restore(recipe, plans, at: Int64(position), isUnderWay: underWay >= 0)
    active = restored.processor
    reporter = active as? any FailureReporting
    (change, adopted, incoming) = (nil, nil, nil)
    owner = Unmanaged.passUnretained(restored.first)
    source = (Unmanaged.passUnretained(restored.first), 0)
    list = nil
    nextLevel = level
    takeList()
    if underWay >= 0, let first = waiting(0) {
      let under = Unmanaged.passUnretained(first)
      first.begun.store(true, ordering: .releasing)
      cursor = 1
      change = under
      segment = 0
      frame = underWay
      ramp = first.segments[0].ramp
      nextLevel = first.level
      switch first.segments[0].target {
      case .adopt:
        adopted = under
        source = (under, 0)
      case .replace(let processor, let prepare, _):
        prepare?()
        incoming = processor
      }
    }
    try history.restoreState(from: &reader)
    try active.restoreState(from: &reader)
    try incoming?.restoreState(from: &reader)
  }
}

import AudioCore
import AudioGraph

/// Watches the worker's own stages: failures, overflows, and blocks that take too long one after another.
struct FaultWatch {
  /// So long, and at least two blocks in a row, must the worker be late before it gives up.
  private static let overloadNanoseconds: Int64 = 400_000_000

  /// Whether the plan is not run any more.
  private(set) var isSilenced = false
  private let counters: CounterBank
  private var jumps = false
  private var lateNanoseconds: Int64 = 0
  private var lateBlocks = 0
  private var overflows = 0

  init(_ runner: PlanRunner<Float>, counters: CounterBank) { self.counters = counters }

  /// Whether the next block does not go on from the last one; asking takes it back.
  mutating func takeJump() -> Bool {
    defer { jumps = false }
    return jumps
  }

  /// Looks after a block. [worker]
  mutating func look(_ runner: PlanRunner<Float>, took: Int64, isLate: Bool, clock: any AudioClock) {
    guard !isSilenced else { return }
    if let stage = runner.failedStep() {
      silence(.stageFailed)
      counters.set(stage, at: WorkerCounter.failedStage.rawValue)
      return
    }
    let count = runner.overflowCount
    if count != overflows {
      counters.set(count, at: WorkerCounter.stageOverflows.rawValue)
      counters.set(runner.lastOverflowedStep() ?? 0, at: WorkerCounter.overflowedStage.rawValue)
      counters.set(Int(clock.nanoseconds), at: WorkerCounter.lastOverflow.rawValue)
      overflows = count
    }
    // One long block is an interruption; one after another is a graph that needs more time than there is.
    lateNanoseconds = isLate ? lateNanoseconds + took : 0
    lateBlocks = isLate ? lateBlocks + 1 : 0
    if lateBlocks >= 2 && lateNanoseconds >= Self.overloadNanoseconds { silence(.overloaded) }
  }

  /// Begins anew with another graph. [worker]
  mutating func revive() {
    isSilenced = false
    jumps = true
    (lateNanoseconds, lateBlocks) = (0, 0)
    counters.set(WorkerFault.none.rawValue, at: WorkerCounter.fault.rawValue)
  }

  private mutating func silence(_ fault: WorkerFault) {
    isSilenced = true
    jumps = true
    counters.set(fault.rawValue, at: WorkerCounter.fault.rawValue)
  }
}

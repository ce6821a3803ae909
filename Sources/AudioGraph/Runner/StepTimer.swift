import AudioCore

/// Somebody who is told how long each step of a graph took.
package protocol StepObserver: AnyObject, Sendable {
  /// Called once a block for each step that ran. [worker]
  func record(step: Int, nanoseconds: Int64)
}

/// How the steps of a runner's graphs are timed.
package struct StepTiming: Sendable {
  let clock: any AudioClock
  /// Makes whoever is told of a graph's steps, by the graph's number and what the steps are. [control]
  let observe: @Sendable (_ graph: Int, _ labels: [String]) -> any StepObserver

  package init(
    clock: any AudioClock, observe: @escaping @Sendable (_ graph: Int, _ labels: [String]) -> any StepObserver
  ) {
    self.clock = clock
    self.observe = observe
  }
}

/// Adds up what each step of one graph takes while a block runs in pieces. The clock and the observer are kept in an object: to copy an
/// optional existential the runtime may look its type up, under a lock.
final class StepTimer {
  let observer: any StepObserver
  private let clock: any AudioClock
  private let sums: UnsafeMutablePointer<Int64>
  private let count: Int
  private var began: Int64 = 0
  private var hasRun = false

  init(_ clock: any AudioClock, _ observer: any StepObserver, count: Int) {
    self.clock = clock
    self.observer = observer
    self.count = count
    sums = .allocate(capacity: max(1, count))
    sums.initialize(repeating: 0, count: max(1, count))
  }

  deinit { sums.deallocate() }

  /// Before the first step of a piece. [worker]
  func begin() {
    began = clock.nanoseconds
    hasRun = true
  }

  /// After a step, in their order. [worker]
  func end(_ step: Int) {
    let now = clock.nanoseconds
    sums[step] += now - began
    began = now
  }

  /// After the last piece of a block. [worker]
  func tell() {
    guard hasRun else { return }
    hasRun = false
    var step = 0
    while step < count {
      observer.record(step: step, nanoseconds: sums[step])
      sums[step] = 0
      step += 1
    }
  }
}

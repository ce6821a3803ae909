import Synchronization

/// Where a device's clock was last: a position in frames and the time that belongs to it, always as a pair.
///
/// One thread stores; any thread reads, and reads again when a store came between.
struct ClockStamp: @unchecked Sendable {
  // Sendable because all three words are atomic.
  private let memory: UnsafeMutablePointer<Atomic<Int>>

  init() {
    memory = .allocate(capacity: 3)
    for index in 0..<3 { (memory + index).initialize(to: Atomic(0)) }
  }

  func free() { memory.deinitialize(count: 3).deallocate() }

  /// Stores a pair. Only one thread may. [callback]
  @_noLocks @_noAllocation
  func store(position: Int, time: Int64) {
    let version = memory[0].load(ordering: .relaxed)
    // Odd while the pair is being changed. The words themselves are stored releasing, so that whoever sees one of them sees the odd version.
    memory[0].store(version &+ 1, ordering: .relaxed)
    memory[1].store(position, ordering: .releasing)
    memory[2].store(Int(truncatingIfNeeded: time), ordering: .releasing)
    memory[0].store(version &+ 2, ordering: .releasing)
  }

  /// The last pair; nil when nothing was stored yet.
  func load() -> (position: Int, time: Int64)? {
    while true {
      let before = memory[0].load(ordering: .acquiring)
      if before == 0 { return nil }
      let position = memory[1].load(ordering: .acquiring)
      let time = memory[2].load(ordering: .acquiring)
      if before & 1 == 0 && memory[0].load(ordering: .relaxed) == before { return (position, Int64(time)) }
    }
  }
}

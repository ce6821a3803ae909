import Synchronization

/// What the callback counts.
enum CallbackCounter: Int, CaseIterable {
  case callbacks
  /// Cycles whose input found no room in the ring.
  case inputOverflows
  case inputOverflowFrames
  /// Cycles for which the ring had not enough output.
  case outputUnderflows
  case outputUnderflowFrames
  /// Cycles that reported a loss of the device's own.
  case deviceXruns
  /// Times that late output was dropped, so that latency does not grow.
  case resynchronisations
  case droppedFrames
  /// Cycles that followed the one before at once.
  case bursts
  /// When the last callback began.
  case lastCallback
}

/// What the worker counts.
enum WorkerCounter: Int, CaseIterable {
  case blocks
  case frames
  /// Blocks that took longer than they last.
  case deadlineMisses
  case nonFiniteInputs
  case stageOverflows
  /// When a stage last overflowed.
  case lastOverflow
  /// Which stage it was.
  case overflowedStage
  /// When the present block began; 0 between blocks.
  case blockBegan
  /// A `WorkerFault`.
  case fault
  case failedStage
  /// The correction of the rate in thousandths of a millionth.
  case driftCorrection
  /// Thousandths of frames between the clocks above the target.
  case driftError
  case driftJumps
  /// Blocks whose result came from the accelerator.
  case acceleratedBlocks
  /// Times that the accelerator was heard and the processor had to take over: it was late, or failed.
  case acceleratorFallbacks
  /// An `AcceleratorLoss`.
  case acceleratorLoss
}

/// A row of counters: one thread writes, any thread may read at any time.
struct CounterBank: @unchecked Sendable {
  // Sendable because everything behind the pointer is atomic.
  private let memory: UnsafeMutablePointer<Atomic<Int>>
  private let count: Int

  init(count: Int) {
    self.count = count
    memory = .allocate(capacity: count)
    for index in 0..<count { (memory + index).initialize(to: Atomic(0)) }
  }

  /// Gives the memory back; nobody may use the row any more.
  func free() { memory.deinitialize(count: count).deallocate() }

  /// Adds to a counter. Only its writer may.
  @_noLocks @_noAllocation
  func add(_ number: Int, to index: Int) {
    memory[index].store(memory[index].load(ordering: .relaxed) &+ number, ordering: .relaxed)
  }

  /// Replaces a counter's value. Only its writer may.
  @_noLocks @_noAllocation
  func set(_ value: Int, at index: Int) { memory[index].store(value, ordering: .releasing) }

  func value(_ index: Int) -> Int { memory[index].load(ordering: .acquiring) }

  var values: [Int] { (0..<count).map(value) }
}

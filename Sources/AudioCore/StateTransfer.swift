/// Memory through which running state goes from one processor to another of the same shape, without an allocation.
public final class StateMemory {
  private var writer: StateWriter

  /// Makes room for the state of one processor at a time. [control]
  public init(byteCount: Int) { writer = StateWriter(capacity: byteCount) }

  /// Writes the state of one processor and lets another read it. [worker]
  /// - Returns: false when it did not fit; the other is fresh then.
  public func move<S: Sample>(from old: any BlockProcessor<S>, to new: any BlockProcessor<S>) -> Bool {
    writer.clear()
    old.saveState(into: &writer)
    guard !writer.hasOverflowed else { return false }
    var reader = StateReader(writer.bytes)
    do throws(StateError) {
      try new.restoreState(from: &reader)
      return true
    } catch {
      new.reset()
      return false
    }
  }
}

extension BlockProcessor {
  public var stateByteCount: Int { freshStateByteCount }

  /// What it writes now.
  public var freshStateByteCount: Int {
    var writer = StateWriter()
    saveState(into: &writer)
    return writer.bytes.count
  }

  public func takeState(of other: any BlockProcessor<S>, through memory: StateMemory) -> Bool {
    memory.move(from: other, to: self)
  }
}

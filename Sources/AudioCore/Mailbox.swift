import Synchronization

/// A single slot that carries designs from the control thread to the worker, and the old ones back to be freed.
///
/// Taking neither locks nor allocates nor frees. A design that is posted before the last one was taken replaces it.
public final class Mailbox<Design: Sendable>: Sendable {
  private final class Letter: Sendable {
    let design: Design
    init(_ design: Design) { self.design = design }
  }

  // Words, not pointers: an atomic raw pointer is not Sendable.
  private let slot = Atomic<UInt>(0)
  private let used = Atomic<UInt>(0)

  public init() {}

  deinit {
    release(slot.load(ordering: .relaxed))
    release(used.load(ordering: .relaxed))
  }

  /// Puts a design into the slot. [control]
  public func post(_ design: Design) {
    collect()
    let word = UInt(bitPattern: Unmanaged.passRetained(Letter(design)).toOpaque())
    release(slot.exchange(word, ordering: .acquiringAndReleasing))
  }

  /// Frees the design that the worker has finished with. [control]
  public func collect() { release(used.exchange(0, ordering: .acquiring)) }

  /// Hands the waiting design to the body, when there is one and the last one was collected. [worker]
  public func take(_ body: (borrowing Design) -> Void) {
    guard used.load(ordering: .acquiring) == 0 else { return }
    let word = slot.exchange(0, ordering: .acquiring)
    guard let pointer = UnsafeRawPointer(bitPattern: word) else { return }
    // SAFETY: the word was a retained letter, and whoever exchanges it out of the slot owns that count.
    Unmanaged<Letter>.fromOpaque(pointer)._withUnsafeGuaranteedRef { body($0.design) }
    used.store(word, ordering: .releasing)
  }

  private func release(_ word: UInt) {
    guard let pointer = UnsafeRawPointer(bitPattern: word) else { return }
    // SAFETY: as in `take`: this side exchanged the word out and owns its count.
    Unmanaged<Letter>.fromOpaque(pointer).release()
  }
}

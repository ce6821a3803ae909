import Synchronization

/// Hands objects from control threads to one worker, the newest first, and frees them on a control thread.
///
/// Taking neither locks, allocates nor frees. What is posted before the last one was taken replaces it. The worker may use what it took
/// until it takes the next.
public final class Mailbox<Letter: AnyObject & Sendable>: Sendable {
  private final class Envelope: Sendable {
    let letter: Letter
    let number: Int

    init(_ letter: Letter, number: Int) {
      self.letter = letter
      self.number = number
    }
  }

  // What the worker may still see, so that nothing is freed under it.
  private let held = Locked<[Envelope]>([])
  // A word, not a pointer: an atomic raw pointer is not Sendable.
  private let slot = Atomic<UInt>(0)
  private let taken = Atomic<Int>(0)

  public init() {}

  /// Makes an object the newest, and frees those that the worker has done with. [control]
  public func post(_ letter: Letter) {
    held.withLock { held in
      let envelope = Envelope(letter, number: (held.last?.number ?? taken.load(ordering: .acquiring)) + 1)
      held.append(envelope)
      slot.store(UInt(bitPattern: Unmanaged.passUnretained(envelope).toOpaque()), ordering: .releasing)
    }
    collect()
  }

  /// Frees what the worker has done with. [control]
  public func collect() {
    held.withLock { held in
      let done = taken.load(ordering: .acquiring)
      held.removeAll { $0.number < done }
    }
  }

  /// Whether the worker may still see an object that passes a test. [control]
  public func holds(where test: (Letter) -> Bool) -> Bool {
    held.withLock { held in held.contains { test($0.letter) } }
  }

  /// The newest object, when there is one that was not taken yet. [worker]
  public func take() -> Unmanaged<Letter>? {
    guard slot.load(ordering: .relaxed) != 0,
      let pointer = UnsafeRawPointer(bitPattern: slot.exchange(0, ordering: .acquiring))
    else { return nil }
    // SAFETY: envelopes stay held until one of a higher number was taken.
    return Unmanaged<Envelope>.fromOpaque(pointer)._withUnsafeGuaranteedRef { envelope in
      taken.store(envelope.number, ordering: .releasing)
      return Unmanaged.passUnretained(envelope.letter)
    }
  }
}

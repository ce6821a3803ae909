import Synchronization

/// A value that one thread at a time may use: the standard library's `Mutex`, in a form that the thread sanitizer understands.
///
/// A contended `Mutex` is taken and left inside the runtime, which is not instrumented: the sanitizer then calls what the lock orders a
/// race. Each hold therefore begins with an acquiring load and ends with a releasing store of an atomic of its own, which the sanitizer
/// sees, and which cost next to nothing beside the lock. Control threads alone may call it. [control]
package struct Locked<Value: ~Copyable>: ~Copyable, Sendable {
  private let mutex: Mutex<Value>
  private let turn = Atomic<Bool>(false)

  package init(_ value: consuming sending Value) { mutex = Mutex(value) }

  /// Lends the value to the body, and to nobody else meanwhile.
  package borrowing func withLock<Result: ~Copyable, Failure: Error>(
    _ body: (inout sending Value) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    try mutex.withLock { value throws(Failure) in
      _ = turn.load(ordering: .acquiring)
      defer { turn.store(true, ordering: .releasing) }
      return try body(&value)
    }
  }
}

import AudioCore
import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Runs independent jobs on a limited number of threads, the caller's among them.
public struct JobPool: Sendable {
  /// The most jobs that run at the same time.
  public let workers: Int

  /// Makes a pool.
  /// - Parameter workers: 1 to 1024; nil for as many as the machine has cores.
  /// - Throws: `DesignError` of reason `.outOfRange`.
  public init(workers: Int? = nil) throws(DesignError) {
    let count = workers ?? Self.cores
    guard (1...1_024).contains(count) else {
      throw DesignError(
        .outOfRange, parameter: "workers", value: String(count), problem: "is out of range: 1 to 1024",
        remedy: "Give as many as the machine has cores, or leave it out")
    }
    self.workers = count
  }

  /// The cores of the machine that are switched on.
  public static var cores: Int { min(1_024, max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))) }

  /// Runs the jobs 0 ..< count and returns what became of each, in their order.
  ///
  /// Which thread runs a job, and when, is not defined; that a job's result does not depend on it is the job's part.
  /// - Parameters:
  ///   - isCancelled: Asked before each job; once it says true, the jobs that have not begun end with `CancellationError`.
  ///   - job: What is thrown becomes the job's result, and the others go on.
  public func run<Value: Sendable>(
    _ count: Int, isCancelled: @Sendable () -> Bool = { false }, _ job: @Sendable (Int) throws -> Value
  ) -> [Result<Value, any Error>] {
    precondition(count >= 0, "\(count) jobs")
    let next = Atomic<Int>(0)
    let isStopped = Atomic<Bool>(false)
    let results = Locked([Result<Value, any Error>?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: min(workers, count)) { _ in
      while true {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        if !isStopped.load(ordering: .relaxed), isCancelled() { isStopped.store(true, ordering: .relaxed) }
        let result: Result<Value, any Error> =
          isStopped.load(ordering: .relaxed) ? .failure(CancellationError()) : Result { try job(index) }
        results.withLock { $0[index] = result }
      }
    }
    return results.withLock { all in all.map { $0 ?? .failure(CancellationError()) } }
  }
}

import Synchronization

/// Where time comes from, so that a test can simulate an hour in a second.
///
/// Any thread may call it. Waiting threads sleep through the clock, never past it.
public protocol AudioClock: Sendable {
  /// Nanoseconds since some fixed moment; never goes back.
  var nanoseconds: Int64 { get }
  /// Sleeps for a number of nanoseconds.
  func sleep(nanoseconds: Int64)
}

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The machine's monotonic clock.
public struct SystemClock: AudioClock {
  public init() {}

  public var nanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  public func sleep(nanoseconds: Int64) {
    guard nanoseconds > 0 else { return }
    var left = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    var rest = timespec()
    // A signal ends the sleep early and leaves the rest to sleep.
    while nanosleep(&left, &rest) != 0 && errno == EINTR { left = rest }
  }
}

/// A clock that stands still until it is told to go on; sleeping moves it.
public final class ManualClock: AudioClock {
  private let time: Atomic<Int64>

  public init(nanoseconds: Int64 = 0) { time = Atomic(nanoseconds) }

  public var nanoseconds: Int64 { time.load(ordering: .acquiring) }

  /// Moves the clock on.
  public func advance(nanoseconds: Int64) {
    precondition(nanoseconds >= 0, "a clock never goes back: \(nanoseconds)")
    time.wrappingAdd(nanoseconds, ordering: .acquiringAndReleasing)
  }

  public func sleep(nanoseconds: Int64) { advance(nanoseconds: max(0, nanoseconds)) }
}

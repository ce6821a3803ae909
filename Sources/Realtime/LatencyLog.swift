import Synchronization

/// The last times that something took, in nanoseconds, and a histogram of all of them.
///
/// One thread records; any thread may read at any time. The memory is allocated and touched once; when it is full the oldest time gives
/// way.
final class LatencyLog: @unchecked Sendable {
  // Sendable because everything behind the pointers is atomic.
  /// How many times are kept: a power of two.
  let capacity: Int
  fileprivate let times: UnsafeMutablePointer<Atomic<UInt32>>
  fileprivate let buckets: UnsafeMutablePointer<Atomic<Int>>
  fileprivate let total: UnsafeMutablePointer<Atomic<Int>>

  init(capacity: Int) {
    var rounded = 1
    while rounded < capacity { rounded *= 2 }
    self.capacity = rounded
    times = .allocate(capacity: rounded)
    buckets = .allocate(capacity: LatencyHistogram.bucketCount)
    total = .allocate(capacity: 1)
    for index in 0..<rounded { (times + index).initialize(to: Atomic(0)) }
    for index in 0..<LatencyHistogram.bucketCount { (buckets + index).initialize(to: Atomic(0)) }
    total.initialize(to: Atomic(0))
  }

  deinit {
    times.deinitialize(count: capacity).deallocate()
    buckets.deinitialize(count: LatencyHistogram.bucketCount).deallocate()
    total.deinitialize(count: 1).deallocate()
  }

  /// The end that times are recorded with, for one thread.
  func recorder() -> LatencyRecorder { LatencyRecorder(self) }

  /// How many times were recorded in all.
  var count: Int { total.pointee.load(ordering: .acquiring) }

  /// The times that are kept, the oldest first, without the first `skipped` ever recorded.
  func nanoseconds(after skipped: Int = 0) -> [Int] {
    let end = count
    let copied = (max(skipped, end - capacity)..<max(end, skipped)).map { index in
      Int(times[index & (capacity - 1)].load(ordering: .relaxed))
    }
    // What was overwritten while it was copied is newer than it says: it is left out.
    let overwritten = max(0, count - capacity - max(skipped, end - capacity))
    return Array(copied.dropFirst(min(copied.count, overwritten)))
  }

  /// How many times fell into each bucket.
  func bucketCounts() -> [Int] { (0..<LatencyHistogram.bucketCount).map { buckets[$0].load(ordering: .relaxed) } }
}

/// The writing end of a log: it neither locks nor allocates.
struct LatencyRecorder {
  private let times: UnsafeMutablePointer<Atomic<UInt32>>
  private let buckets: UnsafeMutablePointer<Atomic<Int>>
  private let total: UnsafeMutablePointer<Atomic<Int>>
  private let mask: Int

  fileprivate init(_ log: LatencyLog) {
    times = log.times
    buckets = log.buckets
    total = log.total
    mask = log.capacity - 1
  }

  /// Records a time. Only one thread may. [callback]
  @_noLocks @_noAllocation
  func record(nanoseconds: Int64) {
    // Four seconds and more are all the same: far beyond any deadline.
    let time = UInt32(truncatingIfNeeded: max(0, min(nanoseconds, 4_294_967_295)))
    let count = total.pointee.load(ordering: .relaxed)
    times[count & mask].store(time, ordering: .relaxed)
    let bucket = LatencyHistogram.bucket(of: time)
    buckets[bucket].store(buckets[bucket].load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    total.pointee.store(count &+ 1, ordering: .releasing)
  }
}

/// How often times of each size were seen. Buckets grow by a quarter of a power of two.
public struct LatencyHistogram: Sendable, Hashable {
  /// One bucket: times from `fromNanoseconds` up to the next bucket's beginning.
  public struct Bucket: Sendable, Hashable {
    public var fromNanoseconds: Int
    public var count: Int
  }

  /// The buckets that hold something, in rising order.
  public let buckets: [Bucket]

  static let bucketCount = 128

  init(counts: [Int]) {
    buckets = counts.enumerated().compactMap { index, count in
      count > 0 ? Bucket(fromNanoseconds: Self.start(of: index), count: count) : nil
    }
  }

  /// The bucket of a time: four to each power of two.
  @_noLocks @_noAllocation
  static func bucket(of time: UInt32) -> Int {
    if time < 4 { return Int(truncatingIfNeeded: time) }
    let exponent = 31 &- time.leadingZeroBitCount
    return exponent &* 4 &+ Int(truncatingIfNeeded: (time &>> UInt32(truncatingIfNeeded: exponent &- 2)) & 3)
  }

  static func start(of bucket: Int) -> Int {
    if bucket < 8 { return bucket < 4 ? bucket : 4 }
    return (4 + bucket % 4) << (bucket / 4 - 2)
  }
}

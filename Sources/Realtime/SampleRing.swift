import CRealtime
import Synchronization

/// Makes lock-free rings of planar frames with one producer and one consumer.
///
/// The two ends are values that cannot be copied, so that no second thread can come to hold one by accident. Each keeps the ring's
/// memory alive. Capacities are powers of two; positions count frames since the beginning and never wrap in practice.
///
/// The producer publishes frames with a releasing store of its position, which the consumer reads acquiring before it touches the frames;
/// the other way round for the room that it frees. Each end remembers the last position of the other that it saw, so that it looks at
/// the other's cache line only when what it knows does not suffice.
public enum SampleRing {
  /// Makes a ring of a number of channels, empty, and returns its ends. [control]
  ///
  /// - Parameter capacity: The frames that must fit at least; it is rounded up to a power of two.
  public static func make(channels: Int, capacity: Int) -> Ends {
    let storage = RingStorage(channels: channels, capacity: capacity)
    return Ends(producer: RingProducer(storage), consumer: RingConsumer(storage))
  }

  /// Both ends of a new ring.
  public struct Ends: ~Copyable {
    public var producer: RingProducer
    public var consumer: RingConsumer

    /// Hands each end to its owner.
    public consuming func split<R: ~Copyable>(
      _ body: (consuming RingProducer, consuming RingConsumer) -> R
    ) -> R {
      body(producer, consumer)
    }
  }
}

/// A ring's memory: samples, and two positions on cache lines of their own.
final class RingStorage {
  let channels: Int
  let capacity: Int
  let samples: UnsafeMutablePointer<Float>
  private let positions: UnsafeMutableRawPointer
  /// Frames written since the beginning. Only the producer stores it.
  let written: UnsafeMutablePointer<Atomic<Int>>
  /// Frames read since the beginning. Only the consumer stores it.
  let read: UnsafeMutablePointer<Atomic<Int>>

  /// Two lines on most processors: neighbours are fetched in pairs.
  private static let lineBytes = 128

  init(channels: Int, capacity: Int) {
    precondition(
      channels >= 0 && capacity > 0 && capacity <= 1 << 30, "a ring of \(channels) channels by \(capacity) frames")
    self.channels = channels
    var rounded = 1
    while rounded < capacity { rounded *= 2 }
    self.capacity = rounded
    let count = max(1, channels * rounded)
    samples = UnsafeMutableRawPointer.allocate(
      byteCount: count * MemoryLayout<Float>.stride, alignment: Self.lineBytes
    ).bindMemory(to: Float.self, capacity: count)
    // Touching every page now spares the first round its page faults.
    samples.initialize(repeating: 0, count: count)
    positions = .allocate(byteCount: 2 * Self.lineBytes, alignment: Self.lineBytes)
    // SAFETY: each position has a line of its own inside the allocation, aligned far beyond its type.
    written = positions.bindMemory(to: Atomic<Int>.self, capacity: 1)
    read = (positions + Self.lineBytes).bindMemory(to: Atomic<Int>.self, capacity: 1)
    written.initialize(to: Atomic(0))
    read.initialize(to: Atomic(0))
  }

  deinit {
    written.deinitialize(count: 1)
    read.deinitialize(count: 1)
    positions.deallocate()
    samples.deallocate()
  }
}

/// The end of a ring that frames are written to. One thread at a time may use it; it neither locks nor allocates.
public struct RingProducer: ~Copyable, @unchecked Sendable {
  // Sendable because it cannot be copied: whoever receives it is the only one that has it.
  /// Keeps the memory alive; the realtime methods never touch the reference itself.
  private let storage: RingStorage
  private let samples: UnsafeMutablePointer<Float>
  private let writtenPosition: UnsafeMutablePointer<Atomic<Int>>
  private let readPosition: UnsafeMutablePointer<Atomic<Int>>
  /// How many channels a frame has.
  public let channels: Int
  /// How many frames fit.
  public let capacity: Int
  /// The reader's position when it was last looked at.
  private var knownRead = 0

  init(_ storage: RingStorage) {
    self.storage = storage
    samples = storage.samples
    writtenPosition = storage.written
    readPosition = storage.read
    channels = storage.channels
    capacity = storage.capacity
  }

  /// Frames written since the beginning.
  public var position: Int { @_noLocks @_noAllocation get { writtenPosition.pointee.load(ordering: .relaxed) } }

  /// Frames that can be written now, at least.
  public mutating func writable() -> Int { room(atLeast: capacity) }

  /// Frames that can be written, looking at the reader's position only when the known room is below `wanted`.
  @_noLocks @_noAllocation
  private mutating func room(atLeast wanted: Int) -> Int {
    let written = writtenPosition.pointee.load(ordering: .relaxed)
    let known = capacity &- (written &- knownRead)
    if known >= wanted { return known }
    knownRead = readPosition.pointee.load(ordering: .acquiring)
    return capacity &- (written &- knownRead)
  }

  /// Writes all frames, or none where they do not fit. [callback]
  ///
  /// - Parameter source: One address of `frames` samples for each channel.
  /// - Returns: whether they were written.
  @_noLocks @_noAllocation
  public mutating func write(_ source: UnsafePointer<UnsafePointer<Float>>, frames: Int) -> Bool {
    precondition(frames >= 0, "a negative number of frames")
    if room(atLeast: frames) < frames { return false }
    copy(source, frames: frames)
    return true
  }

  /// Writes as many frames as fit, from the first on.
  /// - Returns: how many were written.
  @_noLocks @_noAllocation
  public mutating func writeSome(_ source: UnsafePointer<UnsafePointer<Float>>, frames: Int) -> Int {
    precondition(frames >= 0, "a negative number of frames")
    let count = min(frames, room(atLeast: frames))
    copy(source, frames: count)
    return count
  }

  /// Writes silence, all of it or none. [callback]
  @_noLocks @_noAllocation
  public mutating func writeSilence(frames: Int) -> Bool {
    precondition(frames >= 0, "a negative number of frames")
    if room(atLeast: frames) < frames { return false }
    let written = writtenPosition.pointee.load(ordering: .relaxed)
    let start = written & (capacity &- 1)
    let first = min(frames, capacity &- start)
    var channel = 0
    while channel < channels {
      // SAFETY: the channel's run holds `capacity` samples, and both parts lie inside it.
      let run = samples + channel &* capacity
      rt_clear(run + start, first)
      rt_clear(run, frames &- first)
      channel &+= 1
    }
    writtenPosition.pointee.store(written &+ frames, ordering: .releasing)
    return true
  }

  /// Copies frames that fit and publishes them.
  @_noLocks @_noAllocation
  private mutating func copy(_ source: UnsafePointer<UnsafePointer<Float>>, frames: Int) {
    let written = writtenPosition.pointee.load(ordering: .relaxed)
    let start = written & (capacity &- 1)
    let first = min(frames, capacity &- start)
    var channel = 0
    while channel < channels {
      // SAFETY: the channel's run holds `capacity` samples, both parts lie inside it, and the consumer has left them.
      let run = samples + channel &* capacity
      rt_copy(run + start, source[channel], first)
      if first < frames { rt_copy(run, source[channel] + first, frames &- first) }
      channel &+= 1
    }
    writtenPosition.pointee.store(written &+ frames, ordering: .releasing)
  }
}

/// The end of a ring that frames are read from. One thread at a time may use it; it neither locks nor allocates.
public struct RingConsumer: ~Copyable, @unchecked Sendable {
  // Sendable because it cannot be copied: whoever receives it is the only one that has it.
  /// Keeps the memory alive; the realtime methods never touch the reference itself.
  private let storage: RingStorage
  private let samples: UnsafeMutablePointer<Float>
  private let writtenPosition: UnsafeMutablePointer<Atomic<Int>>
  private let readPosition: UnsafeMutablePointer<Atomic<Int>>
  /// How many channels a frame has.
  public let channels: Int
  /// How many frames fit.
  public let capacity: Int
  /// The writer's position when it was last looked at.
  private var knownWritten = 0

  init(_ storage: RingStorage) {
    self.storage = storage
    samples = storage.samples
    writtenPosition = storage.written
    readPosition = storage.read
    channels = storage.channels
    capacity = storage.capacity
  }

  /// Frames read since the beginning.
  public var position: Int { @_noLocks @_noAllocation get { readPosition.pointee.load(ordering: .relaxed) } }

  /// Frames that can be read now, at least.
  @_noLocks @_noAllocation
  public mutating func readable() -> Int { filled(atLeast: capacity) }

  @_noLocks @_noAllocation
  private mutating func filled(atLeast wanted: Int) -> Int {
    let read = readPosition.pointee.load(ordering: .relaxed)
    if knownWritten &- read >= wanted { return knownWritten &- read }
    knownWritten = writtenPosition.pointee.load(ordering: .acquiring)
    return knownWritten &- read
  }

  /// Reads all frames that were asked for, or none where there are fewer. [callback]
  ///
  /// - Parameter target: One address with room for `frames` samples for each channel.
  /// - Returns: whether they were read.
  @_noLocks @_noAllocation
  public mutating func read(_ target: UnsafePointer<UnsafeMutablePointer<Float>>, frames: Int) -> Bool {
    if !peek(target, frames: frames, offset: 0) { return false }
    advance(frames)
    return true
  }

  /// Reads as many frames as there are, up to a number.
  /// - Returns: how many were read.
  @_noLocks @_noAllocation
  public mutating func readSome(_ target: UnsafePointer<UnsafeMutablePointer<Float>>, frames: Int) -> Int {
    let count = min(frames, filled(atLeast: frames))
    if peek(target, frames: count, offset: 0) { advance(count) }
    return count
  }

  /// Copies frames without taking them, so that reads may overlap.
  ///
  /// - Parameter offset: Frames behind the next one at which to begin.
  /// - Returns: whether there were so many; when not, nothing was copied.
  @_noLocks @_noAllocation
  public mutating func peek(
    _ target: UnsafePointer<UnsafeMutablePointer<Float>>, frames: Int, offset: Int = 0
  ) -> Bool {
    precondition(frames >= 0 && offset >= 0, "a negative number of frames")
    if filled(atLeast: offset &+ frames) < offset &+ frames { return false }
    let start = (readPosition.pointee.load(ordering: .relaxed) &+ offset) & (capacity &- 1)
    let first = min(frames, capacity &- start)
    var channel = 0
    while channel < channels {
      // SAFETY: the channel's run holds `capacity` samples, both parts lie inside it, and the producer has published them.
      let run = samples + channel &* capacity
      rt_copy(target[channel], run + start, first)
      if first < frames { rt_copy(target[channel] + first, run, frames &- first) }
      channel &+= 1
    }
    return true
  }

  /// Gives up frames, whether they were looked at or not; they must be there.
  @_noLocks @_noAllocation
  public mutating func advance(_ frames: Int) {
    precondition(frames >= 0 && filled(atLeast: frames) >= frames, "more frames than there are")
    readPosition.pointee.store(readPosition.pointee.load(ordering: .relaxed) &+ frames, ordering: .releasing)
  }

  /// Gives up all frames that are there.
  /// - Returns: how many they were.
  @_noLocks @_noAllocation @discardableResult
  public mutating func clear() -> Int {
    let count = filled(atLeast: capacity)
    advance(count)
    return count
  }
}

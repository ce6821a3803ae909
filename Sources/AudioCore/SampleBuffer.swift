/// Planar sample memory that owns its channels.
///
/// Memory is allocated once, zeroed, one run of samples a channel, each run aligned to a cache line. Buffers are lent as `AudioBlock`s and
/// never copied by accident: the class has identity. One thread at a time may use a buffer.
public final class SampleBuffer<S: Sample> {
  /// How many channels there are.
  public let channels: Int
  /// How many frames fit.
  public let capacity: Int
  @usableFromInline let table: UnsafeMutablePointer<UnsafeMutablePointer<S>>
  private let memory: ZeroedMemory

  /// Allocates zeroed memory for a number of channels and frames. Where the system has none the program stops.
  public convenience init(channels: Int, capacity: Int) {
    guard let memory = Self.allocated(channels, capacity) else {
      preconditionFailure("no memory for \(channels) channels by \(capacity) frames")
    }
    self.init(memory, channels: channels, capacity: capacity)
  }

  /// Allocates zeroed memory for as many frames as a user asked for; nil where the system has none.
  public convenience init?(ifThereIsMemoryFor capacity: Int, channels: Int) {
    guard let memory = Self.allocated(channels, capacity) else { return nil }
    self.init(memory, channels: channels, capacity: capacity)
  }

  private static var alignment: Int { 64 }

  /// Bytes from a channel to the next; nil for more than can be counted.
  ///
  /// An odd number of cache lines: with a power of two the same frame of all channels would fall into the same few places of the cache,
  /// and 64 channels of 1,024 frames took more than twice as long.
  private static func stride(_ capacity: Int) -> Int? {
    let (bytes, overflow) = capacity.multipliedReportingOverflow(by: MemoryLayout<S>.stride)
    return overflow || bytes > .max - 2 * alignment ? nil : ((bytes + alignment - 1) / alignment | 1) * alignment
  }

  private static func allocated(_ channels: Int, _ capacity: Int) -> ZeroedMemory? {
    precondition(channels >= 0 && capacity >= 0, "a buffer of \(channels) channels by \(capacity) frames")
    guard let (bytes, overflow) = stride(capacity)?.multipliedReportingOverflow(by: channels), !overflow else {
      return nil
    }
    return ZeroedMemory(ifThereIsMemoryFor: bytes, alignment: alignment)
  }

  private init(_ memory: ZeroedMemory, channels: Int, capacity: Int) {
    self.memory = memory
    self.channels = channels
    self.capacity = capacity
    let stride = Self.stride(capacity) ?? 0
    table = .allocate(capacity: max(channels, 1))
    for channel in 0..<channels {
      // SAFETY: the run lies inside the allocation, is aligned to 64 bytes and holds zero bits, which are valid samples.
      table[channel] = (memory.start + channel * stride).bindMemory(to: S.self, capacity: capacity)
    }
  }

  deinit {
    table.deallocate()
  }

  /// Bytes of sample memory.
  public var byteCount: Int { channels * capacity * MemoryLayout<S>.stride }

  /// Lends frames from the start, or from an offset, as a block.
  @inlinable
  public func withBlock<R, E: Error>(
    offset: Int = 0, frames: Int, _ body: (borrowing AudioBlock<S>) throws(E) -> R
  ) throws(E) -> R {
    precondition(
      offset >= 0 && frames >= 0 && offset <= capacity - frames, "frames \(offset)..<\(offset + frames) of \(capacity)")
    // SAFETY: the table names `channels` runs of `capacity` samples, which live as long as self; the range was checked.
    return try body(AudioBlock(table: UnsafePointer(table), channels: channels, offset: offset, frames: frames))
  }

  /// One sample; for tests and set-up, not for loops that must be fast.
  public subscript(channel: Int, frame: Int) -> S {
    get {
      check(channel, frame)
      return table[channel][frame]
    }
    set {
      check(channel, frame)
      table[channel][frame] = newValue
    }
  }

  private func check(_ channel: Int, _ frame: Int) {
    precondition(channel >= 0 && channel < channels, "channel \(channel) of \(channels)")
    precondition(frame >= 0 && frame < capacity, "frame \(frame) of \(capacity)")
  }

  /// Fills all memory with zeros.
  public func clear() {
    for channel in 0..<channels { table[channel].update(repeating: 0, count: capacity) }
  }
}

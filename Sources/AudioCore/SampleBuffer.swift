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

  /// Allocates zeroed memory for a number of channels and frames.
  public init(channels: Int, capacity: Int) {
    precondition(channels >= 0 && capacity >= 0, "a buffer of \(channels) channels by \(capacity) frames")
    self.channels = channels
    self.capacity = capacity
    let alignment = 64
    let stride = (capacity * MemoryLayout<S>.stride + alignment - 1) / alignment * alignment
    let (bytes, overflow) = stride.multipliedReportingOverflow(by: channels)
    precondition(!overflow, "a buffer of \(channels) channels by \(capacity) frames")
    memory = ZeroedMemory(byteCount: bytes, alignment: alignment)
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

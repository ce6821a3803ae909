/// A borrowed planar view of some frames of some channels.
///
/// It cannot be copied and is lent for the length of a call; it owns nothing. The ports of a node with several inputs or outputs stand
/// behind one another in one block. Input and output blocks of a processor may be the same memory, channel by channel.
public struct AudioBlock<S: Sample>: ~Copyable {
  @usableFromInline let table: UnsafePointer<UnsafeMutablePointer<S>>
  @usableFromInline let offset: Int
  /// How many channels there are, over all ports.
  public let channels: Int
  /// How many frames are lent.
  public let frames: Int

  /// Makes a view of memory that the caller keeps alive: `table[c] + offset` holds `frames` samples of channel c.
  @inlinable
  public init(table: UnsafePointer<UnsafeMutablePointer<S>>, channels: Int, offset: Int = 0, frames: Int) {
    precondition(channels >= 0 && offset >= 0 && frames >= 0, "a block of \(channels) channels by \(frames) frames")
    self.table = table
    self.channels = channels
    self.offset = offset
    self.frames = frames
  }

  /// Lends the samples of one channel.
  @inlinable
  public func withChannel<R, E: Error>(_ channel: Int, _ body: (inout MutableSpan<S>) throws(E) -> R) throws(E) -> R {
    precondition(channel >= 0 && channel < channels, "channel \(channel) of \(channels)")
    // SAFETY: the initialiser's caller vouches for `frames` samples at this address while the block is lent.
    var span = unsafe MutableSpan(_unsafeStart: table[channel] + offset, count: frames)
    return try body(&span)
  }

  /// Lends a range of the frames as a block of its own.
  @inlinable
  public func withFrames<R, E: Error>(
    _ range: Range<Int>, _ body: (borrowing AudioBlock<S>) throws(E) -> R
  ) throws(E) -> R {
    precondition(range.lowerBound >= 0 && range.upperBound <= frames, "frames \(range) of \(frames)")
    return try body(
      AudioBlock(table: table, channels: channels, offset: offset + range.lowerBound, frames: range.count))
  }

  /// Lends a range of the channels, such as one port, as a block of its own.
  @inlinable
  public func withChannels<R, E: Error>(
    _ range: Range<Int>, _ body: (borrowing AudioBlock<S>) throws(E) -> R
  ) throws(E) -> R {
    precondition(range.lowerBound >= 0 && range.upperBound <= channels, "channels \(range) of \(channels)")
    return try body(
      AudioBlock(table: table + range.lowerBound, channels: range.count, offset: offset, frames: frames))
  }

  /// Whether any sample of this block lies in the memory of another.
  @inlinable
  public func overlaps(_ other: borrowing AudioBlock<S>) -> Bool {
    if frames == 0 || other.frames == 0 { return false }
    // Blocks of different buffers lie wholly apart, which takes one look at each channel.
    let (low, high) = bounds
    let (otherLow, otherHigh) = other.bounds
    if high <= otherLow || otherHigh <= low { return false }
    for mine in 0..<channels {
      let start = UInt(bitPattern: unsafeChannel(mine))
      let end = start + UInt(frames * MemoryLayout<S>.stride)
      for theirs in 0..<other.channels {
        let begin = UInt(bitPattern: other.unsafeChannel(theirs))
        if start < begin + UInt(other.frames * MemoryLayout<S>.stride) && begin < end { return true }
      }
    }
    return false
  }

  /// The lowest address of any sample and the one behind the highest.
  @usableFromInline var bounds: (low: UInt, high: UInt) {
    var low = UInt.max
    var high = UInt.zero
    for channel in 0..<channels {
      let start = UInt(bitPattern: unsafeChannel(channel))
      low = min(low, start)
      high = max(high, start + UInt(frames * MemoryLayout<S>.stride))
    }
    return (low, high)
  }

  /// The address of a channel's first sample, for kernels. It is valid while the block is lent.
  @inlinable
  public func unsafeChannel(_ channel: Int) -> UnsafeMutablePointer<S> {
    precondition(channel >= 0 && channel < channels, "channel \(channel) of \(channels)")
    return table[channel] + offset
  }
}

/// Delays all channels by a whole number of frames: to align a path with a slower one, or to look ahead.
///
/// Memory is allocated once. One thread at a time may use it.
public final class FrameDelay<S: Sample> {
  private let memory: SampleBuffer<S>
  /// By how many frames it delays.
  public let frames: Int
  // Where in the circle the oldest frame is.
  private var oldest = 0

  /// Makes a silent delay of one frame or more.
  public init(channels: Int, frames: Int) {
    precondition(frames > 0, "a delay of \(frames) frames")
    self.frames = frames
    memory = SampleBuffer(channels: channels, capacity: frames)
  }

  /// Puts the input in and what went in `frames` frames ago out; both may be the same memory. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func process(_ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>) {
    let count = input.frames
    memory.withBlock(frames: frames) { circle in
      precondition(
        input.channels == circle.channels && output.channels == circle.channels && output.frames >= count,
        "\(input.channels) × \(count) into \(output.channels) × \(output.frames) through \(circle.channels) channels")
      for channel in 0..<circle.channels {
        // SAFETY: the circle holds `frames` samples a channel; both blocks hold `count`.
        exchange(
          circle.unsafeChannel(channel), input.unsafeChannel(channel), output.unsafeChannel(channel), count)
      }
    }
    oldest = (oldest + count) % frames
  }

  @inline(__always)
  private func exchange(
    _ circle: UnsafeMutablePointer<S>, _ source: UnsafeMutablePointer<S>, _ target: UnsafeMutablePointer<S>,
    _ count: Int
  ) {
    var done = 0
    var place = oldest
    while done < count {
      let run = min(count - done, frames - place)
      if source == target {
        for index in 0..<run { swap(&circle[place + index], &target[done + index]) }
      } else {
        (target + done).update(from: circle + place, count: run)
        (circle + place).update(from: source + done, count: run)
      }
      done += run
      place = (place + run) % frames
    }
  }

  /// Forgets what is in it. [worker]
  public func reset() {
    oldest = 0
    memory.clear()
  }

  /// Goes on where another one of as many frames and channels is. [worker]
  public func takeState(of other: FrameDelay<S>) {
    precondition(frames == other.frames, "a delay of \(other.frames) frames into one of \(frames)")
    oldest = other.oldest
    other.memory.withBlock(frames: frames) { theirs in memory.withBlock(frames: frames) { $0.copy(from: theirs) } }
  }

  /// Writes what is in it.
  public func saveState(into writer: inout StateWriter) {
    writer.write(oldest)
    memory.withBlock(frames: frames) { circle in
      for channel in 0..<circle.channels {
        writer.write(UnsafeBufferPointer(start: UnsafePointer(circle.unsafeChannel(channel)), count: frames))
      }
    }
  }

  /// Reads what `saveState` wrote.
  public func restoreState(from reader: inout StateReader) throws(StateError) {
    oldest = try reader.readInt()
    guard oldest >= 0, oldest < frames else {
      throw .mismatch(expected: "a place below \(frames)", found: String(oldest))
    }
    try memory.withBlock(frames: frames) { circle throws(StateError) in
      for channel in 0..<circle.channels {
        try reader.read(into: UnsafeMutableBufferPointer(start: circle.unsafeChannel(channel), count: frames))
      }
    }
  }
}

import AudioCore

/// Delays all channels by a whole number of frames, to align a path with a slower one.
final class CompensationDelay<S: Sample> {
  private let memory: SampleBuffer<S>
  private let frames: Int
  /// Where in the circle the oldest frame is.
  private var oldest = 0

  init(channels: Int, frames: Int) {
    self.frames = frames
    memory = SampleBuffer(channels: channels, capacity: max(frames, 1))
  }

  /// Input and output must not be the same memory.
  func process(_ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>) {
    let count = input.frames
    for channel in 0..<input.channels {
      // SAFETY: the circle holds `frames` samples a channel; both blocks hold `count`.
      let source = input.unsafeChannel(channel)
      let target = output.unsafeChannel(channel)
      memory.withBlock(frames: frames) { circle in
        exchange(circle.unsafeChannel(channel), source, target, count)
      }
    }
    oldest = (oldest + count) % frames
  }

  private func exchange(
    _ circle: UnsafeMutablePointer<S>, _ source: UnsafeMutablePointer<S>, _ target: UnsafeMutablePointer<S>,
    _ count: Int
  ) {
    var done = 0
    var place = oldest
    while done < count {
      let run = min(count - done, frames - place)
      (target + done).update(from: circle + place, count: run)
      (circle + place).update(from: source + done, count: run)
      done += run
      place = (place + run) % frames
    }
  }

  func reset() {
    oldest = 0
    memory.clear()
  }

  func saveState(into writer: inout StateWriter) {
    writer.write(oldest)
    memory.withBlock(frames: frames) { circle in
      for channel in 0..<circle.channels {
        writer.write(UnsafeBufferPointer(start: UnsafePointer(circle.unsafeChannel(channel)), count: frames))
      }
    }
  }

  func restoreState(from reader: inout StateReader) throws(StateError) {
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

import AudioCore

/// The last input frames of a stage, on which a new filter is warmed before it is heard.
final class InputHistory<S: Sample> {
  private let ring: SampleBuffer<S>
  /// How many frames it keeps.
  let capacity: Int
  /// Frames since it was cleared.
  private(set) var total = 0
  private var place = 0

  /// What it keeps: in 0.2 s all but the slowest filters have settled, and those change slowly too.
  static func frames(at sampleRate: Double) -> Int { max(256, Int(0.2 * sampleRate)) }

  init(channels: Int, capacity: Int) {
    self.capacity = capacity
    ring = SampleBuffer(channels: channels, capacity: capacity)
  }

  /// How many frames can be read.
  var filled: Int { min(total, capacity) }

  func clear() {
    total = 0
    place = 0
  }

  func push(_ block: borrowing AudioBlock<S>) {
    // Of a block longer than the ring only its end is kept.
    var done = max(0, block.frames - capacity)
    total += block.frames
    while done < block.frames {
      let count = min(block.frames - done, capacity - place)
      block.withFrames(done..<done + count) { piece in
        ring.withBlock(offset: place, frames: count) { $0.copy(from: piece) }
      }
      place = (place + count) % capacity
      done += count
    }
  }

  /// Copies frames out, of which the first is `age` frames before the newest one's end.
  func read(age: Int, into block: borrowing AudioBlock<S>) {
    precondition(age <= filled && block.frames <= age, "\(block.frames) frames from \(age) ago of \(filled)")
    var done = 0
    var from = (place - age + capacity) % capacity
    while done < block.frames {
      let count = min(block.frames - done, capacity - from)
      block.withFrames(done..<done + count) { piece in
        ring.withBlock(offset: from, frames: count) { piece.copy(from: $0) }
      }
      from = (from + count) % capacity
      done += count
    }
  }

  /// Keeps what another one keeps. [worker]
  func takeState(of other: InputHistory<S>) {
    guard ring.channels == other.ring.channels, capacity == other.capacity else { return }
    (total, place) = (other.total, other.place)
    ring.withBlock(frames: capacity) { mine in other.ring.withBlock(frames: capacity) { mine.copy(from: $0) } }
  }

  func saveState(into writer: inout StateWriter) {
    writer.write(total)
    writer.write(place)
    ring.withBlock(frames: filled) { block in
      for channel in 0..<block.channels {
        writer.write(UnsafeBufferPointer(start: UnsafePointer(block.unsafeChannel(channel)), count: block.frames))
      }
    }
  }

  func restoreState(from reader: inout StateReader) throws(StateError) {
    total = try reader.readInt()
    place = try reader.readInt()
    guard total >= 0, place >= 0, place < capacity else {
      throw .mismatch(expected: "a place below \(capacity)", found: String(place))
    }
    try ring.withBlock(frames: filled) { block throws(StateError) in
      for channel in 0..<block.channels {
        try reader.read(into: UnsafeMutableBufferPointer(start: block.unsafeChannel(channel), count: block.frames))
      }
    }
  }
}

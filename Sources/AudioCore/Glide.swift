/// A value that goes from one number to another without a corner, and may be sent elsewhere on its way.
///
/// Each change fades from whatever the value is doing to a number: `w += share * (number - w)`, change by change. So neither the value nor
/// its slope jumps where one change overtakes another, it never leaves the range of the numbers that it was given, and it stands
/// exactly at the last one when that change's time is over. Everything is calculated from the frames since the changes began, so that
/// cutting a stream into blocks changes no bit.
public struct Glide: Sendable, Hashable {
  /// How many changes are under way at most; a further one begins where the first of them ends.
  public static var mostFades: Int { 4 }
  /// Numbers of `writeWords`.
  public static var wordCount: Int { 1 + 3 * (mostFades + 1) }

  private struct Waiting: Hashable {
    var end: Double
    var ramp: Ramp
  }

  // What stood before the oldest change, and the changes in their order: where each goes, its next frame, its frames and shape.
  private var settled: Double
  private var count = 0
  private var ends = SIMD4<Double>()
  private var frames = SIMD4<Int>()
  private var lengths = SIMD4<Int>()
  private var shapes = SIMD4<Int>()
  private var waiting: Waiting?

  /// A value that stands still.
  public init(_ value: Double) { settled = value }

  /// Whether it stands still.
  public var isConstant: Bool { count == 0 }
  /// Where it goes, or stands.
  public var target: Double { waiting?.end ?? (count > 0 ? ends[count - 1] : settled) }
  /// Frames until a change ends; nil when it stands still.
  public var remaining: Int? {
    guard count > 0 else { return nil }
    var least = Int.max
    for index in 0..<count { least = min(least, lengths[index] - frames[index]) }
    return least
  }
  /// The value at the next frame.
  public var value: Double {
    var value = settled
    for index in 0..<count { value += ramp(index).share(at: frames[index]) * (ends[index] - value) }
    return value
  }

  private func ramp(_ index: Int) -> Ramp {
    Ramp(frames: lengths[index], shape: Ramp.Shape(rawValue: shapes[index]) ?? .eased)
  }

  /// Goes to another number from the next frame on.
  /// - Parameter ramp: How; one of no frames jumps.
  public mutating func move(to value: Double, along ramp: Ramp) {
    guard ramp.frames > 0 else { return jump(to: value) }
    guard value != target else { return }
    waiting = nil
    // Of changes at one frame only the last is heard.
    if count > 0 && frames[count - 1] == 0 { count -= 1 }
    guard value != target else { return }
    if count < Self.mostFades { begin(value, ramp) } else { waiting = Waiting(end: value, ramp: ramp) }
  }

  private mutating func begin(_ value: Double, _ ramp: Ramp) {
    ends[count] = value
    frames[count] = 0
    lengths[count] = ramp.frames
    shapes[count] = ramp.shape.rawValue
    count += 1
  }

  /// Stands at a value at once.
  public mutating func jump(to value: Double) { self = Glide(value) }

  /// Goes on by some frames, at most as many as remain.
  public mutating func advance(_ count: Int) {
    guard !isConstant else { return }
    var ended = 0
    for index in 0..<self.count {
      frames[index] += count
      precondition(frames[index] <= lengths[index], "\(count) frames of a change that ends before")
      if frames[index] == lengths[index] { ended = index + 1 }
    }
    guard ended > 0 else { return }
    // Where a change has ended, nothing is left of those before it.
    settled = ends[ended - 1]
    self.count -= ended
    for index in 0..<self.count {
      ends[index] = ends[index + ended]
      frames[index] = frames[index + ended]
      lengths[index] = lengths[index + ended]
      shapes[index] = shapes[index + ended]
    }
    if let next = waiting {
      waiting = nil
      begin(next.end, next.ramp)
    }
  }

  /// Writes the values of the next frames, at most as many as remain.
  public func write(to values: UnsafeMutablePointer<Double>, frames count: Int) {
    values.update(repeating: settled, count: count)
    for index in 0..<self.count {
      let (ramp, first, end) = (ramp(index), frames[index], ends[index])
      for frame in 0..<count { values[frame] += ramp.share(at: first + frame) * (end - values[frame]) }
    }
  }

  /// For an evaluation elsewhere: where it stood, then for each change its end, its next frame and its frames, which are negative
  /// for a straight line and 0 behind the last change.
  public func writeWords(to words: UnsafeMutablePointer<Double>) {
    words.update(repeating: 0, count: Self.wordCount)
    words[0] = settled
    func write(_ index: Int, _ end: Double, _ frame: Int, _ ramp: Ramp) {
      words[1 + 3 * index] = end
      words[2 + 3 * index] = Double(frame)
      words[3 + 3 * index] = Double(ramp.shape == .linear ? -ramp.frames : ramp.frames)
    }
    for index in 0..<count { write(index, ends[index], frames[index], ramp(index)) }
    if let waiting, let remaining { write(count, waiting.end, -remaining, waiting.ramp) }
  }

  /// Writes where it stands.
  public func saveState(into writer: inout StateWriter) {
    writer.write(settled)
    writer.write(count)
    // Always as many words, so that memory for a state can be reserved.
    for index in 0..<Self.mostFades {
      writer.write(ends[index])
      writer.write(frames[index])
      writer.write(lengths[index])
      writer.write(shapes[index])
    }
    writer.write(waiting?.end ?? 0)
    writer.write(waiting?.ramp.frames ?? 0)
    writer.write(waiting?.ramp.shape.rawValue ?? 0)
  }

  /// Reads what `saveState` wrote.
  public init(from reader: inout StateReader) throws(StateError) {
    settled = try reader.readDouble()
    let found = try reader.readInt()
    guard (0...Self.mostFades).contains(found) else {
      throw .mismatch(expected: "at most \(Self.mostFades) changes", found: String(found))
    }
    for index in 0..<Self.mostFades {
      ends[index] = try reader.readDouble()
      frames[index] = try reader.readInt()
      lengths[index] = try reader.readInt()
      shapes[index] = try reader.readInt()
      guard index >= found || (frames[index] >= 0 && frames[index] < lengths[index]) else {
        throw .mismatch(expected: "a place in a change of \(lengths[index]) frames", found: String(frames[index]))
      }
    }
    count = found
    let end = try reader.readDouble()
    let length = try reader.readInt()
    let shape = try reader.readInt()
    if length > 0 && count == Self.mostFades {
      waiting = Waiting(end: end, ramp: Ramp(frames: length, shape: Ramp.Shape(rawValue: shape) ?? .eased))
    }
  }
}

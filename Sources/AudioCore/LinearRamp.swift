import CKernels

/// A value that goes to a new one in a straight line, so that a change does not click.
///
/// Every value is calculated from the ramp's beginning, so that cutting it into blocks changes no bit.
public struct LinearRamp: Sendable, Hashable {
  private var start: Double
  private var step = 0.0
  private var index = 0
  private var length = 0
  /// Where it goes, or stands.
  public private(set) var target: Double

  /// A value that stands still.
  public init(_ value: Double) {
    start = value
    target = value
  }

  /// Whether it stands still.
  public var isConstant: Bool { length == 0 }
  /// The value at the next frame.
  public var value: Double { start + step * Double(index) }
  /// Frames until it stands still; nil when it does already.
  public var remaining: Int? { isConstant ? nil : length - index }

  /// Goes from the present value to another.
  /// - Parameter frames: How long it takes, 1 or more.
  public mutating func move(to value: Double, over frames: Int) {
    precondition(frames > 0, "a ramp of \(frames) frames")
    guard value != target else { return }
    start = self.value
    step = (value - start) / Double(frames)
    index = 0
    length = frames
    target = value
  }

  /// Stands at a value at once.
  public mutating func jump(to value: Double) { self = LinearRamp(value) }

  /// Goes on by some frames, at most as many as remain.
  public mutating func advance(_ frames: Int) {
    guard !isConstant else { return }
    precondition(frames <= length - index, "\(frames) frames of a ramp with \(length - index) left")
    index += frames
    if index == length { jump(to: target) }
  }

  /// For kernels.
  var kernelRamp: sk_ramp { sk_ramp(start: start, step: step, index: UInt64(index)) }

  /// Writes where it stands.
  public func saveState(into writer: inout StateWriter) {
    for number in [start, step, target] { writer.write(number) }
    writer.write(index)
    writer.write(length)
  }

  /// Reads what `saveState` wrote.
  public init(from reader: inout StateReader) throws(StateError) {
    start = try reader.readDouble()
    step = try reader.readDouble()
    target = try reader.readDouble()
    index = try reader.readInt()
    length = try reader.readInt()
    guard index >= 0, length >= 0, index < max(length, 1) else {
      throw .mismatch(expected: "a place in a ramp of \(length) frames", found: String(index))
    }
  }
}

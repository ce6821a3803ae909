import CKernels

/// A glide with memory for its values over a run of frames. Allocated once; for one thread at a time.
public final class GlidingValue {
  /// The most frames of a run.
  public static var longestRun: Int { 1_024 }

  private var glide: Glide
  private let values: UnsafeMutablePointer<Double>

  /// A value that stands still.
  public init(_ value: Double) {
    glide = Glide(value)
    values = .allocate(capacity: Self.longestRun)
    values.initialize(repeating: value, count: Self.longestRun)
  }

  deinit { values.deallocate() }

  public var isConstant: Bool { glide.isConstant }
  /// Where it goes, or stands.
  public var target: Double { glide.target }
  /// Frames until a change ends; nil when it stands still. No run is longer.
  public var remaining: Int? { glide.remaining }

  /// Goes to another number from the next frame on. [worker]
  public func move(to value: Double, along ramp: Ramp) { glide.move(to: value, along: ramp) }

  /// Stands at a value at once. [worker]
  public func jump(to value: Double) { glide.jump(to: value) }

  /// Calculates the values of the next run, if it moves. [worker]
  /// - Parameter always: Whether they are wanted of one that stands still too.
  public func prepare(_ frames: Int, always: Bool = false) {
    precondition(frames <= min(Self.longestRun, remaining ?? frames), "a run of \(frames) frames")
    if always || !isConstant { glide.write(to: values, frames: frames) }
  }

  /// The values that were calculated last.
  public var prepared: UnsafePointer<Double> { UnsafePointer(values) }

  /// Goes on behind a run. [worker]
  public func advance(_ frames: Int) { glide.advance(frames) }

  /// For kernels, after `prepare`.
  /// - Parameter moving: Whether as one that moves.
  func kernel(moving: Bool) -> sk_glide { sk_glide(value: glide.target, values: moving ? prepared : nil) }
  /// For kernels, after `prepare`.
  var kernel: sk_glide { kernel(moving: !isConstant) }

  /// Writes where it stands.
  public func saveState(into writer: inout StateWriter) { glide.saveState(into: &writer) }

  /// Reads what `saveState` wrote.
  public func restoreState(from reader: inout StateReader) throws(StateError) { glide = try Glide(from: &reader) }
}

extension AudioBlock {
  /// Multiplies each channel by the values of a run, in Double, rounded once; input and output may be the same memory.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func scale(by gain: GlidingValue, into output: borrowing AudioBlock<S>) {
    precondition(
      output.channels == channels && output.frames >= frames && frames <= GlidingValue.longestRun,
      "a run of \(channels) × \(frames) into \(output.channels) × \(output.frames)")
    let factors = gain.prepared
    for channel in 0..<channels {
      // SAFETY: both addresses hold `frames` samples while lent, and there are as many values.
      let source = unsafeChannel(channel)
      let target = output.unsafeChannel(channel)
      for frame in 0..<frames { target[frame] = S(Double(source[frame]) * factors[frame]) }
    }
  }
}

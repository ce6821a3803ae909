import CKernels

/// A one-pole low-pass by its time constant: after it a step has come 63.2 % of its way.
public struct OnePole: Sendable, Hashable {
  /// `exp(-1 / frames)`.
  public let pole: Double
  /// `1 - pole`, with all its digits.
  public let rest: Double

  /// Makes a filter from its pole and `1 - pole`.
  public init(pole: Double, rest: Double) {
    self.pole = pole
    self.rest = rest
  }

  var kernel: sk_one_pole { sk_one_pole(pole: pole, rest: rest) }
}

/// The moving parts of a static curve, in octaves of amplitude: 1 is 6.02 dB.
public struct DynamicsCurve: Sendable, Hashable {
  public var threshold: LinearRamp
  public var knee: LinearRamp
  /// Of what the level is above the threshold, the share that is taken away.
  public var slope: LinearRamp

  public init(threshold: Double, knee: Double, slope: Double) {
    self.threshold = LinearRamp(threshold)
    self.knee = LinearRamp(knee)
    self.slope = LinearRamp(slope)
  }
}

/// One envelope: a level, the reduction that a curve asks for, smoothed, and the gain. Allocated once; for one thread at a time.
public final class ReductionEnvelope {
  /// The most frames of a call.
  public static var longestRun: Int { 512 }

  private let state: UnsafeMutableBufferPointer<Double>
  private let levels: UnsafeMutableBufferPointer<Double>
  private let squares: UnsafeMutableBufferPointer<Double>
  private let squareCount = Int(SK_MEAN_SQUARE_STATE)

  /// - Parameter channels: How many channels the level is taken from: the loudest counts.
  public init(channels: Int) {
    state = .allocate(capacity: Int(SK_REDUCTION_STATE))
    levels = .allocate(capacity: Self.longestRun)
    squares = .allocate(capacity: Int(SK_MEAN_SQUARE_STATE) * channels)
    for memory in [state, levels, squares] { memory.initialize(repeating: 0) }
  }

  deinit {
    for memory in [state, levels, squares] { memory.deallocate() }
  }

  /// Calculates the gains of some frames from the level of some channels, and returns the largest reduction in octaves. [worker]
  ///
  /// - Parameters:
  ///   - window: Of the mean square; nil for the peak.
  ///   - makeUp: In octaves.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func run<S: Sample>(
    _ key: borrowing AudioBlock<S>, curve: DynamicsCurve, window: OnePole?, attack: OnePole, release: OnePole,
    makeUp: LinearRamp, mix: LinearRamp
  ) -> Double {
    let frames = key.frames
    precondition(frames <= levels.count && key.channels * squareCount <= squares.count, "a run of \(frames) frames")
    // SAFETY: the memory below has room for the run, and each channel of the key holds as many samples of type S while lent.
    guard let level = levels.baseAddress, let memory = squares.baseAddress else { return 0 }
    for channel in 0..<key.channels {
      let source = UnsafeRawPointer(key.unsafeChannel(channel))
      let state = memory + channel * squareCount
      switch (S.self == Float.self, window) {
      case (true, nil): sk_level_f32(level, source.assumingMemoryBound(to: Float.self), frames, channel > 0)
      case (false, nil): sk_level_f64(level, source.assumingMemoryBound(to: Double.self), frames, channel > 0)
      case (true, let window?):
        sk_mean_square_f32(
          level, source.assumingMemoryBound(to: Float.self), frames, state, window.kernel, channel > 0)
      case (false, let window?):
        sk_mean_square_f64(
          level, source.assumingMemoryBound(to: Double.self), frames, state, window.kernel, channel > 0)
      }
    }
    var form = sk_dynamics_curve(
      threshold: curve.threshold.kernelRamp, knee: curve.knee.kernelRamp, slope: curve.slope.kernelRamp)
    sk_static_reduction(level, frames, window != nil, &form)
    let largest = sk_smooth_reduction(level, frames, state.baseAddress, attack.kernel, release.kernel)
    sk_reduction_gain(level, frames, makeUp.kernelRamp, mix.kernelRamp)
    return largest
  }

  /// Multiplies a channel by the gains of the last run; input and output may be the same memory. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func apply<S: Sample>(
    to channel: Int, of input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>
  ) {
    precondition(input.frames <= levels.count && output.frames == input.frames, "a run of \(input.frames) frames")
    // SAFETY: both addresses hold `frames` samples of type S while lent, and there are as many gains.
    let source = UnsafeRawPointer(input.unsafeChannel(channel))
    let target = UnsafeMutableRawPointer(output.unsafeChannel(channel))
    if S.self == Float.self {
      sk_apply_gain_f32(
        target.assumingMemoryBound(to: Float.self), source.assumingMemoryBound(to: Float.self), levels.baseAddress,
        input.frames)
    } else {
      sk_apply_gain_f64(
        target.assumingMemoryBound(to: Double.self), source.assumingMemoryBound(to: Double.self), levels.baseAddress,
        input.frames)
    }
  }

  /// Forgets all past levels. [worker]
  public func reset() {
    state.update(repeating: 0)
    squares.update(repeating: 0)
  }

  /// Writes the running state.
  public func saveState(into writer: inout StateWriter) {
    writer.write(UnsafeBufferPointer(state))
    writer.write(UnsafeBufferPointer(squares))
  }

  /// Reads what `saveState` wrote.
  public func restoreState(from reader: inout StateReader) throws(StateError) {
    try reader.read(into: state)
    try reader.read(into: squares)
  }
}

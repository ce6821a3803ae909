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
///
/// Levels and gains are Double, or Float for Float samples in `.single`, where the reduction is within 2e-5 of its value besides.
public final class ReductionEnvelope {
  /// The most frames of a call.
  public static var longestRun: Int { 1_024 }

  private let state: UnsafeMutableBufferPointer<Double>
  /// Levels, then reductions, then gains of a run: Double or Float.
  private let levels: UnsafeMutableRawPointer
  private let isSingle: Bool
  private let channels: Int
  private let squares: UnsafeMutableBufferPointer<Double>
  private let squareCount = Int(SK_MEAN_SQUARE_STATE)

  /// - Parameters:
  ///   - channels: How many channels the level is taken from: the loudest counts.
  ///   - isSingle: Whether it runs in Float; all samples are Float then.
  public init(channels: Int, isSingle: Bool = false) {
    self.channels = channels
    self.isSingle = isSingle
    state = .allocate(capacity: Int(SK_REDUCTION_STATE))
    let bytes = Self.longestRun * MemoryLayout<Double>.stride
    levels = .allocate(byteCount: bytes, alignment: 64)
    levels.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    squares = .allocate(capacity: Int(SK_MEAN_SQUARE_STATE) * channels)
    for memory in [state, squares] { memory.initialize(repeating: 0) }
  }

  deinit {
    levels.deallocate()
    for memory in [state, squares] { memory.deallocate() }
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
    precondition(
      frames <= Self.longestRun && key.channels <= channels && (!isSingle || S.self == Float.self),
      "a run of \(frames) frames of \(key.channels) channels")
    for channel in 0..<key.channels { takeLevel(of: channel, key, window: window) }
    var form = sk_dynamics_curve(
      threshold: curve.threshold.kernelRamp, knee: curve.knee.kernelRamp, slope: curve.slope.kernelRamp)
    // SAFETY: the memory has room for the run in either type.
    if isSingle {
      let level = levels.assumingMemoryBound(to: Float.self)
      sk_static_reduction_single(level, frames, false, &form)
      let largest = sk_smooth_reduction_single(level, frames, state.baseAddress, attack.kernel, release.kernel)
      sk_reduction_gain_single(level, frames, makeUp.kernelRamp, mix.kernelRamp)
      return largest
    }
    let level = levels.assumingMemoryBound(to: Double.self)
    sk_static_reduction(level, frames, window != nil, &form)
    let largest = sk_smooth_reduction(level, frames, state.baseAddress, attack.kernel, release.kernel)
    sk_reduction_gain(level, frames, makeUp.kernelRamp, mix.kernelRamp)
    return largest
  }

  /// The level of a channel, or the louder of it and that of the channels before it.
  private func takeLevel<S: Sample>(of channel: Int, _ key: borrowing AudioBlock<S>, window: OnePole?) {
    let (frames, louder) = (key.frames, channel > 0)
    guard let memory = squares.baseAddress else { return }
    let past = memory + channel * squareCount
    // SAFETY: the memory has room for the run, and each channel of the key holds as many samples of type S while lent.
    let source = UnsafeRawPointer(key.unsafeChannel(channel))
    if isSingle {
      let (level, samples) = (levels.assumingMemoryBound(to: Float.self), source.assumingMemoryBound(to: Float.self))
      if let window {
        sk_root_mean_square_single(level, samples, frames, past, window.kernel, louder)
      } else {
        sk_level_single(level, samples, frames, louder)
      }
      return
    }
    let level = levels.assumingMemoryBound(to: Double.self)
    switch (S.self == Float.self, window) {
    case (true, nil): sk_level_f32(level, source.assumingMemoryBound(to: Float.self), frames, louder)
    case (false, nil): sk_level_f64(level, source.assumingMemoryBound(to: Double.self), frames, louder)
    case (true, let window?):
      sk_mean_square_f32(level, source.assumingMemoryBound(to: Float.self), frames, past, window.kernel, louder)
    case (false, let window?):
      sk_mean_square_f64(level, source.assumingMemoryBound(to: Double.self), frames, past, window.kernel, louder)
    }
  }

  /// Multiplies a channel by the gains of the last run; input and output may be the same memory. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func apply<S: Sample>(
    to channel: Int, of input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>
  ) {
    precondition(
      input.frames <= Self.longestRun && output.frames == input.frames && (!isSingle || S.self == Float.self),
      "a run of \(input.frames) frames")
    // SAFETY: both addresses hold `frames` samples of type S while lent, and there are as many gains.
    let source = UnsafeRawPointer(input.unsafeChannel(channel))
    let target = UnsafeMutableRawPointer(output.unsafeChannel(channel))
    if isSingle {
      sk_apply_gain_single(
        target.assumingMemoryBound(to: Float.self), source.assumingMemoryBound(to: Float.self),
        levels.assumingMemoryBound(to: Float.self), input.frames)
    } else if S.self == Float.self {
      sk_apply_gain_f32(
        target.assumingMemoryBound(to: Float.self), source.assumingMemoryBound(to: Float.self),
        levels.assumingMemoryBound(to: Double.self), input.frames)
    } else {
      sk_apply_gain_f64(
        target.assumingMemoryBound(to: Double.self), source.assumingMemoryBound(to: Double.self),
        levels.assumingMemoryBound(to: Double.self), input.frames)
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

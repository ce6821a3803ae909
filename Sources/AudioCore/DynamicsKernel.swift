import CKernels

/// One envelope: a level, the reduction that a curve asks for, smoothed, and the gain. Allocated once; for one thread at a time.
///
/// Levels and gains are Double, or Float for Float samples in `.single`, where the reduction is within 2e-5 of its value besides.
public final class ReductionEnvelope {
  /// The most frames of a call.
  public static var longestRun: Int { GlidingValue.longestRun }

  /// The one that counts, whose memory holds the gains too, and one with other times or another curve, to which it fades.
  private var current: ReductionDetector
  private var next: ReductionDetector
  private let isSingle: Bool
  private let isForOne: Bool
  /// Whether the last run made gains of its reductions; one channel alone is multiplied while they are made.
  private var hasGains = false

  /// Makes an envelope that has heard silence; allocates. [control]
  ///
  /// - Parameters:
  ///   - channels: How many channels the level is taken from, 1 or more: the loudest counts.
  ///   - isSingle: Whether it runs in Float; all samples are Float then.
  ///   - isForOne: Whether each run is applied to one channel, which takes a pass less.
  public init(channels: Int, isSingle: Bool = false, isForOne: Bool = false) {
    self.isSingle = isSingle
    self.isForOne = isForOne
    current = ReductionDetector(channels: channels, isSingle: isSingle)
    next = ReductionDetector(channels: channels, isSingle: isSingle)
  }

  /// Whether key samples of the last run were NaN or infinite: they counted as 0. [worker]
  public var hasCleaned: Bool { current.hasCleaned }

  /// Calculates the gains of some frames from the level of some channels, and returns the largest reduction in octaves. [worker]
  ///
  /// - Parameters:
  ///   - parameters: Prepared for these frames.
  ///   - next: The times that a fade has begun to go to; nil for none.
  ///   - nextCurve: The curve that goes with them; nil for that of the parameters.
  ///   - fade: How far it has come, prepared for these frames.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func run<S: Sample>(
    _ key: borrowing AudioBlock<S>, parameters: DynamicsParameters, times: DetectorTimes, to next: DetectorTimes?,
    with nextCurve: DynamicsCurve?, along fade: GlidingValue
  ) -> Double {
    let frames = key.frames
    let curve = parameters.kernelCurve
    var largest = current.run(key, curve: curve, times: times)
    hasGains = !isForOne || next != nil
    if hasGains { current.makeGains(frames, parameters) }
    guard let next, frames > 0 else { return largest }
    let nextLargest = self.next.run(key, curve: nextCurve?.kernel ?? curve, times: next)
    self.next.makeGains(frames, parameters)
    // Gains are faded and not reductions: what is heard is the sum of two steady sounds.
    current.fade(to: self.next, shares: fade.prepared, frames: frames)
    largest += fade.prepared[frames - 1] * (nextLargest - largest)
    return largest
  }

  /// Begins to fade to another detector, from the present level and reduction on. [worker]
  public func beginFade(to times: DetectorTimes) { next.goOn(from: current, times: times) }

  /// Goes on with the other one alone. [worker]
  public func endFade() { swap(&current, &next) }

  /// Multiplies a channel by the gains of the last run; input and output may be the same memory. [worker]
  ///
  /// - Parameters:
  ///   - parameters: Those of the last run.
  ///   - isFinite: Whether no sample of the input is NaN or infinite; else such samples count as 0.
  /// - Returns: what was not finite on the way.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func apply<S: Sample>(
    to channel: Int, of input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>,
    parameters: DynamicsParameters, isFinite: Bool
  ) -> SignalFindings {
    precondition(
      input.frames <= Self.longestRun && output.frames == input.frames && (!isSingle || S.self == Float.self),
      "a run of \(input.frames) frames")
    // SAFETY: both addresses hold `frames` samples of type S while lent, and there are as many gains.
    let source = UnsafeRawPointer(input.unsafeChannel(channel))
    let target = UnsafeMutableRawPointer(output.unsafeChannel(channel))
    let (makeUp, mix) = (parameters.kernelMakeUp, parameters.kernelMix)
    let met: sk_signal
    if S.self == Float.self {
      let source = source.assumingMemoryBound(to: Float.self)
      let target = target.assumingMemoryBound(to: Float.self)
      let (singles, doubles) = (current.singles, current.doubles)
      met =
        switch (isSingle, hasGains) {
        case (true, true): sk_apply_gain_single(target, source, singles, input.frames, isFinite)
        case (true, false): sk_apply_reduction_single(target, source, singles, input.frames, makeUp, mix, isFinite)
        case (false, true): sk_apply_gain_f32(target, source, doubles, input.frames, isFinite)
        case (false, false): sk_apply_reduction_f32(target, source, doubles, input.frames, makeUp, mix, isFinite)
        }
    } else {
      let source = source.assumingMemoryBound(to: Double.self)
      let target = target.assumingMemoryBound(to: Double.self)
      met =
        hasGains
        ? sk_apply_gain_f64(target, source, current.doubles, input.frames, isFinite)
        : sk_apply_reduction_f64(target, source, current.doubles, input.frames, makeUp, mix, isFinite)
    }
    return SignalFindings(met)
  }

  /// Forgets all past levels. [worker]
  public func reset() {
    current.reset()
    next.reset()
  }

  /// Writes the running state.
  public func saveState(into writer: inout StateWriter) {
    current.saveState(into: &writer)
    next.saveState(into: &writer)
  }

  /// Reads what `saveState` wrote.
  public func restoreState(from reader: inout StateReader) throws(StateError) {
    try current.restoreState(from: &reader)
    try next.restoreState(from: &reader)
  }
}

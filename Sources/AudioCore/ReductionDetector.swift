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

  fileprivate func saveState(into writer: inout StateWriter) {
    writer.write(pole)
    writer.write(rest)
  }

  fileprivate init(from reader: inout StateReader) throws(StateError) {
    pole = try reader.readDouble()
    rest = try reader.readDouble()
    guard pole >= 0, pole <= 1, rest >= 0, rest <= 1 else {
      throw .mismatch(expected: "a time constant", found: "\(pole), \(rest)")
    }
  }
}

/// How fast a level and a reduction move.
public struct DetectorTimes: Sendable, Hashable {
  /// Of the mean square; nil for the peak.
  public var window: OnePole?
  public var attack: OnePole
  public var release: OnePole

  public init(window: OnePole?, attack: OnePole, release: OnePole) {
    self.window = window
    self.attack = attack
    self.release = release
  }

  /// Writes the numbers.
  public func saveState(into writer: inout StateWriter) {
    // One by one: a list of them would be allocated.
    (window ?? OnePole(pole: 0, rest: 1)).saveState(into: &writer)
    attack.saveState(into: &writer)
    release.saveState(into: &writer)
  }

  /// Reads what `saveState` wrote.
  /// - Parameter hasWindow: Whether the level is a mean square.
  public init(from reader: inout StateReader, hasWindow: Bool) throws(StateError) {
    let first = try OnePole(from: &reader)
    window = hasWindow ? first : nil
    attack = try OnePole(from: &reader)
    release = try OnePole(from: &reader)
  }
}

/// The level of some channels, the smoothed reduction that a curve asks for, and the gain: Double, or Float. Allocated once.
final class ReductionDetector {
  private let state: UnsafeMutableBufferPointer<Double>
  private let squares: UnsafeMutableBufferPointer<Double>
  private let squareCount = Int(SK_MEAN_SQUARE_STATE)
  /// Levels, then reductions, then gains of a run: Double or Float.
  private let levels: UnsafeMutableRawPointer
  private let isSingle: Bool
  private let channels: Int
  /// Whether samples of the last run were NaN or infinite, which counted as 0.
  private(set) var hasCleaned = false

  init(channels: Int, isSingle: Bool) {
    self.channels = channels
    self.isSingle = isSingle
    state = .allocate(capacity: Int(SK_REDUCTION_STATE))
    let bytes = ReductionEnvelope.longestRun * MemoryLayout<Double>.stride
    levels = .allocate(byteCount: bytes, alignment: 64)
    levels.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    squares = .allocate(capacity: Int(SK_MEAN_SQUARE_STATE) * channels)
    for memory in [state, squares] { memory.initialize(repeating: 0) }
  }

  deinit {
    levels.deallocate()
    state.deallocate()
    squares.deallocate()
  }

  var singles: UnsafeMutablePointer<Float> { levels.assumingMemoryBound(to: Float.self) }
  var doubles: UnsafeMutablePointer<Double> { levels.assumingMemoryBound(to: Double.self) }

  /// Calculates the reductions of a run, and returns the largest in octaves. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func run<S: Sample>(
    _ key: borrowing AudioBlock<S>, curve: sk_dynamics_curve, times: DetectorTimes
  ) -> Double {
    let frames = key.frames
    precondition(
      frames <= ReductionEnvelope.longestRun && key.channels <= channels && (!isSingle || S.self == Float.self),
      "a run of \(frames) frames of \(key.channels) channels")
    hasCleaned = false
    for channel in 0..<key.channels where takeLevel(of: channel, key, window: times.window) != SK_ALL_FINITE {
      hasCleaned = true
    }
    var curve = curve
    // SAFETY: the memory has room for the run in either type.
    if isSingle {
      sk_static_reduction_single(singles, frames, false, &curve)
      return sk_smooth_reduction_single(
        singles, frames, state.baseAddress, times.attack.kernel, times.release.kernel)
    }
    sk_static_reduction(doubles, frames, times.window != nil, &curve)
    return sk_smooth_reduction(doubles, frames, state.baseAddress, times.attack.kernel, times.release.kernel)
  }

  /// The level of a channel, or the louder of it and that of the channels before it.
  private func takeLevel<S: Sample>(
    of channel: Int, _ key: borrowing AudioBlock<S>, window: OnePole?
  ) -> sk_signal {
    let (frames, louder) = (key.frames, channel > 0)
    guard let memory = squares.baseAddress else { return SK_ALL_FINITE }
    let past = memory + channel * squareCount
    // SAFETY: the memory has room for the run, and each channel of the key holds as many samples of type S while lent.
    let source = UnsafeRawPointer(key.unsafeChannel(channel))
    if isSingle {
      let samples = source.assumingMemoryBound(to: Float.self)
      guard let window else { return sk_level_single(singles, samples, frames, louder) }
      return sk_root_mean_square_single(singles, samples, frames, past, window.kernel, louder)
    }
    return switch (S.self == Float.self, window) {
    case (true, nil): sk_level_f32(doubles, source.assumingMemoryBound(to: Float.self), frames, louder)
    case (false, nil): sk_level_f64(doubles, source.assumingMemoryBound(to: Double.self), frames, louder)
    case (true, let window?):
      sk_mean_square_f32(doubles, source.assumingMemoryBound(to: Float.self), frames, past, window.kernel, louder)
    case (false, let window?):
      sk_mean_square_f64(doubles, source.assumingMemoryBound(to: Double.self), frames, past, window.kernel, louder)
    }
  }

  /// Makes gains of the reductions of a run. [worker]
  func makeGains(_ frames: Int, _ parameters: DynamicsParameters) {
    // SAFETY: the memory has room for the run in either type.
    if isSingle {
      sk_reduction_gain_single(singles, frames, parameters.kernelMakeUp, parameters.kernelMix)
    } else {
      sk_reduction_gain(doubles, frames, parameters.kernelMakeUp, parameters.kernelMix)
    }
  }

  /// Goes over from its gains of a run to those of another one. [worker]
  func fade(to other: ReductionDetector, shares: UnsafePointer<Double>, frames: Int) {
    for frame in 0..<frames {
      if isSingle {
        let (old, new) = (singles[frame], other.singles[frame])
        singles[frame] = old + Float(shares[frame]) * (new - old)
      } else {
        let (old, new) = (doubles[frame], other.doubles[frame])
        doubles[frame] = old + shares[frame] * (new - old)
      }
    }
  }

  /// Goes on where another one is, at other times. [worker]
  func goOn(from other: ReductionDetector, times: DetectorTimes) {
    sk_reduction_go_on(state.baseAddress, other.state.baseAddress, times.attack.kernel)
    guard let mine = squares.baseAddress, let theirs = other.squares.baseAddress else { return }
    for channel in 0..<min(channels, other.channels) {
      sk_mean_square_go_on(mine + channel * squareCount, theirs + channel * squareCount)
    }
  }

  func reset() {
    state.update(repeating: 0)
    squares.update(repeating: 0)
  }

  func saveState(into writer: inout StateWriter) {
    writer.write(UnsafeBufferPointer(state))
    writer.write(UnsafeBufferPointer(squares))
  }

  func restoreState(from reader: inout StateReader) throws(StateError) {
    try reader.read(into: state)
    try reader.read(into: squares)
  }
}

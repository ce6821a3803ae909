/// How long a stage or plan sounds on after its input has ended.
public enum Tail: Sendable, Hashable, Codable {
  /// Not at all.
  case none
  /// Exactly a number of frames.
  case frames(Int)
  /// It decays for ever, and after this many frames it has fallen 120 dB.
  case decaying(Int)
  /// It does not end by itself.
  case endless

  /// The frames to run so that the tail is heard out; nil when it never ends.
  public var frameCount: Int? {
    switch self {
    case .none: 0
    case .frames(let count), .decaying(let count): count
    case .endless: nil
    }
  }

  /// The tail of two stages in series. One of more than 2^60 frames counts as endless, so that sums of tails cannot overflow.
  public func followed(by next: Tail) -> Tail {
    guard let mine = frameCount, let other = next.frameCount, mine < Self.longest, other < Self.longest - mine else {
      return .endless
    }
    return combined(next, frames: mine + other)
  }

  /// A tail that falls 120 dB in so many frames; endless beyond 2^60.
  public static func falling(in frames: Int) -> Tail {
    frames == 0 ? .none : frames < longest ? .decaying(frames) : .endless
  }

  private static var longest: Int { 1 << 60 }

  /// The tail of two stages side by side.
  public func joined(with other: Tail) -> Tail {
    guard let mine = frameCount, let theirs = other.frameCount else { return .endless }
    return combined(other, frames: max(mine, theirs))
  }

  private func combined(_ other: Tail, frames: Int) -> Tail {
    if frames == 0 { return .none }
    if case .decaying = self { return .decaying(frames) }
    if case .decaying = other { return .decaying(frames) }
    return .frames(frames)
  }
}

/// What a recipe becomes for one context: pure data in `Double`, known before any processor exists.
public protocol EffectDesign: Sendable, Equatable {
  /// The format of each output port; the first is the main one.
  var outputs: [StreamFormat] { get }
  /// Frames by which the output lags the input, at the output's rate.
  var latencyFrames: Int { get }
  /// How long it sounds on after its input ended, at the output's rate.
  var tail: Tail { get }
  /// What it is made of.
  var lowering: Lowering { get }
  /// The most frames that `inputFrames` frames can produce; nil when it always produces as many as it is given.
  func maximumOutputFrames(for inputFrames: Int) -> Int?
  /// Whether a running processor can go from this design to the other without being replaced; it must not allocate. [worker]
  func hasSameShape(as other: Self) -> Bool
  /// Multiplications and additions a frame over all channels, for the plan's estimate of cost.
  var operationsPerFrame: Double { get }
  /// How it is computed, in words for `explain`; nil where there is nothing to choose.
  var algorithm: String? { get }
  /// In `.fast`, the frames of a block that it works best with; nil where any will do.
  var preferredFrames: Int? { get }
  /// What its processors show while they run.
  var meters: [MeterInfo] { get }
}

extension EffectDesign {
  public var latencyFrames: Int { 0 }
  public var tail: Tail { .none }
  public var lowering: Lowering { .opaque }
  public var algorithm: String? { nil }
  public var preferredFrames: Int? { nil }
  public func maximumOutputFrames(for inputFrames: Int) -> Int? { nil }
  public func hasSameShape(as other: Self) -> Bool { outputs == other.outputs && latencyFrames == other.latencyFrames }
  public var meters: [MeterInfo] { [] }
  public var operationsPerFrame: Double { Double(2 * (outputs.first?.channels ?? 1)) }
}

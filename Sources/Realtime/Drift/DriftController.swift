/// Finds by how much one clock is faster than another, from the frames that lie between them.
///
/// A loop of second order: the error, smoothed, corrects the rate at once and in the long run. It begins fast, to find the drift within
/// seconds, and then becomes slow, so that the jitter of the callbacks does not reach the pitch.
struct DriftController {
  /// The largest correction: more than any two crystals differ by.
  static let limit = 0.005

  /// Loop and smoothing after a number of seconds.
  private static let stages: [(seconds: Double, bandwidth: Double, smoothing: Double)] = [
    (0, 1.0, 0.1), (15, 0.3, 0.5), (60, 0.1, 1.0),
  ]

  /// Output frames a second.
  private let rate: Double
  private var seconds = 0.0
  private var smoothed = 0.0
  private var integral = 0.0

  init(rate: Double) { self.rate = rate }

  /// The correction of the rate at which output is made, as a share: below 0 where too much lies between the clocks.
  private(set) var correction = 0.0

  /// Takes a new error in frames, some seconds after the last one.
  mutating func update(error: Double, after interval: Double) {
    seconds += interval
    let stage = Self.stages.last { $0.seconds <= seconds } ?? Self.stages[0]
    smoothed += (error - smoothed) * min(1, interval / stage.smoothing)
    // Critical damping: 2ω and ω² over the rate.
    let integralGain = stage.bandwidth * stage.bandwidth / rate
    integral = max(-Self.limit, min(Self.limit, integral - integralGain * smoothed * interval))
    let now = integral - 2 * stage.bandwidth / rate * smoothed
    correction = max(-Self.limit, min(Self.limit, now))
  }

  /// Forgets the error after the frames between the clocks were set right by other means; the drift stays known.
  mutating func jumped() { smoothed = 0 }
}

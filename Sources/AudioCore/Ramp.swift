/// How a value or a mix goes from one end to the other within some frames.
///
/// Its shares are polynomials of the frame alone, so that they are the same on every machine and however a stream is cut.
public struct Ramp: Sendable, Hashable {
  /// The way between the ends.
  public enum Shape: Int, Sendable, Hashable {
    /// Slowly away and slowly in: `6t⁵ - 15t⁴ + 10t³`, whose first two derivatives are 0 at both ends.
    case eased
    /// A straight line.
    case linear
  }

  /// How many frames it takes, 0 or more; the share is 1 from that frame on.
  public var frames: Int
  public var shape: Shape

  public init(frames: Int, shape: Shape = .eased) {
    precondition(frames >= 0, "a ramp of \(frames) frames")
    self.frames = frames
    self.shape = shape
  }

  /// The fade of a change that names no time: 20 ms, in which even a turn of polarity stays below what is heard as a click.
  public static func standard(at sampleRate: Double) -> Ramp {
    Ramp(frames: max(1, Int((0.02 * sampleRate).rounded())))
  }

  /// How much of the way is done at a frame, 0 to 1.
  @inlinable
  public func share(at frame: Int) -> Double {
    guard frame < frames else { return 1 }
    let t = Double(frame) / Double(frames)
    return shape == .linear ? t : t * t * t * (t * (6 * t - 15) + 10)
  }
}

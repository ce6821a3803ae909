/// What a design is made of, in the closed list that a runner of another kind (fusion, a GPU) can work with.
public enum Lowering: Sendable, Hashable {
  /// Nothing happens to the signal.
  case identity
  /// One linear factor for all channels.
  case gain(Double)
  /// Second-order sections, the same for all channels.
  case sections(SectionCascade)
  /// Finite taps, the same for all channels.
  case taps([Double])
  /// A whole number of frames of delay.
  case delay(Int)
  /// Finite responses that differ from channel to channel, or lead from one to another.
  case convolution(ConvolutionLowering)
  /// A gain that follows a level. The inputs are the sound and, where there is one, the key.
  case compressor(CompressorLowering)
  /// A delay line that is fed with what is read from it.
  case echo(EchoLowering)
  /// The effect's own processor is needed.
  case opaque
}

/// Several finite responses and the way that each leads.
public struct ConvolutionLowering: Sendable, Hashable {
  /// Taps, all of one length.
  public var responses: [[Double]]
  /// Which response leads from which channel to which.
  public var routes: ConvolutionRoutes
  /// Frames of delay before the first tap of each.
  public var delayFrames: Int

  public init(responses: [[Double]], routes: ConvolutionRoutes, delayFrames: Int = 0) {
    self.responses = responses
    self.routes = routes
    self.delayFrames = delayFrames
  }
}

/// A compressor in numbers: level, static curve, smoothed reduction, gain.
///
/// Levels and gains are in octaves of amplitude: 1 is 6.02 dB. The reduction `x` that the curve asks for is held,
/// `h = max(x, release.pole * h + release.rest * x)`, and smoothed, `y = attack.pole * y + attack.rest * h`; the gain is
/// `1 - mix + mix * 2^(makeUp - y)`.
public struct CompressorLowering: Sendable, Hashable {
  /// Channels of the second input, from which the level is then taken; 0 where the sound is its own key.
  public var keyChannels: Int
  /// Whether the loudest channel of the key makes one gain for all channels. Else each has its own, by the key's channel of its number
  /// or by the only one.
  public var isLinked: Bool
  public var threshold: Double
  /// The width of the bend around the threshold; 0 for none.
  public var knee: Double
  /// Of what the level is above the threshold, the share that is taken away: 1 for a limiter.
  public var slope: Double
  public var makeUp: Double
  /// The share of the compressed signal, 0 to 1.
  public var mix: Double
  public var attack: OnePole
  public var release: OnePole
  /// Of the mean square; nil where each sample's magnitude is the level.
  public var window: OnePole?
  /// By how many frames the sound is delayed, and the level not.
  public var delayFrames: Int

  public init(
    keyChannels: Int, isLinked: Bool, threshold: Double, knee: Double, slope: Double, makeUp: Double, mix: Double,
    attack: OnePole, release: OnePole, window: OnePole?, delayFrames: Int
  ) {
    self.keyChannels = keyChannels
    self.isLinked = isLinked
    self.threshold = threshold
    self.knee = knee
    self.slope = slope
    self.makeUp = makeUp
    self.mix = mix
    self.attack = attack
    self.release = release
    self.window = window
    self.delayFrames = delayFrames
  }
}

/// A delay with feedback in numbers.
///
/// What is heard of the line, `w(n)`, is the sum of `coefficients[k] * line(n - distance + k)` after the two filters; the line takes
/// `x(n) + feedback * w(n)`, and the output is `x + mix * (w - x)`.
public struct EchoLowering: Sendable, Hashable {
  /// What the line of each channel takes.
  public enum Mode: Sendable, Hashable {
    /// Its own input and its own repeats.
    case straight
    /// Its own input and the repeats of the channel before; the first one those of the last.
    case cross
    /// The first one the mean of all inputs and the repeats of the last; the others the repeats of the channel before alone.
    case pingPong
  }

  public var mode: Mode
  /// How far back the first coefficient stands, in frames.
  public var distance: Int
  /// One for a whole number of frames; none where the time moves.
  public var coefficients: [Double]
  public var feedback: Double
  public var mix: Double
  /// Of the loop, of first order.
  public var lowPass: Biquad
  public var highPass: Biquad

  public init(
    mode: Mode, distance: Int, coefficients: [Double], feedback: Double, mix: Double, lowPass: Biquad, highPass: Biquad
  ) {
    self.mode = mode
    self.distance = distance
    self.coefficients = coefficients
    self.feedback = feedback
    self.mix = mix
    self.lowPass = lowPass
    self.highPass = highPass
  }
}

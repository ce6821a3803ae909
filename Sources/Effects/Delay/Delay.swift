import AudioCore

/// Repeats the sound after a time, again and again: an echo with feedback.
///
/// Each repeat is the one before times `feedback`, after the filters of the loop, as long as it can be heard: the tail is run out until
/// it has fallen 120 dB. A feedback of 100 % or more is refused, since such a loop never ends; -99 % to 99 % is taken, and a negative
/// one turns the polarity of every other repeat.
///
/// The time need not be a whole number of frames: between frames the line is read by a windowed sinc with an error below -84 dB up to
/// 0.4 of the sample rate (shorter, and less exact, below 32 frames). A moving time (`rate`, `depth`) is read in the same way. It runs in
/// Double in every precision; only the output is rounded.
///
/// Edges: silence stays exact silence; a step at full scale comes to at most 1 / (1 - |feedback|) of itself; a fading tail ends in zeros,
/// not in denormal numbers; NaN and infinities are taken as 0 by whoever runs the plan, and counted.
///
/// Live: a new time, tempo, swing or filter is a second path of the loop, to which it cross-fades in 20 ms; feedback and mix glide as long,
/// along `6t⁵ - 15t⁴ + 10t³`, also where one change overtakes another. A mode, or a time beyond both 2 s and what the note lasts at
/// 20 beats a minute, is another structure. What a change bends is repeated like any sound (`feedback`).
public struct Delay: Effect {
  public static let name = "delay"

  /// Where the repeats go.
  public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
    /// Every channel repeats itself.
    case straight
    /// The mean of all channels is heard in the first one, and each repeat in the next one, round and round: left, right, left.
    case pingPong = "pingpong"
    /// Every channel's repeats go to the next one, round and round: a stereo signal changes sides with each repeat.
    case cross
  }

  /// The time from one repeat to the next.
  ///
  /// A new one is the fade from one phase of the sound to another: through both at once the loop may resonate where it does with neither
  /// alone. `feedback` says what bounds that.
  public var time: DelayTime
  /// The share of a repeat in the next one, -0.99 to 0.99.
  ///
  /// On its way, and while a path fades to another, the loop passes through what it is between the two. A change bends a full-scale sine
  /// of 100 Hz at most one and a half times as much as the sine and the steady outputs bend, which the loop then repeats, in the worst
  /// case in phase: times 1 / (1 - |feedback|). Up to 40 % of feedback it stays below one and a half times all the same; 1.6 times was
  /// found at 50 %, 1.8 at 60 %, 2.9 at 90 %, 3.7 at 95 %. This holds for `time`, `tempo`, `lowPass`, `highPass`, `rate` and `depth` as well.
  public var feedback: Double
  /// The share of the repeats in the output, 0 to 1; the rest is the input.
  public var mix: Double
  /// Beats a minute, 20 to 999, by which a note's length is a time. Where the host has a tempo, that one counts.
  public var tempo: Double
  public var mode: Mode
  /// The corner of a first-order low-pass in the loop; nil for none.
  public var lowPass: Frequency?
  /// The corner of a first-order high-pass in the loop; nil for none.
  public var highPass: Frequency?
  /// How often the time swings, in hertz, 0.01 to 20.
  public var rate: Double
  /// How far the time swings to each side, in seconds; 0 for a time that stands still.
  public var depth: Double

  /// Makes a delay.
  public init(
    _ time: DelayTime, feedback: Double = 0.3, mix: Double = 0.3, tempo: Double = 120, mode: Mode = .straight,
    lowPass: Frequency? = nil, highPass: Frequency? = nil, rate: Double = 0.5, depth: Double = 0
  ) {
    self.time = time
    self.feedback = feedback
    self.mix = mix
    self.tempo = tempo
    self.mode = mode
    self.lowPass = lowPass
    self.highPass = highPass
    self.rate = rate
    self.depth = depth
  }

  /// Makes a delay of a number of seconds.
  public init(seconds: Double, feedback: Double = 0.3, mix: Double = 0.3) {
    self.init(.seconds(seconds), feedback: feedback, mix: mix)
  }

  static let longestTime = 60.0
  static let tempos = 20.0...999.0

  public static let parameters: [Parameter<Delay>] = [
    timeRow,
    .number(
      "feedback", "share of a repeat in the next one; negative turns the polarity", \.feedback, in: -0.99...0.99,
      default: 0.3),
    .number("mix", "share of the repeats in the output", \.mix, in: 0...1, default: 0.3, aliases: ["wet"]),
    .number(
      "tempo", "beats a minute, for a time given as a note", \.tempo, in: tempos, default: 120, live: .crossfade,
      aliases: ["bpm"]),
    .choice(
      "mode", "where the repeats go", of: Mode.allCases.map(\.rawValue), default: "straight", aliases: ["strategy"],
      get: { $0.mode.rawValue }, set: { if let mode = Mode(rawValue: $1) { $0.mode = mode } }),
    .number(
      "lowpass", "corner of a low-pass in the loop", \.lowPassHertz, offBy: "off", unit: .hertz, in: 1...192_000,
      taper: .logarithmic, live: .crossfade),
    .number(
      "highpass", "corner of a high-pass in the loop", \.highPassHertz, offBy: "off", unit: .hertz, in: 1...192_000,
      taper: .logarithmic, live: .crossfade),
    .number(
      "rate", "how often the time swings", \.rate, unit: .hertz, in: 0.01...20, taper: .logarithmic, default: 0.5,
      live: .crossfade),
    .number(
      "depth", "how far the time swings to each side", \.depth, unit: .seconds, in: 0...1, default: 0, live: .crossfade),
  ]

  private static let timeRow: Parameter<Delay> = {
    let info = ParameterInfo(
      name: "time", aliases: ["delay", "delaytime"],
      summary: "time from one repeat to the next: seconds, or a note's length",
      kind: .time(range: 0.000_1...longestTime), live: .crossfade, defaultValue: nil, group: nil)
    return Parameter(
      info: info,
      get: {
        switch $0.time {
        case .seconds(let seconds): .number(seconds)
        case .note(let length): .note(length)
        }
      },
      set: { (delay: inout Delay, value: ParameterValue) throws(DesignError) in
        switch value {
        case .number(let seconds): delay.time = .seconds(seconds)
        case .integer(let seconds): delay.time = .seconds(Double(seconds))
        case .note(let length): delay.time = .note(length)
        default: throw Parameter<Delay>.wrongKind(info, value)
        }
      })
  }()

  private var lowPassHertz: Double? {
    get { lowPass?.hertz }
    set { lowPass = newValue.map { Frequency($0) } }
  }

  private var highPassHertz: Double? {
    get { highPass?.hertz }
    set { highPass = newValue.map { Frequency($0) } }
  }

  public func makeProcessor<S: Sample>(
    _ design: DelayDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, DelayDesign> {
    DelayProcessor<S>(design)
  }
}

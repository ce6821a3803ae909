import AudioCore

/// Turns down what is loud: above a threshold the level rises by only a part of what it rose.
///
/// Feed-forward in the logarithmic domain: level, static curve with a soft knee, smoothed reduction, gain (Giannoulis, Massberg and
/// Reiss, "Digital dynamic range compressor design", JAES 60, 2012). From a step of the level the reduction has come 63.2 % of its way, in
/// decibels, after the attack where it grows and after the release where it falls. It runs in Double inside; in `.single` in Float,
/// where the reduction is within 2e-5 of its value, 0.001 dB of 50, and the sound within -105 dB.
///
/// Edges: silence and denormal numbers pass and stay silent; a step comes out no louder than it went in,
/// make-up gain aside; the largest finite samples are compressed like any others; NaN and infinities are taken as 0 and counted. The
/// reduction of the last block, and the largest since it was asked for, are on the stage's meter.
///
/// Live: threshold, ratio, knee, gain and mix glide to a new value in 20 ms, along `6t⁵ - 15t⁴ + 10t³`, also where one change overtakes
/// another. New times are a second detector, which begins with the present reduction and is faded to in 20 ms. With an attack below 2 ms a
/// new threshold, ratio or knee is one too, faded to in 60 ms: there is no attack then to round what a level does on a moving curve.
/// Detector, link and look-ahead are another structure.
///
/// A second input port is the key: the level is then taken from there. Its channels are as many as those of the sound, or one, or any
/// number where the channels are linked.
public struct Compressor: Effect {
  public static let name = "compressor"

  /// What counts as the level.
  public enum Detector: String, Sendable, Hashable, Codable, CaseIterable {
    /// The magnitude of each sample.
    case peak
    /// The root of the mean square over `window`: a sine counts 3.01 dB less than by its peak.
    case rms
  }

  /// In decibels of full scale, -120 to 20.
  public var threshold: Double
  /// By how much the level must rise for 1 dB more at the output, 1 to infinity.
  public var ratio: Double
  /// The time in which a reduction grows by 63.2 %, in seconds, 0 to 1.
  public var attack: Double
  /// The time in which a reduction falls by 63.2 %, in seconds, 0 to 10 and no shorter than the attack.
  public var release: Double
  /// The width of the bend around the threshold, in decibels, 0 to 60.
  public var knee: Double
  /// A gain behind it, in decibels, -60 to 60.
  public var makeUp: Double
  /// Whether half of the reduction of a full-scale level is added to the make-up gain.
  public var autoMakeUp: Bool
  public var detector: Detector
  /// The time constant of the mean square, in seconds, 0.0001 to 1.
  public var window: Double
  /// Whether all channels have one gain, by the loudest of them, which keeps a stereo image in its place.
  public var link: Bool
  /// The share of the compressed signal in the output, 0 to 1; the rest is the input.
  public var mix: Double
  /// By how much the level is seen in advance, in seconds, 0 to 0.1: the sound is delayed by as much.
  public var lookahead: Double

  /// Makes a compressor.
  public init(
    threshold: Double = -20, ratio: Double = 4, attack: Double = 0.005, release: Double = 0.05, knee: Double = 6,
    makeUp: Double = 0, autoMakeUp: Bool = false, detector: Detector = .peak, window: Double = 0.01, link: Bool = true,
    mix: Double = 1, lookahead: Double = 0
  ) {
    self.threshold = threshold
    self.ratio = ratio
    self.attack = attack
    self.release = release
    self.knee = knee
    self.makeUp = makeUp
    self.autoMakeUp = autoMakeUp
    self.detector = detector
    self.window = window
    self.link = link
    self.mix = mix
    self.lookahead = lookahead
  }

  static let thresholds = -120.0...20.0
  static let knees = 0.0...60.0
  static let makeUps = -60.0...60.0
  static let windows = 0.000_1...1.0

  public static let parameters: [Parameter<Compressor>] = [
    .number(
      "threshold", "level above which it works", \.threshold, unit: .decibels, in: thresholds, default: -20),
    .number(
      "ratio", "rise of the level for 1 dB more; inf for none at all", \.ratio, in: 1 ... .infinity,
      taper: .logarithmic, default: 4),
    .number("attack", "time in which a reduction grows", \.attack, unit: .seconds, in: 0...1, default: 0.005),
    .number("release", "time in which a reduction falls", \.release, unit: .seconds, in: 0...10, default: 0.05),
    .number("knee", "width of the bend around the threshold", \.knee, unit: .decibels, in: knees, default: 6),
    .number(
      "makeup", "gain behind it", \.makeUp, unit: .decibels, in: makeUps, default: 0, aliases: ["gain", "makeupgain"]),
    .toggle(
      "automakeup", "adds half of the reduction of a full-scale level to the gain", \.autoMakeUp, default: false),
    .choice(
      "detector", "what counts as the level", of: Detector.allCases.map(\.rawValue), default: "peak",
      get: { $0.detector.rawValue }, set: { if let detector = Detector(rawValue: $1) { $0.detector = detector } }),
    .number(
      "window", "time constant of the mean square", \.window, unit: .seconds, in: windows, taper: .logarithmic,
      default: 0.01),
    .toggle("link", "one gain for all channels", \.link, default: true, live: .structural),
    .number("mix", "share of the compressed signal", \.mix, in: 0...1, default: 1, aliases: ["wet"]),
    .number(
      "lookahead", "by how much the level is seen in advance; delays the sound", \.lookahead, unit: .seconds,
      in: 0...0.1, default: 0, live: .structural),
  ]

  public func makeProcessor<S: Sample>(
    _ design: CompressorDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, CompressorDesign> {
    CompressorProcessor<S>(design, precision: context.precision)
  }
}

// By hand: JSON has no infinity.
extension Compressor: Codable {
  private enum Keys: String, CodingKey {
    case threshold, ratio, attack, release, knee, makeUp, autoMakeUp, detector, window, link, mix, lookahead
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    func number(_ key: Keys) throws -> Double { try container.decode(Double.self, forKey: key) }
    // No ratio means that nothing gets through.
    self.init(
      threshold: try number(.threshold), ratio: try container.decodeIfPresent(Double.self, forKey: .ratio) ?? .infinity,
      attack: try number(.attack), release: try number(.release), knee: try number(.knee),
      makeUp: try number(.makeUp), autoMakeUp: try container.decode(Bool.self, forKey: .autoMakeUp),
      detector: try container.decode(Detector.self, forKey: .detector), window: try number(.window),
      link: try container.decode(Bool.self, forKey: .link), mix: try number(.mix), lookahead: try number(.lookahead))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(threshold, forKey: .threshold)
    if ratio.isFinite { try container.encode(ratio, forKey: .ratio) } else { try container.encodeNil(forKey: .ratio) }
    try container.encode(attack, forKey: .attack)
    try container.encode(release, forKey: .release)
    try container.encode(knee, forKey: .knee)
    try container.encode(makeUp, forKey: .makeUp)
    try container.encode(autoMakeUp, forKey: .autoMakeUp)
    try container.encode(detector, forKey: .detector)
    try container.encode(window, forKey: .window)
    try container.encode(link, forKey: .link)
    try container.encode(mix, forKey: .mix)
    try container.encode(lookahead, forKey: .lookahead)
  }
}

import AudioCore
import RealModule

/// The design of a compressor: its curve in octaves of amplitude, and its times.
public struct CompressorDesign: EffectDesign {
  public let format: StreamFormat
  /// Channels of the key port; 0 where there is none.
  let keyChannels: Int
  let isLinked: Bool
  let threshold: Double
  let knee: Double
  let slope: Double
  /// In octaves, automatic make-up included.
  let makeUp: Double
  let mix: Double
  let times: EnvelopeTimes
  /// Of the mean square; nil for the peak.
  let window: OnePole?
  public let latencyFrames: Int

  public var outputs: [StreamFormat] { [format] }
  public var meters: [MeterInfo] { [MeterInfo("gain reduction", unit: .decibels)] }

  public var lowering: Lowering {
    .compressor(
      CompressorLowering(
        keyChannels: keyChannels, isLinked: isLinked, threshold: threshold, knee: knee, slope: slope, makeUp: makeUp,
        mix: mix, attack: times.attack, release: times.release, window: window, delayFrames: latencyFrames))
  }

  public var operationsPerFrame: Double {
    let envelopes = isLinked ? 1 : format.channels
    return Double(60 * envelopes + 3 * format.channels)
  }

  public func hasSameShape(as other: CompressorDesign) -> Bool {
    format == other.format && keyChannels == other.keyChannels && isLinked == other.isLinked
      && (window == nil) == (other.window == nil) && latencyFrames == other.latencyFrames
  }

  var curve: DynamicsCurve { DynamicsCurve(threshold: threshold, knee: knee, slope: slope) }

  var detectorTimes: DetectorTimes { DetectorTimes(window: window, attack: times.attack, release: times.release) }

  /// The reduction that the static curve asks for, in decibels, 0 or above.
  ///
  /// Giannoulis, Massberg and Reiss (2012), equation 4.
  /// - Parameter level: In decibels of full scale.
  public func staticReduction(at level: Double) -> Double {
    let over = level / Self.decibelsPerOctave - threshold
    let octaves =
      if 2 * over <= -knee {
        0.0
      } else if 2 * over < knee {
        slope * (over + knee / 2) * (over + knee / 2) / (2 * knee)
      } else {
        slope * over
      }
    return octaves * Self.decibelsPerOctave
  }

  static let decibelsPerOctave = 20 * Double.log10(2.0)
}

extension Compressor {
  public func design(in context: DesignContext) throws(DesignError) -> CompressorDesign {
    try DesignError.require(threshold, in: Self.thresholds, parameter: "threshold", unit: "dB")
    guard ratio >= 1 else {
      throw DesignError(
        .outOfRange, parameter: "ratio", value: DesignError.shortest(ratio), problem: "is out of range: 1 to inf",
        remedy: "Choose a ratio inside the range")
    }
    try DesignError.require(attack, in: 0...1, parameter: "attack", unit: "s")
    try DesignError.require(release, in: 0...10, parameter: "release", unit: "s")
    guard release >= attack else {
      throw DesignError(
        .inconsistent, parameter: "release", value: DesignError.shortest(release) + " s",
        problem: "is shorter than the attack of \(DesignError.shortest(attack)) s",
        remedy: "Make it longer, or the attack shorter")
    }
    try DesignError.require(knee, in: Self.knees, parameter: "knee", unit: "dB")
    try DesignError.require(makeUp, in: Self.makeUps, parameter: "makeup", unit: "dB")
    try DesignError.require(window, in: Self.windows, parameter: "window", unit: "s")
    try DesignError.require(mix, in: 0...1, parameter: "mix")
    try DesignError.require(lookahead, in: 0...0.1, parameter: "lookahead", unit: "s")
    let keyChannels = try keyChannels(in: context)

    let rate = context.sampleRate
    let octave = CompressorDesign.decibelsPerOctave
    func design(makeUp: Double) -> CompressorDesign {
      CompressorDesign(
        format: context.format, keyChannels: keyChannels, isLinked: link, threshold: threshold / octave,
        knee: knee / octave, slope: 1 - 1 / ratio, makeUp: makeUp / octave, mix: mix,
        times: EnvelopeTimes(attack: attack * rate, release: release * rate),
        window: detector == .rms ? OnePole(timeConstant: window * rate) : nil,
        latencyFrames: Int((lookahead * rate).rounded()))
    }
    let plain = design(makeUp: makeUp)
    return autoMakeUp ? design(makeUp: makeUp + plain.staticReduction(at: 0) / 2) : plain
  }

  private func keyChannels(in context: DesignContext) throws(DesignError) -> Int {
    guard context.inputs.count > 1 else { return 0 }
    guard context.inputs.count == 2 else {
      throw DesignError(
        .format, parameter: "inputs", value: String(context.inputs.count), problem: "are more than the sound and a key",
        remedy: "Lead the key to port 1, and nothing to other ports")
    }
    let channels = context.inputs[1].channels
    guard link || channels == 1 || channels == context.format.channels else {
      throw DesignError(
        .format, parameter: "key", value: "\(channels) channels",
        problem: "does not fit \(context.format.channels) channels that are not linked",
        remedy: "Give it one channel or \(context.format.channels), or link them")
    }
    return channels
  }
}

/// The sample rate and the channels of a stream.
public struct StreamFormat: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Frames a second.
  public var sampleRate: Double
  /// What each channel means.
  public var layout: ChannelLayout

  /// Makes a format from a layout.
  public init(sampleRate: Double, layout: ChannelLayout) {
    self.sampleRate = sampleRate
    self.layout = layout
  }

  /// Makes a format from a channel count: mono, stereo, else discrete channels.
  public init(sampleRate: Double, channels: Int) {
    self.init(sampleRate: sampleRate, layout: .standard(channels))
  }

  /// How many channels a frame has.
  public var channels: Int { layout.count }

  /// The most channels a stream may have.
  public static let maximumChannels = 4_096
  /// The sample rates that are taken, in hertz.
  public static let sampleRates: ClosedRange<Double> = 1...3_072_000

  /// Checks that the rate and the channel count can be processed.
  /// - Throws: `DesignError` of reason `.format`.
  public func validate() throws(DesignError) {
    guard sampleRate.isFinite, Self.sampleRates.contains(sampleRate) else {
      throw DesignError(
        .format, parameter: "sample rate", value: DesignError.shortest(sampleRate) + " Hz",
        problem: "is out of range: 1 to 3072000 Hz", remedy: "Give the rate at which the sound was recorded")
    }
    guard channels >= 1, channels <= Self.maximumChannels else {
      throw DesignError(
        .format, parameter: "channels", value: String(channels),
        problem: "is out of range: 1 to \(Self.maximumChannels)",
        remedy: channels < 1 ? "Give at least one channel" : "Process fewer channels at once")
    }
  }

  public var description: String { "\(DesignError.shortest(sampleRate)) Hz \(layout)" }
}

import AudioCore

/// Changes the sample rate of responses, for code that may not know of a resampler: `Swiftlet` brings one.
public protocol ResponseResampler: Sendable {
  /// Channels of equal lengths at another rate, with the same level of a sound's spectrum below both halves of the rates.
  func resampled(_ channels: [[Double]], from rate: Double, to other: Double) throws(DesignError) -> [[Double]]
}

/// A recorded response: a room, a cabinet, a filter; or the name of a file that holds one.
///
/// A value whose samples are shared by all copies. It is written with its samples, beside the path they came from, so that a graph in a
/// file is whole by itself.
public struct ImpulseResponse: Sendable {
  private final class Content: Sendable {
    let channels: [[Float]]
    let sampleRate: Double
    let resampler: (any ResponseResampler)?
    /// Of the samples, so that hashing a recipe does not read a whole recording.
    let digest: Int

    init(_ channels: [[Float]], sampleRate: Double, resampler: (any ResponseResampler)?) {
      self.channels = channels
      self.sampleRate = sampleRate
      self.resampler = resampler
      var hasher = Hasher()
      hasher.combine(channels)
      digest = hasher.finalize()
    }
  }

  /// The file that it came from, or that it is to come from; nil for samples without one.
  public let path: String?
  private let content: Content?

  private init(path: String?, content: Content?) {
    self.path = path
    self.content = content
  }

  /// Makes a response from one list of samples a channel, all of one length.
  ///
  /// - Parameters:
  ///   - channels: One; two, left and right; four, for true stereo: from left to left and right, then from right to left and right; or
  ///     as many as the stream has.
  ///   - sampleRate: In hertz.
  ///   - path: Where the samples came from, for expressions.
  ///   - resampler: For streams of other rates, which are refused without one.
  /// - Throws: `DesignError` for no samples, lengths that differ, samples that are not finite, more than 2^24 frames or a bad rate.
  public init(
    _ channels: [[Float]], sampleRate: Double, path: String? = nil, resampler: (any ResponseResampler)? = nil
  ) throws(DesignError) {
    let frames = channels.first?.count ?? 0
    try StreamFormat(sampleRate: sampleRate, channels: channels.count).validate()
    guard channels.allSatisfy({ $0.count == frames }) else {
      throw Self.refused("has channels of different lengths", "Pad them with zeros to one length", path)
    }
    guard (1...Self.longest).contains(frames) else {
      throw Self.refused("has \(frames) frames; 1 to \(Self.longest) are taken", "Cut it", path)
    }
    guard channels.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw Self.refused("has samples that are not finite numbers", "Record or export it again", path)
    }
    self.init(path: path, content: Content(channels, sampleRate: sampleRate, resampler: resampler))
  }

  /// Makes a response from a wave.
  public init(_ wave: Wave<Float>, path: String? = nil, resampler: (any ResponseResampler)? = nil) throws(DesignError) {
    var channels: [[Float]] = []
    for channel in 0..<wave.channels {
      channels.append(
        wave.withBlock { block in
          block.withChannel(channel) { samples in samples.indices.map { samples[$0] } }
        })
    }
    try self.init(channels, sampleRate: wave.sampleRate, path: path, resampler: resampler)
  }

  /// The response in a file that is yet to be read.
  public static func file(_ path: String) -> ImpulseResponse { ImpulseResponse(path: path, content: nil) }

  private static let longest = 1 << 24

  private static func refused(_ problem: String, _ remedy: String, _ path: String?) -> DesignError {
    DesignError(.format, parameter: "response", value: path, problem: problem, remedy: remedy)
  }

  /// Whether the samples are there.
  public var isLoaded: Bool { content != nil }
  /// How many channels it has; 0 while the file has not been read.
  public var channelCount: Int { content?.channels.count ?? 0 }
  /// How many frames it has; 0 while the file has not been read.
  public var frames: Int { content?.channels.first?.count ?? 0 }
  /// In hertz; nil while the file has not been read.
  public var sampleRate: Double? { content?.sampleRate }

  /// The samples of each channel at a rate, scaled so that the response to a sound is as loud as at its own.
  /// - Throws: `DesignError` when the file has not been read, or the rate differs and there is no resampler.
  func channels(at rate: Double) throws(DesignError) -> [[Double]] {
    guard let content else { throw .notLoaded(path ?? "", parameter: "file") }
    let channels = content.channels.map { $0.map(Double.init) }
    if rate == content.sampleRate { return channels }
    guard let resampler = content.resampler else {
      throw DesignError(
        .format, parameter: "response", value: DesignError.shortest(content.sampleRate) + " Hz",
        problem: "is not the rate of the stream, \(DesignError.shortest(rate)) Hz",
        remedy: "Resample it by Wave.resampled(to:), or read it by ImpulseResponse.read(_:), which brings a resampler")
    }
    let scale = content.sampleRate / rate
    guard Double(frames) / scale <= Double(Self.longest) else {
      throw DesignError(
        .format, parameter: "response", value: DesignError.shortest(content.sampleRate) + " Hz",
        problem: "is so far below the rate of the stream that it would have more than \(Self.longest) frames there",
        remedy: "Check the sample rate that the response states, or cut it")
    }
    return try resampler.resampled(channels, from: content.sampleRate, to: rate).map { $0.map { $0 * scale } }
  }
}

extension ImpulseResponse: Hashable {
  public static func == (a: ImpulseResponse, b: ImpulseResponse) -> Bool {
    guard a.path == b.path else { return false }
    guard let mine = a.content, let other = b.content else { return (a.content == nil) == (b.content == nil) }
    return mine === other
      || (mine.sampleRate == other.sampleRate && mine.digest == other.digest && mine.channels == other.channels)
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(path)
    hasher.combine(content?.sampleRate)
    hasher.combine(content?.digest)
  }
}

extension ImpulseResponse: Codable {
  private enum Keys: String, CodingKey { case path, sampleRate, channels }

  /// Where a decoder may carry an `any ResponseResampler` for streams of other rates.
  public static var resampler: CodingUserInfoKey {
    // The initialiser fails only for reasons that a constant string cannot have.
    CodingUserInfoKey(rawValue: "swiftlet.response-resampler").unsafelyUnwrapped
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let path = try container.decodeIfPresent(String.self, forKey: .path)
    guard container.contains(.channels) else {
      self = .file(try container.decode(String.self, forKey: .path))
      return
    }
    try self.init(
      container.decode([[Float]].self, forKey: .channels),
      sampleRate: container.decode(Double.self, forKey: .sampleRate), path: path,
      resampler: decoder.userInfo[Self.resampler] as? any ResponseResampler)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encodeIfPresent(path, forKey: .path)
    try container.encodeIfPresent(content?.sampleRate, forKey: .sampleRate)
    try container.encodeIfPresent(content?.channels, forKey: .channels)
  }
}

import AudioCore

/// What a file says about itself.
public struct AudioFileInfo: Sendable, Hashable, Codable {
  public var path: String
  /// The container, such as `wav`.
  public var container: String
  /// How samples are stored, such as `s24`.
  public var encoding: String
  /// Frames a second.
  public var sampleRate: Double
  public var channels: Int
  public var layout: ChannelLayout
  /// Frames a channel; nil when only reading to the end would tell.
  public var frames: Int?
  /// Length in seconds; nil when the frames are not known.
  public var duration: Double?
  /// Bytes of the file.
  public var bytes: Int
  /// Text by tag name.
  public var tags: [String: String]

  /// Reads the head of a file.
  /// - Throws: `AudioFileError`.
  public init(path: String) throws(AudioFileError) {
    self.init(try AudioFileReader<Float>(path: path))
  }

  /// Describes a file that is open.
  public init<S: Sample>(_ reader: AudioFileReader<S>) {
    path = reader.path
    container = reader.container?.rawValue ?? "unknown"
    encoding = reader.encoding?.rawValue ?? "unknown"
    sampleRate = reader.format.sampleRate
    channels = reader.format.channels
    layout = reader.format.layout
    frames = reader.frameCount
    duration = reader.frameCount.map { Double($0) / reader.format.sampleRate }
    bytes = reader.fileBytes
    tags = Dictionary(uniqueKeysWithValues: reader.metadata.tags.map { ($0.key.rawValue, $0.value) })
  }
}

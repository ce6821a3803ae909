/// A whole recording in memory: planar samples of any number of channels, a format and its tags.
///
/// A value: a copy shares memory until one of them is changed.
public struct Wave<S: Sample>: @unchecked Sendable {
  // Sendable because the buffer is changed only while this value is its single owner.
  private var storage: SampleBuffer<S>
  /// Sample rate and channel layout.
  public private(set) var format: StreamFormat
  /// Frames a channel.
  public private(set) var frames: Int
  /// Title, artist and other tags, and what the source was stored as.
  public var metadata: Metadata

  /// Makes a silent wave.
  /// - Throws: `DesignError` of reason `.format` for a rate or channel count that cannot be processed.
  public init(format: StreamFormat, frames: Int, metadata: Metadata = Metadata()) throws(DesignError) {
    try format.validate()
    precondition(frames >= 0, "a wave of \(frames) frames")
    self.init(
      storage: SampleBuffer(channels: format.channels, capacity: frames), format: format, frames: frames,
      metadata: metadata)
  }

  /// Makes a wave from one array of samples a channel, all of one length, full scale ±1.
  /// - Throws: `DesignError` of reason `.format` for no channel, for lengths that differ or a bad sample rate.
  public init(_ channels: [[S]], sampleRate: Double, metadata: Metadata = Metadata()) throws(DesignError) {
    let frames = channels.first?.count ?? 0
    guard channels.allSatisfy({ $0.count == frames }) else {
      throw DesignError(
        .format, parameter: "channels", value: channels.map { String($0.count) }.joined(separator: ", "),
        problem: "have different lengths", remedy: "Pad them with zeros to one length")
    }
    try self.init(
      format: StreamFormat(sampleRate: sampleRate, channels: channels.count), frames: frames, metadata: metadata)
    for (channel, samples) in channels.enumerated() {
      for (frame, sample) in samples.enumerated() { storage[channel, frame] = sample }
    }
  }

  /// Takes a buffer that nobody else holds.
  package init(storage: SampleBuffer<S>, format: StreamFormat, frames: Int, metadata: Metadata) {
    self.storage = storage
    self.format = format
    self.frames = frames
    self.metadata = metadata
  }

  /// Makes a wave by filling its memory.
  /// - Throws: `DesignError` of reason `.format`, or what the body throws.
  public init(
    format: StreamFormat, frames: Int, metadata: Metadata = Metadata(),
    filling body: (borrowing AudioBlock<S>) throws -> Void
  ) throws {
    try self.init(format: format, frames: frames, metadata: metadata)
    try storage.withBlock(frames: frames, body)
  }

  /// How many channels there are.
  public var channels: Int { format.channels }
  /// Frames a second.
  public var sampleRate: Double { format.sampleRate }
  /// Length in seconds.
  public var duration: Double { Double(frames) / sampleRate }

  /// One sample; a number outside the wave is a programming error.
  public subscript(channel: Int, frame: Int) -> S {
    get { storage[channel, frame] }
    set {
      makeUnique()
      storage[channel, frame] = newValue
    }
  }

  /// The samples of one channel as an array.
  public func samples(_ channel: Int) -> [S] {
    withBlock { block in block.withChannel(channel) { span in (0..<span.count).map { span[$0] } } }
  }

  /// Lends all frames for reading; writing through the block is a programming error.
  public func withBlock<R, E: Error>(_ body: (borrowing AudioBlock<S>) throws(E) -> R) throws(E) -> R {
    try storage.withBlock(frames: frames, body)
  }

  /// Lends all frames for reading and writing.
  public mutating func withMutableBlock<R, E: Error>(_ body: (borrowing AudioBlock<S>) throws(E) -> R) throws(E) -> R {
    makeUnique()
    return try storage.withBlock(frames: frames, body)
  }

  private mutating func makeUnique() {
    guard !isKnownUniquelyReferenced(&storage) else { return }
    let copy = SampleBuffer<S>(channels: storage.channels, capacity: frames)
    storage.withBlock(frames: frames) { old in copy.withBlock(frames: frames) { new in new.copy(from: old) } }
    storage = copy
  }

  /// The same sound in another sample type. Double to Float rounds to nearest.
  public func converted<T: Sample>(to type: T.Type = T.self) -> Wave<T> {
    let buffer = SampleBuffer<T>(channels: channels, capacity: frames)
    for channel in 0..<channels {
      for frame in 0..<frames { buffer[channel, frame] = T(storage[channel, frame]) }
    }
    return Wave<T>(storage: buffer, format: format, frames: frames, metadata: metadata)
  }
}

extension Wave: Equatable {
  /// Whether format and samples are equal; tags are not compared.
  public static func == (a: Wave, b: Wave) -> Bool {
    guard a.format == b.format, a.frames == b.frames else { return false }
    return (0..<a.channels).allSatisfy { channel in
      (0..<a.frames).allSatisfy { a[channel, $0] == b[channel, $0] }
    }
  }
}

import AudioCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes WAV to a descriptor that cannot go back: the header states an unknown length.
///
/// Where the descriptor turns out to be a regular file, `finish` puts the true lengths in.
public final class PipeWAVWriter<S: Sample>: AudioSink {
  public let format: StreamFormat
  /// How samples are stored.
  public let encoding: SampleEncoding
  /// Samples that lay beyond full scale and were clipped; integers only.
  public var clippedSamples: Int { raw.clippedSamples }
  /// NaN and infinite samples that were written as 0.
  public var nonFiniteSamples: Int { raw.nonFiniteSamples }
  /// Frames written so far.
  public var framesWritten: Int { raw.framesWritten }
  /// Whether noise is added before rounding.
  public var isDithered: Bool { raw.isDithered }
  /// The tags that have no place before the sound.
  public let droppedTags: [Metadata.Tag]
  private let raw: RawWriter<S>
  private let start: Int?
  private let headerBytes: Int
  private let frameBytes: Int

  /// Writes the header to a descriptor that the caller keeps open.
  ///
  /// - Parameters:
  ///   - encoding: s16, s24, s32, f32 or f64; nil keeps the source's, or the nearest that loses nothing.
  ///   - source: how the source was stored; nil when the samples were made in memory.
  ///   - tags: what travels with the sound.
  /// - Throws: `AudioFileError` for an encoding that such a stream cannot hold, or when the header cannot be written.
  public init(
    descriptor: Int32 = 1, name: String = "standard output", format: StreamFormat,
    encoding asked: SampleEncoding? = nil,
    source: SampleEncoding? = nil, dither: Dither = .auto, tags: [Metadata.Tag: String] = [:]
  ) throws(AudioFileError) {
    let pcm = try Self.choose(asked, source, name)
    guard Int32(exactly: format.sampleRate) != nil, format.channels * pcm.byteCount <= Int(UInt16.max) else {
      throw AudioFileError(
        .format, path: name, problem: "WAV cannot hold \(format)",
        remedy: "Choose a whole number of hertz and fewer channels")
    }
    raw = try RawWriter(descriptor: descriptor, name: name, pcm: pcm, format: format, dither: dither, source: source)
    self.format = format
    encoding = pcm.encoding
    frameBytes = format.channels * pcm.byteCount
    start = Self.position(descriptor)
    droppedTags = tags.filter { !WAVHeader.holds($0.key, $0.value) }.map(\.key).sorted { $0.rawValue < $1.rawValue }
    let header = WAVHeader(pcm: pcm, format: format, tags: tags).bytes()
    headerBytes = header.count
    let code = header.withUnsafeBytes { FileSystem.writeAll(descriptor, $0) }
    guard code == 0 else { throw .system(code, path: name, doing: "write to it") }
  }

  public func write(_ block: borrowing AudioBlock<S>) throws { try raw.write(block) }

  /// Ends the stream: an odd count of bytes is padded, and a regular file learns its length.
  /// - Throws: `AudioFileError`.
  public func finish() throws(AudioFileError) {
    let data = framesWritten * frameBytes
    if data % 2 == 1, start != nil { try put([0], at: nil) }
    guard let start, data + headerBytes < Int(UInt32.max) else { return }
    try put(WAVHeader.little(UInt32(headerBytes - 8 + data + data % 2)), at: start + 4)
    try put(WAVHeader.little(UInt32(data)), at: start + headerBytes - 4)
  }

  private func put(_ bytes: [UInt8], at offset: Int?) throws(AudioFileError) {
    let code = bytes.withUnsafeBytes { FileSystem.writeAll(raw.descriptor, $0, at: offset) }
    guard code == 0 else { throw .system(code, path: raw.name, doing: "write to it") }
  }

  private static func choose(
    _ asked: SampleEncoding?, _ source: SampleEncoding?, _ name: String
  ) throws(AudioFileError) -> PCMFormat {
    let natural: SampleEncoding = S.self == Float.self ? .f32 : .f64
    if let asked {
      if let pcm = PCMFormat.allCases.first(where: { $0.encoding == asked }) { return pcm }
      throw AudioFileError(
        .encoding, path: name, problem: "WAV on a pipe cannot hold \(asked.rawValue)",
        remedy: "Ask for one of \(PCMFormat.allCases.map(\.encoding.rawValue).joined(separator: ", "))")
    }
    switch source ?? natural {
    case .f64: return .f64le
    case .f32, .vorbis, .opus, .mp1, .mp2, .mp3: return .f32le
    case let integer: return integer.precisionBits <= 16 ? .s16le : integer.precisionBits <= 24 ? .s24le : .s32le
    }
  }

  // Where the stream begins, if it can be gone back to. Descriptors that append would put the lengths at the end.
  private static func position(_ descriptor: Int32) -> Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, FileSystem.isKind(status, S_IFREG) else { return nil }
    guard fcntl(descriptor, F_GETFL) & O_APPEND == 0 else { return nil }
    let place = Int(lseek(descriptor, 0, SEEK_CUR))
    return place >= 0 ? place : nil
  }
}

import AudioCore
import CSndfile

/// Writes an audio file; the container follows the extension, and the file appears whole at `commit` or not at all.
///
/// The encoding is that which was asked for, else the source's (`Container.chooseEncoding` states the rule). A WAV file
/// that needs more than 4 GiB becomes RF64. Clipped samples and samples that were not finite are counted; neither NaN
/// nor infinity is ever written.
public final class AudioFileWriter<S: Sample>: AudioSink {
  /// The path as it was given.
  public let path: String
  public let format: StreamFormat
  public let container: Container
  public let encoding: SampleEncoding
  /// Whether noise is added before rounding.
  public let isDithered: Bool
  /// Whether the container has a place for the layout, unless the layout is what the channel count says by itself.
  public let keepsLayout: Bool
  /// The tags that the container has no place for.
  public let droppedTags: [Metadata.Tag]
  /// Whether all cue points, loops and broadcast information found a place.
  public let keepsChunks: Bool
  /// Frames written so far.
  public private(set) var framesWritten = 0
  /// Samples that lay beyond full scale and were clipped; integers only.
  public var clippedSamples: Int { quantizer?.clipped ?? 0 }
  /// NaN and infinite samples that were written as 0.
  public private(set) var nonFiniteSamples = 0

  private let atomic: AtomicFile
  private let output: EncoderOutput
  private let file: SoundFile
  private var quantizer: IntegerQuantizer<S>?
  private let exchange: PCMFormat
  private let scratch: RawMemory
  private let finite: SampleBuffer<S>
  private let maximumFrames: Int?
  private var isOpen = true

  /// Opens a file for writing, beside the target.
  ///
  /// - Parameters:
  ///   - encoding: how to store samples; nil keeps what `metadata.encoding` names.
  ///   - metadata: tags, and what the source was stored as.
  ///   - chunks: markers and the like from a reader.
  ///   - expectedFrames: the length when it is known: a WAV file is then RF64 from the start, or never. When it is not,
  ///     the header leaves room and the kind is settled at the end.
  /// - Throws: `AudioFileError` before any sample is taken.
  public init(
    path: String, format: StreamFormat, encoding asked: SampleEncoding? = nil, metadata: Metadata = Metadata(),
    dither: Dither = .auto, chunks: PreservedChunks = PreservedChunks(), expectedFrames: Int? = nil
  ) throws(AudioFileError) {
    do {
      try format.validate()
    } catch {
      throw AudioFileError(.format, path: path, problem: error.description, remedy: error.remedy)
    }
    let wish = try Container.forTarget(path)
    let inherited = SampleEncoding(rawValue: metadata.encoding)
    encoding = try wish.container.chooseEncoding(
      asked: asked, inherited: inherited, codec: wish.codec, sampleType: S.sampleType, format: format, path: path)
    container = wish.container
    self.path = path
    self.format = format
    let shape = Self.shape(container, encoding, format, expectedFrames)
    maximumFrames = shape.maximumFrames

    atomic = try AtomicFile(path: path)
    output = EncoderOutput(atomic)
    var info = SF_INFO()
    info.samplerate = Int32(format.sampleRate)
    info.channels = Int32(format.channels)
    info.format = shape.number
    var calls = EncoderOutput.calls
    let handle = sf_open_virtual(&calls, sndfile(SFM_WRITE), &info, Unmanaged.passUnretained(output).toOpaque())
    if handle == nil, output.failure != 0 {
      throw .system(output.failure, path: path, doing: "write it", replacing: atomic.isReplacing)
    }
    file = try SoundFile(handle, info: info, path: path)

    if shape.settlesLate { _ = sf_command(file.pointer, sndfile(SFC_RF64_AUTO_DOWNGRADE), nil, sndfile(SF_TRUE)) }
    // It would hold the time of day, and two runs would not give equal files.
    _ = sf_command(file.pointer, sndfile(SFC_SET_ADD_PEAK_CHUNK), nil, sndfile(SF_FALSE))
    exchange = file.exchange(for: encoding, container) ?? encoding.exchange
    let layoutWritten = file.writeLayout(format.layout)
    keepsLayout = layoutWritten || format.layout == .standard(format.channels)
    var dropped: [Metadata.Tag] = []
    for (tag, text) in metadata.tags.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      // For some it reports success and forgets them.
      if container.tagsForgotten.contains(tag) || sf_set_string(file.pointer, tag.number, text) != 0 {
        dropped.append(tag)
      }
    }
    droppedTags = dropped
    keepsChunks = chunks.write(to: file)

    let sourceBits = inherited?.precisionBits ?? (S.self == Float.self ? 24 : 53)
    isDithered = dither.applies(to: encoding, sourceBits: sourceBits)
    let capacity = max(64, 131_072 / (format.channels * exchange.byteCount))
    scratch = RawMemory(count: capacity * format.channels * exchange.byteCount)
    finite = SampleBuffer(channels: format.channels, capacity: capacity)
    if exchange.integerBits != nil {
      quantizer = IntegerQuantizer(
        bits: min(encoding.precisionBits, 32), exchange: exchange, channels: format.channels, capacity: capacity,
        dither: isDithered ? TriangularDither(channels: format.channels, seed: dither.seed) : nil)
    }
  }

  deinit { cancel() }

  /// Takes all frames of the block.
  /// - Throws: `AudioFileError` when they cannot be stored; the writer then takes no more and the target stays as it
  ///   was.
  public func write(_ block: borrowing AudioBlock<S>) throws {
    precondition(block.channels == format.channels, "\(block.channels) channels for a file of \(format.channels)")
    precondition(isOpen, "\(path) is closed")
    if let maximumFrames, framesWritten + block.frames > maximumFrames {
      cancel()
      throw AudioFileError(
        .tooLarge, path: path, problem: "\(container.rawValue) cannot hold more than \(maximumFrames) such frames",
        remedy: "Choose .rf64, .w64 or .caf")
    }
    var done = 0
    while done < block.frames {
      let count = min(finite.capacity, block.frames - done)
      let stored = block.withFrames(done..<done + count) { store($0) }
      guard stored == count, output.failure == 0 else { throw failed() }
      done += count
      framesWritten += count
    }
  }

  /// Finishes the file and puts it in its place.
  /// - Throws: `AudioFileError`; the target is then as it was.
  public func commit() throws(AudioFileError) {
    precondition(isOpen, "\(path) is closed")
    isOpen = false
    // Some encoders write their head with the first frame; without any, they have to be told.
    if framesWritten == 0 { _ = sf_command(file.pointer, sndfile(SFC_UPDATE_HEADER_NOW), nil, 0) }
    let code = file.close()
    output.flush()
    guard output.failure == 0 else {
      atomic.cancel()
      throw unwritten(output.failure)
    }
    guard code == 0 else {
      atomic.cancel()
      throw AudioFileError(
        .system, path: path, problem: "cannot be finished (\(String(cString: sf_error_number(code))))",
        remedy: "Try another container or encoding")
    }
    let patched = PeakChunk.forgetTime(atomic.fileDescriptor)
    guard patched == 0 else {
      atomic.cancel()
      throw unwritten(patched)
    }
    try atomic.commit()
  }

  /// Gives the file up; the target stays as it was. Does nothing after a commit.
  public func cancel() {
    isOpen = false
    file.close()
    atomic.cancel()
  }

  private func failed() -> AudioFileError {
    let reason = file.failure
    cancel()
    if output.failure != 0 { return unwritten(output.failure) }
    return AudioFileError(
      .system, path: path, problem: "cannot be written (\(reason ?? "libsndfile took fewer frames than it was given"))",
      remedy: "Try another container or encoding")
  }

  private func unwritten(_ code: Int32) -> AudioFileError {
    .system(code, path: path, doing: "write it", replacing: atomic.isReplacing)
  }

  private func store(_ block: borrowing AudioBlock<S>) -> Int {
    guard block.firstNonFiniteFrame() != nil else { return storeFinite(block) }
    return finite.withBlock(frames: block.frames) { clean in
      nonFiniteSamples += block.sanitize(into: clean)
      return storeFinite(clean)
    }
  }

  private func storeFinite(_ block: borrowing AudioBlock<S>) -> Int {
    if quantizer?.quantize(block, into: scratch.bytes) == nil {
      var none: TriangularDither?
      _ = block.encode(exchange, into: scratch.bytes, dither: &none)
    }
    // SAFETY: scratch holds `finite.capacity >= frames` frames of the exchange type and is aligned for all of them.
    let base = scratch.bytes.baseAddress.unsafelyUnwrapped
    let count = sf_count_t(block.frames)
    switch exchange {
    case .s16le: return Int(sf_writef_short(file.pointer, base.assumingMemoryBound(to: Int16.self), count))
    case .s24le:
      let frameBytes = 3 * format.channels
      return Int(sf_write_raw(file.pointer, base, count * sf_count_t(frameBytes))) / frameBytes
    case .s32le: return Int(sf_writef_int(file.pointer, base.assumingMemoryBound(to: Int32.self), count))
    case .f32le: return Int(sf_writef_float(file.pointer, base.assumingMemoryBound(to: Float.self), count))
    case .f64le: return Int(sf_writef_double(file.pointer, base.assumingMemoryBound(to: Double.self), count))
    }
  }
}

extension Container {
  /// What a path to be written asks for. A device has no extension that could say, and gets WAV.
  static func forTarget(_ path: String) throws(AudioFileError) -> (container: Container, codec: SampleEncoding?) {
    let isDevice = FileSystem.status(path).map { FileSystem.isDevice($0) } ?? false
    return isDevice ? (.wav, nil) : try forPath(path)
  }
}

extension AudioFileWriter {
  private struct Shape {
    var number: Int32
    var settlesLate = false
    var maximumFrames: Int?
  }

  // Which form of the container to open: plain, extensible or RF64 for WAV.
  private static func shape(
    _ container: Container, _ encoding: SampleEncoding, _ format: StreamFormat, _ expected: Int?
  ) -> Shape {
    let frameBytes = format.channels * max(1, (encoding.integerBits ?? encoding.precisionBits + 8) / 8)
    let limit = container.maximumBytes.map { $0 / frameBytes }
    var shape = Shape(number: container.major | encoding.subtype, maximumFrames: limit)
    guard container == .wav, let limit else { return shape }
    let rate = Int(format.sampleRate)
    if expected.map({ $0 > limit }) ?? true, Container.rf64.holds(encoding, sampleRate: rate, channels: format.channels)
    {
      return Shape(number: Container.rf64.major | encoding.subtype, settlesLate: expected == nil)
    }
    let extensible = SF_FORMAT_WAVEX
    var info = SF_INFO()
    info.samplerate = Int32(rate)
    info.channels = Int32(format.channels)
    info.format = Int32(extensible) | encoding.subtype
    if format.channels > 2, sf_format_check(&info) != 0 { shape.number = info.format }
    return shape
  }
}

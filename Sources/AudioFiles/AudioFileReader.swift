import AudioCore
import CSndfile

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads an audio file frame by frame: every container and encoding that libsndfile knows.
///
/// Memory is constant whatever the header claims. Integers arrive divided by 2^(bits - 1), which is exact in Double and
/// up to 24 bits in Float. The file stays open, and its content stays the same, while another file is renamed over its
/// path.
public final class AudioFileReader<S: Sample>: AudioSource {
  /// The path as it was given.
  public let path: String
  public let format: StreamFormat
  /// How many frames the header states; nil when it does not. A damaged file may hold fewer.
  public let frameCount: Int?
  /// The tags, the container and the encoding.
  public let metadata: Metadata
  /// The container; nil for headerless data.
  public let container: Container?
  /// How the samples are stored; nil for an encoding that has no name here.
  public let encoding: SampleEncoding?
  /// Whether `seek(to:)` works.
  public let isSeekable: Bool
  /// Bytes of the file.
  public let fileBytes: Int
  /// Markers, loops and broadcast information, for a writer to keep.
  public let chunks: PreservedChunks

  private let file: SoundFile
  private let exchange: PCMFormat
  private let scratch: UnsafeMutableRawBufferPointer
  private let scratchFrames: Int

  /// Opens a file.
  /// - Throws: `AudioFileError` that names the path, libsndfile's reason and the remedy.
  public convenience init(path: String) throws(AudioFileError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw .system(errno, path: path, doing: "open it") }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw .directory(path) }
    guard access(path, R_OK) == 0 else { throw .system(errno, path: path, doing: "read it") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw AudioFileError(
        .unrecognized, path: path, problem: "is not a regular file", remedy: "Read it through standard input")
    }
    guard status.st_size > 0 else {
      throw AudioFileError(.damaged, path: path, problem: "is empty", remedy: "Get the file again from its source")
    }
    var info = SF_INFO()
    // libsndfile takes a lone dash for standard input.
    let handle = sf_open(path == "-" ? "./-" : path, sndfile(SFM_READ), &info)
    try self.init(file: SoundFile(handle, info: info, path: path), fileBytes: Int(status.st_size))
  }

  /// Takes a file that is open for reading.
  package init(file: SoundFile, fileBytes: Int) throws(AudioFileError) {
    self.file = file
    self.fileBytes = fileBytes
    path = file.path
    let info = file.info
    guard info.channels >= 1, info.channels <= Int32(StreamFormat.maximumChannels) else {
      throw AudioFileError(
        .format, path: file.path,
        problem: "states \(info.channels) channels: 1 to \(StreamFormat.maximumChannels) can be read",
        remedy: "The file may be damaged: get it again from its source")
    }
    format = StreamFormat(sampleRate: Double(info.samplerate), layout: file.readLayout())
    do {
      try format.validate()
    } catch {
      throw AudioFileError(.format, path: file.path, problem: error.problem, remedy: error.remedy)
    }
    container = Container(format: info.format)
    encoding = SampleEncoding(format: info.format)
    // Streams without a stated length report the largest count there is.
    frameCount = info.frames >= 0 && info.frames < 1 << 48 ? Int(info.frames) : nil
    isSeekable = info.seekable != 0
    var tags: [Metadata.Tag: String] = [:]
    for tag in Metadata.Tag.allCases { tags[tag] = file.string(tag) }
    metadata = Metadata(tags: tags, container: container?.rawValue ?? "", encoding: encoding?.rawValue ?? "")
    chunks = PreservedChunks(from: file)
    exchange = file.exchange(for: encoding, container) ?? (S.self == Float.self ? .f32le : .f64le)
    let frameBytes = Int(info.channels) * exchange.byteCount
    scratchFrames = max(64, 131_072 / frameBytes)
    scratch = .allocate(byteCount: scratchFrames * frameBytes, alignment: 64)
  }

  deinit { scratch.deallocate() }

  /// Fills the block from its start and returns the frames read: fewer than asked only at the end.
  /// - Throws: `AudioFileError` of reason `.damaged` when libsndfile cannot go on.
  public func read(into block: borrowing AudioBlock<S>) throws -> Int {
    precondition(block.channels == format.channels, "\(block.channels) channels for a file of \(format.channels)")
    var done = 0
    while done < block.frames {
      let wanted = min(scratchFrames, block.frames - done)
      let got = readInterleaved(wanted)
      guard got > 0 else { break }
      block.withFrames(done..<done + got) { $0.decode(exchange, from: UnsafeRawBufferPointer(scratch)) }
      done += got
      if got < wanted { break }
    }
    if done < block.frames, let reason = file.failure {
      throw AudioFileError(
        .damaged, path: path, problem: "cannot be read further (\(reason))",
        remedy: "The file may be damaged: get it again from its source")
    }
    return done
  }

  /// Goes to a frame, so that the next read starts there.
  /// - Throws: `AudioFileError` when the file cannot seek or the frame lies outside it.
  public func seek(to frame: Int) throws(AudioFileError) {
    guard isSeekable, sf_seek(file.pointer, sf_count_t(frame), SEEK_SET) == sf_count_t(frame) else {
      throw AudioFileError(
        .format, path: path, problem: "cannot go to frame \(frame)\(frameCount.map { " of \($0)" } ?? "")",
        remedy: isSeekable ? "Choose a frame inside the file" : "Read it from its start")
    }
  }

  private func readInterleaved(_ frames: Int) -> Int {
    // SAFETY: scratch holds `scratchFrames >= frames` frames of the exchange type and is aligned for all of them.
    let base = scratch.baseAddress.unsafelyUnwrapped
    let count = sf_count_t(frames)
    let got: sf_count_t =
      switch exchange {
      case .s16le: sf_readf_short(file.pointer, base.assumingMemoryBound(to: Int16.self), count)
      case .s24le:
        sf_read_raw(file.pointer, base, count * sf_count_t(3 * format.channels)) / sf_count_t(3 * format.channels)
      case .s32le: sf_readf_int(file.pointer, base.assumingMemoryBound(to: Int32.self), count)
      case .f32le: sf_readf_float(file.pointer, base.assumingMemoryBound(to: Float.self), count)
      case .f64le: sf_readf_double(file.pointer, base.assumingMemoryBound(to: Double.self), count)
      }
    return max(0, min(Int(got), frames))
  }
}

import AudioCore
import AudioFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where a job's sound comes from: a file, standard input or a pipe with a name; with a header or without.
final class InputStream<S: Sample>: AudioSource {
  let format: StreamFormat
  let frameCount: Int?
  /// How the samples are stored.
  let encoding: SampleEncoding?
  let metadata: Metadata
  let chunks: PreservedChunks
  /// Whether somebody may still be speaking at the other end.
  let isPipe: Bool
  private let source: any AudioSource<S>
  private let descriptor: Int32?

  /// Opens an input.
  ///
  /// - Parameter raw: The form and format of headerless data; nil for data with a header.
  /// - Throws: `AudioFileError` or `Failure`.
  init(path: String, raw: (form: PCMFormat, format: StreamFormat)?) throws {
    let name = path == "-" ? "standard input" : path
    isPipe = path == "-" || Self.isPipe(path)
    if path == "-" {
      guard !SystemCalls.isTerminal(0) else {
        throw Failure("standard input is a terminal: send sound through a pipe, or name a file", status: .usage)
      }
      descriptor = nil
    } else {
      descriptor = raw != nil || isPipe ? try Self.opened(path) : nil
    }
    if let raw {
      source = try RawReader<S>(descriptor: descriptor ?? 0, name: name, pcm: raw.form, format: raw.format)
      encoding = raw.form.encoding
      metadata = Metadata(container: "raw", encoding: raw.form.encoding.rawValue)
      chunks = PreservedChunks()
    } else if path == "-" || descriptor != nil {
      let reader = try PipeReader<S>(descriptor: descriptor ?? 0, name: name)
      (source, encoding, metadata, chunks) = (reader, reader.encoding, reader.metadata, reader.chunks)
    } else {
      let reader = try AudioFileReader<S>(path: path)
      (source, encoding, metadata, chunks) = (reader, reader.encoding, reader.metadata, reader.chunks)
    }
    format = source.format
    frameCount = source.frameCount
  }

  deinit {
    if let descriptor { close(descriptor) }
  }

  func read(into block: borrowing AudioBlock<S>) throws -> Int { try source.read(into: block) }

  /// The length that the header states, where that can be relied on: codecs that lose something only estimate it.
  var expectedFrames: Int? { encoding?.isLossless == true ? frameCount : nil }

  /// Whether a path is a pipe, which can be opened once only.
  static func isPipe(_ path: String) -> Bool {
    var status = stat()
    // SAFETY: stat fills one structure, which lives across the call.
    guard stat(path, &status) == 0 else { return false }
    return [S_IFIFO, S_IFSOCK, S_IFCHR].contains(status.st_mode & S_IFMT)
  }

  private static func opened(_ path: String) throws(Failure) -> Int32 {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure("\(path): cannot be opened: \(SystemCalls.reason(errno))", status: .noInput)
    }
    return descriptor
  }
}

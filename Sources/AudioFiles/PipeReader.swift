import AudioCore
import CSndfile

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reads an audio file that arrives through a descriptor, such as standard input.
///
/// WAV of 16, 24 and 32 bits and of floating point is read as it comes, unknown lengths included. Other containers need
/// to be read at any place: they are first copied to a temporary file without a name. Memory is constant in both cases.
public final class PipeReader<S: Sample>: AudioSource {
  public let format: StreamFormat
  public let frameCount: Int?
  /// The tags, the container and the encoding.
  public let metadata: Metadata
  /// How the samples are stored; nil for an encoding that has no name here.
  public let encoding: SampleEncoding?
  /// Markers and the like, for a writer to keep.
  public let chunks: PreservedChunks
  /// Whether samples are read as they come, without a temporary file.
  public let isStreaming: Bool
  private let source: any AudioSource<S>

  /// Reads the head of a file from a descriptor that the caller keeps open.
  /// - Throws: `AudioFileError`.
  public init(descriptor: Int32 = 0, name: String = "standard input") throws(AudioFileError) {
    var seen: [UInt8] = []
    let isRegular = Self.isRegularFileAtStart(descriptor)
    if !isRegular, case .stream(let header) = try WAVHeader.parse(seen: &seen, read: Self.reader(descriptor, name)) {
      let raw = try RawReader<S>(
        descriptor: descriptor, name: name, pcm: header.pcm, format: header.format, byteCount: header.dataBytes)
      source = raw
      frameCount = raw.frameCount
      encoding = header.pcm.encoding
      metadata = Metadata(tags: header.tags, container: "wav", encoding: header.pcm.encoding.rawValue)
      chunks = PreservedChunks()
      isStreaming = true
    } else {
      let reader = try Self.seekable(isRegular ? dup(descriptor) : Self.spool(descriptor, name, seen), name)
      source = reader
      frameCount = reader.frameCount
      encoding = reader.encoding
      metadata = reader.metadata
      chunks = reader.chunks
      isStreaming = false
    }
    format = source.format
  }

  public func read(into block: borrowing AudioBlock<S>) throws -> Int { try source.read(into: block) }

  private static func isRegularFileAtStart(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && FileSystem.isKind(status, S_IFREG) && lseek(descriptor, 0, SEEK_CUR) == 0
  }

  private static func seekable(_ descriptor: Int32, _ name: String) throws(AudioFileError) -> AudioFileReader<S> {
    guard descriptor >= 0 else { throw .system(errno, path: name, doing: "read it") }
    var status = stat()
    _ = fstat(descriptor, &status)
    guard status.st_size > 0 else {
      _ = close(descriptor)
      throw AudioFileError(.damaged, path: name, problem: "is empty", remedy: "Check the program that sends it")
    }
    var info = SF_INFO()
    // libsndfile closes the descriptor when it cannot open it, whatever it is told: so it owns it from here on. Closed twice, a
    // descriptor that another thread has just been given would be gone.
    let handle = sf_open_fd(descriptor, sndfile(SFM_READ), &info, sndfile(SF_TRUE))
    return try AudioFileReader(
      file: SoundFile(handle, info: info, path: name), fileBytes: Int(status.st_size))
  }

  private static func reader(
    _ descriptor: Int32, _ name: String
  ) -> (inout [UInt8], Int) throws(AudioFileError) -> Bool {
    { (seen: inout [UInt8], count: Int) throws(AudioFileError) -> Bool in
      var piece = [UInt8](repeating: 0, count: count)
      let got = piece.withUnsafeMutableBytes { FileSystem.readAll(descriptor, $0) }
      guard got >= 0 else { throw .system(Int32(-got), path: name, doing: "read it") }
      seen += piece[..<got]
      return got == count
    }
  }

  // The file has no name from here on, so nothing is left behind however the program ends.
  private static func spool(_ descriptor: Int32, _ name: String, _ seen: [UInt8]) throws(AudioFileError) -> Int32 {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(folder)/swiftlet-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else { throw .system(errno, path: folder, doing: "make a temporary file") }
    _ = unlink(template)
    let buffer = RawMemory(count: 1 << 18)
    var code = seen.withUnsafeBytes { FileSystem.writeAll(file, $0) }
    var got = 1
    while code == 0, got > 0 {
      got = FileSystem.readAll(descriptor, buffer.bytes)
      if got > 0 { code = FileSystem.writeAll(file, UnsafeRawBufferPointer(rebasing: buffer.bytes[..<got])) }
    }
    guard code == 0, got == 0, lseek(file, 0, SEEK_SET) == 0 else {
      let failure = code != 0 ? code : got < 0 ? Int32(-got) : errno
      _ = close(file)
      throw .system(failure, path: name, doing: "copy it to a temporary file")
    }
    return file
  }
}

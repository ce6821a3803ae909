import AudioCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension PCMFormat {
  /// The form of headerless data that a person names: f32le, f64le, s16le, s24le or s32le.
  /// - Throws: `AudioFileError` of reason `.sampleType` for half precision, of reason `.encoding` for any other name.
  public static func named(_ name: String) throws(AudioFileError) -> PCMFormat {
    if let known = PCMFormat(rawValue: name.lowercased()) { return known }
    if name.lowercased().hasPrefix("f16") {
      do {
        try SampleType.float16.requireProcessable()
      } catch {
        throw AudioFileError(.sampleType, path: name, problem: error.problem, remedy: error.remedy)
      }
    }
    throw AudioFileError(
      .encoding, path: name, problem: "is no form of raw samples",
      remedy: "Use one of \(allCases.map(\.rawValue).joined(separator: ", "))")
  }

  /// The encoding of the same numbers in a file.
  public var encoding: SampleEncoding {
    switch self {
    case .s16le: .s16
    case .s24le: .s24
    case .s32le: .s32
    case .f32le: .f32
    case .f64le: .f64
    }
  }
}

/// Reads headerless interleaved samples from a file descriptor in constant memory.
public final class RawReader<S: Sample>: AudioSource {
  public let format: StreamFormat
  /// Frames in all where the descriptor is a regular file or the caller knew; nil for a pipe.
  public let frameCount: Int?
  /// What the stream is called in messages.
  public let name: String
  private let descriptor: Int32
  private let pcm: PCMFormat
  private let scratch: RawMemory
  private let chunkFrames: Int
  private var bytesLeft: Int?

  /// Reads from a descriptor that the caller keeps open.
  ///
  /// - Parameter byteCount: how many bytes belong to the audio; nil for all until the end.
  /// - Throws: `AudioFileError` of reason `.format`.
  public init(
    descriptor: Int32, name: String = "standard input", pcm: PCMFormat, format: StreamFormat, byteCount: Int? = nil
  ) throws(AudioFileError) {
    do {
      try format.validate()
    } catch {
      throw AudioFileError(.format, path: name, problem: error.description, remedy: error.remedy)
    }
    self.descriptor = descriptor
    self.name = name
    self.pcm = pcm
    self.format = format
    let frameBytes = format.channels * pcm.byteCount
    chunkFrames = max(64, 131_072 / frameBytes)
    scratch = RawMemory(count: chunkFrames * frameBytes)
    bytesLeft = byteCount
    frameCount = (byteCount ?? Self.remainingBytes(descriptor)).map { $0 / frameBytes }
  }

  /// Fills the block from its start and returns the frames read: fewer than asked only at the end. Short reads of a
  /// pipe are completed.
  /// - Throws: `AudioFileError` of reason `.truncated` when the stream ends inside a frame, or the system's reason.
  public func read(into block: borrowing AudioBlock<S>) throws -> Int {
    precondition(block.channels == format.channels, "\(block.channels) channels for a stream of \(format.channels)")
    var done = 0
    while done < block.frames {
      let wanted = min(chunkFrames, block.frames - done)
      let got = try readChunk(wanted)
      if got > 0 {
        block.withFrames(done..<done + got) { $0.decode(pcm, from: UnsafeRawBufferPointer(scratch.bytes)) }
      }
      done += got
      if got < wanted { break }
    }
    return done
  }

  private func readChunk(_ frames: Int) throws(AudioFileError) -> Int {
    let frameBytes = format.channels * pcm.byteCount
    let wanted = min(frames * frameBytes, bytesLeft ?? .max)
    let got = FileSystem.readAll(descriptor, UnsafeMutableRawBufferPointer(rebasing: scratch.bytes[..<wanted]))
    guard got >= 0 else { throw .system(Int32(-got), path: name, doing: "read it") }
    if let left = bytesLeft { bytesLeft = left - got }
    guard got % frameBytes == 0 else {
      throw AudioFileError(
        .truncated, path: name, problem: "ends inside a frame: \(got % frameBytes) of \(frameBytes) bytes",
        remedy: "Check the sample form and the channels, and that the program which sends it ran to its end")
    }
    return got / frameBytes
  }

  private static func remainingBytes(_ descriptor: Int32) -> Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, FileSystem.isKind(status, S_IFREG) else { return nil }
    return max(0, Int(status.st_size) - max(0, Int(lseek(descriptor, 0, SEEK_CUR))))
  }
}

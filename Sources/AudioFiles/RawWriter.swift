import AudioCore

/// Writes headerless interleaved samples to a file descriptor in constant memory.
///
/// The program must ignore SIGPIPE: a reader that has gone is then an error of reason `.brokenPipe`.
public final class RawWriter<S: Sample>: AudioSink {
  public let format: StreamFormat
  /// What the stream is called in messages.
  public let name: String
  /// Samples that lay beyond full scale and were clipped; integers only.
  public private(set) var clippedSamples = 0
  /// NaN and infinite samples that were written as 0.
  public private(set) var nonFiniteSamples = 0
  /// Frames written so far.
  public private(set) var framesWritten = 0
  /// Whether noise is added before rounding.
  public var isDithered: Bool { dither != nil }
  let descriptor: Int32
  private let pcm: PCMFormat
  private var dither: TriangularDither?
  private let scratch: RawMemory
  private let finite: SampleBuffer<S>

  /// Writes to a descriptor that the caller keeps open.
  ///
  /// - Parameter source: how the source was stored, for `Dither.Mode.auto`; nil when the samples were made in memory.
  /// - Throws: `AudioFileError` of reason `.format`.
  public init(
    descriptor: Int32, name: String = "standard output", pcm: PCMFormat, format: StreamFormat, dither: Dither = .auto,
    source: SampleEncoding? = nil
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
    let sourceBits = source?.precisionBits ?? (S.self == Float.self ? 24 : 53)
    if dither.applies(to: pcm.encoding, sourceBits: sourceBits) {
      self.dither = TriangularDither(channels: format.channels, seed: dither.seed)
    }
    let frameBytes = format.channels * pcm.byteCount
    finite = SampleBuffer(channels: format.channels, capacity: max(64, 131_072 / frameBytes))
    scratch = RawMemory(count: finite.capacity * frameBytes)
  }

  /// Takes all frames of the block and hands them to the system before it returns.
  /// - Throws: `AudioFileError` when not all bytes could be written.
  public func write(_ block: borrowing AudioBlock<S>) throws {
    precondition(block.channels == format.channels, "\(block.channels) channels for a stream of \(format.channels)")
    var done = 0
    while done < block.frames {
      let count = min(finite.capacity, block.frames - done)
      block.withFrames(done..<done + count) { encode($0) }
      let bytes = UnsafeRawBufferPointer(rebasing: scratch.bytes[..<(count * format.channels * pcm.byteCount)])
      let code = FileSystem.writeAll(descriptor, bytes)
      guard code == 0 else { throw AudioFileError.system(code, path: name, doing: "write to it") }
      done += count
      framesWritten += count
    }
  }

  private func encode(_ block: borrowing AudioBlock<S>) {
    guard block.firstNonFiniteFrame() != nil else {
      clippedSamples += block.encode(pcm, into: scratch.bytes, dither: &dither)
      return
    }
    finite.withBlock(frames: block.frames) { clean in
      nonFiniteSamples += block.sanitize(into: clean)
      clippedSamples += clean.encode(pcm, into: scratch.bytes, dither: &dither)
    }
  }
}

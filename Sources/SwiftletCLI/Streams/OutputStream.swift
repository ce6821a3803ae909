import AudioCore
import AudioFiles

/// Where a job's sound goes: a file that appears whole or not at all, or standard output.
final class OutputStream<S: Sample>: AudioSink {
  private enum Writer {
    case file(AudioFileWriter<S>)
    case pipe(PipeWAVWriter<S>)
    case raw(RawWriter<S>, AtomicFile?)
  }

  /// How the output is to be stored.
  struct Settings {
    var encoding: SampleEncoding?
    var raw: PCMFormat?
    var dither: Dither
    /// The length, when it is known.
    var expectedFrames: Int?
  }

  private let writer: Writer

  /// Opens an output for a format; tags and markers come from the input.
  /// - Throws: `AudioFileError` or `Failure`, before any sample is taken.
  convenience init(path: String, format: StreamFormat, settings: Settings, from input: InputStream<S>) throws {
    do {
      try self.init(opening: path, format: format, settings: settings, from: input)
    } catch let error as AudioFileError {
      throw error.ofOutput
    }
  }

  private init(opening path: String, format: StreamFormat, settings: Settings, from input: InputStream<S>) throws {
    if path == "-", StandardOutput.isTerminal {
      throw Failure("standard output is a terminal: send the sound into a pipe or a file", status: .usage)
    }
    if let form = settings.raw {
      let file = path == "-" ? nil : try AtomicFile(path: path, isSequential: true)
      let raw = try RawWriter<S>(
        descriptor: file?.fileDescriptor ?? 1, name: path == "-" ? "standard output" : path, pcm: form, format: format,
        dither: settings.dither, source: input.encoding)
      writer = .raw(raw, file)
    } else if path == "-" {
      writer = .pipe(
        try PipeWAVWriter(
          format: format, encoding: settings.encoding, source: input.encoding, dither: settings.dither,
          tags: input.metadata.tags))
    } else {
      writer = .file(
        try AudioFileWriter(
          path: path, format: format, encoding: settings.encoding, metadata: input.metadata, dither: settings.dither,
          chunks: input.chunks, expectedFrames: settings.expectedFrames))
    }
  }

  func write(_ block: borrowing AudioBlock<S>) throws {
    switch writer {
    case .file(let file): try file.write(block)
    case .pipe(let pipe): try pipe.write(block)
    case .raw(let raw, _): try raw.write(block)
    }
  }

  /// Finishes the output.
  /// - Throws: `AudioFileError` or `Failure` when not everything could be written.
  func commit() throws {
    do throws(AudioFileError) {
      switch writer {
      case .file(let file): try file.commit()
      case .pipe(let pipe): try pipe.finish()
      case .raw(_, let file): try file?.commit()
      }
    } catch {
      throw error.ofOutput
    }
  }

  /// Samples beyond full scale that were clipped.
  var clippedSamples: Int {
    switch writer {
    case .file(let file): file.clippedSamples
    case .pipe(let pipe): pipe.clippedSamples
    case .raw(let raw, _): raw.clippedSamples
    }
  }

  /// What of the input found no place in the output, as warnings.
  var losses: [String] {
    let file: AudioFileWriter<S>
    switch writer {
    case .file(let writer): file = writer
    case .pipe(let pipe): return Self.lost(pipe.droppedTags, by: "WAV on a pipe")
    case .raw: return []
    }
    var losses = Self.lost(file.droppedTags, by: file.container.rawValue)
    if !file.keepsLayout {
      losses.append("\(file.container.rawValue) has no place for the channel layout \(file.format.layout)")
    }
    if !file.keepsChunks { losses.append("\(file.container.rawValue) has no place for some markers of the input") }
    return losses
  }

  private static func lost(_ tags: [Metadata.Tag], by container: String) -> [String] {
    tags.isEmpty ? [] : ["\(container) has no place for the \(tags.map(\.rawValue).joined(separator: ", "))"]
  }
}

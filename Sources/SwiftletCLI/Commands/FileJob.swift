import Accelerator
import AudioCore
import AudioFiles
import AudioGraph
import Streaming

/// How the sound of a job is processed and stored.
struct JobSettings: Sendable {
  var graph: Graph
  var precision: Precision = .mixed
  var encoding: SampleEncoding?
  var dither: Dither.Mode = .auto
  var mode: KernelMode = .fast
  var chunk = 8_192
  /// Whether what sounds on after the end is written too.
  var tail = false
  /// Whether input and output are read and written on threads of their own.
  var streamsInBackground = true

  /// Where it runs.
  var device = ProcessingDevice.cpu

  /// - Throws: `Failure` for frames in a piece out of range.
  static func validate(chunk: Int) throws(Failure) {
    guard (1...1_048_576).contains(chunk) else {
      throw Failure("--chunk \(chunk) is out of range: 1 to 1048576 frames", status: .usage)
    }
  }
}

/// One input through the graph into one output.
struct FileJob: Sendable {
  /// Headerless data at an end of the job.
  struct RawEnds: Sendable {
    var input: (form: PCMFormat, format: StreamFormat)?
    var output: PCMFormat?
  }

  var input: String
  var output: String
  var raw = RawEnds()
  var settings: JobSettings

  /// Does it.
  /// - Parameters:
  ///   - begin: Told the input's format before anything is processed.
  ///   - progress: Told after each piece.
  func run(
    begin: (StreamFormat) -> Void = { _ in }, progress: @escaping (RenderProgress) -> Void = { _ in }
  ) throws -> ProcessReport {
    settings.precision == .double
      ? try run(as: Double.self, begin: begin, progress: progress)
      : try run(as: Float.self, begin: begin, progress: progress)
  }

  // A gibibyte of Float: several pieces wait before and behind the plan.
  private static let samplesInPiece = 1 << 28

  private func run<S: Sample>(
    as type: S.Type, begin: (StreamFormat) -> Void, progress: @escaping (RenderProgress) -> Void
  ) throws -> ProcessReport {
    let source = try InputStream<S>(path: input, raw: raw.input)
    let most = Self.samplesInPiece / source.format.channels
    guard settings.chunk <= most else {
      throw Failure(
        "--chunk \(settings.chunk) is out of range for \(source.format.channels) channels: 1 to \(most) frames",
        status: .usage)
    }
    begin(source.format)
    let storage = OutputStream<S>.Settings(
      encoding: settings.encoding, raw: raw.output, dither: Dither(settings.dither),
      expectedFrames: settings.tail ? nil : source.frameCount)
    let processor = StreamProcessor<S>(
      settings.graph, precision: settings.precision, mode: settings.mode, chunkFrames: settings.chunk,
      tail: settings.tail ? .runOut : .trim, streamsInBackground: settings.streamsInBackground,
      chunksAtOnce: source.isPipe ? 1 : max(1, 131_072 / (settings.chunk * source.format.channels)))
    let plan = try processor.plan(for: source.format)
    let (accelerated, device) = try accelerate(plan, as: S.self)
    let started = SystemCalls.seconds
    if let accelerated {
      let sink = try OutputStream<S>(path: output, format: plan.output, settings: storage, from: source)
      let run = try accelerated.run(from: source, to: sink, progress: progress)
      try sink.commit()
      return ProcessReport(
        input: input, output: output, format: source.format, run: run, expectedFrames: source.expectedFrames,
        clipped: sink.clippedSamples, losses: sink.losses, elapsed: SystemCalls.seconds - started, device: device)
    }
    let (run, sink) = try processor.run(
      from: source, progress: progress,
      to: { format in try OutputStream<S>(path: output, format: format, settings: storage, from: source) })
    try sink.commit()
    return ProcessReport(
      input: input, output: output, format: source.format, run: run, expectedFrames: source.expectedFrames,
      clipped: sink.clippedSamples, losses: sink.losses, elapsed: SystemCalls.seconds - started, device: device)
  }

  /// The run on a GPU, where one was asked for and can do it; with `auto`, else, why not.
  private func accelerate<S: Sample>(_ plan: Plan, as type: S.Type) throws -> (AcceleratedStream<S>?, DeviceReport) {
    guard settings.device != .cpu else { return (nil, DeviceReport()) }
    do {
      let context = try ComputeContext.open(for: plan)
      let stream = try AcceleratedStream<S>(plan, on: context, tail: settings.tail ? .runOut : .trim)
      return (stream, DeviceReport(device: context.device.name))
    } catch let error as AcceleratorError where settings.device == .auto {
      return (nil, DeviceReport(reason: error.description))
    }
  }
}

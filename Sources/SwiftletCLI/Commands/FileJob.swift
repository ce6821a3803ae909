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

  /// How results are stored.
  func storage<S: Sample>(for source: InputStream<S>, raw: PCMFormat? = nil) -> OutputStream<S>.Settings {
    OutputStream<S>.Settings(
      encoding: encoding, raw: raw, dither: Dither(dither), expectedFrames: tail ? nil : source.frameCount)
  }

  /// What runs on the processor, and makes plans for either side.
  func processor<S: Sample>(for format: StreamFormat, isPipe: Bool, as type: S.Type) -> StreamProcessor<S> {
    StreamProcessor<S>(
      graph, precision: precision, mode: mode, chunkFrames: chunk, tail: tail ? .runOut : .trim,
      streamsInBackground: streamsInBackground,
      chunksAtOnce: isPipe ? 1 : max(1, 131_072 / (chunk * format.channels)))
  }

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
  /// Open devices that jobs use one after another; nil to open one.
  var shelf: ContextShelf?

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
    let storage = settings.storage(for: source, raw: raw.output)
    let processor = settings.processor(for: source.format, isPipe: source.isPipe, as: S.self)
    let plan = try processor.plan(for: source.format)
    let (accelerated, device) = try accelerate(plan, as: S.self)
    let started = SystemCalls.seconds
    if let (accelerated, context) = accelerated {
      let sink = try OutputStream<S>(path: output, format: plan.output, settings: storage, from: source)
      let run = try accelerated.run(from: source, to: sink, progress: progress)
      shelf?.put(context)
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
  private func accelerate<S: Sample>(_ plan: Plan, as type: S.Type) throws -> (
    run: (AcceleratedStream<S>, ComputeContext)?, device: DeviceReport
  ) {
    guard settings.device != .cpu else { return (nil, DeviceReport()) }
    do {
      let context = try shelf?.take(for: plan) ?? ComputeContext.open(for: plan)
      let stream = try AcceleratedStream<S>(plan, on: context, tail: settings.tail ? .runOut : .trim)
      return ((stream, context), DeviceReport(device: context.device.name))
    } catch let error as AcceleratorError where settings.device == .auto {
      return (nil, DeviceReport(reason: error.description))
    }
  }
}

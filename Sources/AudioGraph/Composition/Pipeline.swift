import AudioCore

/// A wave and what it is to pass through: `wave | a | b`. Nothing is computed before `render()`.
///
/// A value: what is rendered is what was written, whatever happens to other waves and chains.
public struct Pipeline<S: Sample>: Sendable {
  /// The input.
  public let wave: Wave<S>
  /// What it passes through.
  public let graph: Graph

  /// Makes a pipeline. The operator is `|`.
  public init(_ wave: Wave<S>, through graph: Graph) {
    self.wave = wave
    self.graph = graph
  }
}

/// How a pipeline is rendered.
public struct RenderOptions {
  /// Whether the tail is run out or trimmed.
  public var tail: TailHandling
  /// `.fast` by default: the whole wave is at hand.
  public var mode: KernelMode
  /// Arithmetic on Float samples: Double inside unless `.single` is asked for. Double samples always run in Double.
  public var precision: Precision
  /// Told after each piece, on the rendering thread.
  public var progress: ((RenderProgress) -> Void)?
  /// Asked before each piece; true ends the rendering with `CancellationError`. A cancelled task ends it too.
  public var isCancelled: (() -> Bool)?

  public init(
    tail: TailHandling = .runOut, mode: KernelMode = .fast, precision: Precision = .mixed,
    progress: ((RenderProgress) -> Void)? = nil, isCancelled: (() -> Bool)? = nil
  ) {
    self.tail = tail
    self.mode = mode
    self.precision = precision
    self.progress = progress
    self.isCancelled = isCancelled
  }
}

extension Pipeline {
  /// Compiles the graph for the wave and renders it, with latency taken out.
  ///
  /// - Parameter tail: Whether the sound that goes on after the wave's end is run out (the default) or trimmed.
  /// - Returns: a wave in the plan's output format, with the input's tags.
  /// - Throws: `DesignError` before any sample is processed; `CancellationError`.
  public func render(tail: TailHandling = .runOut) throws -> Wave<S> { try render(RenderOptions(tail: tail)) }

  /// Compiles the graph for the wave and renders it as the options say.
  public func render(_ options: RenderOptions) throws -> Wave<S> {
    let plan = try plan(options)
    var run = try StreamRun<S>(plan, tail: options.tail)
    run.progress = options.progress
    run.isCancelled = { Task.isCancelled || options.isCancelled?() == true }
    let tailFrames = options.tail == .runOut ? plan.tail.frameCount ?? 0 : 0
    let length = (Double(wave.frames) * plan.output.sampleRate / plan.input.sampleRate).rounded()
    let sink = WaveSink<S>(format: plan.output, capacity: wave.frames == 0 ? 0 : Int(length) + tailFrames)
    _ = try run.run(from: WaveSource(wave), to: sink)
    return sink.wave(metadata: wave.metadata)
  }

  /// The plan that `render` would run.
  public func plan(_ options: RenderOptions = RenderOptions()) throws(DesignError) -> Plan {
    // Pieces that stay in the second-level cache with their intermediate signals.
    let frames = max(1_024, min(16_384, 65_536 / max(wave.channels, 1)))
    let precision: Precision = S.sampleType == .float64 ? .double : options.precision == .single ? .single : .mixed
    return try Plan.compile(
      graph, for: wave.format, options: PlanOptions(maximumFrames: frames, precision: precision, mode: options.mode))
  }
}

/// Reads a wave as a stream.
public final class WaveSource<S: Sample>: AudioSource {
  private let wave: Wave<S>
  private var position = 0

  public init(_ wave: Wave<S>) { self.wave = wave }

  public var format: StreamFormat { wave.format }
  public var frameCount: Int? { wave.frames }

  public func read(into block: borrowing AudioBlock<S>) -> Int {
    let count = min(block.frames, wave.frames - position)
    wave.withBlock { all in
      all.withFrames(position..<(position + count)) { piece in
        block.withFrames(0..<count) { $0.copy(from: piece) }
      }
    }
    position += count
    return count
  }
}

/// Collects a stream of known length as a wave.
final class WaveSink<S: Sample>: AudioSink {
  private let format: StreamFormat
  private let buffer: SampleBuffer<S>
  private var position = 0

  init(format: StreamFormat, capacity: Int) {
    self.format = format
    buffer = SampleBuffer(channels: format.channels, capacity: capacity)
  }

  func write(_ block: borrowing AudioBlock<S>) {
    let frames = block.frames
    buffer.withBlock(offset: position, frames: frames) { $0.copy(from: block) }
    position += frames
  }

  func wave(metadata: Metadata) -> Wave<S> {
    Wave(storage: buffer, format: format, frames: position, metadata: metadata)
  }
}

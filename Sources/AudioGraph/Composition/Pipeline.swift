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
    let tailFrames = options.tail == .runOut ? try plan.finiteTail() : 0
    let length = Int((Double(wave.frames) * plan.output.sampleRate / plan.input.sampleRate).rounded())
    let target = try memory(for: wave.frames == 0 ? 0 : length + tailFrames, of: plan.output.channels)
    var run = WaveRun(wave, try PlanRunner<S>(plan), into: target)
    try run.run(progress: options.progress) { Task.isCancelled || options.isCancelled?() == true }
    return Wave(storage: target, format: plan.output, frames: target.capacity, metadata: wave.metadata)
  }

  /// Memory for the result, which a long tail can make larger than the machine's.
  private func memory(for frames: Int, of channels: Int) throws(DesignError) -> SampleBuffer<S> {
    if let memory = SampleBuffer<S>(ifThereIsMemoryFor: frames, channels: channels) { return memory }
    throw DesignError(
      .unsupported, parameter: "length", value: "\(frames) frames of \(channels) channels",
      problem: "is more than there is memory for",
      remedy: "Trim the tail, or run it as a stream, which needs constant memory")
  }

  /// The plan that `render` would run.
  public func plan(_ options: RenderOptions = RenderOptions()) throws(DesignError) -> Plan {
    // Pieces that stay in the second-level cache with their intermediate signals.
    let frames = max(1_024, min(PieceSize.largest, PieceSize.samples / max(wave.channels, 1)))
    let precision: Precision = S.sampleType == .float64 ? .double : options.precision == .single ? .single : .mixed
    var planOptions = PlanOptions(maximumFrames: frames, precision: precision, mode: options.mode)
    let plan = try Plan.compile(graph, for: wave.format, options: planOptions)
    // A long convolution would transform much for nothing in pieces that do not suit it.
    guard let preferred = plan.preferredFrames, preferred != frames, wave.frames > frames else { return plan }
    planOptions.maximumFrames = preferred
    return try Plan.compile(graph, for: wave.format, options: planOptions)
  }
}

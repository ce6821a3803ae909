import AudioCore

/// How a graph is compiled.
public struct PlanOptions: Sendable, Hashable {
  /// The most frames a runner processes in one piece; longer blocks are cut.
  public var maximumFrames: Int
  public var precision: Precision
  public var mode: KernelMode

  public init(maximumFrames: Int = 1_024, precision: Precision = .mixed, mode: KernelMode = .invariant) {
    self.maximumFrames = maximumFrames
    self.precision = precision
    self.mode = mode
  }
}

/// A compiled graph: a value over designs that every runner can run, and that explains itself.
public struct Plan: Sendable {
  /// Where a step reads or writes: some channels of the plan's input, of one of the runner's buffers, or of the caller's output.
  package struct Slot: Sendable, Hashable {
    package enum Place: Sendable, Hashable {
      case input
      case buffer(Int)
      case output
    }
    package var place: Place
    package var channels: Range<Int>
  }

  /// What a step does.
  package enum Work: Sendable {
    case stage(any PlannedStage)
    case sum
    /// A delay that aligns this path with one of more latency.
    case delay(frames: Int)
    /// A copy, where the graph's output is its input.
    case copy
  }

  /// One step of a runner, in the order in which they run.
  package struct Step: Sendable {
    package var work: Work
    package var inputs: [Slot]
    package var output: Slot
  }

  /// The runner's memory for one signal. The first is for an input that must be copied.
  package struct Buffer: Sendable {
    package var channels: Int
    package var frames: Int
  }

  /// The format that goes in.
  public let input: StreamFormat
  /// The format that comes out.
  public let output: StreamFormat
  public let options: PlanOptions
  /// Frames by which the output lags the input, at the output's rate.
  public let latencyFrames: Int
  /// How long it sounds on after its input ended, at the output's rate, latency not included.
  public let tail: Tail
  /// Effects that change nothing and were left out.
  public let vanished: [String]
  /// The most frames that a block of `options.maximumFrames` produces.
  public let maximumOutputFrames: Int
  /// Whether it produces as many frames as it is given, block by block.
  public let keepsFrameCount: Bool
  package let steps: [Step]
  package let buffers: [Buffer]
  let network: SignalNetwork

  /// Compiles a graph for an input format.
  ///
  /// - Throws: `DesignError` for every mistake in a parameter or a connection, placed at its stage.
  public static func compile(
    _ item: some Connectable, for input: StreamFormat, options: PlanOptions = PlanOptions()
  ) throws(DesignError) -> Plan {
    try input.validate()
    try DesignError.require(
      Double(options.maximumFrames), in: 1...16_777_216, parameter: "maximumFrames", unit: "frames")
    var compiler = GraphCompiler(input: input, options: options)
    return try compiler.compile(item.graph)
  }

  /// The stages in the order in which they run.
  public var stages: [any PlannedStage] {
    steps.compactMap { if case .stage(let stage) = $0.work { stage } else { nil } }
  }

  /// The frames of a block that the plan's stages work best with, in `.fast`; nil where any will do.
  public var preferredFrames: Int? { stages.compactMap(\.preferredFrames).max() }

  /// Bytes of a runner's signal memory for Float samples; states come on top.
  public var memoryBytes: Int {
    buffers.reduce(0) { $0 + $1.channels * $1.frames * 4 }
      + steps.reduce(0) { sum, step in
        if case .delay(let frames) = step.work { sum + frames * step.output.channels.count * 4 } else { sum }
      }
  }

  /// Multiplications and additions a second at the stated sample rates: an estimate of cost that no machine enters into.
  public var operationsPerSecond: Double {
    stages.reduce(0) { $0 + $1.operationsPerFrame * $1.context.sampleRate }
  }
}

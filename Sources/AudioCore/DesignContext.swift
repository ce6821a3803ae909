/// The arithmetic that a plan runs in.
public enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
  /// Double samples, Double inside.
  case double
  /// Float samples, Double inside: the default.
  case mixed
  /// Float samples, Float inside: the fastest, and the least exact at low frequencies.
  case single
}

/// How kernels are chosen.
public enum KernelMode: String, Sendable, Hashable, Codable, CaseIterable {
  /// By sections and channels alone: any block sizes give the same bits. The default for streams and live.
  case invariant
  /// By the block's length too: faster on long blocks, within -140 dB of `.invariant`. The default for a whole wave.
  case fast
}

/// Everything an effect may know when it is designed: formats, block size and arithmetic, never a sample.
public struct DesignContext: Sendable, Hashable {
  /// The format of each input port; the first is the main one, others are keys and side chains.
  public var inputs: [StreamFormat]
  /// The most frames a block will have.
  public var maximumFrames: Int
  public var precision: Precision
  public var mode: KernelMode

  /// Makes a context for a node with one or more inputs.
  public init(inputs: [StreamFormat], maximumFrames: Int, precision: Precision = .mixed, mode: KernelMode = .invariant)
  {
    precondition(!inputs.isEmpty && maximumFrames > 0, "a context of \(inputs.count) inputs, \(maximumFrames) frames")
    self.inputs = inputs
    self.maximumFrames = maximumFrames
    self.precision = precision
    self.mode = mode
  }

  /// Makes a context for the usual node, which has one input.
  public init(
    format: StreamFormat, maximumFrames: Int = 1_024, precision: Precision = .mixed, mode: KernelMode = .invariant
  ) {
    self.init(inputs: [format], maximumFrames: maximumFrames, precision: precision, mode: mode)
  }

  /// The main input's format.
  public var format: StreamFormat { inputs[0] }
  /// The main input's sample rate.
  public var sampleRate: Double { inputs[0].sampleRate }
}

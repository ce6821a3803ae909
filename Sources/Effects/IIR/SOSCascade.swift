import AudioCore
import FilterDesign

/// The one processor of all filters made of second-order sections.
public final class SOSCascade<S: Sample>: AudioProcessor, WatchfulProcessor {
  private let kernel: SectionKernel<S>
  private let format: StreamFormat
  public private(set) var findings: SignalFindings = []

  /// Makes silent state for a design. [control]
  public init(_ design: SOSDesign, in context: DesignContext) {
    format = design.format
    kernel = SectionKernel(
      design.cascade.sections, channels: design.format.channels, precision: context.precision, mode: context.mode)
  }

  public func adopt(_ design: borrowing SOSDesign) -> Bool {
    adopt(design, from: 0, of: kernel.sections)
  }

  /// Takes a design for some of the sections only: that of one live filter inside a fused cascade. [worker]
  /// - Returns: false when it has another number of sections.
  public func adopt(_ design: borrowing SOSDesign, from first: Int, of count: Int) -> Bool {
    guard design.format == format, design.cascade.sections.count == count else { return false }
    kernel.replace(from: first, with: design.cascade.sections)
    return true
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func process(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
  ) -> Int {
    findings = kernel.process(input, into: output)
    return input.frames
  }

  public func reset() { kernel.reset() }

  public func saveState(into writer: inout StateWriter) { kernel.saveState(into: &writer) }

  public func restoreState(from reader: inout StateReader) throws(StateError) { try kernel.restoreState(from: &reader) }

  /// Bytes of state and scratch.
  public var memoryBytes: Int { kernel.memoryBytes }

  /// The algorithm that a block of this many frames runs through.
  public func algorithm(frames: Int) -> String { kernel.algorithm(frames: frames) }
}

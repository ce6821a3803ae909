import AudioCore
import FilterDesign

/// The design of every effect that is a convolution: FIR filters and impulse responses.
public struct ConvolutionDesign: EffectDesign {
  /// The responses, all of one length, without the zeros of a latency that was asked for.
  public let responses: [[Double]]
  /// Which response leads from which channel to which.
  public let routes: ConvolutionRoutes
  /// How it is computed.
  public let scheme: ConvolutionScheme
  /// The format of the input.
  public let input: StreamFormat
  public let outputs: [StreamFormat]
  public let latencyFrames: Int
  public let tail: Tail
  public let preferredFrames: Int?
  // Made once, on the thread that designs, so that a running processor only has to copy.
  let prepared: PreparedResponses

  /// Makes a design.
  ///
  /// - Parameters:
  ///   - responses: One tap each at least; shorter ones end in zeros.
  ///   - latencyFrames: Frames by which the responses themselves lag, such as half the length of a linear-phase filter.
  ///   - delayFrames: A delay that is allowed on top, so that less work is done in direct form.
  public init(
    responses: [[Double]], routes: ConvolutionRoutes, output: StreamFormat, latencyFrames: Int, delayFrames: Int = 0,
    in context: DesignContext
  ) {
    let longest = responses.map(\.count).max() ?? 0
    self.responses = responses.map { $0 + [Double](repeating: 0, count: longest - $0.count) }
    self.routes = routes
    input = context.format
    outputs = [output]
    self.latencyFrames = latencyFrames + delayFrames
    tail = longest - 1 > latencyFrames ? .frames(longest - 1 - latencyFrames) : .none
    let planner = ConvolutionPlanner(
      taps: longest, maximumFrames: context.maximumFrames, precision: context.precision, mode: context.mode,
      latencyFrames: delayFrames)
    scheme = planner.scheme()
    preferredFrames = planner.preferredFrames()
    prepared = PreparedResponses(self.responses, scheme: scheme, precision: context.precision)
  }

  public var lowering: Lowering {
    // Only what treats all channels alike has one list of taps.
    guard responses.count == 1, routes == .alike(channels: input.channels) else {
      return .convolution(
        ConvolutionLowering(responses: responses, routes: routes, delayFrames: scheme.latencyFrames))
    }
    let taps = [Double](repeating: 0, count: scheme.latencyFrames) + responses[0]
    return taps == [1] ? .identity : .taps(taps)
  }

  public func hasSameShape(as other: ConvolutionDesign) -> Bool {
    input == other.input && outputs == other.outputs && routes == other.routes && scheme == other.scheme
      && latencyFrames == other.latencyFrames && responses.count == other.responses.count
      && responses.first?.count == other.responses.first?.count
  }

  public var operationsPerFrame: Double { scheme.operationsPerFrame * Double(routes.routes.count) }

  public var algorithm: String? { scheme.description }

  public static func == (a: ConvolutionDesign, b: ConvolutionDesign) -> Bool {
    a.hasSameShape(as: b) && a.tail == b.tail && a.responses == b.responses
  }
}

/// The one processor of all convolutions. A new design is faded to.
public final class ConvolutionProcessor<S: Sample>: AudioProcessor {
  private let kernel: ConvolutionKernel<S>

  /// A fade to new responses takes this long, in seconds.
  private static var fadeSeconds: Double { 0.02 }

  /// Makes silent state for a design. [control]
  public init(_ design: ConvolutionDesign, in context: DesignContext) {
    kernel = ConvolutionKernel(
      design.prepared, routes: design.routes, precision: context.precision,
      fadeFrames: max(1, Int(Self.fadeSeconds * context.sampleRate)))
  }

  public func adopt(_ design: borrowing ConvolutionDesign) -> Bool {
    guard design.routes == kernel.routes, kernel.fits(design.prepared) else { return false }
    kernel.adopt(design.prepared)
    return true
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func process(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
  ) -> Int {
    kernel.process(input, into: output)
    return input.frames
  }

  public var stateByteCount: Int { 0 }

  public func takeState(of other: any BlockProcessor<S>, through memory: StateMemory) -> Bool {
    guard ObjectIdentifier(type(of: other)) == ObjectIdentifier(ConvolutionProcessor<S>.self) else { return false }
    // SAFETY: they are of the same class.
    return kernel.takeState(of: unsafeDowncast(other, to: ConvolutionProcessor<S>.self).kernel)
  }

  public func reset() { kernel.reset() }
  public func saveState(into writer: inout StateWriter) { kernel.saveState(into: &writer) }
  public func restoreState(from reader: inout StateReader) throws(StateError) { try kernel.restoreState(from: &reader) }
}

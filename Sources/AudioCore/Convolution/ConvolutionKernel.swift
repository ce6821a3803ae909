/// What runs a scheme in one arithmetic.
protocol ConvolutionEngine: AnyObject {
  /// A start stands at a multiple of this many frames.
  var grid: Int { get }
  /// After this many frames nothing is left of what was before.
  var memoryFrames: Int { get }
  /// Input and output may be the same memory, channel by channel. [worker]
  func process(_ input: ConvolutionBlock, _ output: ConvolutionBlock, frames: Int, inPlace: Bool)
  /// Fades to new responses. [worker]
  func adopt(_ prepared: PreparedResponses)
  /// Silence before a position; a fade is over at once. [worker]
  func reset(at position: Int)
  /// The frame at which the responses came that are faded to; nil without a fade.
  var fadeOrigin: Int? { get }
  /// The most frames from there to the end of a fade.
  var longestFade: Int { get }
  /// Writes the responses, where they are not those it was made with.
  func saveResponses(into writer: inout StateWriter)
  /// Reads them; a fade goes on when `resumeFade` is called at the frame that is returned.
  func restoreResponses(from reader: inout StateReader) throws(StateError) -> Int?
  /// Begins the restored fade where its responses came.
  func resumeFade()
  /// Lets the responses that waited wait again.
  func resumeWaiting()
  /// Copies all running state of an engine of the same scheme. [worker]
  /// - Returns: false where it can't.
  func takeState(of other: any ConvolutionEngine) -> Bool
}

/// Responses of any length over channels, in the kernels of this machine.
///
/// Memory is allocated once, when it is made; nothing allocates afterwards. One thread at a time may use it.
public final class ConvolutionKernel<S: Sample> {
  /// How it computes.
  public let scheme: ConvolutionScheme
  public let routes: ConvolutionRoutes
  private let engine: any ConvolutionEngine
  private let prepared: PreparedResponses

  /// The last frames of input, for saving: a ring.
  private let past: SampleBuffer<S>
  private var position = 0

  /// Makes silent state. [control]
  ///
  /// - Parameter fadeFrames: How long a fade to new responses takes, 1 or more.
  public init(
    _ prepared: PreparedResponses, routes: ConvolutionRoutes, precision: Precision, fadeFrames: Int
  ) {
    let scheme = prepared.layout.scheme
    precondition(
      prepared.layout.responses >= routes.responses && fadeFrames > 0,
      "\(prepared.layout.responses) responses for \(routes.responses), a fade of \(fadeFrames) frames")
    self.scheme = scheme
    self.routes = routes
    self.prepared = prepared
    if S.self == Float.self && precision == .single {
      engine = Self.engine(scheme, routes, prepared, fadeFrames, as: Float.self)
    } else {
      engine = Self.engine(scheme, routes, prepared, fadeFrames, as: Double.self)
    }
    past = SampleBuffer(
      channels: routes.inputs, capacity: max(engine.memoryFrames, engine.longestFade) + engine.grid)
  }

  private static func engine<R: Sample>(
    _ scheme: ConvolutionScheme, _ routes: ConvolutionRoutes, _ prepared: PreparedResponses, _ fadeFrames: Int,
    as type: R.Type
  ) -> any ConvolutionEngine {
    if scheme.grid == .fixed { return PartitionedConvolver<R>(scheme, routes, prepared, fadeFrames: fadeFrames) }
    return scheme.stages[0].count == 1
      ? OverlapSaveConvolver<R>(scheme, routes, prepared, fadeFrames: fadeFrames)
      : BlockConvolver<R>(scheme, routes, prepared, fadeFrames: fadeFrames)
  }

  /// Convolves; input and output may be the same memory, channel by channel. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func process(_ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>) {
    precondition(
      input.channels == routes.inputs && output.channels == routes.outputs && output.frames >= input.frames,
      "\(input.channels) × \(input.frames) into \(output.channels) × \(output.frames) through \(routes)")
    remember(input)
    engine.process(
      ConvolutionBlock(input), ConvolutionBlock(output), frames: input.frames, inPlace: input.overlaps(output))
  }

  /// Fades to responses of the same scheme, as many as those it was made with. [worker]
  public func adopt(_ prepared: PreparedResponses) { engine.adopt(prepared) }

  /// Whether it can fade to these responses.
  public func fits(_ prepared: PreparedResponses) -> Bool {
    prepared.layout == self.prepared.layout && prepared.isDouble == self.prepared.isDouble
  }

  /// Forgets all past input; a fade is over at once. [worker]
  public func reset() {
    position = 0
    engine.reset(at: 0)
  }

  // MARK: State

  private func remember(_ input: borrowing AudioBlock<S>) {
    let capacity = past.capacity
    // Of a long block only the end is of use.
    var done = max(0, input.frames - capacity)
    while done < input.frames {
      let place = (position + done) % capacity
      let count = min(input.frames - done, capacity - place)
      past.withBlock(offset: place, frames: count) { ring in
        for channel in 0..<input.channels {
          ring.unsafeChannel(channel).update(from: input.unsafeChannel(channel) + done, count: count)
        }
      }
      done += count
    }
    position += input.frames
  }

  /// Writes the responses, where they were changed, and the frames of input that are still heard: the rest of the state follows from
  /// these, in the middle of a fade too.
  public func saveState(into writer: inout StateWriter) {
    // From a place of the grid, far enough back that nothing older is heard, and before the fade.
    let heard = min(position - engine.memoryFrames, engine.fadeOrigin ?? position)
    let start = max(0, heard / engine.grid * engine.grid)
    writer.write(position)
    writer.write(start)
    engine.saveResponses(into: &writer)
    past.withBlock(frames: past.capacity) { ring in
      for channel in 0..<routes.inputs {
        for frame in start..<max(position, start) {
          writer.write(Double(ring.unsafeChannel(channel)[frame % past.capacity]))
        }
      }
    }
  }

  /// Reads what `saveState` wrote for the same scheme and channels, and hears those frames again.
  public func restoreState(from reader: inout StateReader) throws(StateError) {
    let end = try reader.readInt()
    let start = try reader.readInt()
    guard (0..<(1 << 60)).contains(end), (max(0, end - past.capacity)...end).contains(start), start % engine.grid == 0
    else { throw .mismatch(expected: "positions from 0 on", found: "\(start) and \(end)") }
    engine.reset(at: start)
    let origin = try engine.restoreResponses(from: &reader)
    let frames = SampleBuffer<S>(channels: routes.inputs, capacity: max(end - start, 1))
    for channel in 0..<routes.inputs {
      for frame in 0..<(end - start) { frames[channel, frame] = S(try reader.readDouble()) }
    }
    if let origin, !(start...end).contains(origin) {
      throw .mismatch(expected: "a fade from \(start) on", found: String(origin))
    }
    position = start
    hear(frames, from: start, start..<(origin ?? end))
    if let origin {
      engine.resumeFade()
      hear(frames, from: start, origin..<end)
    }
    engine.resumeWaiting()
  }

  /// Runs over some frames of a buffer that begins at a position.
  private func hear(_ frames: SampleBuffer<S>, from start: Int, _ range: Range<Int>) {
    let output = SampleBuffer<S>(channels: routes.outputs, capacity: max(range.count, 1))
    frames.withBlock(offset: range.lowerBound - start, frames: range.count) { input in
      output.withBlock(frames: range.count) { process(input, into: $0) }
    }
  }

  /// Goes on where another one is. [worker]
  /// - Returns: false where the kernels differ in their scheme.
  public func takeState(of other: ConvolutionKernel<S>) -> Bool {
    guard scheme == other.scheme, routes == other.routes, past.capacity == other.past.capacity,
      engine.takeState(of: other.engine)
    else { return false }
    position = other.position
    past.withBlock(frames: past.capacity) { mine in other.past.withBlock(frames: past.capacity) { mine.copy(from: $0) }
    }
    return true
  }

  /// Bytes of the responses; the state is about as large.
  public var memoryBytes: Int { prepared.memoryBytes }
}

/// A convolver with one transform for all taps: a frame is some past and up to a hop of what comes, as it comes.
///
/// Past and hop of long frames are read where they lie, and their output is written where it belongs, wherever the caller's memory has
/// them in one piece and in the type of the arithmetic; they would else pass through memory several times more. Short frames are copied:
/// a transform takes its numbers at distances that no prefetching follows, which costs more in memory that is not in a cache.
final class OverlapSaveConvolver<R: Sample>: ConvolutionEngine {
  private let routes: ConvolutionRoutes
  private let frame: Int
  private let hop: Int
  /// Frames before the hop.
  private let past: Int
  private let responses: FadingResponses<R>
  private let transform: SpectralTransform<R>
  private let fadeFrames: Int
  /// Whether each input leads to one output, and each output has one route: then no spectrum is kept.
  private let isPaired: Bool
  /// Whether frames are too long to be copied.
  private let isLong: Bool

  private let memory: ZeroedMemory
  /// For each input: the past, and room for a hop.
  private let frames: UnsafeMutablePointer<R>
  /// For each input, where it is not paired.
  private let spectra: UnsafeMutablePointer<R>
  /// A sum of spectra, and the output by the present responses and by the next.
  private let scratch: UnsafeMutablePointer<R>
  /// Where the frame of each input begins.
  private let sources: UnsafeMutablePointer<UnsafePointer<R>>
  private let signalTable: UnsafeMutablePointer<UnsafePointer<R>>
  private let responseTable: UnsafeMutablePointer<UnsafePointer<R>>
  /// Frames since the fade began; nil without one.
  private var faded: Int?
  /// Frames since the beginning.
  private var position = 0

  init(_ scheme: ConvolutionScheme, _ routes: ConvolutionRoutes, _ prepared: PreparedResponses, fadeFrames: Int) {
    let stage = scheme.stages[0]
    self.routes = routes
    self.fadeFrames = fadeFrames
    frame = stage.frame
    hop = if case .following(let hop) = scheme.grid { hop } else { stage.partition }
    past = frame - hop
    responses = FadingResponses(prepared)
    transform = SpectralTransform(frame: frame)
    isPaired = routes.routes.count == routes.outputs && Set(routes.routes.map(\.input)).count == routes.outputs
    isLong = frame * MemoryLayout<R>.stride >= 65_536
    let spectrumCount = isPaired ? 0 : routes.inputs
    let count = (routes.inputs + spectrumCount + 3) * frame
    memory = ZeroedMemory(byteCount: count * MemoryLayout<R>.stride, alignment: 64)
    // SAFETY: the three parts lie behind one another in memory of `count` numbers.
    frames = memory.start.bindMemory(to: R.self, capacity: count)
    spectra = frames + routes.inputs * frame
    scratch = spectra + spectrumCount * frame
    sources = .allocate(capacity: max(routes.inputs, 1))
    signalTable = .allocate(capacity: 1)
    responseTable = .allocate(capacity: 1)
    sources.initialize(repeating: UnsafePointer(frames), count: max(routes.inputs, 1))
    signalTable.initialize(to: UnsafePointer(frames))
    responseTable.initialize(to: UnsafePointer(frames))
  }

  deinit {
    sources.deallocate()
    signalTable.deallocate()
    responseTable.deallocate()
  }

  // A frame may begin anywhere, and is forgotten when nothing of the past is in it.
  var grid: Int { 1 }
  var memoryFrames: Int { past }
  var longestFade: Int { fadeFrames }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func process(_ input: ConvolutionBlock, _ output: ConvolutionBlock, frames count: Int, inPlace: Bool) {
    var done = 0
    while done < count {
      var piece = min(count - done, hop)
      if let faded { piece = min(piece, fadeFrames - faded) }
      for channel in 0..<routes.inputs { take(channel, of: input, from: done, frames: piece, inPlace: inPlace) }
      for channel in 0..<routes.outputs { produce(channel, into: output, at: done, frames: piece) }
      done += piece
      advance(piece)
      // What comes next begins with the past, wherever the caller's memory goes.
      if inPlace || done < past {
        for channel in 0..<routes.inputs {
          let start = frames + channel * frame
          ConvolutionMath.copy(start, from: start + piece, count: past)
        }
      } else if done == count {
        for channel in 0..<routes.inputs {
          input.read(channel, from: done - past, into: frames + channel * frame, frames: past)
        }
      }
    }
  }

  /// Finds or makes the frame of an input, and its spectrum.
  private func take(_ channel: Int, of input: ConvolutionBlock, from done: Int, frames piece: Int, inPlace: Bool) {
    let start = frames + channel * frame
    let liesThere = !inPlace && done >= past
    if liesThere, isLong, piece == hop, let numbers = input.numbers(channel, from: done - past, as: R.self) {
      sources[channel] = UnsafePointer(numbers)
    } else {
      if liesThere {
        input.read(channel, from: done - past, into: start, frames: past + piece)
      } else {
        input.read(channel, from: done, into: start + past, frames: piece)
      }
      ConvolutionMath.clear(start + past + piece, count: hop - piece)
      sources[channel] = UnsafePointer(start)
    }
    if !isPaired { transform.forward(sources[channel], spectra + channel * frame) }
  }

  private func produce(_ channel: Int, into output: ConvolutionBlock, at done: Int, frames piece: Int) {
    let result = scratch + frame
    if faded == nil, isLong, isPaired, piece == hop, past % SpectralTransform<R>.placeMultiple == 0,
      let target = output.numbers(channel, from: done, as: R.self)
    {
      synthesise(channel, by: responses.current, into: target, from: past)
      return
    }
    let first = past / SpectralTransform<R>.placeMultiple * SpectralTransform<R>.placeMultiple
    synthesise(channel, by: responses.current, into: result + first, from: first)
    if let faded, let next = responses.next {
      let other = result + frame
      synthesise(channel, by: next, into: other + first, from: first)
      ConvolutionMath.crossfade(result + past, to: other + past, frames: piece, done: faded, length: fadeFrames)
    }
    output.write(channel, at: done, from: result + past, frames: piece)
  }

  /// The output of a frame from one of its places on; what is not paired writes what stands before it too.
  private func synthesise(
    _ channel: Int, by numbers: UnsafePointer<R>, into result: UnsafeMutablePointer<R>, from place: Int
  ) {
    var fresh = true
    for route in routes.routes where route.output == channel {
      let response = numbers + responses.layout.spectrum(route.response, stage: 0, partition: 0)
      if isPaired {
        transform.convolve(sources[route.input], response, scratch: scratch, into: result, from: place)
        return
      }
      signalTable[0] = UnsafePointer(spectra + route.input * frame)
      responseTable[0] = response
      transform.accumulate(scratch, signalTable, responseTable, count: 1, fresh: fresh)
      fresh = false
    }
    transform.inverse(scratch, result - place)
  }

  private func advance(_ piece: Int) {
    position += piece
    guard let faded else { return }
    self.faded = faded + piece
    if faded + piece >= fadeFrames { self.faded = responses.finishFade(at: position) ? 0 : nil }
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func adopt(_ prepared: PreparedResponses) {
    if responses.offer(prepared, at: position) { faded = 0 }
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func reset(at position: Int) {
    responses.settle()
    ConvolutionMath.clear(frames, count: routes.inputs * frame)
    self.position = position
    faded = nil
  }

  var fadeOrigin: Int? { faded == nil ? nil : responses.began }
  func saveResponses(into writer: inout StateWriter) { responses.saveState(into: &writer) }
  func restoreResponses(from reader: inout StateReader) throws(StateError) -> Int? {
    try responses.restoreState(from: &reader)
  }

  func resumeFade() {
    responses.resumeFade()
    faded = 0
  }

  func resumeWaiting() { responses.resumeWaiting() }
  // Blocks of any length are for rendering, where no graph is swapped often.
  func takeState(of other: any ConvolutionEngine) -> Bool { false }
}

/// A convolver of equal partitions that transforms what comes, as it comes.
///
/// Each call's frames, up to a partition at a time, are transformed behind the partition before them, multiplied by the spectra of all
/// partitions, and transformed back (overlap-save). A partition that is not whole yet is transformed again when more of it comes.
final class BlockConvolver<R: Sample>: ConvolutionEngine {
  private let routes: ConvolutionRoutes
  private let stage: ConvolutionScheme.Stage
  private let hop: Int
  private let responses: FadingResponses<R>
  private let transform: SpectralTransform<R>
  private let fadeFrames: Int
  private let memory: ZeroedMemory
  private let numberCount: Int
  /// For each input: the last frame of input.
  private let frames: UnsafeMutablePointer<R>
  /// For each input: a ring of spectra.
  private let spectra: UnsafeMutablePointer<R>
  /// A sum of spectra, and the output by the present responses and by the next.
  private let scratch: UnsafeMutablePointer<R>
  private let signalTable: UnsafeMutablePointer<UnsafePointer<R>>
  private let responseTable: UnsafeMutablePointer<UnsafePointer<R>>
  /// Where the newest spectrum stands in the ring.
  private var newest = 0
  /// Frames of the present hop that have come.
  private var filled = 0
  /// Frames since the fade began; nil without one.
  private var faded: Int?
  /// Frames since the beginning.
  private var position = 0

  init(_ scheme: ConvolutionScheme, _ routes: ConvolutionRoutes, _ prepared: PreparedResponses, fadeFrames: Int) {
    self.routes = routes
    self.fadeFrames = fadeFrames
    stage = scheme.stages[0]
    hop = if case .following(let hop) = scheme.grid { hop } else { stage.partition }
    responses = FadingResponses(prepared)
    transform = SpectralTransform(frame: stage.frame)
    let frame = stage.frame
    numberCount = routes.inputs * frame * (1 + stage.count) + 3 * frame
    memory = ZeroedMemory(byteCount: numberCount * MemoryLayout<R>.stride, alignment: 64)
    // SAFETY: the three parts lie behind one another in memory of `numberCount` numbers.
    frames = memory.start.bindMemory(to: R.self, capacity: numberCount)
    spectra = frames + routes.inputs * frame
    scratch = spectra + routes.inputs * frame * stage.count
    signalTable = .allocate(capacity: stage.count)
    signalTable.initialize(repeating: UnsafePointer(spectra), count: stage.count)
    responseTable = .allocate(capacity: stage.count)
    responseTable.initialize(repeating: UnsafePointer(spectra), count: stage.count)
  }

  deinit {
    signalTable.deallocate()
    responseTable.deallocate()
  }

  // Spectra are a hop apart.
  var grid: Int { hop }
  var memoryFrames: Int { stage.count * stage.partition + 2 * stage.frame }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func process(_ input: ConvolutionBlock, _ output: ConvolutionBlock, frames count: Int, inPlace: Bool) {
    var done = 0
    while done < count {
      var piece = min(count - done, hop - filled)
      if let faded { piece = min(piece, fadeFrames - faded) }
      take(input, from: done, frames: piece)
      for channel in 0..<routes.outputs { produce(channel, into: output, at: done, frames: piece) }
      done += piece
      advance(piece)
    }
  }

  /// Frames before the hop.
  private var past: Int { stage.frame - stage.partition }

  private func take(_ input: ConvolutionBlock, from frame: Int, frames piece: Int) {
    for channel in 0..<routes.inputs {
      let start = frames + channel * stage.frame
      let end = past + filled + piece
      input.read(channel, from: frame, into: start + past + filled, frames: piece)
      ConvolutionMath.clear(start + end, count: stage.frame - end)
      transform.forward(start, spectra + (channel * stage.count + newest) * stage.frame)
    }
  }

  private func produce(_ channel: Int, into output: ConvolutionBlock, at frame: Int, frames piece: Int) {
    let result = scratch + stage.frame
    let place = past + filled
    synthesise(channel, by: responses.current, into: result)
    if let faded, let next = responses.next {
      let other = result + stage.frame
      synthesise(channel, by: next, into: other)
      ConvolutionMath.crossfade(result + place, to: other + place, frames: piece, done: faded, length: fadeFrames)
    }
    output.write(channel, at: frame, from: result + place, frames: piece)
  }

  private func synthesise(_ channel: Int, by numbers: UnsafePointer<R>, into result: UnsafeMutablePointer<R>) {
    var fresh = true
    for route in routes.routes where route.output == channel {
      for partition in 0..<stage.count {
        let place = newest - partition
        let ring = route.input * stage.count + (place < 0 ? place + stage.count : place)
        signalTable[partition] = UnsafePointer(spectra + ring * stage.frame)
        responseTable[partition] =
          numbers + responses.layout.spectrum(route.response, stage: 0, partition: partition)
      }
      transform.accumulate(scratch, signalTable, responseTable, count: stage.count, fresh: fresh)
      fresh = false
    }
    transform.inverse(scratch, result)
  }

  private func advance(_ piece: Int) {
    filled += piece
    position += piece
    if let faded {
      self.faded = faded + piece
      if faded + piece >= fadeFrames { self.faded = responses.finishFade(at: position) ? 0 : nil }
    }
    guard filled == hop else { return }
    for channel in 0..<routes.inputs {
      let start = frames + channel * stage.frame
      ConvolutionMath.copy(start, from: start + filled, count: past)
    }
    filled = 0
    newest = newest + 1 == stage.count ? 0 : newest + 1
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
    ConvolutionMath.clear(frames, count: numberCount)
    self.position = position
    filled = 0
    faded = nil
  }

  var fadeOrigin: Int? { faded == nil ? nil : responses.began }
  var longestFade: Int { fadeFrames + hop }
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

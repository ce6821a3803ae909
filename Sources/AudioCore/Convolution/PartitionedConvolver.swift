/// A convolver whose work stands on a grid of the stream: any blocks give the same bits, and nothing is delayed.
///
/// The direct form takes the first taps. The first level of partitions is done when its partition of input is whole, and is heard at
/// once; the work of the others is spread over the partition that follows, in portions at the ends of the shortest partitions.
final class PartitionedConvolver<R: Sample>: ConvolutionEngine {
  private let scheme: ConvolutionScheme
  private let routes: ConvolutionRoutes
  private let responses: FadingResponses<R>
  private let levels: [PartitionLevel<R>]
  private let shortest: Int
  private let longest: Int
  private let fadeFrames: Int

  /// For each input: what is kept, then room for the longest partition.
  private let histories: ZeroedMemory
  private let kept: Int
  private let historyStride: Int
  /// Two outputs and a summand of a piece.
  private let scratch: ZeroedMemory
  private let cycleEnds: UnsafeMutablePointer<UnsafePointer<R>>

  /// Frames since the beginning.
  private var position = 0
  private var fadeStart = Int.max

  init(_ scheme: ConvolutionScheme, _ routes: ConvolutionRoutes, _ prepared: PreparedResponses, fadeFrames: Int) {
    self.scheme = scheme
    self.routes = routes
    self.fadeFrames = fadeFrames
    responses = FadingResponses(prepared)
    longest = scheme.longestPartition
    shortest = scheme.stages.first?.partition ?? longest
    let shortest = shortest
    levels = scheme.stages.indices.map { level in
      let stage = scheme.stages[level]
      return PartitionLevel(
        scheme, level: level, routes: routes, slots: stage.isDeferred ? stage.partition / shortest : 1)
    }
    kept = max(scheme.headTaps, scheme.stages.isEmpty ? 0 : 2 * longest)
    // A stride that is no power of two keeps the channels out of one another's place in the cache.
    historyStride = kept + longest + 64
    histories = ZeroedMemory(byteCount: routes.inputs * historyStride * MemoryLayout<R>.stride, alignment: 64)
    scratch = ZeroedMemory(byteCount: 3 * shortest * MemoryLayout<R>.stride, alignment: 64)
    cycleEnds = .allocate(capacity: max(routes.inputs, 1))
    cycleEnds.initialize(repeating: UnsafePointer(history(0)), count: max(routes.inputs, 1))
  }

  deinit { cycleEnds.deallocate() }

  var grid: Int { longest }
  // What is heard, what is being made, what a frame begins with, and one more for the direct form.
  var memoryFrames: Int { scheme.tapCapacity + 4 * longest }

  private func history(_ input: Int) -> UnsafeMutablePointer<R> {
    // SAFETY: the memory holds `historyStride` numbers for each input.
    histories.start.assumingMemoryBound(to: R.self) + input * historyStride
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func process(_ input: ConvolutionBlock, _ output: ConvolutionBlock, frames: Int, inPlace: Bool) {
    var done = 0
    while done < frames {
      var count = min(frames - done, shortest - position % shortest)
      // A fade begins and ends at its frame, whatever the blocks.
      if position < fadeStart {
        count = min(count, fadeStart - position)
      } else {
        count = min(count, fadeStart + fadeFrames - position)
      }
      let place = kept + position % longest
      for channel in 0..<routes.inputs {
        input.read(channel, from: done, into: history(channel) + place, frames: count)
      }
      for channel in 0..<routes.outputs { produce(channel, into: output, at: done, place: place, frames: count) }
      done += count
      position += count
      if position % shortest == 0 { reachBoundary() }
      if position >= fadeStart, position - fadeStart >= fadeFrames { finishFade() }
    }
  }

  private func produce(_ channel: Int, into output: ConvolutionBlock, at frame: Int, place: Int, frames: Int) {
    // SAFETY: the scratch holds three times `shortest` numbers, and a piece is at most as long.
    let sum = scratch.start.assumingMemoryBound(to: R.self)
    let summand = sum + shortest
    synthesise(channel, set: 0, into: sum, summand, place: place, frames: frames)
    if position >= fadeStart {
      let other = summand + shortest
      synthesise(channel, set: 1, into: other, summand, place: place, frames: frames)
      ConvolutionMath.crossfade(sum, to: other, frames: frames, done: position - fadeStart, length: fadeFrames)
    }
    output.write(channel, at: frame, from: sum, frames: frames)
  }

  /// One output by the present responses (0) or the next (1).
  private func synthesise(
    _ channel: Int, set: Int, into sum: UnsafeMutablePointer<R>, _ summand: UnsafeMutablePointer<R>, place: Int,
    frames: Int
  ) {
    var fresh = true
    if scheme.headTaps > 0 {
      let numbers = set == 0 ? responses.current : responses.next ?? responses.current
      for route in routes.routes where route.output == channel {
        ConvolutionMath.direct(
          fresh ? sum : summand, history(route.input) + place, numbers + responses.layout.head(route.response),
          count: scheme.headTaps, frames: frames)
        if !fresh { ConvolutionMath.add(sum, summand, frames: frames) }
        fresh = false
      }
    }
    for level in levels {
      let heard = level.heard(set, channel) + position % level.stage.partition
      if fresh {
        ConvolutionMath.copy(sum, from: heard, count: frames)
      } else {
        ConvolutionMath.add(sum, heard, frames: frames)
      }
      fresh = false
    }
  }

  /// The end of a shortest partition: levels whose partition is whole begin a cycle, and each does its portion.
  private func reachBoundary() {
    let place = kept + (position - 1) % longest + 1
    for level in levels {
      let partition = level.stage.partition
      let past = position % partition
      if past == 0 { level.beginCycle(next: responses.next != nil) }
      for channel in 0..<routes.inputs { cycleEnds[channel] = UnsafePointer(history(channel) + place - past) }
      level.work(slot: level.stage.isDeferred ? past / shortest : 0, history: cycleEnds, responses: responses)
    }
    guard position % longest == 0 else { return }
    for channel in 0..<routes.inputs {
      ConvolutionMath.copy(history(channel), from: history(channel) + longest, count: kept)
    }
  }

  // MARK: Changes

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func adopt(_ prepared: PreparedResponses) {
    if responses.offer(prepared, at: position) { beginFade() }
  }

  /// The fade begins when every level has been heard by the next responses: after a whole cycle of the longest.
  private func beginFade() {
    guard let last = levels.last else {
      fadeStart = position
      return
    }
    let boundary = (position / longest + 1) * longest
    fadeStart = boundary + (last.stage.isDeferred ? longest : 0)
  }

  private func finishFade() {
    fadeStart = Int.max
    for level in levels { level.exchangeSets() }
    if responses.finishFade(at: position) { beginFade() }
  }

  @_specialize(where R == Float)
  @_specialize(where R == Double)
  func reset(at position: Int) {
    precondition(position % longest == 0, "a start at \(position), off the grid of \(longest)")
    self.position = position
    fadeStart = Int.max
    responses.settle()
    for level in levels { level.reset() }
    ConvolutionMath.clear(history(0), count: routes.inputs * historyStride)
  }

  var fadeOrigin: Int? { responses.next == nil ? nil : responses.began }
  var longestFade: Int { fadeFrames + 2 * longest }
  func saveResponses(into writer: inout StateWriter) { responses.saveState(into: &writer) }
  func restoreResponses(from reader: inout StateReader) throws(StateError) -> Int? {
    try responses.restoreState(from: &reader)
  }

  func resumeFade() {
    responses.resumeFade()
    beginFade()
  }

  func resumeWaiting() { responses.resumeWaiting() }

  func takeState(of other: any ConvolutionEngine) -> Bool {
    guard ObjectIdentifier(type(of: other)) == ObjectIdentifier(PartitionedConvolver<R>.self) else { return false }
    // SAFETY: they are of the same class.
    let other = unsafeDowncast(other, to: PartitionedConvolver<R>.self)
    guard scheme == other.scheme, responses.layout == other.responses.layout,
      historyStride == other.historyStride, routes == other.routes
    else { return false }
    responses.takeState(of: other.responses)
    for index in levels.indices { levels[index].takeState(of: other.levels[index]) }
    ConvolutionMath.copy(history(0), from: UnsafePointer(other.history(0)), count: routes.inputs * historyStride)
    (position, fadeStart) = (other.position, other.fadeStart)
    return true
  }
}

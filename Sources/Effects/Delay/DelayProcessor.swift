import AudioCore

/// Runs a delay: reads the line, filters, feeds it again and mixes, in runs that end where the circle, the delay or a ramp ends.
///
/// A changed time, swing or filter is a second path, to which it cross-fades; a change during a fade waits for its end.
final class DelayProcessor<S: Sample>: AudioProcessor {
  private var design: DelayDesign
  private let line: DelayLine
  /// The path that is heard, and the one that it fades to.
  private var current: DelayPathReader
  private var next: DelayPathReader
  /// How much of the second path is heard; stands at 0 when there is no fade.
  private let fade = GlidingValue(0)
  private let feedback: GlidingValue
  private let mix: GlidingValue
  /// The tempo that the host gave last; nil before it gave one.
  private var hostTempo: Double?

  private let wet: SampleBuffer<Double>
  private let nextWet: SampleBuffer<Double>
  private let mean: UnsafeMutablePointer<Double>

  init(_ design: DelayDesign) {
    let channels = design.format.channels
    self.design = design
    line = DelayLine(channels: channels, capacity: design.capacity)
    current = DelayPathReader(design.path, channels: channels)
    next = DelayPathReader(design.path, channels: channels)
    feedback = GlidingValue(design.feedback)
    mix = GlidingValue(design.mix)
    wet = SampleBuffer(channels: channels, capacity: DelayLine.longestRun)
    nextWet = SampleBuffer(channels: channels, capacity: DelayLine.longestRun)
    mean = .allocate(capacity: DelayLine.longestRun)
    mean.initialize(repeating: 0, count: DelayLine.longestRun)
  }

  deinit { mean.deallocate() }

  // MARK: Changes

  var followsRamps: Bool { true }

  func adopt(_ design: borrowing DelayDesign) -> Bool {
    adopt(design, along: .standard(at: self.design.format.sampleRate))
  }

  func adopt(_ design: borrowing DelayDesign, along ramp: Ramp) -> Bool {
    let new = copy design
    guard new.format == self.design.format, new.mode == self.design.mode,
      new.path.tap.neededFrames <= self.design.capacity
    else { return false }
    let capacity = self.design.capacity
    self.design = new.limited(toCapacity: capacity)
    guard line.filled > 0 else {
      reset()
      return true
    }
    feedback.move(to: new.feedback, along: ramp)
    mix.move(to: new.mix, along: ramp)
    beginFade()
    return true
  }

  /// The design's path, at the host's tempo where it has one.
  private var wantedPath: DelayDesign.Path { hostTempo.flatMap { design.path(atHostTempo: $0) } ?? design.path }

  /// Fades to the path that is wanted, unless it is heard already or another fade is under way.
  private func beginFade() {
    let path = wantedPath
    guard fade.isConstant, path != current.path else { return }
    next.configure(path, swingingLike: current)
    fade.move(to: 1, along: .standard(at: design.format.sampleRate))
  }

  private func endFade() {
    swap(&current, &next)
    fade.jump(to: 0)
    beginFade()
  }

  private func follow(tempo: Double?) {
    guard let tempo, tempo != hostTempo, design.note != nil else { return }
    hostTempo = tempo
    if line.filled > 0 { beginFade() } else { current.configure(wantedPath) }
  }

  // MARK: Sound

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func process(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
  ) -> Int {
    precondition(
      input.channels == line.channels && output.channels == line.channels && output.frames >= input.frames,
      "\(input.channels) × \(input.frames) into \(output.channels) × \(output.frames) through \(line.channels) channels"
    )
    follow(tempo: now.tempo)
    var done = 0
    while done < input.frames {
      let count = run(of: input.frames - done)
      feedback.prepare(count)
      mix.prepare(count)
      fade.prepare(count)
      input.withFrames(done..<done + count) { source in
        output.withFrames(done..<done + count) { target in
          wet.withBlock(frames: count) { wet in process(source, wet, target) }
        }
      }
      advance(count)
      done += count
    }
    return input.frames
  }

  /// How many of some frames can be processed at once.
  private func run(of frames: Int) -> Int {
    var count = line.run(of: frames, reading: current.tap)
    if let left = fade.remaining { count = line.run(of: min(count, left), reading: next.tap) }
    return min(count, feedback.remaining ?? count, mix.remaining ?? count)
  }

  private func process(
    _ input: borrowing AudioBlock<S>, _ wet: borrowing AudioBlock<Double>, _ output: borrowing AudioBlock<S>
  ) {
    let frames = input.frames
    current.read(line, into: wet)
    if !fade.isConstant {
      nextWet.withBlock(frames: frames) { other in
        next.read(line, into: other)
        crossfade(wet, to: other, along: fade)
      }
    }
    if design.mode == .pingPong { input.mean(into: mean) }
    for channel in 0..<input.channels {
      // SAFETY: every address holds `frames` values while its block is lent. A channel is read before it is written, and no other
      // channel's input is needed any more, since the mean was taken above.
      let dry = UnsafePointer(input.unsafeChannel(channel))
      let before = channel == 0 ? input.channels - 1 : channel - 1
      switch design.mode {
      case .straight:
        line.feed(channel, dry, tap: wet.unsafeChannel(channel), feedback: feedback, frames: frames)
      case .cross:
        line.feed(channel, dry, tap: wet.unsafeChannel(before), feedback: feedback, frames: frames)
      case .pingPong where channel == 0:
        line.feed(channel, UnsafePointer(mean), tap: wet.unsafeChannel(before), feedback: feedback, frames: frames)
      case .pingPong:
        line.feed(
          channel, nil as UnsafePointer<S>?, tap: wet.unsafeChannel(before), feedback: feedback, frames: frames)
      }
      output.mix(channel, dry: dry, wet: wet.unsafeChannel(channel), share: mix)
    }
  }

  private func advance(_ frames: Int) {
    line.advance(frames)
    current.advance(frames)
    feedback.advance(frames)
    mix.advance(frames)
    guard !fade.isConstant else { return }
    next.advance(frames)
    fade.advance(frames)
    if fade.isConstant { endFade() }
  }

  // MARK: State

  func reset() {
    line.reset()
    hostTempo = nil
    fade.jump(to: 0)
    current.configure(design.path)
    feedback.jump(to: design.feedback)
    mix.jump(to: design.mix)
  }

  var stateByteCount: Int { freshStateByteCount + line.channels * line.capacity * MemoryLayout<Double>.stride }

  func saveState(into writer: inout StateWriter) {
    line.saveState(into: &writer)
    current.saveState(into: &writer)
    next.saveState(into: &writer)
    fade.saveState(into: &writer)
    feedback.saveState(into: &writer)
    mix.saveState(into: &writer)
    writer.write(hostTempo ?? 0)
  }

  func restoreState(from reader: inout StateReader) throws(StateError) {
    try line.restoreState(from: &reader)
    try current.restoreState(from: &reader, capacity: design.capacity)
    try next.restoreState(from: &reader, capacity: design.capacity)
    try fade.restoreState(from: &reader)
    try feedback.restoreState(from: &reader)
    try mix.restoreState(from: &reader)
    let tempo = try reader.readDouble()
    hostTempo = tempo == 0 ? nil : tempo
  }
}

import AudioCore

/// Runs a compressor in runs that end where a ramp of a changed parameter ends.
final class CompressorProcessor<S: Sample>: AudioProcessor {
  private var design: CompressorDesign
  /// One for all channels, or one for each.
  private let envelopes: [ReductionEnvelope]
  private let lookahead: FrameDelay<S>?
  private var curve: DynamicsCurve
  private var makeUp: LinearRamp
  private var mix: LinearRamp
  /// Whether something was processed since the state was fresh.
  private var hasRun = false
  private var meter: Meter?

  init(_ design: CompressorDesign, precision: Precision) {
    let channels = design.format.channels
    let isSingle = S.self == Float.self && precision == .single
    self.design = design
    envelopes =
      design.isLinked
      ? [ReductionEnvelope(channels: design.keyChannels == 0 ? channels : design.keyChannels, isSingle: isSingle)]
      : (0..<channels).map { _ in ReductionEnvelope(channels: 1, isSingle: isSingle) }
    lookahead = design.latencyFrames > 0 ? FrameDelay(channels: channels, frames: design.latencyFrames) : nil
    curve = design.curve
    makeUp = LinearRamp(design.makeUp)
    mix = LinearRamp(design.mix)
  }

  func connect(_ meters: [Meter]) { meter = meters.first }

  func adopt(_ design: borrowing CompressorDesign) -> Bool {
    let new = copy design
    guard self.design.hasSameShape(as: new) else { return false }
    self.design = new
    guard hasRun else {
      stand()
      return true
    }
    let frames = new.rampFrames
    curve.threshold.move(to: new.threshold, over: frames)
    curve.knee.move(to: new.knee, over: frames)
    curve.slope.move(to: new.slope, over: frames)
    makeUp.move(to: new.makeUp, over: frames)
    mix.move(to: new.mix, over: frames)
    return true
  }

  /// Stands at the design's values.
  private func stand() {
    curve = design.curve
    makeUp.jump(to: design.makeUp)
    mix.jump(to: design.mix)
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func process(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
  ) -> Int {
    let channels = design.format.channels
    precondition(
      input.channels == channels + design.keyChannels && output.channels == channels && output.frames >= input.frames,
      "\(input.channels) × \(input.frames) into \(output.channels) × \(output.frames) through \(channels) channels")
    guard input.frames > 0 else { return 0 }
    hasRun = true
    let key = design.keyChannels == 0 ? 0..<channels : channels..<channels + design.keyChannels
    var largest = 0.0
    var done = 0
    while done < input.frames {
      let count = run(of: input.frames - done)
      input.withFrames(done..<done + count) { source in
        output.withFrames(done..<done + count) { target in
          source.withChannels(key) { key in
            source.withChannels(0..<channels) { sound in largest = max(largest, run(sound, key, into: target)) }
          }
        }
      }
      advance(count)
      done += count
    }
    meter?.show(largest * CompressorDesign.decibelsPerOctave)
    return input.frames
  }

  private func run(of frames: Int) -> Int {
    let count = min(frames, ReductionEnvelope.longestRun)
    let ramps = min(curve.threshold.remaining ?? count, curve.knee.remaining ?? count, curve.slope.remaining ?? count)
    return min(count, ramps, min(makeUp.remaining ?? count, mix.remaining ?? count))
  }

  private func advance(_ frames: Int) {
    curve.threshold.advance(frames)
    curve.knee.advance(frames)
    curve.slope.advance(frames)
    makeUp.advance(frames)
    mix.advance(frames)
  }

  /// Returns the largest reduction in octaves.
  private func run(
    _ sound: borrowing AudioBlock<S>, _ key: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>
  ) -> Double {
    // All levels are taken before anything is written: key and output may be the same memory.
    var largest = 0.0
    for (index, envelope) in envelopes.enumerated() {
      let channels = design.isLinked ? 0..<key.channels : key.channels == 1 ? 0..<1 : index..<index + 1
      key.withChannels(channels) { key in
        let reduction = envelope.run(
          key, curve: curve, window: design.window, attack: design.times.attack, release: design.times.release,
          makeUp: makeUp, mix: mix)
        largest = max(largest, reduction)
      }
    }
    if let lookahead {
      lookahead.process(sound, into: output)
      apply(to: output, into: output)
    } else {
      apply(to: sound, into: output)
    }
    return largest
  }

  private func apply(to sound: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>) {
    for channel in 0..<sound.channels {
      envelopes[design.isLinked ? 0 : channel].apply(to: channel, of: sound, into: output)
    }
  }

  func reset() {
    for envelope in envelopes { envelope.reset() }
    lookahead?.reset()
    hasRun = false
    stand()
    meter?.show(0)
  }

  func saveState(into writer: inout StateWriter) {
    writer.write(hasRun ? 1 : 0)
    // One by one: a list of them would be allocated.
    curve.threshold.saveState(into: &writer)
    curve.knee.saveState(into: &writer)
    curve.slope.saveState(into: &writer)
    makeUp.saveState(into: &writer)
    mix.saveState(into: &writer)
    for envelope in envelopes { envelope.saveState(into: &writer) }
    lookahead?.saveState(into: &writer)
  }

  func restoreState(from reader: inout StateReader) throws(StateError) {
    hasRun = try reader.readInt() != 0
    curve.threshold = try LinearRamp(from: &reader)
    curve.knee = try LinearRamp(from: &reader)
    curve.slope = try LinearRamp(from: &reader)
    makeUp = try LinearRamp(from: &reader)
    mix = try LinearRamp(from: &reader)
    for envelope in envelopes { try envelope.restoreState(from: &reader) }
    try lookahead?.restoreState(from: &reader)
  }
}

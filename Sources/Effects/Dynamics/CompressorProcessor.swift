import AudioCore

/// Runs a compressor in runs that end where a change of a parameter ends.
///
/// New times are a second detector, which begins where the first one is, and to which it fades; a change during a fade waits for its end.
/// A curve glides. With an attack that is too short to smooth what a level does on a moving curve, a new one is a second detector too.
final class CompressorProcessor<S: Sample>: AudioProcessor, WatchfulProcessor {
  private var design: CompressorDesign
  /// One for all channels, or one for each.
  private let envelopes: [ReductionEnvelope]
  /// The same for each run: counting a reference waits until all that was written before has reached the cache.
  private let uncounted: [Unmanaged<ReductionEnvelope>]
  private let lookahead: FrameDelay<S>?
  private let parameters: DynamicsParameters
  private var times: DetectorTimes
  /// The times that it fades to; nil when there is no fade.
  private var nextTimes: DetectorTimes?
  /// The curve that it fades to; nil when only the times are others.
  private var nextCurve: DynamicsCurve?
  /// How far the fade has come; stands at 0 when there is none.
  private let fade = GlidingValue(0)
  /// Whether something was processed since the state was fresh.
  private var hasRun = false
  private var meter: Meter?
  private(set) var findings: SignalFindings = []

  init(_ design: CompressorDesign, precision: Precision) {
    let channels = design.format.channels
    let isSingle = S.self == Float.self && precision == .single
    self.design = design
    envelopes =
      design.isLinked
      ? [
        ReductionEnvelope(
          channels: design.keyChannels == 0 ? channels : design.keyChannels, isSingle: isSingle, isForOne: channels == 1
        )
      ] : (0..<channels).map { _ in ReductionEnvelope(channels: 1, isSingle: isSingle, isForOne: true) }
    uncounted = envelopes.map(Unmanaged.passUnretained)
    lookahead = design.latencyFrames > 0 ? FrameDelay(channels: channels, frames: design.latencyFrames) : nil
    parameters = DynamicsParameters(design.curve, makeUp: design.makeUp, mix: design.mix)
    times = design.detectorTimes
  }

  func connect(_ meters: [Meter]) { meter = meters.first }

  // MARK: Changes

  var followsRamps: Bool { true }

  func adopt(_ design: borrowing CompressorDesign) -> Bool {
    adopt(design, along: .standard(at: self.design.format.sampleRate))
  }

  func adopt(_ design: borrowing CompressorDesign, along ramp: Ramp) -> Bool {
    let new = copy design
    guard self.design.hasSameShape(as: new) else { return false }
    self.design = new
    guard hasRun else {
      stand()
      return true
    }
    parameters.move(makeUp: new.makeUp, mix: new.mix, along: ramp)
    follow(along: ramp)
    return true
  }

  /// The shortest attack with which a curve glides, in seconds.
  private static var shortestSmoothing: Double { 0.002 }

  /// Goes to the design's curve and times, unless a fade that is under way must end before.
  private func follow(along ramp: Ramp) {
    let rate = design.format.sampleRate
    let shortest = OnePole(timeConstant: Self.shortestSmoothing * rate)
    let isAbrupt = min(times.attack.pole, design.times.attack.pole) < shortest.pole
    if !isAbrupt && nextCurve == nil { parameters.move(to: design.curve, along: ramp) }
    guard nextTimes == nil else { return }
    let hasNewCurve = parameters.curve != design.curve
    guard hasNewCurve || design.detectorTimes != times else { return }
    nextTimes = design.detectorTimes
    nextCurve = hasNewCurve ? design.curve : nil
    for envelope in envelopes { envelope.beginFade(to: design.detectorTimes) }
    // While a second detector takes hold of the sound it is hardly heard: of 60 ms the first 5 bring half a percent.
    let standard = Ramp.standard(at: rate)
    fade.move(to: 1, along: hasNewCurve ? Ramp(frames: 3 * standard.frames) : standard)
  }

  private func endFade() {
    guard let next = nextTimes else { return }
    times = next
    if let curve = nextCurve { parameters.jump(to: curve) }
    nextTimes = nil
    nextCurve = nil
    fade.jump(to: 0)
    for envelope in envelopes { envelope.endFade() }
    follow(along: .standard(at: design.format.sampleRate))
  }

  /// Stands at the design's values.
  private func stand() {
    parameters.jump(to: design.curve)
    parameters.jump(makeUp: design.makeUp, mix: design.mix)
    times = design.detectorTimes
    nextTimes = nil
    nextCurve = nil
    fade.jump(to: 0)
  }

  // MARK: Sound

  /// Behind a look-ahead samples would be told of later than they came.
  var cleansItsInput: Bool { lookahead == nil }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func process(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
  ) -> Int {
    let channels = design.format.channels
    precondition(
      input.channels == channels + design.keyChannels && output.channels == channels && output.frames >= input.frames,
      "\(input.channels) × \(input.frames) into \(output.channels) × \(output.frames) through \(channels) channels")
    guard input.frames > 0 else {
      findings = []
      return 0
    }
    hasRun = true
    findings = []
    let key = design.keyChannels == 0 ? 0..<channels : channels..<channels + design.keyChannels
    var largest = 0.0
    var done = 0
    while done < input.frames {
      let count = parameters.run(of: min(input.frames - done, fade.remaining ?? .max))
      parameters.prepare(count)
      fade.prepare(count)
      input.withFrames(done..<done + count) { source in
        output.withFrames(done..<done + count) { target in
          source.withChannels(key) { key in
            source.withChannels(0..<channels) { sound in largest = max(largest, run(sound, key, into: target)) }
          }
        }
      }
      parameters.advance(count)
      fade.advance(count)
      if nextTimes != nil && fade.isConstant { endFade() }
      done += count
    }
    meter?.show(largest * CompressorDesign.decibelsPerOctave)
    return input.frames
  }

  /// Returns the largest reduction in octaves.
  private func run(
    _ sound: borrowing AudioBlock<S>, _ key: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>
  ) -> Double {
    // All levels are taken before anything is written: key and output may be the same memory.
    var largest = 0.0
    // The level has been taken from all samples of the sound, unless it is another sound's.
    var isFinite = lookahead != nil || design.keyChannels == 0
    for index in uncounted.indices {
      let channels = design.isLinked ? 0..<key.channels : key.channels == 1 ? 0..<1 : index..<index + 1
      key.withChannels(channels) { key in
        uncounted[index]._withUnsafeGuaranteedRef { envelope in
          largest = max(
            largest,
            envelope.run(key, parameters: parameters, times: times, to: nextTimes, with: nextCurve, along: fade))
          if envelope.hasCleaned {
            findings.insert(.cleanedInput)
            isFinite = false
          }
        }
      }
    }
    if let lookahead {
      lookahead.process(sound, into: output)
      apply(to: output, into: output, isFinite: isFinite)
    } else {
      apply(to: sound, into: output, isFinite: isFinite)
    }
    return largest
  }

  private func apply(to sound: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, isFinite: Bool) {
    for channel in 0..<sound.channels {
      uncounted[design.isLinked ? 0 : channel]._withUnsafeGuaranteedRef { envelope in
        findings.formUnion(
          envelope.apply(to: channel, of: sound, into: output, parameters: parameters, isFinite: isFinite))
      }
    }
  }

  // MARK: State

  func reset() {
    for envelope in envelopes { envelope.reset() }
    lookahead?.reset()
    hasRun = false
    stand()
    meter?.show(0)
  }

  func saveState(into writer: inout StateWriter) {
    writer.write(hasRun ? 1 : 0)
    parameters.saveState(into: &writer)
    times.saveState(into: &writer)
    (nextTimes ?? times).saveState(into: &writer)
    writer.write(nextCurve == nil ? 0 : 1)
    (nextCurve ?? parameters.curve).saveState(into: &writer)
    fade.saveState(into: &writer)
    for envelope in envelopes { envelope.saveState(into: &writer) }
    lookahead?.saveState(into: &writer)
  }

  func restoreState(from reader: inout StateReader) throws(StateError) {
    hasRun = try reader.readInt() != 0
    try parameters.restoreState(from: &reader)
    times = try DetectorTimes(from: &reader, hasWindow: design.window != nil)
    let next = try DetectorTimes(from: &reader, hasWindow: design.window != nil)
    let fadesCurve = try reader.readInt() != 0
    let curve = try DynamicsCurve(from: &reader)
    try fade.restoreState(from: &reader)
    // What waited for the end of the fade is in the design.
    nextTimes = fade.isConstant ? nil : next
    nextCurve = fadesCurve && !fade.isConstant ? curve : nil
    for envelope in envelopes { try envelope.restoreState(from: &reader) }
    try lookahead?.restoreState(from: &reader)
  }
}

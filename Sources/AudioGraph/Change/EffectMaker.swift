import AudioCore

/// Makes the changes of a stage that runs one effect by its own processor.
struct EffectMaker<E: Effect, S: Sample>: ChangeMaker {
  let identity: String
  let context: DesignContext
  /// What the plan was compiled with: other formats, or more latency, would need another plan.
  let compiled: E.Design

  private final class Taker {
    let processor: any AudioProcessor<S, E.Design>
    init(_ processor: any AudioProcessor<S, E.Design>) { self.processor = processor }
  }

  private var keepsFrameCount: Bool { compiled.maximumOutputFrames(for: context.maximumFrames) == nil }

  func pieceFrames(_ link: ChangeLink<S>?) -> Int {
    Int((link?.followsRamps == true ? 0.005 : 0.02) * context.sampleRate)
  }

  func segments(
    from link: ChangeLink<S>?, through recipes: [(recipe: StageRecipe, ramp: Ramp)], meters: [Meter]
  ) throws(DesignError) -> (segments: [StageChange<S>.Segment], link: ChangeLink<S>) {
    var link = link
    var segments: [StageChange<S>.Segment] = []
    for (recipe, ramp) in recipes {
      let (target, next) = try target(from: link, to: recipe[0], meters: meters)
      segments.append(.init(ramp: ramp, target: target, recipe: recipe, bearer: next.bearer))
      link = next
    }
    guard let link else { preconditionFailure("\(identity): a change without segments") }
    return (segments, link)
  }

  private func target(
    from link: ChangeLink<S>?, to recipe: PartRecipe, meters: [Meter]
  ) throws(DesignError) -> (StageChange<S>.Target, ChangeLink<S>) {
    guard !recipe.isBypassed, let effect = recipe.effect as? E else {
      guard keepsFrameCount, compiled.outputs == [context.format] else {
        throw DesignError(
          .unsupported, problem: "cannot be bypassed: its output is of another format than its input",
          remedy: "Mute it", stage: identity)
      }
      let processor = PassingProcessor<S>(channels: context.format.channels, latencyFrames: compiled.latencyFrames)
      return (.replace(processor, prepare: nil, warmUp: compiled.latencyFrames), ChangeLink(processor: processor))
    }
    let design: E.Design
    do throws(DesignError) { design = try effect.design(in: context) } catch { throw error.at(stage: identity) }
    if var next = link, let taker = next.taker as? Taker, let running = next.design as? E.Design,
      running.hasSameShape(as: design), running.latencyFrames == design.latencyFrames
    {
      next.design = design
      let processor = taker.processor
      return (.adopt { ramp in _ = processor.adopt(design, along: ramp) }, next)
    }
    try check(design, isFirst: link == nil)
    let processor = effect.makeProcessor(design, in: context, as: S.self)
    processor.connect(meters)
    var whole: any BlockProcessor<S> = processor
    if design.latencyFrames < compiled.latencyFrames {
      whole = DelayedProcessor(
        processor, channels: design.outputs.reduce(0) { $0 + $1.channels },
        frames: compiled.latencyFrames - design.latencyFrames)
    }
    let bearer = EffectBearer<E, S>(
      processor, in: whole, design: design, delayFrames: compiled.latencyFrames - design.latencyFrames)
    let memory = design.tail.frameCount ?? context.maximumFrames
    return (
      .replace(whole, prepare: nil, warmUp: 2 * (memory + compiled.latencyFrames)),
      ChangeLink(
        taker: Taker(processor), design: design, followsRamps: processor.followsRamps, processor: whole, bearer: bearer)
    )
  }

  private func check(_ design: E.Design, isFirst: Bool) throws(DesignError) {
    guard design.outputs == compiled.outputs,
      design.maximumOutputFrames(for: context.maximumFrames)
        == compiled.maximumOutputFrames(for: context.maximumFrames),
      design.meters == compiled.meters
    else { throw .structural(identity, "would have another output than the plan was compiled for") }
    guard design.latencyFrames <= compiled.latencyFrames else {
      throw .structural(
        identity,
        "would have \(design.latencyFrames) frames of latency where the plan was compiled for \(compiled.latencyFrames)"
      )
    }
    guard isFirst || keepsFrameCount else {
      throw .structural(identity, "changes the number of frames and can't be replaced while it runs")
    }
  }
}

/// Passes the main input on, later by a latency: what a bypassed effect is.
final class PassingProcessor<S: Sample>: BlockProcessor {
  private let channels: Int
  private let delay: FrameDelay<S>?

  init(channels: Int, latencyFrames: Int) {
    self.channels = channels
    delay = latencyFrames > 0 ? FrameDelay(channels: channels, frames: latencyFrames) : nil
  }

  func process(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
  ) -> Int {
    input.withChannels(0..<channels) { main in
      output.withFrames(0..<main.frames) { target in
        if let delay { delay.process(main, into: target) } else { target.copy(from: main) }
      }
    }
    return input.frames
  }

  func reset() { delay?.reset() }
  func saveState(into writer: inout StateWriter) { delay?.saveState(into: &writer) }
  func restoreState(from reader: inout StateReader) throws(StateError) { try delay?.restoreState(from: &reader) }
}

/// A processor and a delay behind it, which keeps a stage's latency when the effect comes to have less.
final class DelayedProcessor<S: Sample>: BlockProcessor, FailureReporting {
  private let processor: any BlockProcessor<S>
  private let reporter: (any FailureReporting)?
  private let delay: FrameDelay<S>

  init(_ processor: any BlockProcessor<S>, channels: Int, frames: Int) {
    self.processor = processor
    reporter = processor as? any FailureReporting
    delay = FrameDelay(channels: channels, frames: frames)
  }

  var hasFailed: Bool { reporter?.hasFailed ?? false }

  func process(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
  ) -> Int {
    let produced = processor.process(input, into: output, at: now)
    output.withFrames(0..<produced) { delay.process($0, into: $0) }
    return produced
  }

  func reset() {
    processor.reset()
    delay.reset()
  }

  var stateByteCount: Int { freshStateByteCount - processor.freshStateByteCount + processor.stateByteCount }

  func takeState(of other: any BlockProcessor<S>, through memory: StateMemory) -> Bool {
    guard ObjectIdentifier(type(of: other)) == ObjectIdentifier(type(of: self)) else { return false }
    // SAFETY: they are of the same class.
    let other = unsafeDowncast(other, to: Self.self)
    guard delay.frames == other.delay.frames else { return false }
    delay.takeState(of: other.delay)
    return processor.takeState(of: other.processor, through: memory)
  }

  func saveState(into writer: inout StateWriter) {
    processor.saveState(into: &writer)
    delay.saveState(into: &writer)
  }

  func restoreState(from reader: inout StateReader) throws(StateError) {
    try processor.restoreState(from: &reader)
    try delay.restoreState(from: &reader)
  }
}

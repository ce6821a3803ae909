import AudioCore

/// How a whole wave is cut: pieces that stay, with their intermediate signals, in the fast caches.
enum PieceSize {
  static let samples = 32_768
  static let largest = 16_384
}

/// Runs a plan over a wave in memory, straight from its samples into those of the result.
struct WaveRun<S: Sample> {
  private let wave: Wave<S>
  private let runner: PlanRunner<S>
  private let target: SampleBuffer<S>
  private var written = 0
  private var toSkip: Int

  /// - Parameter target: As many frames as are wanted, tail included.
  init(_ wave: Wave<S>, _ runner: PlanRunner<S>, into target: SampleBuffer<S>) {
    self.wave = wave
    self.runner = runner
    self.target = target
    toSkip = runner.plan.latencyFrames
  }

  mutating func run(progress: ((RenderProgress) -> Void)?, isCancelled: () -> Bool) throws(CancellationError) {
    let plan = runner.plan
    let piece = plan.options.maximumFrames
    // What a piece produces before its latency is taken out, and behind the end.
    let scratch = SampleBuffer<S>(channels: plan.output.channels, capacity: max(piece, plan.maximumOutputFrames))
    var done = 0
    while done < wave.frames {
      if isCancelled() { throw CancellationError() }
      let count = min(piece, wave.frames - done)
      wave.withBlock { whole in whole.withFrames(done..<(done + count)) { push($0, scratch) } }
      done += count
      progress?(RenderProgress(framesDone: done, framesTotal: wave.frames))
    }
    let silence = SampleBuffer<S>(channels: plan.input.channels, capacity: piece)
    while written < target.capacity {
      if isCancelled() { throw CancellationError() }
      let before = (written, toSkip)
      let missing = plan.keepsFrameCount ? min(piece, target.capacity - written + toSkip) : piece
      silence.withBlock(frames: missing) { push($0, scratch) }
      // A plan that produces nothing from a whole piece will never produce what is missing.
      if before == (written, toSkip) { break }
    }
  }

  private mutating func push(_ input: borrowing AudioBlock<S>, _ scratch: SampleBuffer<S>) {
    let room = target.capacity - written
    let most = runner.plan.keepsFrameCount ? input.frames : runner.plan.maximumOutputFrames
    if toSkip == 0 && most <= room {
      written += target.withBlock(offset: written, frames: most) { runner.process(input, into: $0) }
      return
    }
    let made = scratch.withBlock(frames: most) { runner.process(input, into: $0) }
    let skipped = min(toSkip, made)
    let taken = min(made - skipped, room)
    toSkip -= skipped
    scratch.withBlock(offset: skipped, frames: taken) { new in
      target.withBlock(offset: written, frames: taken) { $0.copy(from: new) }
    }
    written += taken
  }
}

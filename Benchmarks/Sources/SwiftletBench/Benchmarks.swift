import SwiftletDSP

/// The order-8 low-pass, four sections, of the single-filter shapes.
let lowPass = Butterworth(.lowPass(1_000), order: 8)

/// Eight peaks, one an octave, of the equaliser shapes.
let equaliser = Graph.series(
  [62.5, 125, 250, 500, 1_000, 2_000, 4_000, 8_000].map { Peak(Frequency($0), gain: 3, q: 1).graph })

/// Frames of the offline shapes: 60 seconds of mono or stereo; with more channels, as many samples as that stereo has.
private func longFrames(_ channels: Int) -> Int { Int(60 * sampleRate) * 2 / max(channels, 2) }

/// Everything that can be measured.
let benchmarks: [Benchmark] =
  [1, 2, 8, 64].flatMap { channels in
    [
      offline("lowpass/single", lowPass, channels, .single, Float.self),
      offline("lowpass/mixed", lowPass, channels, .mixed, Float.self),
      offline("lowpass/double", lowPass, channels, .double, Double.self),
      rendered("render/single", lowPass, channels, .single, Float.self),
      rendered("render/mixed", lowPass, channels, .mixed, Float.self),
    ]
  } + [
    offline("peaks/single", equaliser, 2, .single, Float.self),
    offline("peaks/mixed", equaliser, 2, .mixed, Float.self),
    blocks("block/single", .single),
    blocks("block/mixed", .mixed),
    blocks("loud/single", .single, signal: { try noise(channels: $0, frames: $1, as: $2) }),
    blocks("decay/single", .single, signal: decayingNoise),
    blocks("loud/mixed", .mixed, signal: { try noise(channels: $0, frames: $1, as: $2) }),
    blocks("decay/mixed", .mixed, signal: decayingNoise),
  ] + effectBenchmarks + convolutionBenchmarks

/// A whole wave through the plan that `render` would run, into memory that is there already.
func offline<S: Sample>(
  _ name: String, _ effect: some Connectable, _ channels: Int, _ precision: Precision, _ type: S.Type
) -> Benchmark {
  Benchmark(name: "\(name)/\(channels)", frames: longFrames(channels), channels: channels) {
    let pipeline = try noise(channels: channels, frames: longFrames(channels), as: S.self) | effect
    let runner = try PlanRunner<S>(try pipeline.plan(RenderOptions(precision: precision)))
    let output = SampleBuffer<S>(channels: channels, capacity: longFrames(channels))
    return {
      pipeline.wave.withBlock { source in
        output.withBlock(frames: longFrames(channels)) { target in _ = runner.process(source, into: target) }
      }
    }
  }
}

/// A whole wave as a user renders it: compiled, allocated and run.
private func rendered<S: Sample>(
  _ name: String, _ effect: some Connectable, _ channels: Int, _ precision: Precision, _ type: S.Type
) -> Benchmark {
  Benchmark(name: "\(name)/\(channels)", frames: longFrames(channels), channels: channels) {
    let pipeline = try noise(channels: channels, frames: longFrames(channels), as: S.self) | effect
    let options = RenderOptions(tail: .trim, precision: precision)
    return { _ = try pipeline.render(options) }
  }
}

/// One 512-frame mono block at a time through running state, as a live stream has it; the time is that of 1,000 blocks.
private func blocks(_ name: String, _ precision: Precision) -> Benchmark {
  let (size, count) = (512, 1_000)
  return Benchmark(name: name, frames: size * count, channels: 1) {
    let input = try noise(channels: 1, frames: size, as: Float.self)
    let runner = try runner(precision, maximumFrames: size)
    let output = SampleBuffer<Float>(channels: 1, capacity: size)
    return {
      input.withBlock { source in
        output.withBlock(frames: size) { target in
          for _ in 0..<count { _ = runner.process(source, into: target) }
        }
      }
    }
  }
}

/// Twenty seconds in blocks, from silent state.
private func blocks(
  _ name: String, _ precision: Precision, signal: @escaping @Sendable (Int, Int, Float.Type) throws -> Wave<Float>
) -> Benchmark {
  let (size, count) = (512, Int(20 * sampleRate) / 512)
  return Benchmark(name: name, frames: size * count, channels: 1) {
    let input = try signal(1, size * count, Float.self)
    let runner = try runner(precision, maximumFrames: size)
    let output = SampleBuffer<Float>(channels: 1, capacity: size)
    return {
      runner.reset()
      input.withBlock { whole in
        for index in 0..<count {
          whole.withFrames(index * size..<(index + 1) * size) { source in
            output.withBlock(frames: size) { target in _ = runner.process(source, into: target) }
          }
        }
      }
    }
  }
}

private func runner(_ precision: Precision, maximumFrames: Int) throws -> PlanRunner<Float> {
  let plan = try Plan.compile(
    lowPass, for: StreamFormat(sampleRate: sampleRate, channels: 1),
    options: PlanOptions(maximumFrames: maximumFrames, precision: precision))
  return try PlanRunner(plan)
}

import SwiftletDSP

/// Sixty seconds of stereo through one effect each: what `Scripts/bench_effects.py` compares.
let effectBenchmarks: [Benchmark] = [
  offline("delay/mixed", Delay(seconds: 0.25, feedback: 0.3, mix: 0.3), 2, .mixed, Float.self),
  offline("compressor/mixed", Compressor(), 2, .mixed, Float.self),
  offline("compressor-unlinked/mixed", Compressor(link: false), 2, .mixed, Float.self),
  batch(workers: 1), batch(workers: 2),
]

/// Twelve recordings of ten seconds through eight peaks and a compressor, as a user renders a batch.
private func batch(workers: Int) -> Benchmark {
  let (count, frames) = (12, Int(10 * sampleRate))
  return Benchmark(name: "batch/\(workers)", frames: count * frames, channels: 2) {
    let wave: Wave<Float> = try noise(channels: 2, frames: frames)
    let batch = Batch((0..<count).map { _ in wave }, through: Graph.series([equaliser, Compressor().graph]))
    return { _ = try batch.render(BatchOptions(tail: .trim, workers: workers)) }
  }
}

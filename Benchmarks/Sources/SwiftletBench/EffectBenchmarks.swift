import SwiftletDSP

/// Sixty seconds of stereo through one effect each: what `Scripts/bench_effects.py` compares.
let effectBenchmarks: [Benchmark] = [
  offline("delay/mixed", Delay(seconds: 0.25, feedback: 0.3, mix: 0.3), 2, .mixed, Float.self),
  offline("compressor/single", Compressor(), 2, .single, Float.self),
  offline("compressor/mixed", Compressor(), 2, .mixed, Float.self),
  offline("compressor-unlinked/single", Compressor(link: false), 2, .single, Float.self),
  offline("compressor-unlinked/mixed", Compressor(link: false), 2, .mixed, Float.self),
  batch(workers: 1), batch(workers: 2), arithmetic(workers: 1), arithmetic(workers: 2),
]

/// Twelve jobs that only multiply and add, in registers: how far a second core helps on this machine at best.
private func arithmetic(workers: Int) -> Benchmark {
  Benchmark(name: "arithmetic/\(workers)", frames: 12, channels: 1) {
    let pool = try JobPool(workers: workers)
    return {
      let sums = pool.run(12) { job in
        var value = Double(job)
        for _ in 0..<2_000_000 { value = value * 0.999_999 + 1e-9 }
        return value
      }
      precondition(sums.count == 12)
    }
  }
}

/// Twelve recordings of ten seconds through eight peaks and a compressor, as a user renders a batch.
private func batch(workers: Int) -> Benchmark {
  let (count, frames) = (12, Int(10 * sampleRate))
  return Benchmark(name: "batch/\(workers)", frames: count * frames, channels: 2) {
    let wave: Wave<Float> = try noise(channels: 2, frames: frames)
    let batch = Batch((0..<count).map { _ in wave }, through: Graph.series([equaliser, Compressor().graph]))
    return { _ = try batch.render(BatchOptions(tail: .trim, workers: workers)) }
  }
}

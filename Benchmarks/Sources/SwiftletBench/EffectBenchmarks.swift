import SwiftletDSP

/// Sixty seconds of stereo through one effect each: what `Scripts/bench_effects.py` compares.
let effectBenchmarks: [Benchmark] = [
  offline("delay/mixed", Delay(seconds: 0.25, feedback: 0.3, mix: 0.3), 2, .mixed, Float.self),
  offline("compressor/mixed", Compressor(), 2, .mixed, Float.self),
  offline("compressor-unlinked/mixed", Compressor(link: false), 2, .mixed, Float.self),
]

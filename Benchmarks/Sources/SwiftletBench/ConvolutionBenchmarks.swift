import RealModule
import SwiftletDSP

/// FIR filters of many lengths over sixty seconds of mono, and a stereo reverb block by block: what `Scripts/bench_convolution.py`
/// compares.
let convolutionBenchmarks: [Benchmark] =
  [64, 256, 1_024, 4_096, 16_384, 65_536].flatMap { taps in
    let filter = FIR(taps: taper(taps))
    return [
      offline("fir-\(taps)/single", filter, 1, .single, Float.self),
      offline("fir-\(taps)/mixed", filter, 1, .mixed, Float.self),
    ]
  }
  + [64, 256].flatMap { frames in
    [Precision.single, .mixed].map { reverb(blocks: frames, precision: $0) }
  }

/// A decaying response without symmetry.
private func taper(_ count: Int) -> [Double] {
  (0..<count).map { Double.exp(-3 * Double($0) / Double(count)) * Double.sin(Double($0 * $0 % 9_973)) }
}

/// Four seconds of stereo in blocks, as a live stream has them, through two seconds of response.
private func reverb(blocks size: Int, precision: Precision) -> Benchmark {
  let count = 4 * Int(sampleRate) / size
  return Benchmark(name: "reverb-\(size)/\(precision)", frames: size * count, channels: 2) {
    let response = taper(2 * Int(sampleRate)).map(Float.init)
    let effect = Convolution(try ImpulseResponse([response, response.reversed()], sampleRate: sampleRate))
    let input = try noise(channels: 2, frames: size, as: Float.self)
    let plan = try Plan.compile(
      effect, for: StreamFormat(sampleRate: sampleRate, channels: 2),
      options: PlanOptions(maximumFrames: size, precision: precision))
    let runner = try PlanRunner<Float>(plan)
    let output = SampleBuffer<Float>(channels: 2, capacity: size)
    return {
      input.withBlock { source in
        output.withBlock(frames: size) { target in
          for _ in 0..<count { _ = runner.process(source, into: target) }
        }
      }
    }
  }
}

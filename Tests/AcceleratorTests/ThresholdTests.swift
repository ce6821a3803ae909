import Accelerator
import SwiftletDSP
import TestSupport
import Testing

@Suite struct ThresholdTests {
  @Test func theCrossoverIsWhereTheScanWinsForGood() {
    let even = [(frames: 8, scan: 2.0, sequential: 1.0), (16, 2, 1.5), (32, 2, 3), (64, 2.1, 6)]
    #expect(DispatchThreshold.crossover(even) == 32)
    let once = [(frames: 8, scan: 2.0, sequential: 3.0), (16, 2, 1.5), (32, 2, 1), (64, 2.1, 6)]
    #expect(DispatchThreshold.crossover(once) == 64, "a win by chance, below a loss, is none")
    #expect(DispatchThreshold.crossover([(frames: 8, scan: 1.0, sequential: 2.0), (16, 1, 4)]) == 0)
    #expect(DispatchThreshold.crossover([(frames: 8, scan: 2.0, sequential: 1.0), (16, 2, 1)]) == .max)
    #expect(DispatchThreshold.crossover([]) == .max)
  }
}

/// Recorded blocks, by the mock and by the processor.
extension FailureTests {
  private func run(_ runner: GPUPlanRunner<Float>, _ input: [[Float]], _ frames: Int) throws -> [Float] {
    let buffer = SampleBuffer<Float>(channels: 2, capacity: frames)
    for channel in 0..<2 { for frame in 0..<frames { buffer[channel, frame] = input[channel][frame] } }
    try buffer.withBlock(frames: frames) { _ = try runner.process($0, into: $0) }
    return (0..<2).flatMap { channel in (0..<frames).map { buffer[channel, $0] } }
  }

  @Test func newCoefficientsNeedNoNewRecording() throws {
    MockDriver.start(failingAt: 0)
    let context = try ComputeContext(try #require(MockDriver.device(.cuda).bestGPU))
    let live = Live(Peak(1_000, gain: 3))
    let plan = try Plan.compile(live | (LowPass(400) + HighPass(2_000)), for: Self.format)
    let runner = try GPUPlanRunner<Float>(plan, on: context)
    let input = noise(channels: 2, frames: 256, as: Float.self)
    for _ in 0..<3 { _ = try run(runner, input, 256) }
    #expect(MockDriver.state.withLock(\.captures) == 1)
    for gain in [6.0, -6, 0] {
      try live.update { $0.gain = gain }
      _ = try run(runner, input, 256)
    }
    try runner.reset()
    _ = try run(runner, input, 256)
    #expect(MockDriver.state.withLock(\.captures) == 1 && context.statistics.captures == 1)
    #expect(context.statistics.replays == 6)
    // Another length is another recording.
    for _ in 0..<2 { _ = try run(runner, input, 128) }
    #expect(MockDriver.state.withLock(\.captures) == 2)
  }

  @Test(.enabled(if: Processor.isThere, "needs OpenCL")) func aResetRestartsWithTheBitsOfAFreshRunner() throws {
    let context = try Processor.open()
    let plan = try Plan.compile(
      Butterworth(.highPass(80), order: 4) | (LowPass(400) + HighPass(2_000)), for: Self.format)
    let input = noise(channels: 2, frames: 700, as: Float.self)
    for threshold in [0, Int.max] {
      let options = AcceleratorOptions(threshold: DispatchThreshold(float: threshold, double: threshold))
      let fresh = try run(try GPUPlanRunner<Float>(plan, on: context, options: options), input, 700)
      let runner = try GPUPlanRunner<Float>(plan, on: context, options: options)
      for _ in 0..<5 { _ = try run(runner, input, 700) }
      try runner.reset()
      let first = try run(runner, input, 700)
      #expect(first == fresh, "threshold \(threshold): the first block after a reset, replayed")
      #expect(context.statistics.replays > 0)
    }
  }
}

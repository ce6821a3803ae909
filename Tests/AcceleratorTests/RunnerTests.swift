import Accelerator
import SwiftletDSP
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: Processor.isThere, "needs OpenCL: make test installs PoCL")) struct RunnerTests {
  static let format = StreamFormat(sampleRate: 48_000, channels: 2)

  private func run<S: Sample>(_ runner: GPUPlanRunner<S>, _ input: [[S]], blocks: [Int]) throws -> [[S]] {
    let largest = max(blocks.max() ?? 1, 1)
    let source = SampleBuffer<S>(channels: input.count, capacity: largest)
    let target = SampleBuffer<S>(channels: runner.plan.output.channels, capacity: largest)
    var output = [[S]](repeating: [], count: runner.plan.output.channels)
    var position = 0
    for size in blocks {
      for channel in input.indices {
        for frame in 0..<size { source[channel, frame] = input[channel][position + frame] }
      }
      try source.withBlock(frames: size) { block in
        try target.withBlock(frames: size) { _ = try runner.process(block, into: $0) }
      }
      for channel in output.indices { for frame in 0..<size { output[channel].append(target[channel, frame]) } }
      position += size
    }
    return output
  }

  private func checkAgainstCPU<S: Sample>(_ item: some Connectable, _ type: S.Type, bound: Double) throws {
    let plan = try Plan.compile(
      item, for: Self.format, options: PlanOptions(precision: S.sampleType == .float64 ? .double : .mixed))
    let input = noise(channels: 2, frames: 9_000, as: Float.self).map { $0.map { S($0) } }
    let expected = try TestSupport.run(PlanRunner<S>(plan), input, blocks: [9_000])
    let context = try Processor.open()
    let runner = try GPUPlanRunner<S>(plan, on: context, options: AcceleratorOptions(maximumFrames: 4_096))
    let blocks = [1, 2, 0, 700, 700, 700, 33, 4_500, 2_364]
    let output = try run(runner, input, blocks: blocks)
    #expect(relativeError(output.flatMap { $0 }, expected.flatMap { $0 }) <= bound)
    try runner.reset()
    #expect(try run(runner, input, blocks: blocks) == output, "a reset is exact, and the same run gives the same bits")
  }

  @Test func chainsAgreeWithTheCPU() throws {
    let filters = Butterworth(.highPass(80), order: 4) | Peak(1_000, gain: 6) | Gain(decibels: -3)
    try checkAgainstCPU(filters, Float.self, bound: -120)
    try checkAgainstCPU(filters, Double.self, bound: -240)
  }

  @Test func sumsAndGainsAgreeWithTheCPU() throws {
    let sum = Gain(decibels: 2) | (LowPass(400) + HighPass(2_000) + Peak(1_000, gain: -3)) | Gain(decibels: -1)
    try checkAgainstCPU(sum, Float.self, bound: -120)
    try checkAgainstCPU(sum, Double.self, bound: -240)
  }

  @Test func tapsAndDelaysAgreeWithTheirDefinition() throws {
    let context = try Processor.open()
    for (taps, delay) in [([1.0], 0), ([1.0], 1_000), ((0..<77).map { 1 / Double($0 + 2) }, 0)] {
      let rig = try TapsRig(taps, delay: delay, channels: 2, maximumFrames: 4_096, on: context)
      let input = noise(channels: 2, frames: 9_000, as: Float.self)
      let output = try rig.run(input, blocks: [1, 2, 700, 33, 4_096, 4_096, 72])
      for channel in 0..<2 {
        let expected = (0..<9_000).map { frame in
          taps.enumerated().reduce(0.0) { sum, tap in
            let at = frame - delay - tap.offset
            return at < 0 ? sum : sum + tap.element * Double(input[channel][at])
          }
        }
        #expect(relativeError(output[channel], expected) <= -130)
      }
    }
  }

  @Test func aForwardAllocatesNothing() throws {
    let context = try Processor.open()
    let plan = try Plan.compile(Butterworth(.lowPass(2_000), order: 24) | Gain(decibels: 1), for: Self.format)
    let runner = try GPUPlanRunner<Float>(
      plan, on: context, options: AcceleratorOptions(threshold: .init(float: 0, double: 0)))
    let input = noise(channels: 2, frames: 4_000, as: Float.self)
    _ = try run(runner, input, blocks: [1_000])
    let before = context.statistics
    _ = try run(runner, input, blocks: [1_000, 1_000, 900, 1_000])
    #expect(context.statistics.allocations == before.allocations)
    #expect(context.statistics.modules == before.modules)
    #expect(context.statistics.launches == before.launches + 4, "twelve sections are one launch")
    #expect(context.statistics.replays >= 1)
  }

  @Test func whatIsNotFiniteIsContained() throws {
    let context = try Processor.open()
    let plan = try Plan.compile(LowPass(1_000) | Gain(decibels: 6), for: Self.format)
    let runner = try GPUPlanRunner<Float>(plan, on: context)
    var input = noise(channels: 2, frames: 3_000, as: Float.self)
    input[0][10] = .nan
    input[1][500] = .infinity
    var clean = input
    clean[0][10] = 0
    clean[1][500] = 0
    let expected = try TestSupport.run(PlanRunner<Float>(plan), clean, blocks: [3_000])
    let output = try run(runner, input, blocks: [3_000])
    #expect(runner.nonFiniteInputCount == 2)
    #expect(runner.overflowCount == 0)
    #expect(relativeError(output.flatMap { $0 }, expected.flatMap { $0 }) <= -120)
    for channel in 0..<2 { for frame in 1_000..<1_100 { input[channel][frame] = Float.greatestFiniteMagnitude } }
    let loud = try run(runner, input, blocks: [1_000, 1_000, 1_000])
    #expect(runner.overflowCount == 1)
    #expect(loud.allSatisfy { $0.allSatisfy(\.isFinite) })
  }

  @Test func liveFiltersTakeNewCoefficients() throws {
    let context = try Processor.open()
    let live = Live(Peak(1_000, gain: 12))
    let plan = try Plan.compile(live, for: Self.format)
    let runner = try GPUPlanRunner<Float>(plan, on: context)
    let input = noise(channels: 2, frames: 20_000, as: Float.self)
    _ = try run(runner, input.map { Array($0[..<2_000]) }, blocks: [500, 500, 500, 500])
    try live.update { $0.gain = -12 }
    let output = try run(runner, input.map { Array($0[2_000...]) }, blocks: [500, 17_500])
    let steady = try TestSupport.run(
      PlanRunner<Float>(try Plan.compile(Peak(1_000, gain: -12), for: Self.format)), input, blocks: [20_000])
    // The state of the old coefficients has died away after some thousand frames.
    #expect(relativeError(output[0].suffix(8_000).map { $0 }, steady[0].suffix(8_000).map { $0 }) <= -110)
  }

  @Test func stagesWithoutAKernelAreNamedBeforeAnythingRuns() throws {
    let plan = try Plan.compile(LowPass(1_000) | Opaque(), for: Self.format)
    #expect(plan.acceleratorCoverage.gaps.map(\.effects) == [["opaque"]])
    let context = try Processor.open()
    #expect(throws: AcceleratorError.self) { try GPUPlanRunner<Float>(plan, on: context) }
  }

  @Test func wavesRenderAsOnTheCPU() throws {
    let context = try Processor.open()
    let wave = try Wave(noise(channels: 2, frames: 100_000, as: Float.self), sampleRate: 48_000)
    let chain = Butterworth(.lowPass(4_000), order: 6) | HighPass(100)
    let expected = try (wave | chain).render()
    let options = AcceleratorOptions(maximumFrames: 30_000)
    let output = try (wave | chain).render(on: .gpu, accelerator: options, context: context)
    #expect(output.frames == expected.frames)
    for channel in 0..<2 {
      #expect(relativeError(output.samples(channel), expected.samples(channel)) <= -120)
    }
  }
}

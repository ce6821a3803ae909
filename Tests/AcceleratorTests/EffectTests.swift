import Accelerator
import SwiftletDSP
import TestSupport
import Testing

/// Compressors, echoes and long convolutions against the CPU's plan.
@Suite(.serialized, .enabled(if: Processor.isThere, "needs OpenCL: make test installs PoCL")) struct EffectTests {
  static let options = AcceleratorOptions(maximumFrames: 4_500)
  // Around a tile of the compressor and the echo, and a partition of the convolution; blocks longer than the launch's too.
  static let blocks = [1, 2, 0, 1_023, 1_024, 1_025, 2_047, 2_048, 2_049, 33, 5_000, 64, 64]

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

  /// Loud and soft by turns, so that a reduction grows and falls.
  private func input<S: Sample>(_ channels: Int, _ frames: Int, as type: S.Type) -> [[S]] {
    noise(channels: channels, frames: frames, as: Float.self).enumerated().map { channel, samples in
      samples.enumerated().map { frame, sample in
        S(sample) * ((frame / 900 + channel) % 2 == 0 ? 1 : 1.0 / 16)
      }
    }
  }

  private func check<S: Sample>(
    _ item: some Connectable, _ type: S.Type, channels: Int = 2, bound: Double, launches: Int? = nil
  ) throws {
    let plan = try Plan.compile(
      item, for: StreamFormat(sampleRate: 48_000, channels: channels),
      options: PlanOptions(precision: S.sampleType == .float64 ? .double : .mixed))
    #expect(plan.acceleratorCoverage.isComplete, "\(plan.acceleratorCoverage)")
    let frames = Self.blocks.reduce(0, +)
    let input = input(channels, frames, as: S.self)
    let expected = try TestSupport.run(PlanRunner<S>(plan), input, blocks: [frames])
    let context = try Processor.open()
    let runner = try GPUPlanRunner<S>(plan, on: context, options: Self.options)
    let output = try run(runner, input, blocks: Self.blocks)
    let error = relativeError(output.flatMap { $0 }, expected.flatMap { $0 })
    #expect(error <= bound, "\(plan.stages.map(\.effects)), \(channels) channels: \(error) dB")
    let before = context.statistics
    try runner.reset()
    #expect(try run(runner, input, blocks: Self.blocks) == output, "a reset is exact, the same run gives the same bits")
    #expect(context.statistics.allocations == before.allocations)
    guard let launches else { return }
    let blocks = Self.blocks.reduce(0) { $0 + ($1 + 4_499) / 4_500 }
    #expect(context.statistics.launches - before.launches == launches * blocks)
  }

  @Test(arguments: [Compressor.Detector.peak, .rms], [true, false])
  func compressorsAgreeWithTheCPU(detector: Compressor.Detector, link: Bool) throws {
    let soft = Compressor(
      threshold: -30, ratio: 6, knee: 12, makeUp: 3, autoMakeUp: true, detector: detector, link: link, mix: 0.7,
      lookahead: 0.003)
    try check(soft, Float.self, bound: -140, launches: 2)
    try check(soft, Double.self, bound: -200)
    let hard = Compressor(
      threshold: -24, ratio: .infinity, attack: 0, release: 0.2, knee: 0, detector: detector, link: link)
    try check(hard, Float.self, channels: 1, bound: -140)
    try check(hard, Double.self, channels: 3, bound: -200)
  }

  @Test func aWholeChoirIsLinked() throws {
    try check(Compressor(threshold: -30), Float.self, channels: 64, bound: -140)
    try check(Compressor(threshold: -30, link: false), Float.self, channels: 64, bound: -140)
  }

  @Test func aKeyIsHeardInsteadOfTheSound() throws {
    for link in [true, false] {
      try check(Compressor(threshold: -40, ratio: 8, link: link).keyed(by: HighPass(2_000)), Float.self, bound: -115)
    }
    // The key is the plan's input too, and its samples that are not finite count once.
    let plan = try Plan.compile(
      Compressor(threshold: -40).keyed(by: Gain(decibels: 0)), for: StreamFormat(sampleRate: 48_000, channels: 2))
    let runner = try GPUPlanRunner<Float>(plan, on: try Processor.open(), options: Self.options)
    var input = input(2, 3_000, as: Float.self)
    input[0][7] = .nan
    input[1][2_900] = -.infinity
    let output = try run(runner, input, blocks: [3_000])
    #expect(runner.nonFiniteInputCount == 2 && runner.overflowCount == 0)
    #expect(output.allSatisfy { $0.allSatisfy(\.isFinite) })
  }

  @Test func convolutionsAgreeWithTheCPU() throws {
    let rate = 48_000.0
    func response(_ channels: Int, _ frames: Int) throws -> ImpulseResponse {
      let decay = noise(channels: channels, frames: frames, as: Float.self).map { samples in
        samples.enumerated().map { $1 * Float(frames - $0) / Float(frames) }
      }
      return try ImpulseResponse(decay, sampleRate: rate)
    }
    // One response for all, direct and transformed; one a channel; true stereo; from one channel to several; a latency.
    for (channels, responses, taps, latency) in [
      (2, 1, 100, 0), (64, 1, 700, 0), (1, 1, 2_048, 0), (2, 2, 2_049, 100), (2, 4, 5_000, 3_000), (1, 3, 600, 0),
    ] {
      let effect = Convolution(try response(responses, taps), mix: 0.8, gain: -20, latencyFrames: latency)
      try check(effect, Float.self, channels: channels, bound: -120, launches: 1)
      if channels < 64 { try check(effect, Double.self, channels: channels, bound: -240) }
    }
  }

  @Test func theNumberOfTapsChoosesTheForm() throws {
    let effect = Convolution(
      try ImpulseResponse(noise(channels: 1, frames: 700, as: Float.self), sampleRate: 48_000), gain: -20)
    let plan = try Plan.compile(effect, for: StreamFormat(sampleRate: 48_000, channels: 2))
    let input = input(2, 5_000, as: Float.self)
    let expected = try TestSupport.run(PlanRunner<Float>(plan), input, blocks: [5_000])
    let outputs = try [0, .max].map { least in
      var options = Self.options
      options.leastTransformedTaps = least
      return try run(try GPUPlanRunner<Float>(plan, on: try Processor.open(), options: options), input, blocks: [5_000])
    }
    for output in outputs { #expect(relativeError(output.flatMap { $0 }, expected.flatMap { $0 }) <= -120) }
    #expect(outputs[0] != outputs[1], "two ways of calculating round differently")
  }

  @Test func hundredsOfThousandsOfTapsAgreeWithTheCPU() throws {
    let taps = noise(channels: 1, frames: 300_000, as: Float.self)
    let plan = try Plan.compile(
      Convolution(try ImpulseResponse(taps, sampleRate: 48_000), gain: -40),
      for: StreamFormat(sampleRate: 48_000, channels: 1))
    let input = input(1, 320_000, as: Float.self)
    let expected = try TestSupport.run(PlanRunner<Float>(plan), input, blocks: [320_000])
    let runner = try GPUPlanRunner<Float>(plan, on: try Processor.open())
    let output = try run(runner, input, blocks: [65_536, 65_536, 65_536, 65_536, 57_856])
    #expect(relativeError(output[0], expected[0]) <= -120)
  }

  @Test func echoesAgreeWithTheCPU() throws {
    let filtered = Delay(
      .seconds(0.010_01), feedback: -0.8, mix: 0.4, mode: .cross, lowPass: 4_000, highPass: 100)
    for mode in Delay.Mode.allCases {
      // Whole and fractional times, shorter and longer than a tile and a block.
      var effect = Delay(.seconds(0.1), feedback: 0.7, mix: 0.5, mode: mode)
      try check(effect, Float.self, bound: -140, launches: 1)
      effect.time = .seconds(137.3 / 48_000)
      effect.highPass = 200
      try check(effect, Float.self, channels: 3, bound: -140)
      try check(effect, Double.self, channels: 1, bound: -240)
    }
    try check(filtered, Double.self, bound: -240)
    try check(Delay(.seconds(1.5 / 48_000), feedback: 0.9, mix: 1), Float.self, channels: 1, bound: -130)
  }

  @Test func whatHasNoKernelIsNamed() throws {
    func reason(_ item: some Connectable) throws -> String? {
      try Plan.compile(item, for: StreamFormat(sampleRate: 48_000, channels: 2)).acceleratorCoverage.gaps.first?.reason
    }
    #expect(try reason(Delay(.seconds(0.1), rate: 1, depth: 0.002))?.contains("moves") == true)
    #expect(try reason(Opaque())?.contains("processor of its own") == true)
  }
}

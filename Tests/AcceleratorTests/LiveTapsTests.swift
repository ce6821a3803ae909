import Accelerator
import SwiftletDSP
import TestSupport
import Testing

/// Finite taps that change while they run on a device.
@Suite(.serialized, .enabled(if: Processor.isThere, "needs OpenCL: make test installs PoCL")) struct LiveTapsTests {
  private static let count = 700

  private func taps(_ seed: UInt64) -> [Double] {
    noise(channels: 1, frames: Self.count, seed: seed, as: Float.self)[0].map { Double($0) / 16 }
  }

  private func check<S: Sample>(_ type: S.Type, transformed: Bool, bound: Double) throws {
    let live = Live(FIR(taps: taps(1)))
    let plan = try Plan.compile(
      live, for: StreamFormat(sampleRate: 48_000, channels: 2),
      options: PlanOptions(precision: S.sampleType == .float64 ? .double : .mixed))
    #expect(plan.acceleratorCoverage.isComplete, "\(plan.acceleratorCoverage)")
    let context = try Processor.open()
    var options = AcceleratorOptions(maximumFrames: 500)
    options.leastTransformedTaps = transformed ? 0 : .max
    let runner = try GPUPlanRunner<S>(plan, on: context, options: options)
    let input = noise(channels: 2, frames: 20_000, as: Float.self).map { $0.map { S($0) } }
    let buffer = SampleBuffer<S>(channels: 2, capacity: 500)
    var output: [S] = []
    let before = context.statistics
    for block in 0..<40 {
      if block == 10 { try live.update { $0 = FIR(taps: taps(2)) } }
      // The second of these overtakes the first one.
      if block == 20 { try live.update { $0 = FIR(taps: taps(3)) } }
      if block == 21 { try live.update { $0 = FIR(taps: taps(1)) } }
      for channel in 0..<2 { for frame in 0..<500 { buffer[channel, frame] = input[channel][500 * block + frame] } }
      try buffer.withBlock(frames: 500) { _ = try runner.process($0, into: $0) }
      output += (0..<500).map { buffer[1, $0] }
    }
    #expect(context.statistics.allocations == before.allocations)
    #expect(context.statistics.launches == before.launches + 40, "a fade is no launch more")
    func plain(_ seed: UInt64) throws -> [S] {
      let plan = try Plan.compile(FIR(taps: taps(seed)), for: plan.input, options: plan.options)
      return try TestSupport.run(PlanRunner<S>(plan), input, blocks: [20_000])[1]
    }
    let outputs = try (1...3).map { try plain(UInt64($0)) }
    // All past input counts at once, so that nothing but the 960 frames of a fade lies between one response and the next.
    for (seed, frames) in [(1, 0..<5_000), (2, 5_960..<10_000), (1, 11_960..<20_000)] {
      #expect(relativeError(Array(output[frames]), Array(outputs[seed - 1][frames])) <= bound, "\(frames)")
    }
    // On its way it lies between the two.
    for frame in 5_000..<5_960 {
      let (from, to) = (outputs[0][frame], outputs[1][frame])
      #expect(output[frame] >= min(from, to) - 1e-4 && output[frame] <= max(from, to) + 1e-4)
    }
    try runner.reset()
    for channel in 0..<2 { for frame in 0..<500 { buffer[channel, frame] = input[channel][frame] } }
    try buffer.withBlock(frames: 500) { _ = try runner.process($0, into: $0) }
    #expect(relativeError((0..<500).map { buffer[1, $0] }, Array(outputs[0][..<500])) <= bound)
  }

  @Test(arguments: [false, true]) func newTapsAreFadedTo(transformed: Bool) throws {
    try check(Float.self, transformed: transformed, bound: -120)
    try check(Double.self, transformed: transformed, bound: -240)
  }

  @Test func trueStereoFadesToOtherResponses() throws {
    func response(_ seed: UInt64) throws -> ImpulseResponse {
      try ImpulseResponse(
        noise(channels: 4, frames: 5_000, seed: seed, as: Float.self).map { $0.map { $0 / 32 } }, sampleRate: 48_000)
    }
    let live = Live(Convolution(try response(1), mix: 0.7))
    let other = Convolution(try response(2), mix: 0.7)
    let plan = try Plan.compile(live, for: StreamFormat(sampleRate: 48_000, channels: 2))
    #expect(plan.acceleratorCoverage.isComplete, "\(plan.acceleratorCoverage)")
    let context = try Processor.open()
    let runner = try GPUPlanRunner<Float>(plan, on: context, options: AcceleratorOptions(maximumFrames: 3_000))
    let input = noise(channels: 2, frames: 30_000, as: Float.self)
    let buffer = SampleBuffer<Float>(channels: 2, capacity: 3_000)
    var output: [Float] = []
    let before = context.statistics
    for block in 0..<10 {
      if block == 4 { try live.update { $0 = other } }
      for channel in 0..<2 { for frame in 0..<3_000 { buffer[channel, frame] = input[channel][3_000 * block + frame] } }
      try buffer.withBlock(frames: 3_000) { _ = try runner.process($0, into: $0) }
      output += (0..<3_000).map { buffer[1, $0] }
    }
    #expect(context.statistics.allocations == before.allocations)
    #expect(context.statistics.launches == before.launches + 10)
    func plain(_ seed: UInt64) throws -> [Float] {
      let plan = try Plan.compile(Convolution(try response(seed), mix: 0.7), for: plan.input)
      return try TestSupport.run(PlanRunner<Float>(plan), input, blocks: [30_000])[1]
    }
    let (old, new) = (try plain(1), try plain(2))
    #expect(relativeError(Array(output[..<12_000]), Array(old[..<12_000])) <= -120)
    #expect(relativeError(Array(output[12_960...]), Array(new[12_960...])) <= -120)
    for frame in 12_000..<12_960 {
      #expect(
        output[frame] >= min(old[frame], new[frame]) - 1e-4 && output[frame] <= max(old[frame], new[frame]) + 1e-4)
    }
    let shorter = try ImpulseResponse([[1, 0.5], [0.5, 1], [0, 1], [1, 0]], sampleRate: 48_000)
    #expect(throws: DesignError.self) { try live.update { $0 = Convolution(shorter) } }
  }

  @Test func whatIsNotFiniteCountsOnceDuringAFade() throws {
    let live = Live(FIR(taps: [0.5, 0.25]))
    let plan = try Plan.compile(live, for: StreamFormat(sampleRate: 48_000, channels: 1))
    let runner = try GPUPlanRunner<Float>(plan, on: try Processor.open())
    let buffer = SampleBuffer<Float>(channels: 1, capacity: 100)
    func process() throws { try buffer.withBlock(frames: 100) { _ = try runner.process($0, into: $0) } }
    try process()
    try live.update { $0 = FIR(taps: [0.25, 0.5]) }
    buffer[0, 50] = .nan
    try process()
    #expect(runner.nonFiniteInputCount == 1 && runner.overflowCount == 0)
    #expect(throws: DesignError.self) { try live.update { $0 = FIR(taps: [1, 2, 3]) } }
  }
}

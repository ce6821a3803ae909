import Accelerator
import SwiftletDSP
import TestSupport
import Testing

@Suite(.serialized) struct FailureTests {
  static let format = StreamFormat(sampleRate: 48_000, channels: 2)
  static let effects =
    Compressor(lookahead: 0.001).keyed(by: HighPass(500)) | Delay(seconds: 0.01)
    | FIR(taps: (0..<600).map { 1 / Double($0 + 9) })

  /// Everything that a user of a GPU does: look, open, prepare, process (recorded too), reset.
  private func useEverything(_ interface: ComputeDevice.Interface) throws {
    let search = MockDriver.device(interface)
    guard let device = search.bestGPU else { throw try #require(search.failures.first { $0.reason != .noDriver }) }
    let context = try ComputeContext(device)
    let plan = try Plan.compile(
      LowPass(1_000) | (HighPass(100) + Peak(500, gain: 3)) | Gain(decibels: 1) | Self.effects, for: Self.format)
    let runner = try GPUPlanRunner<Float>(plan, on: context, options: AcceleratorOptions(maximumFrames: 64))
    let buffer = SampleBuffer<Float>(channels: 2, capacity: 64)
    for _ in 0..<4 { try buffer.withBlock(frames: 64) { _ = try runner.process($0, into: $0) } }
    try runner.reset()
    let shape = try #require(KernelModule.Shape.compiledForCUDA.first { $0.description == "f32x1" })
    let bench = try CascadeBench([.identity], shape: shape, rows: 1, frames: 64, on: context)
    _ = try bench.time(.scan, frames: 64, repeats: 2)
  }

  @Test(arguments: ComputeDevice.Interface.allCases) func everyFailureIsTypedAndNothingLeaks(
    interface: ComputeDevice.Interface
  ) throws {
    var call = 0
    while true {
      call += 1
      MockDriver.start(failingAt: call)
      do {
        try useEverything(interface)
      } catch let error as AcceleratorError {
        #expect(!error.problem.isEmpty && !error.remedy.isEmpty)
      } catch {
        Issue.record("call \(call): \(error) is not an AcceleratorError")
      }
      #expect(MockDriver.liveCount == 0, "after a failure of call \(call)")
      // All calls were passed: this run had none left to fail.
      if !MockDriver.hasFailed { break }
    }
    #expect(call > 50, "only \(call) calls were made")
  }

  @Test(arguments: ComputeDevice.Interface.allCases) func aForwardAllocatesNothingOnTheHost(
    interface: ComputeDevice.Interface
  ) throws {
    MockDriver.start(failingAt: 0)
    let context = try ComputeContext(try #require(MockDriver.device(interface).bestGPU))
    let plan = try Plan.compile(
      LowPass(1_000) | (HighPass(100) + Peak(500, gain: 3) + Gain(decibels: 1)) | Self.effects, for: Self.format)
    let runner = try GPUPlanRunner<Float>(plan, on: context)
    let buffer = SampleBuffer<Float>(channels: 2, capacity: 512)
    func forward() { buffer.withBlock(frames: 512) { block in _ = try? runner.process(block, into: block) } }
    for _ in 0..<3 { forward() }
    let before = context.statistics
    if let count = countAllocations({ for _ in 0..<10 { forward() } }) { #expect(count == 0) }
    #expect(context.statistics.allocations == before.allocations)
    #expect(context.statistics.replays == before.replays + 10)
  }

  @Test func aMissingFunctionIsNamed() {
    let search = ComputeDevice.search { interface in
      interface == .cuda ? { $0 == "cuGraphLaunch" ? nil : MockDriver.cuda($0) } : nil
    }
    #expect(search.devices.isEmpty)
    let old = search.failures.first { $0.reason == .oldDriver }
    #expect(old?.description.contains("cuGraphLaunch") == true)
  }

  @Test func withoutADriverTheMessageSaysWhatWasLookedFor() {
    let search = ComputeDevice.search { _ in nil }
    #expect(search.bestGPU == nil)
    #expect(search.failures.map(\.reason) == [.noDriver, .noDriver])
    #expect(search.failures.contains { $0.description.contains("libcuda.so.1") })
    #expect(search.failures.contains { $0.description.contains("libOpenCL.so.1") })
  }

  @Test func autoFallsBackAndSaysWhy() throws {
    let wave = try Wave(noise(channels: 1, frames: 1_000, as: Float.self), sampleRate: 48_000)
    var report: DeviceReport?
    let output = try (wave | Opaque()).render(on: .auto) { report = $0 }
    #expect(output.samples(0) == wave.samples(0))
    #expect(report?.device == nil && report?.reason?.contains("opaque") == true)
    #expect(throws: AcceleratorError.self) { try (wave | Opaque()).render(on: .gpu) }
  }

  @Test func placesBeyondThirtyTwoBitsStayWhole() throws {
    MockDriver.start(failingAt: 0)
    let context = try ComputeContext(try #require(MockDriver.device(.cuda).bestGPU))
    let counters = try DeviceBuffer(bytes: 16, on: context)
    // 4,096 rows of 2^20 frames are 2^32 samples.
    let shape = try #require(KernelModule.Shape.compiledForCUDA.first { $0.description == "f32x1" })
    let cascade = try GPUCascade(
      [.identity], shape: shape, rows: 4_096, maximumFrames: 1 << 20, counters: counters, on: context)
    let signal = try DeviceBuffer(bytes: 4_096 << 22, isZeroed: false, on: context)
    try cascade.run(signal, into: signal, frames: 1 << 20, method: .scan)
    #expect(throws: AcceleratorError.self) {
      try GPUCascade(
        [.identity], shape: shape, rows: 4_096, maximumFrames: 1 << 33, counters: counters, on: context)
    }
  }
}

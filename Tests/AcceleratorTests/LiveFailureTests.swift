import Accelerator
import AudioDevices
import Realtime
import SwiftletDSP
import TestSupport
import Testing

/// Drivers that fail beside a live stream: a typed error before it starts, the processor's sound afterwards. In the suite of the other
/// failures, since there is one mock for all.
extension FailureTests {
  /// How a driver is found.
  enum Way: CaseIterable {
    case cuda, openCL, openCLWithSharedMemory

    var device: ComputeDevice? { MockDriver.device(self == .cuda ? .cuda : .openCL).bestGPU }
    func start(failingAt call: Int) { MockDriver.start(failingAt: call, sharesMemory: self == .openCLWithSharedMemory) }
  }

  private func provider(_ way: Way, _ method: LiveAccelerator.Method = .launches) -> LiveAccelerator {
    LiveAccelerator(.gpu, method: method) { () throws(AcceleratorError) in
      if let device = way.device { return device }
      throw AcceleratorError(.noDevice, subject: "mock", problem: "none", remedy: "none")
    }
  }

  /// Starts, plays eight blocks, stops. - Returns: what was counted.
  private func play(_ chain: some Connectable, _ way: Way) throws -> (RealtimeMetrics, LiveAcceleratorReport?) {
    let device = VirtualDevice(pace: .manual)
    let processor = try RealtimeProcessor(
      chain, on: device, configuration: LiveTests.configuration(64), clock: LiveTests.StandingClock(),
      accelerator: provider(way))
    let metrics = try processor.run {
      device.advance(cycles: 8) { _ in processor.processPending() }
      #expect(processor.state == .running)
      return processor.metrics
    }
    return (metrics, processor.accelerator)
  }

  /// What a worker asks of an accelerator, without a worker.
  private func useAccelerator(_ plan: Plan, _ way: Way, _ method: LiveAccelerator.Method) throws {
    guard let accelerator = try provider(way, method).makeAccelerator(for: plan).accelerator else { return }
    defer { _ = accelerator.close() }
    let buffer = SampleBuffer<Float>(channels: 2, capacity: 64)
    for frames in [64, 64, 17, 64] {
      try buffer.withBlock(frames: frames) { block in
        _ = try accelerator.begin(block)
        #expect(try accelerator.isDone())
        _ = try accelerator.end(frames)
        accelerator.copyResult(frames, into: block)
      }
    }
  }

  @Test(arguments: Way.allCases, LiveAccelerator.Method.allCases) func everyLiveFailureIsTypedAndNothingLeaks(
    way: Way, method: LiveAccelerator.Method
  ) throws {
    let chain = LowPass(1_000) | (HighPass(100) + Peak(500, gain: 3))
    let plan = try Plan.compile(
      method == .resident ? LowPass(1_000).graph : chain.graph, for: Self.format,
      options: PlanOptions(maximumFrames: 64))
    var call = 0
    while true {
      call += 1
      way.start(failingAt: call)
      do {
        try useAccelerator(plan, way, method)
      } catch let error as AcceleratorError {
        #expect(!error.problem.isEmpty && !error.remedy.isEmpty)
      }
      #expect(MockDriver.liveCount == 0, "after a failure of call \(call)")
      if !MockDriver.hasFailed { break }
    }
    #expect(call > 6, "only \(call) calls were made")
  }

  @Test(arguments: Way.allCases) func failuresWhileItPlaysFallBack(way: Way) throws {
    let chain = LowPass(1_000) | (HighPass(100) + Peak(500, gain: 3))
    way.start(failingAt: 0)
    let (metrics, _) = try play(chain, way)
    #expect(metrics.acceleratedBlockCount == 8)
    let calls = MockDriver.state.withLock(\.calls)
    var lost = 0
    for call in stride(from: calls - 3, to: calls - 60, by: -9) {
      way.start(failingAt: call)
      do {
        let (metrics, report) = try play(chain, way)
        guard report?.isLost == true else { continue }
        lost += 1
        #expect(metrics.acceleratorFallbackCount == 1 && report?.reason?.isEmpty == false, "call \(call)")
      } catch is AcceleratorError {}
      #expect(MockDriver.liveCount == 0, "after a failure of call \(call)")
    }
    #expect(lost > 2, "only \(lost) of the calls failed while it played")
  }

  @Test func aDeviceThatNeverEndsIsAbandonedWithItsMemory() throws {
    MockDriver.start(failingAt: 0)
    let device = VirtualDevice(pace: .manual)
    let processor = try RealtimeProcessor(
      LowPass(1_000), on: device, configuration: LiveTests.configuration(64), clock: ManualClock(),
      accelerator: provider(.cuda))
    try processor.run {
      device.advance(cycles: 2) { _ in processor.processPending() }
      #expect(processor.metrics.acceleratedBlockCount == 2)
      MockDriver.state.withLock { $0.neverEnds = true }
      device.advance(cycles: 100) { _ in processor.processPending() }
      #expect(processor.metrics.acceleratorFallbackCount == 1 && processor.xrunCount == 0)
      #expect(processor.accelerator?.isLost == true)
    }
    #expect(processor.accelerator?.isAbandoned == true)
    #expect(MockDriver.liveCount > 5, "nothing is freed while the device may use it")
    #expect(MockDriver.state.withLock(\.wrongReleases) == 0)
  }

  @Test(arguments: ComputeDevice.Interface.allCases) func everyBatchFailureIsTypedAndNothingLeaks(
    interface: ComputeDevice.Interface
  ) throws {
    let waves = try [300, 40, 300].map { try Wave([[Float](repeating: 0.1, count: $0)], sampleRate: 48_000) }
    let batch = Batch(waves, through: LowPass(1_000) | Peak(500, gain: 3))
    let options = AcceleratorOptions(maximumFrames: 128)
    var call = 0
    while true {
      call += 1
      MockDriver.start(failingAt: call)
      do {
        guard let device = MockDriver.device(interface).bestGPU else { continue }
        let context = try ComputeContext(device)
        let results = try batch.render(on: .gpu, BatchOptions(tail: .trim), accelerator: options, context: context)
        for case .failure(let error) in results { #expect(error.reason is AcceleratorError) }
        #expect(MockDriver.hasFailed || results.allSatisfy { (try? $0.get()) != nil })
      } catch let error as AcceleratorError {
        #expect(!error.problem.isEmpty)
      }
      #expect(MockDriver.liveCount == 0, "after a failure of call \(call)")
      if !MockDriver.hasFailed { break }
    }
    #expect(call > 30, "only \(call) calls were made")
  }

  @Test(arguments: Way.allCases) func aLiveBlockAllocatesNothing(way: Way) throws {
    way.start(failingAt: 0)
    let device = VirtualDevice(pace: .manual)
    let processor = try RealtimeProcessor(
      LowPass(1_000) | (HighPass(100) + Peak(500, gain: 3)), on: device, configuration: LiveTests.configuration(64),
      clock: LiveTests.StandingClock(), accelerator: provider(way))
    try processor.run {
      device.advance(cycles: 100) { _ in processor.processPending() }
      let count = countAllocations { device.advance(cycles: 500) { _ in processor.processPending() } }
      if let count { #expect(count <= 2) }
      #expect(processor.metrics.acceleratedBlockCount == 600)
    }
  }
}

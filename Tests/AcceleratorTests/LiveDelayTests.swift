import Accelerator
import SwiftletDSP
import TestSupport
import Testing

/// Delays whose times change while they run on a device.
@Suite(.serialized, .enabled(if: Processor.isThere, "needs OpenCL: make test installs PoCL")) struct LiveDelayTests {
  static let format = StreamFormat(sampleRate: 48_000, channels: 2)

  /// Runs a delay on both sides in blocks of 700 frames, and changes it before every twentieth, when the fade before is long over.
  private func compare(_ delay: Delay, _ change: (inout Delay, Int) -> Void) throws -> (
    output: [Float], expected: [Float]
  ) {
    let live = Live(delay)
    let plan = try Plan.compile(live, for: Self.format)
    #expect(plan.acceleratorCoverage.isComplete, "\(plan.acceleratorCoverage)")
    let context = try Processor.open()
    let runner = try GPUPlanRunner<Float>(plan, on: context, options: AcceleratorOptions(maximumFrames: 700))
    let reference = try PlanRunner<Float>(plan)
    let input = noise(channels: 2, frames: 70_000, as: Float.self)
    let source = SampleBuffer<Float>(channels: 2, capacity: 700)
    let target = SampleBuffer<Float>(channels: 2, capacity: 700)
    var output: [Float] = []
    var expected: [Float] = []
    let before = context.statistics
    for block in 0..<100 {
      if block % 20 == 19 { try live.update { change(&$0, block / 20) } }
      for channel in 0..<2 { for frame in 0..<700 { source[channel, frame] = input[channel][700 * block + frame] } }
      try source.withBlock(frames: 700) { source in
        _ = try target.withBlock(frames: 700) { try runner.process(source, into: $0) }
        output += (0..<700).map { target[1, $0] }
        _ = target.withBlock(frames: 700) { reference.process(source, into: $0) }
        expected += (0..<700).map { target[1, $0] }
      }
    }
    #expect(context.statistics.allocations == before.allocations)
    #expect(context.statistics.launches == before.launches + 100, "a fade is no launch more")
    return (output, expected)
  }

  @Test(arguments: Delay.Mode.allCases) func anEchoFadesToANewTime(mode: Delay.Mode) throws {
    let times = [0.05, 0.003_017, 1.9, 100.5 / 48_000, 0.021]
    let (output, expected) = try compare(Delay(.seconds(0.021), feedback: 0.6, mix: 0.5, mode: mode)) { delay, turn in
      delay.time = .seconds(times[turn])
      delay.feedback = turn == 2 ? -0.4 : 0.6
    }
    #expect(relativeError(output, expected) <= -130)
  }

  @Test func aPlainDelayFadesAndMayBecomeAnEcho() throws {
    let (output, expected) = try compare(Delay(.seconds(0.1), feedback: 0, mix: 1)) { delay, turn in
      delay.time = .seconds([0.2, 0.2, 1 / 48_000, 0.013, 0.1][turn])
      delay.feedback = turn == 1 ? 0.7 : 0
      delay.mix = turn == 3 ? 0.5 : 1
    }
    #expect(relativeError(output, expected) <= -130)
  }

  /// The CPU fades between two paths with filters of their own; here one pair follows the faded sound.
  @Test func filtersOfTheLoopFollowTheFade() throws {
    let (output, expected) = try compare(
      Delay(.seconds(0.021), feedback: 0.3, mix: 0.5, lowPass: 6_000, highPass: 200)
    ) { delay, turn in delay.time = .seconds([0.03, 0.01, 0.02, 0.025, 0.021][turn]) }
    // A fade and the repeats of what was other in it.
    let changes = (0..<5).map { 700 * (20 * $0 + 19) }
    let steady = changes.flatMap { Array(($0 - 4_000)..<$0) }
    #expect(relativeError(steady.map { output[$0] }, steady.map { expected[$0] }) <= -100)
    let jump = zip(output, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(jump < 0.5)
  }

  @Test func changesThatComeTooFastEndAtTheNewest() throws {
    let live = Live(Delay(.seconds(0.01), feedback: 0, mix: 1))
    let plan = try Plan.compile(live, for: Self.format)
    let runner = try GPUPlanRunner<Float>(plan, on: try Processor.open())
    let ramp = (0..<16_000).map { Float($0) / 16_000 }
    let buffer = SampleBuffer<Float>(channels: 2, capacity: 100)
    var output: [Float] = []
    for block in 0..<160 {
      if block < 30 { try live.update { $0.time = .seconds(0.01 + 0.001 * Double(block + 1)) } }
      for channel in 0..<2 { for frame in 0..<100 { buffer[channel, frame] = ramp[100 * block + frame] } }
      try buffer.withBlock(frames: 100) { _ = try runner.process($0, into: $0) }
      output += (0..<100).map { buffer[0, $0] }
    }
    // No jump on the way, and 40 ms at the end.
    for frame in 1..<output.count { #expect(abs(output[frame] - output[frame - 1]) < 0.001) }
    for frame in 8_000..<16_000 { #expect(abs(output[frame] - ramp[frame - 1_920]) < 1e-6) }
    // A reset stands at what is the newest.
    try live.update { $0.time = .seconds(0.05) }
    try runner.reset()
    for channel in 0..<2 { for frame in 0..<100 { buffer[channel, frame] = 1 } }
    try buffer.withBlock(frames: 100) { _ = try runner.process($0, into: $0) }
    #expect((0..<100).allSatisfy { buffer[0, $0] == 0 })
  }

  @Test func whatTheDeviceHasNoRoomForIsRefused() throws {
    let live = Live(Delay(.seconds(0.1), feedback: 0.3, mix: 0.5))
    let plan = try Plan.compile(live, for: Self.format)
    let runner = try GPUPlanRunner<Float>(plan, on: try Processor.open())
    let changes: [(inout Delay) -> Void] = [{ $0.time = .seconds(2.1) }, { $0.lowPass = 1_000 }, { $0.depth = 0.01 }]
    for change in changes { #expect(throws: DesignError.self) { try live.update(change) } }
    #expect(live.value == Delay(.seconds(0.1), feedback: 0.3, mix: 0.5))
    _ = runner
  }
}

import Accelerator
import SwiftletDSP
import TestSupport
import Testing

/// Effects that change while they run on a device.
@Suite(.serialized, .enabled(if: Processor.isThere, "needs OpenCL: make test installs PoCL")) struct LiveEffectTests {
  static let format = StreamFormat(sampleRate: 48_000, channels: 2)

  /// Runs a plan on both sides in a hundred blocks, and changes it before every twentieth.
  private func compare(
    _ item: some Connectable, block size: Int = 700, every: Int = 20, change: (Int) throws -> Void
  ) throws -> (output: [Float], expected: [Float]) {
    let plan = try Plan.compile(item, for: Self.format)
    #expect(plan.acceleratorCoverage.isComplete, "\(plan.acceleratorCoverage)")
    let context = try Processor.open()
    let runner = try GPUPlanRunner<Float>(plan, on: context, options: AcceleratorOptions(maximumFrames: 700))
    let reference = try PlanRunner<Float>(plan)
    let input = noise(channels: 2, frames: 100 * size, as: Float.self)
    let source = SampleBuffer<Float>(channels: 2, capacity: size)
    let target = SampleBuffer<Float>(channels: 2, capacity: size)
    var output: [Float] = []
    var expected: [Float] = []
    let before = context.statistics.allocations
    for block in 0..<100 {
      if block % every == every - 1 { try change(block / every) }
      for channel in 0..<2 { for frame in 0..<size { source[channel, frame] = input[channel][size * block + frame] } }
      try source.withBlock(frames: size) { source in
        _ = try target.withBlock(frames: size) { try runner.process(source, into: $0) }
        output += (0..<size).map { target[0, $0] }
        _ = target.withBlock(frames: size) { reference.process(source, into: $0) }
        expected += (0..<size).map { target[0, $0] }
      }
    }
    #expect(context.statistics.allocations == before)
    return (output, expected)
  }

  @Test func aCompressorGlidesAsOnTheCPU() throws {
    let live = Live(Compressor(threshold: -30, ratio: 4))
    let (output, expected) = try compare(live) { turn in
      try live.update {
        $0.threshold = [-10, -40, -20, -30, -35][turn]
        $0.ratio = turn == 1 ? .infinity : 3
        $0.knee = Double(3 * turn)
        $0.makeUp = Double(turn)
      }
    }
    #expect(relativeError(output, expected) <= -130)
  }

  @Test func newTimesKeepTheReduction() throws {
    let live = Live(Compressor(threshold: -30, ratio: 4))
    let (output, expected) = try compare(live) { turn in
      try live.update { ($0.attack, $0.release) = (0.001 * Double(turn), 0.05 * Double(turn + 1)) }
    }
    // The CPU fades to the new times, where here they count at once.
    let steady = steadyFrames(output.count)
    #expect(relativeError(steady.map { output[$0] }, steady.map { expected[$0] }) <= -110)
  }

  /// Those on which no change is under way: it takes 960.
  private func steadyFrames(_ count: Int) -> [Int] {
    var isSteady = [Bool](repeating: true, count: count)
    for turn in 0..<5 {
      let first = 700 * (20 * turn + 19)
      for frame in first..<min(first + 960, count) { isSteady[frame] = false }
    }
    return isSteady.indices.filter { isSteady[$0] }
  }

  @Test func changesOvertakeOneAnotherAsOnTheCPU() throws {
    // Nine changes and more in the time that one takes: most of them wait.
    let live = Live(Delay(.seconds(0.021), feedback: 0.5, mix: 0.5))
    let (output, expected) = try compare(live, block: 100, every: 1) { turn in
      try live.update { ($0.feedback, $0.mix) = (0.1 * Double(turn % 7), 0.2 * Double(turn % 5)) }
    }
    #expect(relativeError(output, expected) <= -130)
  }

  @Test func anotherStructureIsRefused() throws {
    let live = Live(Compressor())
    let runner = try GPUPlanRunner<Float>(try Plan.compile(live, for: Self.format), on: try Processor.open())
    for change in [{ $0.lookahead = 0.01 }, { $0.link = false }, { $0.detector = .rms }] as [(inout Compressor) -> Void]
    {
      #expect(throws: DesignError.self) { try live.update(change) }
    }
    #expect(live.value == Compressor())
    _ = runner
  }

  @Test func anEchoGlidesAsOnTheCPU() throws {
    let live = Live(Delay(.seconds(0.021), feedback: 0.5, mix: 0.5, lowPass: 6_000))
    let (output, expected) = try compare(live) { turn in
      try live.update {
        $0.feedback = [0.9, -0.5, 0, 0.7, 0.3][turn]
        $0.mix = [1, 0.5, 0.2, 0.9, 0][turn]
      }
    }
    #expect(relativeError(output, expected) <= -130)
  }

  @Test func aGainGlidesInTwentyMilliseconds() throws {
    let live = Live(Gain(decibels: 0))
    let (output, expected) = try compare(live) { turn in
      try live.update { $0 = Gain(decibels: [6, -20, 0, 3, -6][turn]) }
    }
    #expect(relativeError(output, expected) <= -140)
    let input = noise(channels: 2, frames: 70_000, as: Float.self)[0]
    let gains = output.indices.filter { abs(input[$0]) > 0.25 }.map { (frame: $0, gain: output[$0] / input[$0]) }
    for (one, next) in zip(gains, gains.dropFirst()) {
      #expect(abs(next.gain - one.gain) <= Float(next.frame - one.frame) * 4 / 960 + 1e-5)
    }
  }
}

import Accelerator
import SwiftletDSP
import TestSupport
import Testing

/// What stages show while they run on a device.
@Suite(.serialized, .enabled(if: Processor.isThere, "needs OpenCL: make test installs PoCL")) struct MeterTests {
  static let format = StreamFormat(sampleRate: 48_000, channels: 2)

  @Test(arguments: [true, false]) func theReductionIsThatOfTheProcessor(link: Bool) throws {
    let chain = Graph.series([
      Compressor(threshold: -40, ratio: 8, attack: 0.002, link: link).labelled("first"), LowPass(8_000).graph,
      Compressor(threshold: -30, detector: .rms, link: link).keyed(by: HighPass(100)).labelled("second"),
    ])
    // The processor's meter shows a block of its plan, and the device's what was processed at a time.
    let plan = try Plan.compile(chain, for: Self.format, options: PlanOptions(maximumFrames: 4_000))
    let context = try Processor.open()
    let runner = try GPUPlanRunner<Float>(plan, on: context, options: AcceleratorOptions(maximumFrames: 1_500))
    let reference = try PlanRunner<Float>(plan)
    #expect(runner.meters.map(\.stage) == reference.meters.map(\.stage) && runner.meters.count == 2)
    #expect(runner.meters.map(\.meter.info) == reference.meters.map(\.meter.info))
    let source = SampleBuffer<Float>(channels: 2, capacity: 4_000)
    let target = SampleBuffer<Float>(channels: 2, capacity: 4_000)
    let input = noise(channels: 2, frames: 4_000, as: Float.self)
    let before = context.statistics
    var largest = [0.0, 0]
    // Longer than a launch too, and soft blocks, so that the reduction falls.
    for (frames, level) in [(700, Float(1)), (4_000, 0.5), (64, 0.01), (3_000, 0.001), (0, 1), (1, 1), (1_600, 0.7)] {
      for channel in 0..<2 { for frame in 0..<frames { source[channel, frame] = level * input[channel][frame] } }
      try source.withBlock(frames: frames) { block in
        _ = try target.withBlock(frames: frames) { try runner.process(block, into: $0) }
        _ = target.withBlock(frames: frames) { reference.process(block, into: $0) }
      }
      for index in 0..<2 {
        let (shown, expected) = (runner.meters[index].meter.value, reference.meters[index].meter.value)
        #expect(abs(shown - expected) <= 1e-4, "\(frames) frames: \(shown) dB for \(expected) dB")
        largest[index] = max(largest[index], shown)
      }
    }
    #expect(largest[0] > 6)
    for index in 0..<2 { #expect(runner.meters[index].meter.takeLargest() == largest[index]) }
    #expect(context.statistics.allocations == before.allocations)
    try runner.reset()
    #expect(runner.meters.allSatisfy { $0.meter.value == 0 })
  }
}

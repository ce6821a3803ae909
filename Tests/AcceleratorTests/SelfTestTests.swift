import Accelerator
import SwiftletDSP
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: Processor.isThere, "needs OpenCL: make test installs PoCL")) struct SelfTestTests {
  @Test func theProcessorPassesTheSelfTest() throws {
    let report = try Processor.open().selfTest()
    #expect(report.passed, "\(report)")
  }

  @Test func streamsRunAsOnTheCPU() throws {
    let context = try Processor.open()
    let format = StreamFormat(sampleRate: 48_000, channels: 2)
    let plan = try Plan.compile(LowPass(3_000) | HighPass(50), for: format)
    let input = noise(channels: 2, frames: 50_001, as: Float.self)
    let source = ArraySource(input, format: format)
    let sink = ArraySink<Float>(channels: 2)
    let stream = try AcceleratedStream<Float>(
      plan, on: context, options: AcceleratorOptions(maximumFrames: 8_192), tail: .trim)
    let report = try stream.run(from: source, to: sink)
    #expect(report.framesRead == 50_001 && report.framesWritten == 50_001)
    let expected = try TestSupport.run(PlanRunner<Float>(plan), input, blocks: [50_001])
    for channel in 0..<2 { #expect(relativeError(sink.samples[channel], expected[channel]) <= -120) }
  }
}

import Accelerator
import AudioFiles
import Foundation
import SwiftletDSP
import TestSupport
import Testing

/// Files through a device, from the first frame to the end of the tail.
@Suite(.serialized, .enabled(if: Processor.isThere, "needs OpenCL: make test installs PoCL")) struct DeviceStreamTests {
  private static let chain = Butterworth(.highPass(80), order: 4) | Peak(1_000, gain: 6)

  /// Two files in a folder of their own: one with noise, and the name for another.
  private func withFiles(frames: Int, _ body: (_ input: String, _ output: String, _ signal: [[Float]]) throws -> Void)
    throws
  {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let signal = noise(channels: 2, frames: frames, as: Float.self)
    let input = folder.appendingPathComponent("in.wav").path
    let writer = try AudioFileWriter<Float>(
      path: input, format: StreamFormat(sampleRate: 48_000, channels: 2), encoding: .f32)
    let buffer = SampleBuffer<Float>(channels: 2, capacity: frames)
    for channel in 0..<2 { for frame in 0..<frames { buffer[channel, frame] = signal[channel][frame] } }
    try buffer.withBlock(frames: frames) { try writer.write($0) }
    try writer.commit()
    try body(input, folder.appendingPathComponent("out.wav").path, signal)
  }

  @Test(arguments: [TailHandling.trim, .runOut]) func aFileBecomesWhatTheProcessorMakesOfIt(tail: TailHandling) throws {
    try withFiles(frames: 30_011) { input, output, signal in
      let reader = try AudioFileReader<Float>(path: input)
      let plan = try Plan.compile(Self.chain, for: reader.format)
      let stream = try AcceleratedStream<Float>(
        plan, on: try Processor.open(), options: AcceleratorOptions(maximumFrames: 8_192), tail: tail)
      let writer = try AudioFileWriter<Float>(path: output, format: plan.output, encoding: .f32)
      var seen: [RenderProgress] = []
      let report = try stream.run(from: reader, to: writer, progress: { seen.append($0) })
      try writer.commit()
      #expect(seen.map(\.framesDone) == [8_192, 16_384, 24_576, 30_011])
      #expect(seen.allSatisfy { $0.framesTotal == 30_011 })
      let expected = try (Wave(signal, sampleRate: 48_000) | Self.chain).render(tail: tail)
      #expect(report.framesRead == 30_011 && report.framesWritten == expected.frames)
      let made = try AudioFileReader<Float>(path: output)
      #expect(made.frameCount == expected.frames)
      let buffer = SampleBuffer<Float>(channels: 2, capacity: expected.frames)
      #expect(try buffer.withBlock(frames: expected.frames) { try made.read(into: $0) } == expected.frames)
      for channel in 0..<2 {
        let samples = (0..<expected.frames).map { buffer[channel, $0] }
        #expect(relativeError(samples, expected.samples(channel)) <= -120)
      }
    }
  }

  @Test func aCancelledRunLeavesNoFile() throws {
    try withFiles(frames: 30_011) { input, output, _ in
      let reader = try AudioFileReader<Float>(path: input)
      let plan = try Plan.compile(Self.chain, for: reader.format)
      let stream = try AcceleratedStream<Float>(
        plan, on: try Processor.open(), options: AcceleratorOptions(maximumFrames: 8_192), tail: .trim)
      let writer = try AudioFileWriter<Float>(path: output, format: plan.output, encoding: .f32)
      var pieces = 0
      #expect(throws: CancellationError.self) {
        try stream.run(from: reader, to: writer, progress: { _ in pieces += 1 }, isCancelled: { pieces == 2 })
      }
      #expect(pieces == 2)
      writer.cancel()
      #expect(!FileManager.default.fileExists(atPath: output))
    }
  }
}

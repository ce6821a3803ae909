import Accelerator
import AudioDevices
import Realtime
import SwiftletDSP
import TestSupport
import Testing

extension LiveTests {
  /// Runs blocks on a real device, and says of one that it is late. Of the others it waits for the end, so that they are in time by a
  /// clock that the worker's pauses alone move.
  private final class LateAccelerator: BlockAccelerator {
    private let inner: any BlockAccelerator
    private let lateBlock: Int
    private var blocks = 0
    private var looks = 0
    var name: String { inner.name }

    init(_ inner: any BlockAccelerator, lateBlock: Int) {
      self.inner = inner
      self.lateBlock = lateBlock
    }

    func begin(_ input: borrowing AudioBlock<Float>) throws -> Int {
      looks = blocks == lateBlock ? 200 : 0
      blocks += 1
      return try inner.begin(input)
    }

    func isDone() throws -> Bool {
      looks -= 1
      if looks >= 0 { return false }
      while try !inner.isDone() { SystemClock().sleep(nanoseconds: 10_000) }
      return true
    }

    func end(_ frames: Int) throws -> Int { try inner.end(frames) }
    func copyResult(_ frames: Int, into output: borrowing AudioBlock<Float>) { inner.copyResult(frames, into: output) }
    func close() -> Bool { inner.close() }
  }

  private struct LateProvider: BlockAcceleratorProvider {
    var inner: LiveAccelerator
    var lateBlock: Int

    func makeAccelerator(for plan: Plan) throws -> BlockAcceleratorOffer {
      guard let made = try inner.makeAccelerator(for: plan).accelerator else {
        return BlockAcceleratorOffer(reason: "there is no device")
      }
      return BlockAcceleratorOffer(LateAccelerator(made, lateBlock: lateBlock))
    }
  }

  @Test(arguments: LiveAccelerator.Method.allCases) func aLateBlockOfADeviceFallsBackWithoutAClick(
    method: LiveAccelerator.Method
  ) throws {
    let chain = Butterworth(.highPass(80), order: 4) | Peak(1_000, gain: 6)
    let block = 256
    let sine = (0..<300 * block).map { Float(Double.sin(2 * .pi * 100 / 48_000 * Double($0))) }
    let sink = Recorder(channels: 2)
    let format = StreamFormat(sampleRate: 48_000, channels: 2)
    let source = GeneratorSource(format: format, frameCount: sine.count) { frame, _ in sine[frame] }
    let device = VirtualDevice(pace: .manual, source: source, sink: sink)
    let processor = try RealtimeProcessor(
      chain, on: device, configuration: Self.configuration(block), clock: ManualClock(),
      accelerator: LateProvider(inner: try Self.provider(AcceleratorOptions(), method), lateBlock: 200))
    let metrics = try processor.run {
      device.advance(cycles: 300) { _ in processor.processPending() }
      #expect(processor.xrunCount == 0)
      return processor.metrics
    }
    #expect(metrics.acceleratorFallbackCount == 1 && processor.accelerator?.isLost == false)
    let missed = 300 - metrics.acceleratedBlockCount
    #expect((17...60).contains(missed), "\(missed) blocks came from the processor")
    let output = Array(sink.samples[0].dropFirst(block))
    let expected = Array(try Self.offline(chain, [sine, sine], frames: output.count).prefix(output.count))
    #expect(relativeError(output, expected) <= -120)
    func roughness(_ samples: ArraySlice<Float>) -> Float {
      zip(samples, zip(samples.dropFirst(), samples.dropFirst(2))).reduce(0) {
        max($0, abs($1.0 - 2 * $1.1.0 + $1.1.1))
      }
    }
    #expect(roughness(output[20_000...]) <= 1.5 * roughness(expected[20_000...]) + 1e-6)
  }
}

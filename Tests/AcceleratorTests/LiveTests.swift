import Accelerator
import AudioDevices
import Realtime
import SwiftletDSP
import TestSupport
import Testing

/// The live engine with a device that computes beside it: the processor by OpenCL, in lock-step.
@Suite(.serialized, .enabled(if: Processor.isThere, "needs OpenCL: make test installs PoCL")) struct LiveTests {
  /// Time stands still: nothing is ever late here, however slow the machine is.
  struct StandingClock: AudioClock {
    var nanoseconds: Int64 { 0 }
    func sleep(nanoseconds: Int64) { SystemClock().sleep(nanoseconds: nanoseconds) }
  }

  static func configuration(_ block: Int) -> RealtimeConfiguration {
    var configuration = RealtimeConfiguration()
    configuration.wake = .host
    configuration.fadeSeconds = 0
    configuration.locksMemory = false
    configuration.bufferFrames = block
    configuration.logCapacity = 64
    return configuration
  }

  static func provider(
    _ options: AcceleratorOptions = AcceleratorOptions(), _ method: LiveAccelerator.Method = .launches
  ) throws -> LiveAccelerator {
    let device = try #require(Processor.device)
    return LiveAccelerator(.gpu, options: options, method: method) { () throws(AcceleratorError) in device }
  }

  /// Plays stereo input through a chain with a device beside it, and returns the output from its first frame on.
  static func play(
    _ chain: some Connectable, _ input: [[Float]], block: Int, _ provider: LiveAccelerator,
    atCycle: @escaping (Int) -> Void = { _ in }
  ) throws -> (output: [[Float]], metrics: RealtimeMetrics, report: LiveAcceleratorReport?) {
    let sink = Recorder(channels: 2)
    let format = StreamFormat(sampleRate: 48_000, channels: 2)
    let source = GeneratorSource(format: format, frameCount: input[0].count) { input[$1][$0] }
    let device = VirtualDevice(pace: .manual, source: source, sink: sink)
    let processor = try RealtimeProcessor(
      chain, on: device, configuration: configuration(block), clock: StandingClock(), accelerator: provider)
    let metrics = try processor.run {
      device.advance(cycles: input[0].count / block) { cycle in
        atCycle(cycle)
        processor.processPending()
      }
      return processor.metrics
    }
    return (sink.samples.map { Array($0.dropFirst(block)) }, metrics, processor.accelerator)
  }

  static func offline(_ chain: some Connectable, _ input: [[Float]], frames: Int) throws -> [Float] {
    let wave = try (Wave(input, sampleRate: 48_000) | chain).render(RenderOptions(tail: .trim, mode: .invariant))
    return (0..<2).flatMap { Array(wave.samples($0).prefix(frames)) }
  }

  @Test(arguments: [64, 256]) func oneCascadeIsOneLaunchABlockAndEqualsTheProcessor(block: Int) throws {
    let chain = Butterworth(.highPass(80), order: 4) | Peak(1_000, gain: 6) | Gain(decibels: -2)
    let input = noise(channels: 2, frames: 100 * block, as: Float.self)
    for threshold in [0, Int.max] {
      let options = AcceleratorOptions(threshold: DispatchThreshold(float: threshold, double: threshold))
      let played = try Self.play(chain, input, block: block, try Self.provider(options))
      #expect(played.metrics.acceleratedBlockCount == 100 && played.metrics.acceleratorFallbackCount == 0)
      #expect(played.report?.name != nil && played.report?.isAbandoned == false)
      let output = played.output.flatMap { $0 }
      let expected = try Self.offline(chain, input, frames: played.output[0].count)
      #expect(relativeError(output, expected) <= -120, "threshold \(threshold)")
      #expect(output != expected, "it is the device that is heard")
    }
  }

  @Test func chainsOfMoreStepsEqualTheProcessor() throws {
    let chain = Gain(decibels: 2) | (LowPass(400) + HighPass(2_000)) | Gain(decibels: -1)
    let input = noise(channels: 2, frames: 60 * 256, as: Float.self)
    let played = try Self.play(chain, input, block: 256, try Self.provider())
    #expect(played.metrics.acceleratedBlockCount == 60)
    let expected = try Self.offline(chain, input, frames: played.output[0].count)
    #expect(relativeError(played.output.flatMap { $0 }, expected) <= -120)
  }

  /// What is heard while a filter changes is the processor's fade; afterwards the device is heard again.
  @Test func aLiveChangeDoesNotClick() throws {
    let live = Live(Peak(1_000, gain: 12))
    let frames = 300 * 256
    let sine = (0..<frames).map { Float(Double.sin(2 * .pi * 100 / 48_000 * Double($0))) }
    var afterChange = 0
    let played = try Self.play(live, [sine, sine], block: 256, try Self.provider()) { cycle in
      if cycle == 150 { try? live.update { $0.frequency = 200 } }
      afterChange = cycle
    }
    #expect(afterChange == 299)
    let away = 300 - played.metrics.acceleratedBlockCount
    #expect((10..<140).contains(away), "\(away) blocks came from the processor")
    #expect(played.metrics.acceleratorFallbackCount == 0)
    func roughness(_ samples: ArraySlice<Float>) -> Float {
      zip(samples, zip(samples.dropFirst(), samples.dropFirst(2))).reduce(0) {
        max($0, abs($1.0 - 2 * $1.1.0 + $1.1.1))
      }
    }
    let output = played.output[0]
    let steady = max(roughness(output[10_000..<30_000]), roughness(output[60_000...]))
    #expect(roughness(output[10_000...]) <= 1.5 * steady + 1e-6)
    let expected = try Self.offline(Peak(200, gain: 12), [sine, sine], frames: output.count)
    #expect(relativeError(Array(output[60_000...]), Array(expected[60_000..<output.count])) <= -110)
  }

  @Test func overflowsAreThoseOfTheProcessor() throws {
    var input = noise(channels: 2, frames: 200 * 256, as: Float.self)
    for frame in 20_000..<20_050 { input[0][frame] = Float.greatestFiniteMagnitude }
    input[1][1_000] = .nan
    let played = try Self.play(LowPass(1_000) | Gain(decibels: 6), input, block: 256, try Self.provider())
    #expect(played.output.allSatisfy { $0.allSatisfy(\.isFinite) })
    #expect(played.metrics.nonFiniteInputCount == 1)
    #expect(played.metrics.acceleratedBlockCount < 200 && played.metrics.acceleratedBlockCount > 80)
  }

  @Test func aResidentKernelRunsBlockAfterBlock() throws {
    let chain = Butterworth(.highPass(80), order: 4) | Peak(1_000, gain: 6) | Gain(decibels: -2)
    let input = noise(channels: 2, frames: 300 * 100, as: Float.self)
    let played = try Self.play(chain, input, block: 100, try Self.provider(AcceleratorOptions(), .resident))
    #expect(played.metrics.acceleratedBlockCount == 300 && played.metrics.acceleratorFallbackCount == 0)
    #expect(played.report?.name?.contains("resident") == true && played.report?.isAbandoned == false)
    let output = played.output.flatMap { $0 }
    let expected = try Self.offline(chain, input, frames: played.output[0].count)
    #expect(relativeError(output, expected) <= -120)
    // It ended: the next one gets its core.
    let again = try Self.play(chain, input, block: 100, try Self.provider(AcceleratorOptions(), .resident))
    #expect(again.output == played.output, "a start is exact, and the same run gives the same bits")
  }

  @Test func aResidentKernelTakesChangesAndBeginsAfreshAfterAnOverflow() throws {
    let live = Live(Peak(1_000, gain: 12))
    var input = noise(channels: 2, frames: 600 * 128, as: Float.self)
    for frame in 40_000..<40_050 { input[1][frame] = Float.greatestFiniteMagnitude }
    let played = try Self.play(
      live, input, block: 128, try Self.provider(AcceleratorOptions(), .resident)
    ) { cycle in if cycle == 100 { try? live.update { $0.gain = -12 } } }
    #expect(played.output.allSatisfy { $0.allSatisfy(\.isFinite) })
    #expect((100..<590).contains(played.metrics.acceleratedBlockCount))
    let expected = try Self.offline(Peak(1_000, gain: -12), input, frames: played.output[0].count)
    let last = played.output[0].suffix(10_000)
    #expect(relativeError(Array(last), Array(expected[last.startIndex..<last.endIndex])) <= -120)
  }

  @Test func aResidentKernelIsForOneCascade() throws {
    let plan = try Plan.compile(LowPass(1_000) + HighPass(100), for: StreamFormat(sampleRate: 48_000, channels: 1))
    let provider = try Self.provider(AcceleratorOptions(), .resident)
    #expect(throws: AcceleratorError.self) { try provider.makeAccelerator(for: plan) }
  }
}

/// Keeps what a device played.
final class Recorder: AudioSink, @unchecked Sendable {
  // Sendable because a test reads it after the device has stopped.
  private(set) var samples: [[Float]]
  init(channels: Int) { samples = Array(repeating: [], count: channels) }
  func write(_ block: borrowing AudioBlock<Float>) {
    for channel in samples.indices {
      block.withChannel(channel) { span in for frame in 0..<span.count { samples[channel].append(span[frame]) } }
    }
  }
}

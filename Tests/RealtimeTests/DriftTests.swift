import AudioCore
import AudioDevices
import AudioGraph
import Effects
import Foundation
import Realtime
import Testing

/// Two devices whose clocks differ, an hour of it, simulated: their cycles are run by hand in the order of their times.
@Suite struct DriftTests {
  private let rate = 8_000.0
  private let block = 64

  /// Runs two devices for a time and calls a body every simulated second.
  private func run(
    seconds: Int, drift: Double, jitter: Double = 0, source: GeneratorSource? = nil, sink: CollectingSink? = nil,
    stalls: [VirtualScript.Stall] = [], _ body: (RealtimeProcessor, Int) -> Void
  ) throws {
    let input = VirtualDevice(
      name: "in", sampleRate: rate, inputChannels: 1, outputChannels: 0, pace: .manual,
      script: VirtualScript(driftPPM: drift, jitterSeconds: jitter, seed: 1), source: source)
    let output = VirtualDevice(
      name: "out", sampleRate: rate, inputChannels: 0, outputChannels: 1, pace: .manual,
      script: VirtualScript(jitterSeconds: jitter, stalls: stalls, seed: 2), sink: sink)
    var configuration = RealtimeConfiguration()
    configuration.wake = .host
    configuration.bufferFrames = block
    configuration.fadeSeconds = 0
    configuration.locksMemory = false
    configuration.channels = 1
    let processor = try RealtimeProcessor(
      Gain(decibels: 0), from: input, to: output, configuration: configuration)
    try processor.run {
      var second = 0
      while second < seconds {
        let (first, next) = (input.nextCycleNanoseconds ?? 0, output.nextCycleNanoseconds ?? 0)
        if first <= next { input.advance() } else { output.advance() }
        processor.processPending()
        if min(first, next) >= Int64(second + 1) * 1_000_000_000 {
          second += 1
          body(processor, second)
        }
      }
    }
  }

  @Test(arguments: [-300.0, 300.0]) func holdsTheLevelForAnHour(drift: Double) throws {
    var largestError = 0.0
    var corrections: [Double] = []
    try run(seconds: 3_600, drift: drift, jitter: 0.001) { processor, second in
      guard second > 60, let report = processor.drift else { return }
      largestError = max(largestError, abs(report.errorFrames))
      corrections.append(report.correctionPPM)
      if second == 3_600 {
        #expect(processor.xrunCount == 0)
        #expect(report.jumps == 1)
      }
    }
    // Of 192 frames between the clocks. The jitter of a callback, 8 frames, is in what is measured, not in what is there.
    #expect(largestError < 16)
    let steady = corrections.dropFirst(120)
    let mean = steady.reduce(0, +) / Double(steady.count)
    // Output is made more slowly where the input's clock is fast.
    #expect(abs(mean + drift) < 1)
    // A cent is 578 millionths: the pitch moves by less than a tenth of one, and nobody hears less than three.
    #expect(steady.map { abs($0 - mean) }.max() ?? 1_000 < 58)
  }

  /// The pitch that comes out is that which went in, by the output's clock: a tone of 500 Hz stays one, with its level.
  @Test func keepsATone() throws {
    let source = GeneratorSource(format: StreamFormat(sampleRate: rate, channels: 1)) { frame, _ in
      0.5 * Float(sin(2 * Double.pi * 500 / 8_000 * Double(frame)))
    }
    let sink = CollectingSink(channels: 1)
    try run(seconds: 120, drift: 300, source: source, sink: sink) { _, _ in }
    let heard = Array(sink.channels[0].suffix(16_000))
    #expect(abs((heard.max() ?? 0) - 0.5) < 0.002)
    // Of a tone that was carried over exactly, the second difference is its own, and nothing else.
    let expected = Float(0.5 * pow(2 * Double.pi * 500 * 1.0003 / 8_000, 2))
    var largest: Float = 0
    for frame in 2..<heard.count {
      let bend: Float = heard[frame] - 2 * heard[frame - 1] + heard[frame - 2]
      largest = max(largest, abs(bend))
    }
    #expect(largest < 1.02 * expected)
  }

  @Test func findsItsLevelAgainAfterAStall() throws {
    let stall = VirtualScript.Stall(cycle: 2_000, seconds: 0.2)
    try run(seconds: 60, drift: 100, stalls: [stall]) { processor, second in
      if second == 60 {
        #expect(abs(processor.drift?.errorFrames ?? 1_000) < 16)
      }
      if second == 30 { processor.resetMetrics() }
      if second > 30 { #expect(processor.metrics.outputUnderflowCount == 0) }
    }
  }
}

import Streaming
import SwiftletDSP
import TestSupport
import Testing

/// Samples from arrays, in pieces as they are asked for.
private final class ArraySource: AudioSource {
  let format: StreamFormat
  let frameCount: Int?
  private let samples: [[Float]]
  private var position = 0

  struct Broken: Error {}
  private let failsAt: Int

  init(_ samples: [[Float]], sampleRate: Double = 48_000, failsAt: Int = .max) {
    self.samples = samples
    self.failsAt = failsAt
    format = StreamFormat(sampleRate: sampleRate, channels: samples.count)
    frameCount = samples[0].count
  }

  func read(into block: borrowing AudioBlock<Float>) throws -> Int {
    if position >= failsAt { throw Broken() }
    let count = min(block.frames, samples[0].count - position)
    for channel in samples.indices {
      block.withChannel(channel) { span in for n in 0..<count { span[n] = samples[channel][position + n] } }
    }
    position += count
    return count
  }
}

/// Collects what it is given, and fails on demand.
private final class ArraySink: AudioSink {
  struct Full: Error {}
  var samples: [[Float]]
  private let limit: Int

  init(channels: Int, limit: Int = .max) {
    samples = Array(repeating: [], count: channels)
    self.limit = limit
  }

  func write(_ block: borrowing AudioBlock<Float>) throws {
    guard samples[0].count + block.frames <= limit else { throw Full() }
    for channel in 0..<block.channels {
      block.withChannel(channel) { span in for n in 0..<span.count { samples[channel].append(span[n]) } }
    }
  }
}

@Suite struct StreamProcessorTests {
  private let chain = LowPass(900) | (passthrough + Lookahead(77))

  @Test(arguments: [(false, 1), (true, 1), (true, 3)], [0, 1, 100, 3_000, 4_096, 10_001])
  func aStreamIsTheWave(how: (background: Bool, chunksAtOnce: Int), frames: Int) throws {
    let input = noise(channels: 2, frames: frames, as: Float.self)
    let wave = try Wave(input, sampleRate: 48_000)
    for tail in [TailHandling.trim, .runOut] {
      let processor = StreamProcessor<Float>(
        chain, mode: .invariant, chunkFrames: 1_000, tail: tail, streamsInBackground: how.background,
        chunksAtOnce: how.chunksAtOnce)
      let (report, sink) = try processor.run(from: ArraySource(input)) { ArraySink(channels: $0.channels) }
      let rendered = try (wave | chain).render(RenderOptions(tail: tail, mode: .invariant))
      #expect(sink.samples == (0..<2).map(rendered.samples))
      #expect(report.framesRead == frames && report.framesWritten == rendered.frames && report.latencyFrames == 77)
    }
  }

  @Test(arguments: [false, true]) func aFailingSinkIsHeard(background: Bool) {
    let input = noise(channels: 2, frames: 50_000, as: Float.self)
    let processor = StreamProcessor<Float>(chain, chunkFrames: 1_000, streamsInBackground: background)
    #expect(throws: ArraySink.Full.self) {
      try processor.run(from: ArraySource(input)) { ArraySink(channels: $0.channels, limit: 9_000) }
    }
  }

  @Test(arguments: [0, 999, 5_000]) func aFailingSourceIsHeard(after frames: Int) {
    let source = ArraySource(noise(channels: 1, frames: 50_000, as: Float.self), failsAt: frames)
    let processor = StreamProcessor<Float>(chain, chunkFrames: 1_000, streamsInBackground: true)
    #expect(throws: ArraySource.Broken.self) {
      try processor.run(from: source) { ArraySink(channels: $0.channels) }
    }
  }

  @Test(arguments: [false, true]) func aStreamCanBeCancelled(background: Bool) {
    let input = noise(channels: 1, frames: 50_000, as: Float.self)
    var pieces = 0
    let processor = StreamProcessor<Float>(chain, chunkFrames: 1_000, streamsInBackground: background)
    #expect(throws: CancellationError.self) {
      try processor.run(
        from: ArraySource(input), progress: { _ in pieces += 1 }, isCancelled: { pieces >= 5 },
        to: { ArraySink(channels: $0.channels) })
    }
    #expect(pieces == 5)
  }

  @Test func aMistakeOpensNoSink() {
    var opened = false
    let processor = StreamProcessor<Float>(LowPass(90_000))
    #expect(throws: DesignError.self) {
      try processor.run(from: ArraySource([[0]])) { format in
        opened = true
        return ArraySink(channels: format.channels)
      }
    }
    #expect(!opened)
  }

  @Test func oneProcessorServesManyStreams() throws {
    let processor = StreamProcessor<Float>(chain)
    func output(_ seed: UInt64, _ rate: Double) throws -> [[Float]] {
      let source = ArraySource(noise(channels: 2, frames: 3_000, seed: seed, as: Float.self), sampleRate: rate)
      return try processor.run(from: source) { ArraySink(channels: $0.channels) }.sink.samples
    }
    let first = try output(1, 48_000)
    _ = try output(2, 96_000)
    #expect(try output(1, 48_000) == first)
  }
}

import Accelerator
import SwiftletDSP
import TestSupport
import Testing

/// Many streams side by side, each with the bits that it has alone.
@Suite(.serialized, .enabled(if: Processor.isThere, "needs OpenCL: make test installs PoCL")) struct StreamBatchTests {
  static let format = StreamFormat(sampleRate: 48_000, channels: 2)
  private static let chain = Butterworth(.highPass(80), order: 6) | Peak(1_000, gain: 6)
  // Whole pieces, pieces that are too short for a scan, one frame and none; the longest first.
  private static let lengths = [12_345, 10_030, 10_000, 5_000, 700, 64, 63, 30, 1, 0]
  private static let options = AcceleratorOptions(maximumFrames: 5_000)

  private func plan<S: Sample>(_ type: S.Type) throws -> Plan {
    try Plan.compile(
      Self.chain, for: Self.format, options: PlanOptions(precision: S.sampleType == .float64 ? .double : .mixed))
  }

  private func signals<S: Sample>(_ type: S.Type) -> [[[S]]] {
    Self.lengths.enumerated().map { index, frames in
      noise(channels: 2, frames: frames, seed: UInt64(index), as: Float.self).map { $0.map { S($0) } }
    }
  }

  private func alone<S: Sample>(_ signal: [[S]], _ plan: Plan, _ tail: TailHandling, on context: ComputeContext) throws
    -> (samples: [[S]], report: RunReport)
  {
    let sink = ArraySink<S>(channels: 2)
    let stream = try AcceleratedStream<S>(plan, on: context, options: Self.options, tail: tail)
    let report = try stream.run(from: ArraySource(signal, format: Self.format), to: sink)
    return (sink.samples, report)
  }

  private func check<S: Sample>(_ type: S.Type, tail: TailHandling) throws {
    let context = try Processor.open()
    let plan = try plan(S.self)
    let signals = signals(S.self)
    let sinks = signals.map { _ in ArraySink<S>(channels: 2) }
    let batch = try #require(try AcceleratedBatch<S>(plan, on: context, options: Self.options, tail: tail))
    let items = zip(signals, sinks).map { signal, sink in
      AcceleratedBatch<S>.Item(
        source: ArraySource(signal, format: Self.format), frames: signal[0].count, sink: sink)
    }
    let (outcomes, pieces) = try batch.run(items, on: try JobPool(workers: 2))
    for (index, signal) in signals.enumerated() {
      let expected = try alone(signal, plan, tail, on: context)
      #expect(sinks[index].samples == expected.samples, "\(Self.lengths[index]) frames")
      guard case .done(let report) = outcomes[index] else {
        Issue.record("\(Self.lengths[index]) frames: \(outcomes[index])")
        continue
      }
      #expect(report == expected.report)
      // A wave is cut in the same places.
      let wave = try (Wave(signal, sampleRate: 48_000) | Self.chain).render(
        on: .gpu, RenderOptions(tail: tail), accelerator: Self.options, context: context)
      for channel in 0..<2 { #expect(wave.samples(channel) == expected.samples[channel]) }
    }
    #expect(pieces == (sinks[0].samples[0].count + 4_999) / 5_000)
  }

  @Test(arguments: [TailHandling.trim, .runOut]) func streamsHaveTheBitsOfOneAtATime(tail: TailHandling) throws {
    try check(Float.self, tail: tail)
    try check(Double.self, tail: tail)
  }

  @Test func oneBadStreamLeavesTheOthers() throws {
    let context = try Processor.open()
    let plan = try plan(Float.self)
    let batch = try #require(try AcceleratedBatch<Float>(plan, on: context, options: Self.options, tail: .trim))
    var signals = (0..<7).map { noise(channels: 2, frames: 12_000, seed: UInt64($0), as: Float.self) }
    signals[3][1][11_000] = .greatestFiniteMagnitude
    for frame in 5_100..<5_150 { signals[3][0][frame] = .greatestFiniteMagnitude }
    signals[6][0][7] = .nan
    signals[6][1][11_999] = .infinity
    let sources = signals.map { ArraySource($0, format: Self.format) }
    let sinks = signals.map { _ in ArraySink<Float>(channels: 2) }
    sources[0].failing = 7_000
    sinks[1].failing = 4_000
    // Shorter and longer than it says.
    let frames = [12_000, 12_000, 12_500, 12_000, 12_000, 11_000, 12_000]
    let order = frames.indices.sorted { frames[$0] > frames[$1] }
    let (outcomes, _) = try batch.run(
      order.map { .init(source: sources[$0], frames: frames[$0], sink: sinks[$0]) }, on: try JobPool(workers: 2))
    for (place, index) in order.enumerated() {
      switch (index, outcomes[place]) {
      case (0, .failed(let error)), (1, .failed(let error)): #expect(error is StreamFault)
      case (2, .alone), (3, .alone), (5, .alone): break
      case (4, .done(let report)), (6, .done(let report)):
        let expected = try alone(signals[index], plan, .trim, on: context)
        #expect(sinks[index].samples == expected.samples && report == expected.report)
        #expect(report.nonFiniteInputs == (index == 6 ? 2 : 0))
      default: Issue.record("stream \(index): \(outcomes[place])")
      }
    }
  }

  @Test func runsAreBoundedByMemoryAndTheLongestComeFirst() throws {
    let context = try Processor.open()
    let wide = try Plan.compile(LowPass(1_000), for: StreamFormat(sampleRate: 48_000, channels: 64))
    let batch = try #require(try AcceleratedBatch<Float>(wide, on: context, tail: .trim))
    // 64 channels of 65,536 frames are 16 MB: eight of these are 128 MB; of 100 frames as many as files may be open.
    let frames = [Int](repeating: 100, count: 70) + [Int](repeating: 1_000_000, count: 9)
    let runs = batch.runs(of: frames, most: .max)
    #expect(runs.map(\.count) == [8, 8, 63])
    #expect(runs[0] == Array(70..<78) && runs[1] == [78] + Array(0..<7))
    #expect(runs.flatMap { $0 }.sorted() == Array(0..<79))
    #expect(batch.runs(of: [1, 2, 3, 4, 5], most: 2) == [[4, 3], [2, 1], [0]])
  }

  @Test func otherChainsAreNotForABatch() throws {
    let context = try Processor.open()
    let chain = try Plan.compile(LowPass(1_000) | Compressor(), for: Self.format)
    #expect(try AcceleratedBatch<Float>(chain, on: context, tail: .trim) == nil)
    let opaque = try Plan.compile(Opaque(), for: Self.format)
    #expect(try AcceleratedBatch<Float>(opaque, on: context, tail: .trim) == nil)
  }
}

extension FailureTests {
  @Test func everyFailureOfManyStreamsIsTypedAndNothingLeaks() throws {
    let plan = try Plan.compile(LowPass(1_000), for: Self.format)
    let signal = noise(channels: 2, frames: 300, as: Float.self)
    var call = 0
    while true {
      call += 1
      MockDriver.start(failingAt: call)
      do {
        guard let device = MockDriver.device(.cuda).bestGPU else { continue }
        let context = try ComputeContext(device)
        let batch = try #require(try AcceleratedBatch<Float>(plan, on: context, tail: .trim))
        let pool = try JobPool(workers: 1)
        let items = (0..<2).map { _ in
          AcceleratedBatch<Float>.Item(
            source: ArraySource(signal, format: Self.format), frames: 300, sink: ArraySink(channels: 2))
        }
        _ = try batch.run(items, on: pool)
      } catch let error as AcceleratorError {
        #expect(!error.problem.isEmpty && !error.remedy.isEmpty)
      }
      #expect(MockDriver.liveCount == 0, "after a failure of call \(call)")
      if !MockDriver.hasFailed { break }
    }
    #expect(call > 30, "only \(call) calls were made")
  }
}

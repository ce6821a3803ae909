import SwiftletDSP
import TestSupport
import Testing

private let stereo = StreamFormat(sampleRate: 48_000, channels: 2)

/// A compressor looks at its samples itself: what it is given that is not finite counts as 0, whoever else reads it, and what it
/// lifts out of its range is silenced.
@Suite struct CompressorContainmentTests {
  private static let settings: [Compressor] = [
    Compressor(threshold: -40), Compressor(threshold: -40, link: false), Compressor(threshold: -40, mix: 0.5),
    Compressor(threshold: -40, detector: .rms), Compressor(threshold: -40, detector: .rms, link: false),
    Compressor(threshold: -40, lookahead: 0.002),
  ]

  /// Noise with samples that are not finite, also on both sides of where a run of the compressor ends, and with 0 in their places.
  private static func sound(channels: Int) -> (bad: [[Float]], clean: [[Float]], count: Int) {
    var bad = noise(channels: channels, frames: 3_000, as: Float.self)
    var clean = bad
    let places: [(frame: Int, value: Float)] = [
      (0, .nan), (700, .infinity), (1_023, -.infinity), (1_024, .nan), (2_999, .infinity),
    ]
    for (index, place) in places.enumerated() {
      bad[index % channels][place.frame] = place.value
      clean[index % channels][place.frame] = 0
    }
    return (bad, clean, places.count)
  }

  @Test(arguments: settings.indices, [Precision.mixed, .single]) func badInputCountsAsNothing(
    setting: Int, precision: Precision
  ) throws {
    let (bad, clean, count) = Self.sound(channels: 2)
    let compressor = Self.settings[setting]
    let graphs: [any Connectable] = [compressor, compressor + LowPass(1_000), compressor + passthrough]
    for graph in graphs {
      let plan = try Plan.compile(graph, for: stereo, options: PlanOptions(precision: precision))
      let expected = run(plan, clean)
      for blocks in [[3_000], unevenBlocks(total: 3_000)] {
        let runner = try PlanRunner<Float>(plan)
        #expect(run(runner, bad, blocks: blocks) == expected)
        #expect(runner.nonFiniteInputCount == count && runner.overflowCount == 0)
      }
    }
  }

  @Test func badInputOfAKeyCountsAsNothing() throws {
    // The key is as it comes; the sound alone is turned down before.
    let graph = Network(
      nodes: [.init("quiet", passthrough), .init("duck", Compressor(threshold: -40))],
      edges: [
        .init(.input, .node("quiet")), .init(.node("quiet"), .node("duck", port: 0)),
        .init(.input, .node("duck", port: 1)), .init(.node("duck"), .output),
      ])
    let (bad, clean, count) = Self.sound(channels: 2)
    let plan = try Plan.compile(graph, for: stereo)
    let runner = try PlanRunner<Float>(plan)
    #expect(run(runner, bad, blocks: unevenBlocks(total: 3_000)) == run(plan, clean))
    #expect(runner.nonFiniteInputCount == count)
  }

  @Test(arguments: [true, false], [Precision.mixed, .single]) func whatOverflowsIsSilenced(
    link: Bool, precision: Precision
  ) throws {
    // The first frames of a slow attack are lifted by 60 dB.
    var input = [[Float]](repeating: [Float](repeating: 0.01, count: 500), count: 2)
    for frame in 100..<105 { input[1][frame] = 1e37 }
    let plan = try Plan.compile(
      Compressor(ratio: 1, attack: 1, release: 1, makeUp: 60, link: link), for: stereo,
      options: PlanOptions(precision: precision))
    let runner = try PlanRunner<Float>(plan)
    let output = run(runner, input, blocks: [500])
    #expect(runner.overflowCount == 1)
    for channel in output {
      #expect(channel[99] > 9 && channel[100..<128].allSatisfy { $0 == 0 } && channel[128] > 9)
    }
    let cut = try PlanRunner<Float>(plan)
    #expect(run(cut, input, blocks: unevenBlocks(total: 500)) == output)
  }
}

import RealModule
import SwiftletDSP
import TestSupport
import Testing

/// The compressor in Float: near the one with Double inside, and the same whatever the blocks.
@Suite struct SingleCompressorTests {
  private static let settings = [
    Compressor(), Compressor(threshold: -30, ratio: .infinity, attack: 0.001, knee: 0, makeUp: 6),
    Compressor(threshold: -40, ratio: 1.5, release: 0.2, knee: 20, mix: 0.5),
    Compressor(threshold: -10, ratio: 8, attack: 0, release: 0, knee: 10, link: false),
    Compressor(threshold: -25, ratio: 3, attack: 0.01, release: 0.3, detector: .rms, window: 0.02),
    // So slow that Float would lose it.
    Compressor(threshold: -40, ratio: 4, attack: 1, release: 10, link: false),
  ]
  private static let stereo = StreamFormat(sampleRate: 48_000, channels: 2)

  private func plan(_ setting: Int, _ precision: Precision) throws -> Plan {
    try Plan.compile(
      Self.settings[setting], for: Self.stereo, options: PlanOptions(maximumFrames: 512, precision: precision))
  }

  private func swelling(_ frames: Int) -> [[Float]] {
    noise(channels: 2, frames: frames, as: Float.self).map { samples in
      samples.enumerated().map { $0.element * Float.sin(Float($0.offset) * 0.000_3) }
    }
  }

  @Test(arguments: settings.indices) func isNearTheOneInDouble(setting: Int) throws {
    let input = swelling(60_000)
    let mixed = run(try plan(setting, .mixed), input)
    let single = run(try plan(setting, .single), input)
    #expect(single != mixed)
    for channel in 0..<2 { #expect(relativeError(single[channel], mixed[channel]) < -105) }
  }

  @Test(arguments: settings.indices) func cutsAndSavedStateDoNotMatter(setting: Int) throws {
    let plan = try plan(setting, .single)
    let input = swelling(6_000)
    let whole = run(plan, input)
    #expect(try run(PlanRunner<Float>(plan), input, blocks: unevenBlocks(total: 6_000)) == whole)
    let first = try PlanRunner<Float>(plan)
    let head = run(first, input.map { Array($0[..<2_501]) }, blocks: [2_501])
    let second = try PlanRunner<Float>(plan)
    try second.restoreState(first.saveState())
    let rest = run(second, input.map { Array($0[2_501...]) }, blocks: unevenBlocks(total: 3_499))
    #expect(zip(head, rest).map { $0 + $1 } == whole)
  }

  /// A full-scale step, the largest finite samples and denormal ones stay finite, and no louder than they came.
  @Test(arguments: settings.indices) func extremesAreContained(setting: Int) throws {
    let runner = try PlanRunner<Float>(plan(setting, .single))
    let extremes: [Float] = [1, -1, .greatestFiniteMagnitude, 1e-30, .leastNonzeroMagnitude, 0, 1e20, -0.5]
    let input = [Float](extremes.flatMap { [Float](repeating: $0, count: 300) })
    let output = run(runner, [input, input], blocks: [input.count])
    let gain = Float.pow(10, Float(Self.settings[setting].makeUp) / 20) * 1.000_001
    for channel in output {
      for (before, after) in zip(input, channel) where abs(before) < 1e30 {
        #expect(after.isFinite && abs(after) <= abs(before) * gain)
      }
    }
  }
}

import RealModule
import SwiftletDSP
import TestSupport
import Testing

private let stereo = StreamFormat(sampleRate: 48_000, channels: 2)

/// Delays and compressors in graphs: dry and wet, sends, bands, keys.
@Suite struct EffectCompositionTests {
  @Test func dryWaitsForALookahead() throws {
    let compressor = Compressor(threshold: 0, ratio: 1, lookahead: 0.003)
    // A compressor that changes nothing, so that both paths are one signal.
    let plan = try Plan.compile(compressor.mix(wet: 0.25), for: stereo)
    #expect(plan.latencyFrames == 144)
    let input = noise(channels: 2, frames: 1_000, as: Float.self)
    let output = run(plan, input)
    for channel in 0..<2 {
      #expect(relativeError(Array(output[channel][144...]), Array(input[channel][..<856])) < -130)
    }
  }

  @Test func aSendIsOnePathBesideTheDryOne() throws {
    let send = passthrough + (Gain(decibels: -6) | Delay(seconds: 0.01, feedback: 0.5, mix: 1))
    let input = noise(channels: 2, frames: 2_000, as: Double.self)
    let plan = try Plan.compile(send, for: stereo, options: PlanOptions(precision: .double))
    let echo = try Plan.compile(
      Delay(seconds: 0.01, feedback: 0.5, mix: 1), for: stereo, options: PlanOptions(precision: .double))
    let wet = run(echo, input)
    let output = run(plan, input)
    let gain = Double.pow(10, -6.0 / 20)
    for channel in 0..<2 {
      #expect(
        relativeError(output[channel], zip(input[channel], wet[channel]).map { $0 + gain * $1 }) < -250)
    }
  }

  @Test func aMultibandCompressorThatDoesNothingIsAnAllPass() throws {
    let idle = Compressor(threshold: 20, ratio: 4, knee: 0, lookahead: 0.001)
    let bands = try splitBands(at: [200, 2_000], [idle, idle, passthrough])
    let plan = try Plan.compile(bands, for: stereo, options: PlanOptions(precision: .double))
    #expect(plan.latencyFrames == 48)
    let reference = try Plan.compile(
      try splitBands(at: [200, 2_000], [passthrough, passthrough, passthrough]), for: stereo,
      options: PlanOptions(precision: .double))
    let input = noise(channels: 2, frames: 3_000, as: Double.self)
    let (output, expected) = (run(plan, input), run(reference, input))
    for channel in 0..<2 {
      #expect(relativeError(Array(output[channel][48...]), Array(expected[channel][..<2_952])) < -180)
    }
    // At work it turns down one band and leaves the others.
    let hard = Compressor(threshold: -40, ratio: .infinity, knee: 0)
    let low = try Plan.compile(
      try splitBands(at: [200, 2_000], [hard, passthrough, passthrough]), for: stereo,
      options: PlanOptions(precision: .double))
    func level(_ plan: Plan, _ hertz: Double) -> Double {
      let sine = (0..<24_000).map { 0.5 * Double.sin(2 * .pi * hertz / 48_000 * Double($0)) }
      let output = run(plan, [sine, sine])[0].suffix(12_000)
      return 10 * Double.log10(output.reduce(0) { $0 + $1 * $1 } / 12_000)
    }
    #expect(level(low, 40) < -35)
    // The level of a sine of amplitude 0.5.
    #expect(abs(level(low, 6_000) + 9.03) < 0.01)
  }

  @Test func aKeyOfItsOwn() throws {
    // Only what the key's high-pass lets through counts: the bass does not pump.
    let ducked = Compressor(threshold: -30, ratio: 20).keyed(by: HighPass(1_000, order: 4))
    let plan = try Plan.compile(ducked, for: stereo)
    func reduction(_ hertz: Double) -> Double {
      let sine = (0..<24_000).map { Float(0.5 * Double.sin(2 * .pi * hertz / 48_000 * Double($0))) }
      let output = run(plan, [sine, sine])[0].suffix(12_000)
      return 20 * Double.log10(0.5 / Double(output.map(abs).max() ?? 0))
    }
    #expect(reduction(50) < 0.1)
    #expect(reduction(5_000) > 15)
  }

  @Test func stateGoesOnInTheMiddleOfATail() throws {
    let chain = Delay(.seconds(0.01), feedback: 0.8, lowPass: 3_000) | Compressor(attack: 0.001) | LowPass(5_000)
    let plan = try Plan.compile(chain, for: stereo)
    var input = noise(channels: 2, frames: 6_000, as: Float.self)
    // Silence from 1000 on: what is left is tail.
    for channel in 0..<2 { for frame in 1_000..<6_000 { input[channel][frame] = 0 } }
    let whole = run(plan, input)
    let first = try PlanRunner<Float>(plan)
    _ = run(first, input.map { Array($0[..<2_345]) }, blocks: [2_345])
    let second = try PlanRunner<Float>(plan)
    try second.restoreState(first.saveState())
    let rest = run(second, input.map { Array($0[2_345...]) }, blocks: unevenBlocks(total: 3_655))
    #expect(rest == whole.map { Array($0[2_345...]) })
    #expect(rest[0].contains { abs($0) > 1e-3 })
  }
}

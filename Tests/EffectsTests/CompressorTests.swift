import RealModule
import SwiftletDSP
import TestSupport
import Testing

private let stereo = StreamFormat(sampleRate: 48_000, channels: 2)
private let mono = StreamFormat(sampleRate: 48_000, channels: 1)

private func output(_ effect: some Connectable, _ input: [[Double]]) throws -> [[Double]] {
  let format = StreamFormat(sampleRate: 48_000, channels: input.count)
  return run(try Plan.compile(effect, for: format, options: PlanOptions(precision: .double)), input)
}

private func amplitude(_ decibels: Double) -> Double { Double.pow(10, decibels / 20) }

@Suite struct CompressorLawTests {
  @Test func linked() throws {
    try checkLaws(
      of: { Compressor(threshold: -30, attack: 240 / $0, release: 2_400 / $0) },
      exceptions: [.couplesChannels, .remembers])
  }
  @Test func unlinked() throws {
    try checkLaws(
      of: { Compressor(threshold: -30, ratio: .infinity, attack: 0, release: 500 / $0, knee: 0, link: false) },
      exceptions: .remembers)
  }
  @Test func meanSquare() throws {
    try checkLaws(
      of: {
        Compressor(
          threshold: -24, ratio: 2, attack: 100 / $0, release: 3_000 / $0, detector: .rms,
          window: max(0.0001, 300 / $0), link: false, mix: 0.6)
      }, exceptions: .remembers)
  }
  @Test func lookingAhead() throws {
    try checkLaws(
      of: { Compressor(ratio: 20, attack: 50 / $0, release: 900 / $0, autoMakeUp: true, lookahead: min(0.1, 37 / $0)) },
      exceptions: [.couplesChannels, .isNotLive])
  }
}

@Suite struct CompressorTests {
  private static let settings = [
    Compressor(), Compressor(threshold: -30, ratio: .infinity, attack: 0.001, knee: 0, makeUp: 6),
    Compressor(threshold: -40, ratio: 1.5, release: 0.2, knee: 20, mix: 0.5),
    Compressor(threshold: -10, ratio: 8, attack: 0, release: 0, knee: 10, link: false),
    Compressor(threshold: -25, ratio: 3, attack: 0.01, release: 0.3, detector: .rms, window: 0.02),
  ]

  /// Within 0.05 dB of the closed form is asked; 1e-6 dB is held.
  @Test(arguments: 0..<5) func theStaticCurveIsTheClosedForm(setting: Int) throws {
    let compressor = Self.settings[setting]
    let model = CompressorModel(compressor: compressor)
    for level in stride(from: -80.0, through: 0, by: 1.25) {
      // A square wave has its level in every sample.
      let input = (0..<60_000).map { $0 % 96 < 48 ? amplitude(level) : -amplitude(level) }
      let result = abs(try #require(try output(compressor, [input])[0].last))
      let wet = amplitude(level + compressor.makeUp - model.reduction(at: level))
      let expected = compressor.mix * wet + (1 - compressor.mix) * amplitude(level)
      let error = 20 * Double.log10(result / expected)
      #expect(abs(error) < 1e-6, "\(level) dB: \(error) dB off")
    }
  }

  @Test(arguments: 0..<5) func isItsDefinition(setting: Int) throws {
    let compressor = Self.settings[setting]
    let input = noise(channels: 2, frames: 20_000, as: Double.self).map { samples in
      samples.enumerated().map { $0.element * Double.sin(Double($0.offset) * 0.001) }
    }
    let result = try output(compressor, input)
    let model = CompressorModel(compressor: compressor)
    for channel in 0..<2 {
      let gains = model.gains(compressor.link ? input : [input[channel]])
      #expect(relativeError(result[channel], zip(gains, input[channel]).map { $0 * $1 }) < -160)
    }
  }

  /// 63.2 % of a step, in decibels of reduction, in the stated time within 1 %.
  @Test(arguments: [(0.005, 0.05), (0.001, 0.1), (0.02, 0.03), (0.03, 0.5), (0.01, 0.01)])
  func attackAndReleaseTakeTheirTime(attack: Double, release: Double) throws {
    let compressor = Compressor(threshold: -30, ratio: 4, attack: attack, release: release, knee: 0)
    let (quiet, loud) = (amplitude(-20), amplitude(-4))
    let second = 96_000
    let input = (0..<3 * second).map { second..<2 * second ~= $0 ? loud : quiet }
    let result = try output(compressor, [input])[0]
    let reduction = zip(input, result).map { 20 * Double.log10($0 / $1) }
    let (low, high) = (0.75 * 10, 0.75 * 26.0)
    #expect(abs(reduction[second - 1] - low) < 1e-6 && abs(reduction[2 * second - 1] - high) < 1e-6)
    let share = 1 - Double.exp(-1.0)
    let risen = try #require(reduction[second...].firstIndex { $0 >= low + share * (high - low) }) - second + 1
    let fallen =
      try #require(reduction[(2 * second)...].firstIndex { $0 <= high - share * (high - low) }) - 2 * second + 1
    // A frame is the step of the measurement.
    #expect(abs(Double(risen) - attack * 48_000) <= max(1, 0.01 * attack * 48_000), "attack of \(risen) frames")
    #expect(abs(Double(fallen) - release * 48_000) <= max(1, 0.01 * release * 48_000), "release of \(fallen) frames")
  }

  @Test func linkedChannelsHaveOneGain() throws {
    var input = noise(channels: 2, frames: 5_000, as: Double.self)
    input[1] = input[1].map { $0 * 0.01 }
    func gains(_ link: Bool) throws -> [[Double]] {
      try zip(input, output(Compressor(threshold: -30, link: link), input)).map { zip($0, $1).map { $1 / $0 } }
    }
    let linked = try gains(true)
    #expect(zip(linked[0], linked[1]).allSatisfy { abs($0 / $1 - 1) < 1e-12 })
    let apart = try gains(false)
    #expect(abs(apart[1][4_999] - 1) < 1e-12)
    #expect(apart[0][4_999] < 0.7)
  }

  @Test func theKeyDecides() throws {
    let loudKey = Network(
      nodes: [.init("key", Gain(decibels: 20)), .init("quiet", Gain(decibels: -20)), .init("duck", Compressor())],
      edges: [
        .init(.input, .node("key")), .init(.input, .node("quiet")), .init(.node("quiet"), .node("duck", port: 0)),
        .init(.node("key"), .node("duck", port: 1)), .init(.node("duck"), .output),
      ])
    let input = noise(channels: 2, frames: 4_000, as: Double.self)
    let result = try output(loudKey, input)
    let gains = CompressorModel(compressor: Compressor()).gains(input.map { $0.map { $0 * 10 } })
    for channel in 0..<2 {
      #expect(relativeError(result[channel], zip(gains, input[channel]).map { $0 * $1 * 0.1 }) < -160)
    }
    let context = DesignContext(inputs: [stereo, StreamFormat(sampleRate: 48_000, channels: 3)], maximumFrames: 64)
    #expect(throws: DesignError.self) { try Compressor(link: false).design(in: context) }
    #expect(throws: Never.self) { try Compressor(link: true).design(in: context) }
    let three = DesignContext(inputs: [stereo, stereo, stereo], maximumFrames: 64)
    #expect(throws: DesignError.self) { try Compressor().design(in: three) }
  }

  @Test func aLookaheadIsLatency() throws {
    let compressor = Compressor(threshold: -30, ratio: .infinity, attack: 0.001, knee: 0, lookahead: 0.01)
    let plan = try Plan.compile(compressor, for: mono)
    #expect(plan.latencyFrames == 480)
    // The dry path waits for it.
    let both = try Plan.compile(passthrough + compressor, for: mono)
    #expect(both.latencyFrames == 480)
    // The step is met by a gain that has come down already: it never passes the threshold by more than a little.
    let input = (0..<20_000).map { $0 < 10_000 ? 0.0 : 0.9 }
    let result = try output(compressor, [input])[0]
    #expect(try #require(result.max()) < amplitude(-30) * 1.001)
  }

  @Test func automaticMakeUpIsHalfOfTheReductionOfFullScale() throws {
    let context = DesignContext(format: mono)
    let design = try Compressor(threshold: -20, ratio: 4, knee: 0, autoMakeUp: true).design(in: context)
    #expect(abs(design.staticReduction(at: 0) - 15) < 1e-9)
    let input = [Double](repeating: 0.001, count: 100)
    let result = try output(Compressor(threshold: -20, ratio: 4, knee: 0, autoMakeUp: true), [input])[0]
    #expect(abs(20 * Double.log10(result[50] / input[50]) - 7.5) < 1e-6)
  }

  @Test func mistakesAreNamed() {
    func check(_ compressor: Compressor, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation) {
      #expect(sourceLocation: sourceLocation) {
        try Plan.compile(compressor, for: stereo)
      } throws: { error in
        words.allSatisfy { String(describing: error).contains($0) }
      }
    }
    check(Compressor(threshold: 30), "threshold = 30 dB", "-120 to 20 dB")
    check(Compressor(ratio: 0.5), "ratio = 0.5", "1 to inf")
    check(Compressor(ratio: .nan), "ratio = nan")
    check(Compressor(attack: -1), "attack = -1 s")
    check(Compressor(attack: 0.1, release: 0.05), "release = 0.05 s", "shorter than the attack of 0.1 s")
    check(Compressor(knee: 100), "knee = 100 dB")
    check(Compressor(makeUp: .infinity), "makeup = inf dB")
    check(Compressor(window: 0), "window = 0 s")
    check(Compressor(mix: 2), "mix = 2")
    check(Compressor(lookahead: 1), "lookahead = 1 s")
  }

  // MARK: Edges

  @Test func silenceAndDenormalsPass() throws {
    #expect(try output(Compressor(makeUp: 20), [[Double](repeating: 0, count: 2_000)])[0].allSatisfy { $0 == 0 })
    let plan = try Plan.compile(Compressor(threshold: -120, ratio: .infinity), for: mono)
    let fading: [Float] = (0..<20_000).map { Float(Double.pow(10, -Double($0) / 200)) }
    #expect(run(plan, [fading])[0].allSatisfy { $0 == 0 || $0.isNormal })
  }

  @Test func aFullScaleStepStaysBelowItself() throws {
    let plan = try Plan.compile(Compressor(), for: mono)
    let result = run(plan, [[Float](repeating: 1, count: 48_000)])[0]
    #expect(result.allSatisfy { $0 <= 1 && $0 > 0 })
    #expect(abs(20 * Double.log10(Double(result[47_999])) + 15) < 1e-4)
  }

  @Test func theLargestNumbersAreCompressedToo() throws {
    let plan = try Plan.compile(Compressor(ratio: .infinity, knee: 0), for: mono)
    let runner = try PlanRunner<Float>(plan)
    let result = run(runner, [[Float](repeating: .greatestFiniteMagnitude, count: 48_000)], blocks: [48_000])[0]
    #expect(abs(result[47_999] - 0.1) < 1e-4)
    #expect(runner.overflowCount == 0)
  }
}

import ComplexModule
import RealModule
import SwiftletDSP
import TestSupport
import Testing

private let mono = StreamFormat(sampleRate: 48_000, channels: 1)
private let stereo = StreamFormat(sampleRate: 48_000, channels: 2)

@Suite struct CompilerTests {
  @Test func neighboursFuse() throws {
    let plan = try Plan.compile(
      HighPass(80, order: 4) | Peak(1_000, gain: 6) | Gain(decibels: -3) | LowPass(8_000), for: stereo)
    #expect(plan.stages.count == 1)
    #expect(plan.explain().stages[0].sections == 4)
    #expect(plan.explain().stages[0].effects == ["highpass", "peak", "lowpass", "gain"])
  }

  @Test func aFusedPlanIsTheProductOfItsParts() throws {
    let input = noise(channels: 2, frames: 3_000, as: Double.self)
    let options = PlanOptions(precision: .double)
    let fused = run(
      try Plan.compile(
        Gain(decibels: -3) | HighPass(80, order: 4) | Peak(1_000, gain: 6), for: stereo, options: options), input)
    var parts = input
    for item in [Gain(decibels: -3), HighPass(80, order: 4), Peak(1_000, gain: 6)] as [any Effect] {
      parts = run(try Plan.compile(item.graph, for: stereo, options: options), parts)
    }
    for channel in 0..<2 { #expect(relativeError(fused[channel], parts[channel]) < -250) }
  }

  @Test func identitiesVanish() throws {
    let plan = try Plan.compile(Peak(1_000, gain: 0) | Gain(decibels: 0) | LowShelf(100, gain: 0), for: mono)
    #expect(plan.stages.isEmpty)
    #expect(plan.vanished.count == 3)
    let input = noise(frames: 100, as: Float.self)
    #expect(run(plan, input) == input)
  }

  @Test func branchesDoNotFuseWithWhatOthersRead() throws {
    let a = LowPass(1_000)
    let plan = try Plan.compile(
      a | (Peak(300, gain: 3) + passthrough) | a, for: mono, options: PlanOptions(precision: .double))
    #expect(plan.stages.count == 3)
    let input = noise(frames: 2_000, as: Double.self)
    let first = run(try Plan.compile(a, for: mono, options: PlanOptions(precision: .double)), input)
    let peak = run(try Plan.compile(Peak(300, gain: 3), for: mono, options: PlanOptions(precision: .double)), first)
    let sum = [zip(first[0], peak[0]).map { $0 + $1 }]
    let last = run(try Plan.compile(a, for: mono, options: PlanOptions(precision: .double)), sum)
    #expect(relativeError(run(plan, input)[0], last[0]) < -250)
  }

  @Test func branchesAreAligned() throws {
    // An impulse through branches of latency 0, 10 and 25 arrives in one frame.
    let plan = try Plan.compile(passthrough + Lookahead(10) + (Lookahead(20) | Lookahead(5)), for: mono)
    #expect(plan.latencyFrames == 25)
    var impulse = [Float](repeating: 0, count: 100)
    impulse[0] = 1
    let output = run(plan, [impulse])[0]
    #expect(output[25] == 3)
    #expect(output.enumerated().allSatisfy { $0.offset == 25 || $0.element == 0 })
    let cut = try run(PlanRunner<Float>(plan), [impulse], blocks: unevenBlocks(total: 100))
    #expect(cut[0] == output)
  }

  @Test func renderTakesLatencyOut() throws {
    let wave = try Wave(noise(channels: 2, frames: 5_000, as: Float.self), sampleRate: 48_000)
    let out = try (wave | (passthrough + Lookahead(700)) | Gain(amplitude: 0.5)).render(tail: .trim)
    #expect(out == wave)
  }

  @Test func dryAndWetAreAligned() throws {
    let wave = try Wave(noise(frames: 2_000, as: Float.self), sampleRate: 48_000)
    let out = try (wave | Lookahead(333).mix(wet: 0.5)).render(tail: .trim)
    // Half of the input beside half of the delayed one, aligned: all of it.
    #expect(out == wave)
    #expect(throws: DesignError.self) { try Lookahead(1).mix(wet: 1.5) }
  }

  @Test(arguments: [2, 4, 6, 8]) func bandsSumToAnAllPass(order: Int) throws {
    let bands = try splitBands(
      at: [200, 1_000, 5_000], order: order, [passthrough, passthrough, passthrough, passthrough])
    let plan = try Plan.compile(bands, for: mono)
    for hertz in [20.0, 100, 200, 400, 1_000, 3_000, 5_000, 12_000, 20_000] {
      let magnitude = try plan.response(at: Frequency(hertz)).length
      #expect(abs(magnitude - 1) < 1e-9, "\(hertz) Hz of order \(order)")
    }
  }

  @Test func wrongBandsAreRefused() {
    #expect(throws: DesignError.self) { try splitBands(at: [200, 100], [passthrough, passthrough, passthrough]) }
    #expect(throws: DesignError.self) { try splitBands(at: [200], [passthrough]) }
  }

  @Test func aSumOfChainsThatDifferInChannelsIsRefused() {
    #expect(throws: DesignError.self) { try Plan.compile(passthrough + Widen(to: 2), for: mono) }
  }

  @Test func errorsNameTheirStage() {
    #expect {
      try Plan.compile(LowPass(100) | Peak(30_000, gain: 3).labelled("sparkle"), for: mono)
    } throws: { error in
      let text = String(describing: error)
      return text.contains("sparkle") && text.contains("30000 Hz") && text.contains("24000 Hz")
    }
  }

  @Test func formatsAreChecked() {
    #expect(throws: DesignError.self) { try Plan.compile(LowPass(1), for: StreamFormat(sampleRate: .nan, channels: 1)) }
    #expect(throws: DesignError.self) {
      try Plan.compile(LowPass(1), for: StreamFormat(sampleRate: 48_000, channels: 0))
    }
    #expect(throws: DesignError.self) {
      try Plan.compile(LowPass(1), for: mono, options: PlanOptions(maximumFrames: 0))
    }
  }

  @Test func aPlanExplainsItself() throws {
    let plan = try Plan.compile(
      HighPass(80, order: 4) | (passthrough + Lookahead(48)) | Gain(decibels: 0), for: stereo)
    let report = plan.explain()
    #expect(report.latencyFrames == 48)
    #expect(report.vanished == ["gain@3"])
    #expect(report.stages.map(\.identity) == ["highpass@1", "lookahead@2.2", "alignment", "sum"])
    #expect(report.memoryBytes > 0 && report.operationsPerSecond > 0)
    #expect(plan.description.contains("latency 48 frames"))
  }
}

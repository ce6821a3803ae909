import ComplexModule
import RealModule
import SwiftletDSP
import TestSupport
import Testing

/// Graphs of random shape: the laws hold for compositions too.
@Suite struct RandomGraphTests {
  /// Filters and what else has a response.
  private static func linearLeaf(_ g: inout SeededGenerator) -> Graph {
    let hertz = Frequency(Double.random(in: 60...9_000, using: &g))
    return switch Int.random(in: 0..<8, using: &g) {
    case 0: LowPass(hertz).graph
    case 1: HighPass(hertz, order: Int.random(in: 1...7, using: &g)).graph
    case 2: Peak(hertz, gain: Double.random(in: -12...12, using: &g)).graph
    case 3: Gain(decibels: Double.random(in: -12...3, using: &g)).graph
    case 4: Lookahead(Int.random(in: 0...300, using: &g)).graph
    case 5: Live(LowShelf(hertz, gain: 3)).graph
    case 6: Elliptic(.lowPass(hertz), order: Int.random(in: 1...5, using: &g)).graph
    default: .passthrough
    }
  }

  /// Delays and compressors, and those.
  private static func anyLeaf(_ g: inout SeededGenerator) -> Graph {
    switch Int.random(in: 0..<4, using: &g) {
    case 0:
      var delay = Delay(seconds: Double.random(in: 0.0003...0.02, using: &g), feedback: 0.6, mix: 0.5)
      delay.mode = Delay.Mode.allCases.randomElement(using: &g) ?? .straight
      if Bool.random(using: &g) { delay.lowPass = Frequency(Double.random(in: 500...9_000, using: &g)) }
      if Bool.random(using: &g), case .seconds(let time) = delay.time { delay.depth = max(0, time - 0.001) / 2 }
      return delay.graph
    case 1:
      var compressor = Compressor(threshold: Double.random(in: -50 ... -10, using: &g), attack: 0.001)
      compressor.detector = Compressor.Detector.allCases.randomElement(using: &g) ?? .peak
      compressor.link = Bool.random(using: &g)
      compressor.lookahead = Bool.random(using: &g) ? 0.002 : 0
      return compressor.graph
    default: return linearLeaf(&g)
    }
  }

  static func graph(_ g: inout SeededGenerator, depth: Int = 3, isLinear: Bool = true) -> Graph {
    let leaf = isLinear ? linearLeaf : anyLeaf
    let items = { (g: inout SeededGenerator) in
      (0..<Int.random(in: 1...4, using: &g)).map { _ in graph(&g, depth: depth - 1, isLinear: isLinear) }
    }
    return switch depth == 0 ? 0 : Int.random(in: 0..<5, using: &g) {
    case 1, 2: .series(items(&g))
    case 3: .parallel(items(&g))
    case 4: .labelled("part", leaf(&g))
    default: leaf(&g)
    }
  }

  @Test(arguments: 0..<40, [true, false]) func lawsHold(seed: UInt64, isLinear: Bool) throws {
    var generator = SeededGenerator(seed: seed)
    let graph = Self.graph(&generator, isLinear: isLinear)
    let channels = [1, 2, 3, 6, 64][Int(seed % 5)]
    let format = StreamFormat(sampleRate: 48_000, channels: channels)
    let plan = try Plan.compile(graph, for: format, options: PlanOptions(maximumFrames: 200))
    let input = noise(channels: channels, frames: 1_500, seed: seed, as: Float.self)
    let whole = run(plan, input)
    let runner = try PlanRunner<Float>(plan)
    #expect(run(runner, input, blocks: unevenBlocks(total: 1_500)) == whole)
    runner.reset()
    #expect(run(runner, input, blocks: [1_500]) == whole)

    runner.reset()
    _ = run(runner, input.map { Array($0[..<777]) }, blocks: [777])
    let restored = try PlanRunner<Float>(plan)
    try restored.restoreState(runner.saveState())
    #expect(run(restored, input.map { Array($0[777...]) }, blocks: [723]) == whole.map { Array($0[777...]) })

    let fast = try Plan.compile(
      graph, for: format, options: PlanOptions(maximumFrames: 4_096, precision: .double, mode: .fast))
    let exact = try Plan.compile(graph, for: format, options: PlanOptions(maximumFrames: 200, precision: .double))
    let doubles = input.map { $0.map(Double.init) }
    let reference = run(exact, doubles)
    let quick = run(fast, doubles)
    for channel in 0..<channels {
      #expect(relativeError(quick[channel], reference[channel]) < -140)
      // Between stages Float samples are rounded, and a compressor raises what is below its threshold against the rest.
      #expect(relativeError(whole[channel], reference[channel]) < (isLinear ? -120 : -100))
    }
  }

  @Test(arguments: 0..<20) func theResponseIsThatOfTheImpulse(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed + 1_000)
    let graph = Self.graph(&generator)
    let plan = try Plan.compile(
      graph, for: StreamFormat(sampleRate: 48_000, channels: 1), options: PlanOptions(precision: .double))
    let length = plan.latencyFrames + (plan.tail.frameCount ?? 0) + 1
    var impulse = [Double](repeating: 0, count: length)
    impulse[0] = 1
    let output = run(plan, [impulse])[0]
    for hertz in [50.0, 440, 3_000, 15_000] {
      var (re, im) = (0.0, 0.0)
      for (n, sample) in output.enumerated() {
        let angle = 2 * Double.pi * hertz / 48_000 * Double(n)
        re += sample * Double.cos(angle)
        im -= sample * Double.sin(angle)
      }
      let response = try plan.response(at: Frequency(hertz))
      let error = Double.hypot(response.real - re, response.imaginary - im)
      #expect(error < 1e-4 * max(1, response.length), "\(hertz) Hz: \(response) against \(re), \(im)")
    }
  }

  @Test func groupDelayIsThatOfTheNumericDerivative() throws {
    let graph = (LowPass(500) + Peak(2_000, gain: 4)) | Lookahead(10) | HighPass(50, order: 3)
    let plan = try Plan.compile(graph, for: StreamFormat(sampleRate: 48_000, channels: 1))
    for hertz in [100.0, 700, 2_000, 9_000] {
      let step = 0.01
      let ratio =
        try plan.response(at: Frequency(hertz + step)) / (try plan.response(at: Frequency(hertz - step)))
      let numeric = -ratio.phase / (2 * step * 2 * .pi)
      let delay = try #require(try plan.frequencyResponse(at: [Frequency(hertz)]).groupDelay[0])
      #expect(abs(delay - numeric) < 1e-9 + 1e-6 * abs(numeric))
    }
  }

  /// Where one branch has a zero, the sum has a delay all the same: that of the frequencies beside it.
  @Test(arguments: [0.0, 1_000, 24_000]) func groupDelayOfASumIsDefinedWhereABranchIsSilent(hertz: Double) throws {
    let graph =
      HighPass(300, order: 1) + Notch(1_000, q: 2) + (LowPass(300) | Delay(.seconds(0.001), feedback: 0, mix: 1))
    let plan = try Plan.compile(graph, for: StreamFormat(sampleRate: 48_000, channels: 1))
    let beside = Frequency(hertz + (hertz < 24_000 ? 1e-4 : -1e-4))
    let delays = try plan.frequencyResponse(at: [Frequency(hertz), beside]).groupDelay
    let (exact, near) = (try #require(delays[0]), try #require(delays[1]))
    #expect(abs(exact - near) < 1e-9)
  }

  @Test func aNonlinearGraphHasNoResponse() throws {
    let plan = try Plan.compile(StepGain(1), for: StreamFormat(sampleRate: 48_000, channels: 1))
    #expect(throws: DesignError.self) { try plan.response(at: 100) }
    #expect(throws: DesignError.self) { try plan.cascade() }
  }
}

import RealModule
import SwiftletDSP
import TestSupport
import Testing

/// Another graph takes over while the first one runs.
@Suite struct SwapTests {
  private let mono = StreamFormat(sampleRate: 48_000, channels: 1)
  private let stereo = StreamFormat(sampleRate: 48_000, channels: 2)

  private func echo(_ seconds: Double = 0.13, feedback: Double = 0.6) -> Delay {
    Delay(.seconds(seconds), feedback: feedback, mix: 0.5)
  }

  /// Runs a graph over noise, with swaps at frames.
  private func output(
    _ first: some Connectable, _ swaps: [(Int64?, Graph)] = [], input: [[Float]], blocks: [Int]? = nil,
    scope: ChangeScope = .live, holding: Int? = nil
  ) throws -> [[Float]] {
    let format = StreamFormat(sampleRate: 48_000, channels: input.count)
    let plan = try Plan.compile(first, for: format, options: PlanOptions(maximumFrames: 512))
    let runner = try PlanRunner<Float>(plan, changing: scope, holding: holding)
    for (position, graph) in swaps { try runner.control.swap(to: graph, at: position) }
    return run(runner, input, blocks: blocks ?? [input[0].count])
  }

  @Test(arguments: [ChangeScope.live, .all]) func aGraphSwappedForItselfChangesNoBit(scope: ChangeScope) throws {
    let graph: Graph =
      (HighPass(30) | echo().labelled("echo")
      | (Gain(decibels: -3) + Delay(seconds: 0.0123) + Compressor(lookahead: 0.004))
      | Gain(decibels: 2) | Peak(900, gain: 4)).graph
    let input: [[Float]] = noise(channels: 2, frames: 60_000)
    let plain = try output(graph, input: input, scope: scope)
    let swapped = try output(graph, [(17_003, graph), (43_001, graph)], input: input, scope: scope)
    #expect(plain == swapped)
  }

  @Test func stateGoesOnWhereTheLabelIsTheSame() throws {
    var input: [[Float]] = [[Float](repeating: 0, count: 60_000)]
    input[0][11_000] = 1
    let graph = echo(0.25, feedback: 0.9).labelled("echo") | LowPass(8_000)
    // Another place, and something before it.
    let next = Gain(decibels: 0.5) | (LowPass(5_000) | echo(0.25, feedback: 0.9).labelled("echo"))
    let heard = try output(graph, [(23_000, next.graph)], input: input)
    // The impulse went into the line before the swap; its echoes are heard after it.
    #expect(heard[0][47_000 - 24_000..<47_100 - 24_000].contains { abs($0) > 0.05 })
    #expect(heard[0][47_000..<47_100].contains { abs($0) > 0.05 })
    let other = Gain(decibels: 0.5) | (LowPass(5_000) | echo(0.25, feedback: 0.9).labelled("other"))
    let fresh = try output(graph, [(23_000, other.graph)], input: input)
    #expect(fresh[0][47_000..<47_100].allSatisfy { abs($0) < 0.001 })
  }

  @Test func isWhatAFreshGraphIsOnceSettled() throws {
    let input: [[Float]] = noise(channels: 2, frames: 48_000)
    let old = LowPass(300) | Gain(decibels: -6)
    let new = HighPass(2_000) | Peak(5_000, gain: 6)
    let heard = try output(old, [(20_000, new.graph)], input: input)
    let before = try output(old, input: input)
    let after = try output(new, input: input)
    #expect(heard.map { Array($0[..<20_000]) } == before.map { Array($0[..<20_000]) })
    #expect(heard.map { Array($0[..<20_961]) } != before.map { Array($0[..<20_961]) })
    for channel in 0..<2 {
      #expect(relativeError(Array(heard[channel][20_960...]), Array(after[channel][20_960...])) < -120)
    }
  }

  @Test func blocksDoNotMatter() throws {
    let total = 60_000
    let input: [[Float]] = noise(channels: 2, frames: total)
    let first = LowPass(800) | echo().labelled("echo")
    let swaps: [(Int64?, Graph)] = [
      (12_345, (HighPass(100) | echo(0.1).labelled("echo") | Gain(decibels: -1)).graph),
      (12_500, (Peak(900, gain: 6) | echo().labelled("echo")).graph),
      (13_000, (Compressor() | echo(0.2).labelled("echo")).graph),
      (50_001, LowPass(500).graph),
    ]
    for scope in [ChangeScope.live, .all] {
      let whole = try output(first, swaps, input: input, scope: scope, holding: 100)
      for blocks in [unevenBlocks(total: total), Array(repeating: 64, count: total / 64) + [total % 64]] {
        #expect(try output(first, swaps, input: input, blocks: blocks, scope: scope, holding: 100) == whole)
      }
      let frames = Array(repeating: 1, count: 24_000)
      let short = input.map { Array($0[..<24_000]) }
      #expect(
        try output(first, swaps, input: short, blocks: frames, scope: scope, holding: 100)
          == whole.map { Array($0[..<24_000]) })
    }
  }

  @Test func inPlaceIsTheSame() throws {
    let input: [[Float]] = noise(channels: 1, frames: 30_000)
    let (first, next) = (LowPass(800), HighPass(100) | Gain(decibels: -1))
    let apart = try output(first, [(14_000, next.graph)], input: input)
    let runner = try PlanRunner<Float>(try Plan.compile(first, for: mono, options: PlanOptions(maximumFrames: 512)))
    try runner.control.swap(to: next, at: 14_000)
    let buffer = SampleBuffer<Float>(channels: 1, capacity: 30_000)
    for (frame, sample) in input[0].enumerated() { buffer[0, frame] = sample }
    buffer.withBlock(frames: 30_000) { _ = runner.process($0, into: $0) }
    #expect((0..<30_000).map { buffer[0, $0] } == apart[0])
  }

  @Test(arguments: [ChangeScope.live, .all]) func allocatesNothing(scope: ChangeScope) throws {
    let first = LowPass(800) | echo(1).labelled("echo") | Compressor(lookahead: 0.005) | Gain(decibels: 1)
    let plan = try Plan.compile(first, for: stereo, options: PlanOptions(maximumFrames: 256))
    let runner = try PlanRunner<Float>(plan, changing: scope)
    let source = SampleBuffer<Float>(channels: 2, capacity: 256)
    let target = SampleBuffer<Float>(channels: 2, capacity: 256)
    for frame in 0..<256 { (source[0, frame], source[1, frame]) = (Float(frame) / 256, 0.25) }
    func blocks(_ count: Int) -> Int? {
      source.withBlock(frames: 256) { block in
        target.withBlock(frames: 256) { output in
          countAllocations { for _ in 0..<count { runner.process(block, into: output) } }
        }
      }
    }
    #expect(blocks(200) ?? 0 == 0)
    try runner.control.swap(
      to: LowPass(800) | echo(1).labelled("echo") | Compressor(lookahead: 0.005) | Gain(decibels: 2))
    #expect(blocks(100) ?? 0 == 0)
    #expect(!runner.control.isSwapping)
    try runner.control.swap(to: FIR(taps: [0.5, 0.5]) | echo(1).labelled("echo"), at: runner.position + 20_000)
    #expect(runner.control.isSwapping)
    #expect(blocks(200) ?? 0 == 0)
    #expect(!runner.control.isSwapping)
  }

  /// The largest second difference around a swap, of a 100 Hz sine at full scale, against that of the input and of both graphs.
  @Test(arguments: 0..<6) func doesNotClick(kind: Int) throws {
    let pairs: [(Graph, Graph)] = [
      (LowPass(1_000).graph, HighPass(60).graph),
      (Gain(amplitude: 1).graph, Gain(amplitude: -1).graph),
      (echo().labelled("a").graph, (echo(0.07).labelled("a") | Peak(100, gain: 6)).graph),
      (Compressor(lookahead: 0.005).graph, Notch(100, q: 3).graph),
      ((LowPass(200) + HighPass(200)).graph, AllPass(100).graph),
      (Peak(100, gain: 12).graph, Compressor().graph),
    ]
    let (old, new) = pairs[kind]
    let frames = 96_000
    let sine = [(0..<frames).map { Double.sin(2 * .pi * 100 / 48_000 * Double($0)) }]
    let options = PlanOptions(maximumFrames: 512, precision: .double)
    let plan = try Plan.compile(old, for: mono, options: options)
    let runner = try PlanRunner<Double>(plan)
    try runner.control.swap(to: new, at: 48_077)
    let heard = run(runner, sine, blocks: [frames])[0]
    let after = run(try Plan.compile(new, for: mono, options: options), sine)[0]
    let steady = max(bend(sine[0][...]), bend(heard[24_000..<48_000]), bend(after[48_000...]))
    #expect(bend(heard[47_990...]) <= 1.5 * steady + 1e-6)
  }

  private func bend(_ samples: ArraySlice<Double>) -> Double {
    samples.indices.dropFirst(2).map { abs(samples[$0] - 2 * samples[$0 - 1] + samples[$0 - 2]) }.max() ?? 0
  }

  @Test func holdsTheLatency() throws {
    var input: [[Float]] = [[Float](repeating: 0, count: 40_000)]
    input[0][35_000] = 1
    let late = Compressor(threshold: 20, ratio: 1, lookahead: 0.005)
    let heard = try output(late, [(20_000, Gain(decibels: 0).graph)], input: input)
    #expect(heard[0].firstIndex { $0 > 0.9 } == 35_240)
    let held = try output(Gain(decibels: 0), [(20_000, late.graph)], input: input, holding: 300)
    #expect(held[0].firstIndex { $0 > 0.9 } == 35_300)
    let runner = try PlanRunner<Float>(try Plan.compile(late, for: mono), holding: 300)
    #expect(runner.latencyFrames == 300)
  }

  @Test func refusesWhatDoesNotFit() throws {
    let runner = try PlanRunner<Float>(try Plan.compile(Gain(decibels: 0), for: mono))
    func reason(_ graph: some Connectable) -> DesignError.Reason? {
      do throws(DesignError) {
        try runner.control.swap(to: graph)
        return nil
      } catch {
        return error.reason
      }
    }
    #expect(reason(Compressor(lookahead: 0.005)) == .structural)
    #expect(reason(LowPass(30_000)) == .outOfRange)
    #expect(reason(Rate()) == .structural)
    #expect(!runner.control.isSwapping)
    let plan = try Plan.compile(Compressor(lookahead: 0.005), for: mono)
    #expect(throws: DesignError.self) { try PlanRunner<Float>(plan, holding: 10) }
  }

  @Test func controlFindsTheNewGraph() throws {
    let live = Live(Gain(amplitude: 0.5))
    let plan = try Plan.compile(Gain(amplitude: 0.25).labelled("old") | live.labelled("both"), for: mono)
    let runner = try PlanRunner<Float>(plan, changing: .all)
    let ones = [[Float](repeating: 1, count: 4_000)]
    #expect(run(runner, ones, blocks: [4_000])[0].last == 0.125)
    try runner.control.swap(to: live.labelled("both") | Gain(amplitude: 2).labelled("new"), at: 8_000)
    // Until its frame the old graph is what is meant.
    try runner.control.schedule("amplitude", of: "old", to: .number(1), at: 4_000)
    #expect(throws: DesignError.self) { try runner.control.mute("new", at: 7_000) }
    #expect(throws: DesignError.self) { try runner.control.mute("old", at: 8_001) }
    #expect(run(runner, ones, blocks: [4_000])[0].last == 0.5)
    #expect(run(runner, ones, blocks: [4_000])[0].last == 1)
    #expect(runner.control.changeable == ["both", "new"])
    try live.update { $0 = Gain(amplitude: 0.75) }
    #expect(run(runner, ones, blocks: [4_000])[0].last == 1.5)
    try runner.control.schedule("amplitude", of: "new", to: .number(1))
    #expect(run(runner, ones, blocks: [4_000])[0].last == 0.75)
  }

  /// Of swaps that become due while one is under way only the last is made; a reset leaves the one that is coming.
  @Test func theLastOfThoseThatWaitWins() throws {
    let runner = try PlanRunner<Float>(try Plan.compile(Gain(amplitude: 1), for: mono))
    let ones = [[Float](repeating: 1, count: 600)]
    _ = run(runner, ones, blocks: [600])
    for amplitude in [2.0, 3, 4, 5] { try runner.control.swap(to: Gain(amplitude: amplitude)) }
    #expect(run(runner, ones, blocks: [600])[0].last! > 2)
    try runner.control.swap(to: Gain(amplitude: 7))
    try runner.control.swap(to: Gain(amplitude: 8))
    _ = run(runner, ones, blocks: [600])
    let last = run(runner, [[Float](repeating: 1, count: 2_000)], blocks: [2_000])
    #expect(last[0].last == 8)
    #expect(!runner.control.isSwapping)
    try runner.control.swap(to: Gain(amplitude: 9))
    _ = run(runner, ones, blocks: [600])
    try runner.control.swap(to: Gain(amplitude: 10))
    runner.reset()
    #expect(run(runner, ones, blocks: [600])[0] == [Float](repeating: 9, count: 600))
    #expect(!runner.control.isSwapping)
  }

  @Test func savedStateIsOfOneGraph() throws {
    let (old, new) = (LowPass(400) | echo().labelled("e"), HighPass(400) | echo().labelled("e"))
    let input: [[Float]] = noise(channels: 1, frames: 40_000)
    let runner = try PlanRunner<Float>(try Plan.compile(old, for: mono))
    try runner.control.swap(to: new, at: 20_000)
    let start = run(runner, [Array(input[0][..<20_300])], blocks: [20_300])
    #expect(start[0].count == 20_300)
    let middle = runner.saveState()
    let other = try PlanRunner<Float>(try Plan.compile(new, for: mono))
    #expect(throws: StateError.self) { try other.restoreState(middle) }
    _ = run(runner, [Array(input[0][20_300..<30_000])], blocks: [9_700])
    let settled = runner.saveState()
    let stale = try PlanRunner<Float>(try Plan.compile(old, for: mono))
    #expect(throws: StateError.self) { try stale.restoreState(settled) }
    try other.restoreState(settled)
    let rest = [Array(input[0][30_000...])]
    #expect(run(other, rest, blocks: [10_000]) == run(runner, rest, blocks: [10_000]))
  }

  @Test func oldGraphsAreFreed() throws {
    let plan = try Plan.compile(Gain(decibels: 0), for: mono)
    let runner = try PlanRunner<Float>(plan)
    let ones = [[Float](repeating: 1, count: 1_100)]
    weak var first: Live<Gain>?
    do {
      let handle = Live(Gain(amplitude: 2))
      first = handle
      try runner.control.swap(to: handle)
    }
    _ = run(runner, ones, blocks: [1_100])
    #expect(first == nil || runner.control.isSwapping == false)
    try runner.control.swap(to: Gain(amplitude: 3))
    _ = run(runner, ones, blocks: [1_100])
    #expect(!runner.control.isSwapping)
    #expect(first == nil)
  }
}

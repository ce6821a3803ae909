import RealModule
import SwiftletDSP
import TestSupport
import Testing

private let mono = StreamFormat(sampleRate: 48_000, channels: 1)

/// A change while it runs: nothing clicks, nothing is allocated, and state goes on.
@Suite struct DelayLiveTests {
  private static func sine(_ frames: Int) -> [Float] {
    (0..<frames).map { Float(Double.sin(2 * .pi * 200 / 48_000 * Double($0))) }
  }

  /// The largest second difference, which a click raises and a sine keeps small.
  private static func roughness(_ samples: some Collection<Float>) -> Float {
    let all = Array(samples)
    var largest: Float = 0
    for n in 2..<all.count {
      let bend: Float = all[n] - 2 * all[n - 1] + all[n - 2]
      largest = max(largest, abs(bend))
    }
    return largest
  }

  private static let changes: [(@Sendable (inout Delay) -> Void)] = [
    { $0.time = .seconds(0.0234) }, { $0.time = .seconds(0.9) }, { $0.time = .milliseconds(3.3) },
    { $0.feedback = -0.9 }, { $0.mix = 0 }, { $0.lowPass = 300 }, { $0.highPass = 500 }, { $0.depth = 0.002 },
    { $0.rate = 7 },
  ]

  @Test(arguments: 0..<9) func nothingClicks(change: Int) throws {
    let live = Live(Delay(.seconds(0.05), feedback: 0.5, mix: 0.5))
    let runner = try PlanRunner<Float>(Plan.compile(live, for: mono))
    let input = Self.sine(40_000)
    let before = run(runner, [Array(input[..<20_000])], blocks: [20_000])[0]
    try live.update(Self.changes[change])
    let after = run(runner, [Array(input[20_000...])], blocks: unevenBlocks(total: 20_000))[0]
    let quiet = Self.roughness(before.suffix(5_000))
    #expect(Self.roughness(before.suffix(100) + after) < 3 * quiet, "change \(change)")
    // Once the fade has ended nothing of it is left in the way a fresh delay sounds.
    #expect(before.count + after.count == 40_000)
  }

  /// What a change bends comes back with every pass of the loop.
  @Test(arguments: [0, 0.4, -0.4, 0.9, -0.9]) func feedbackBoundsWhatAChangeBends(feedback: Double) throws {
    let bound = abs(feedback) <= 0.4 ? 1.5 : 1.5 / (1 - abs(feedback))
    for seconds in [0.00167, 0.0083, 0.05] {
      let delay = Delay(.seconds(seconds), feedback: feedback, mix: 1)
      let changes: [(inout Delay) -> Void] = [
        { $0.time = .seconds(0.001) }, { $0.time = .seconds(0.0083) }, { $0.feedback = -0.3 }, { $0.mix = 0 },
        { $0.lowPass = 300 }, { $0.highPass = 500 }, { ($0.time, $0.depth, $0.rate) = (.seconds(0.05), 0.02, 7) },
      ]
      for (index, change) in changes.enumerated() {
        var other = delay
        change(&other)
        for (from, to) in [(delay, other), (other, delay)] where from != to {
          let bend = try SineBend.largest(from: from, to: to, at: 120_110)
          #expect(bend <= bound, "change \(index) at \(seconds) s: \(bend)")
        }
      }
    }
  }

  @Test func anotherRateSwingsOnWithoutACorner() throws {
    let slow = Delay(.seconds(0.05), feedback: 0.3, mix: 1, rate: 0.5, depth: 0.02)
    var fast = slow
    fast.rate = 7
    #expect(try SineBend.largest(from: slow, to: fast, at: 70_000) <= 1.5)
    #expect(try SineBend.largest(from: fast, to: slow, at: 70_000) <= 1.5)
  }

  @Test func manyChangesAtOnceEndAtTheLast() throws {
    let live = Live(Delay(.seconds(0.01), feedback: 0, mix: 1))
    let runner = try PlanRunner<Float>(Plan.compile(live, for: mono))
    let input = noise(frames: 12_000, as: Float.self)
    _ = run(runner, input.map { Array($0[..<1_000]) }, blocks: [1_000])
    for (index, seconds) in [0.02, 0.015, 0.03, 0.025].enumerated() {
      try live.update { $0.time = .seconds(seconds) }
      let start = 1_000 + 100 * index
      _ = run(runner, input.map { Array($0[start..<start + 100]) }, blocks: [100])
    }
    let result = run(runner, input.map { Array($0[1_400...]) }, blocks: [10_600])[0]
    // 25 ms are 1200 frames.
    #expect(Array(result[6_000...]) == Array(input[0][6_200..<10_800]))
  }

  @Test func blocksDoNotMatterWhileItChanges() throws {
    func output(_ blocks: [Int]) throws -> [Float] {
      let live = Live(Delay(.seconds(0.01), feedback: 0.5, mix: 0.5, rate: 2, depth: 0.002))
      let runner = try PlanRunner<Float>(Plan.compile(live, for: mono))
      let input = noise(frames: 9_000, as: Float.self)
      var result = run(runner, input.map { Array($0[..<3_000]) }, blocks: [3_000])[0]
      try live.update {
        $0 = Delay(.seconds(0.02), feedback: 0.8, mix: 0.3, lowPass: 2_000, rate: 5, depth: 0.001)
      }
      result += run(runner, input.map { Array($0[3_000...]) }, blocks: blocks)[0]
      return result
    }
    #expect(try output([6_000]) == output(unevenBlocks(total: 6_000)))
    #expect(try output([6_000]) == output(Array(repeating: 1, count: 6_000)))
  }

  @Test func savedInTheMiddleOfAFadeItGoesOn() throws {
    let live = Live(Delay(.seconds(0.01), feedback: 0.5, lowPass: 3_000))
    let plan = try Plan.compile(live, for: mono)
    let runner = try PlanRunner<Float>(plan)
    let input = noise(frames: 6_000, as: Float.self)
    _ = run(runner, input.map { Array($0[..<2_000]) }, blocks: [2_000])
    try live.update { $0.time = .seconds(0.0153) }
    _ = run(runner, input.map { Array($0[2_000..<2_300]) }, blocks: [300])
    let restored = try PlanRunner<Float>(plan)
    try restored.restoreState(runner.saveState())
    let rest = input.map { Array($0[2_300...]) }
    #expect(run(restored, rest, blocks: unevenBlocks(total: 3_700)) == run(runner, rest, blocks: [3_700]))
  }

  @Test func adoptingAllocatesNothing() throws {
    let context = DesignContext(format: mono)
    let delay = Delay(.seconds(0.01), feedback: 0.5)
    let processor = delay.makeProcessor(try delay.design(in: context), in: context, as: Float.self)
    let others = try [0.0133, 0.5, 0.021].map {
      try Delay(.seconds($0), feedback: 0.2, lowPass: 900, depth: 0.001).design(in: context)
    }
    let buffer = SampleBuffer<Float>(channels: 1, capacity: 1_000)
    buffer.withBlock(frames: 1_000) { block in
      _ = processor.process(block, into: block, at: ProcessContext(position: 0))
      let count = countAllocations {
        for design in others {
          _ = processor.adopt(design)
          _ = processor.process(block, into: block, at: ProcessContext(position: 0))
        }
      }
      #expect(count ?? 0 == 0)
    }
  }

  @Test func aLongerTimeThanTheLineHoldsIsAnotherStructure() throws {
    let live = Live(Delay(seconds: 0.1))
    let runner = try PlanRunner<Float>(Plan.compile(live, for: mono))
    try live.update { $0.time = .seconds(2) }
    _ = runner
    let context = DesignContext(format: mono)
    let short = try Delay(seconds: 0.1).design(in: context)
    #expect(short.hasSameShape(as: try Delay(seconds: 2).design(in: context)))
    #expect(!short.hasSameShape(as: try Delay(seconds: 3).design(in: context)))
  }

  @Test func theHostsTempoCounts() throws {
    let eighth = try #require(NoteLength("1/8"))
    let plan = try Plan.compile(Delay(.note(eighth), feedback: 0.5, mix: 1, tempo: 120), for: mono)
    let input = noise(frames: 40_000, as: Float.self)
    func output(host: Double?) throws -> [[Float]] {
      let runner = try PlanRunner<Float>(plan)
      runner.tempo = host
      return run(runner, input, blocks: [40_000])
    }
    let faster = try Plan.compile(Delay(seconds: 0.15, feedback: 0.5, mix: 1), for: mono)
    #expect(try output(host: 200) == run(faster, input))
    // Of a tempo outside 20 to 999 nothing is taken.
    #expect(try output(host: 5) == output(host: nil))

    // Changed while it runs it cross-fades.
    let runner = try PlanRunner<Float>(plan)
    let sine = Self.sine(80_000)
    runner.tempo = 120
    let before = run(runner, [Array(sine[..<60_000])], blocks: [60_000])[0]
    runner.tempo = 133
    let after = run(runner, [Array(sine[60_000...])], blocks: [20_000])[0]
    #expect(Self.roughness(before.suffix(100) + after) < 3 * Self.roughness(before.suffix(5_000)))
  }
}

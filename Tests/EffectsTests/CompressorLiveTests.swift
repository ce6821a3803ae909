import RealModule
import SwiftletDSP
import TestSupport
import Testing

private let mono = StreamFormat(sampleRate: 48_000, channels: 1)

@Suite struct CompressorLiveTests {
  private static let changed = Compressor(
    threshold: -45, ratio: 20, attack: 0.02, release: 0.5, knee: 12, makeUp: 12, mix: 0.7)

  @Test func blocksDoNotMatterWhileItChanges() throws {
    func output(_ blocks: [Int]) throws -> [Float] {
      let live = Live(Compressor())
      let runner = try PlanRunner<Float>(Plan.compile(live, for: mono))
      let input = noise(frames: 9_000, as: Float.self)
      var result = run(runner, input.map { Array($0[..<3_000]) }, blocks: [3_000])[0]
      try live.update { $0 = Self.changed }
      result += run(runner, input.map { Array($0[3_000...]) }, blocks: blocks)[0]
      return result
    }
    #expect(try output([6_000]) == output(unevenBlocks(total: 6_000)))
    #expect(try output([6_000]) == output(Array(repeating: 1, count: 6_000)))
  }

  @Test func theGainGoesSmoothly() throws {
    let live = Live(Compressor(attack: 0, release: 0))
    let runner = try PlanRunner<Float>(Plan.compile(live, for: mono))
    let input = [[Float](repeating: 0.5, count: 4_000)]
    let before = run(runner, input, blocks: [4_000])[0]
    try live.update { ($0.threshold, $0.ratio, $0.knee, $0.makeUp, $0.mix) = (-45, 20, 12, 12, 0.7) }
    let after = run(runner, input, blocks: [4_000])[0]
    let whole = before.suffix(10) + after
    let largestStep = zip(whole, whole.dropFirst()).map { abs($0 - $1) }.max() ?? 0
    #expect(largestStep < 0.002)
    #expect(abs(before[3_999] - after[3_999]) > 0.01)
  }

  @Test func savedInTheMiddleOfAChangeItGoesOn() throws {
    let live = Live(Compressor(detector: .rms))
    let plan = try Plan.compile(live, for: mono)
    let runner = try PlanRunner<Float>(plan)
    let input = noise(frames: 6_000, as: Float.self)
    _ = run(runner, input.map { Array($0[..<2_000]) }, blocks: [2_000])
    try live.update { ($0.threshold, $0.makeUp) = (-40, 9) }
    _ = run(runner, input.map { Array($0[2_000..<2_300]) }, blocks: [300])
    let restored = try PlanRunner<Float>(plan)
    try restored.restoreState(runner.saveState())
    let rest = input.map { Array($0[2_300...]) }
    #expect(run(restored, rest, blocks: unevenBlocks(total: 3_700)) == run(runner, rest, blocks: [3_700]))
  }

  /// Without an attack the gain follows each rise of the level at once, on a curve that moves too.
  @Test(arguments: [0, 0.0005, 0.001, 0.002], [0.05, 10]) func aFastAttackBendsNoMoreThanASlowOne(
    attack: Double, release: Double
  ) throws {
    let plain = Compressor(threshold: 0, ratio: 4, attack: attack, release: release, knee: 0)
    let changes: [(inout Compressor) -> Void] = [
      { $0.threshold = -20 }, { $0.threshold = -60 }, { ($0.threshold, $0.ratio) = (-40, .infinity) }, { $0.knee = 60 },
      { ($0.threshold, $0.attack, $0.release) = (-30, 0.02, 0.3) }, { ($0.makeUp, $0.mix) = (30, 0.5) },
    ]
    for (index, change) in changes.enumerated() {
      var other = plain
      change(&other)
      for (from, to) in [(plain, other), (other, plain)] {
        for phase in [0, 110, 230] {
          let bend = try SineBend.largest(from: from, to: to, at: 60_000 + phase)
          #expect(bend <= 1.5, "change \(index) at \(phase): \(bend)")
        }
      }
    }
  }

  @Test func anotherStructureIsRefused() throws {
    let live = Live(Compressor())
    let runner = try PlanRunner<Float>(Plan.compile(live, for: mono))
    for change: (inout Compressor) -> Void in [
      { $0.lookahead = 0.01 }, { $0.link = false }, { $0.detector = .rms },
    ] {
      let context = DesignContext(format: mono)
      var other = Compressor()
      change(&other)
      #expect(!(try Compressor().design(in: context)).hasSameShape(as: try other.design(in: context)))
    }
    _ = runner
  }

  @Test func theReductionIsReadFromAnotherThread() async throws {
    let compressor = Compressor(threshold: -20, ratio: .infinity, knee: 0).labelled("duck")
    let runner = try PlanRunner<Float>(Plan.compile(Gain(decibels: 0.1) | compressor, for: mono))
    let found = try #require(runner.meters.first)
    #expect(runner.meters.count == 1 && found.stage == "duck" && found.meter.info.name == "gain reduction")
    let meter = found.meter
    #expect(meter.value == 0)
    let reader = Task.detached {
      var largest = 0.0
      for _ in 0..<100_000 where largest < 10 {
        largest = max(largest, meter.value)
        await Task.yield()
      }
      return largest
    }
    _ = run(runner, [[Float](repeating: 1, count: 48_000)], blocks: Array(repeating: 480, count: 100))
    #expect(abs(meter.value - 20.1) < 0.01)
    #expect(await reader.value <= 20.2)
    _ = run(runner, [[Float](repeating: 0, count: 48_000)], blocks: Array(repeating: 480, count: 100))
    // The largest since it was last asked for, then that of the last block.
    #expect(abs(meter.takeLargest() - 20.1) < 0.01)
    #expect(meter.takeLargest() < 0.01 && meter.value < 0.01)
  }

  @Test func meteringAllocatesNothing() throws {
    let runner = try PlanRunner<Float>(Plan.compile(Compressor(), for: mono))
    let meter = try #require(runner.meters.first).meter
    let buffer = SampleBuffer<Float>(channels: 1, capacity: 512)
    let output = SampleBuffer<Float>(channels: 1, capacity: 512)
    buffer.withBlock(frames: 512) { block in
      output.withBlock(frames: 512) { target in
        runner.process(block, into: target)
        let count = countAllocations {
          for _ in 0..<10 { runner.process(block, into: target) }
          _ = meter.takeLargest()
        }
        #expect(count ?? 0 == 0)
      }
    }
  }
}

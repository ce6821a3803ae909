import SwiftletDSP
import TestSupport
import Testing

private let mono = StreamFormat(sampleRate: 48_000, channels: 1)

@Suite struct LiveTests {
  @Test func aLiveStageFusesAndFollows() throws {
    let tone = Live(Peak(1_000, gain: 6))
    let plan = try Plan.compile(HighPass(80) | tone | LowPass(9_000) | Gain(decibels: -6), for: mono)
    #expect(plan.stages.count == 1 && plan.explain().stages[0].isLive)
    let runner = try PlanRunner<Float>(plan)
    let input = noise(frames: 600, as: Float.self)
    _ = run(runner, input, blocks: [600])
    try tone.update { $0.frequency = 300 }
    _ = run(runner, input, blocks: [600])
    runner.reset()
    let constructed = try Plan.compile(
      HighPass(80) | Peak(300, gain: 6) | LowPass(9_000) | Gain(decibels: -6), for: mono)
    #expect(run(runner, input, blocks: [600]) == run(constructed, input))
  }

  @Test func anUpdateBetweenCompilingAndStartingIsNotLost() throws {
    let tone = Live(LowPass(1_000))
    let plan = try Plan.compile(tone, for: mono)
    try tone.update { $0.frequency = 250 }
    let input = noise(frames: 300, as: Float.self)
    #expect(run(plan, input) == run(try Plan.compile(LowPass(250), for: mono), input))
  }

  @Test func anotherStructureBetweenCompilingAndStartingIsTakenOrRefused() throws {
    let filter = Live(Butterworth(.lowPass(1_000), order: 4))
    let plan = try Plan.compile(filter, for: mono)
    try filter.update { $0.order = 8 }
    let input = noise(frames: 300, as: Float.self)
    #expect(run(plan, input) == run(try Plan.compile(Butterworth(.lowPass(1_000), order: 8), for: mono), input))

    let compressor = Live(Compressor(lookahead: 0.001))
    let aligned = try Plan.compile(compressor, for: mono)
    try compressor.update { $0.lookahead = 0.002 }
    #expect {
      try PlanRunner<Float>(aligned)
    } throws: {
      let error = $0 as? DesignError
      return error?.reason == .structural && error?.remedy == "Compile again"
    }
  }

  @Test func aBadUpdateChangesNothing() throws {
    let tone = Live(LowPass(1_000))
    let runner = try PlanRunner<Float>(try Plan.compile(tone, for: mono))
    #expect(throws: DesignError.self) { try tone.update { $0.frequency = 90_000 } }
    #expect(tone.value == LowPass(1_000))
    _ = run(runner, noise(frames: 10, as: Float.self), blocks: [10])
  }

  @Test func moreLatencyIsRefusedWhileItRuns() throws {
    let compressor = Live(Compressor(lookahead: 0.002))
    let runner = try PlanRunner<Float>(Plan.compile(compressor, for: mono))
    #expect {
      try compressor.update { $0.lookahead = 0.003 }
    } throws: {
      ($0 as? DesignError)?.reason == .structural
    }
    #expect(compressor.value.lookahead == 0.002)
    _ = run(runner, noise(frames: 10, as: Float.self), blocks: [10])
  }

  @Test func aHandleOutlivesItsRunners() throws {
    let filter = Live(Butterworth(.lowPass(1_000), order: 4))
    do { _ = try PlanRunner<Float>(try Plan.compile(filter, for: mono)) }
    try filter.update { $0.order = 8 }
    #expect(filter.value.order == 8)
  }

  @Test func changingADesignAllocatesNothingOnTheWorker() throws {
    let tone = Live(Peak(1_000, gain: 6))
    let runner = try PlanRunner<Float>(try Plan.compile(tone | HighPass(20), for: mono))
    let buffer = SampleBuffer<Float>(channels: 1, capacity: 64)
    buffer.withBlock(frames: 64) { block in
      runner.process(block, into: block)
      try? tone.update { $0.gain = -6 }
      let count = countAllocations { runner.process(block, into: block) }
      #expect(count ?? 0 == 0)
    }
  }

  @Test func handlesAreEqualOnlyToThemselves() {
    let a = Live(LowPass(1_000))
    #expect(a.graph == a.graph)
    #expect(a.graph != Live(LowPass(1_000)).graph)
  }
}

import SwiftletDSP
import TestSupport
import Testing

private let mono = StreamFormat(sampleRate: 48_000, channels: 1)

@Suite struct ContainmentTests {
  // Rises by 1e38 a frame from frame 100 on: beyond Float's range at frame 103.
  private var input: [[Float]] {
    [(0..<400).map { $0 >= 100 && $0 < 110 ? 1e38 : $0 >= 200 ? 0.5 : 0 }]
  }

  @Test func anOverflowIsSilencedToTheEndOfItsCell() throws {
    let runner = try PlanRunner<Float>(try Plan.compile(Integrator(), for: mono))
    let output = run(runner, input, blocks: [400])[0]
    #expect(runner.overflowCount == 1)
    #expect(output[102] > 2e38)
    // Silent from the overflow to frame 127, then a fresh start.
    #expect(output[103..<128].allSatisfy { $0 == 0 })
    #expect(output[200] == 0.5 && output[201] == 1)
    #expect(output.allSatisfy { $0.isFinite })
  }

  @Test func theGridStandsStillWhateverTheBlocks() throws {
    let plan = try Plan.compile(Integrator() | LowPass(100), for: mono)
    let whole = run(plan, input)
    for blocks in [unevenBlocks(total: 400), Array(repeating: 1, count: 400), [103, 1, 24, 272], [128, 272]] {
      let runner = try PlanRunner<Float>(plan)
      #expect(run(runner, input, blocks: blocks) == whole)
      #expect(runner.overflowCount == 1)
    }
  }

  @Test func overflowAfterOverflowIsCountedCellByCell() throws {
    let plan = try Plan.compile(Integrator(factor: 4), for: mono)
    let loud = [[Float](repeating: 3e38, count: 640)]
    let runner = try PlanRunner<Float>(plan)
    let output = run(runner, loud, blocks: [640])[0]
    #expect(output.allSatisfy { $0 == 0 })
    #expect(runner.overflowCount == 10)
    let cut = try PlanRunner<Float>(plan)
    #expect(run(cut, loud, blocks: unevenBlocks(total: 640))[0] == output)
    #expect(cut.overflowCount == 10)
  }

  @Test func aSumThatOverflowsIsContained() throws {
    let plan = try Plan.compile(passthrough + passthrough, for: mono)
    let output = run(plan, [[3e38, 1, 2] as [Float]])[0]
    #expect(output == [0, 0, 0])
  }

  @Test func anUnstableSectionCannotPoisonTheStream() throws {
    let plan = try Plan.compile(Integrator(factor: 1e37) | HighPass(20, order: 8), for: mono)
    let output = run(plan, [[Float](repeating: 1, count: 5_000)])[0]
    #expect(output.allSatisfy { $0.isFinite })
  }

  /// Filters look at their input themselves; everything else relies on the runner.
  @Test func badInputIsCountedOnceWhoeverReadsIt() throws {
    var bad = noise(frames: 300, as: Float.self)
    bad[0][10] = .nan
    bad[0][11] = .infinity
    bad[0][299] = -.infinity
    var clean = bad
    for frame in [10, 11, 299] { clean[0][frame] = 0 }
    let graphs: [any Connectable] = [
      LowPass(1_000), LowPass(1_000) + HighPass(2_000), LowPass(1_000) + passthrough, Gain(decibels: -3),
      Butterworth(.lowPass(1_000), order: 8),
    ]
    for graph in graphs {
      let plan = try Plan.compile(graph, for: mono)
      for blocks in [[300], [5, 6, 200, 89]] {
        let runner = try PlanRunner<Float>(plan)
        #expect(run(runner, bad, blocks: blocks) == run(plan, clean))
        #expect(runner.nonFiniteInputCount == 3)
        #expect(runner.overflowCount == 0)
      }
    }
  }

  @Test func badInputIsCountedWhileAFilterIsSilent() throws {
    // Beyond Float's range at once, and bad input inside the silenced cell.
    let plan = try Plan.compile(Peak(1_000, gain: 30, q: 1), for: mono)
    var input = [[Float](repeating: 0.1, count: 300)]
    for frame in 64..<80 { input[0][frame] = frame % 2 == 0 ? 3.4e38 : -3.4e38 }
    input[0][120] = .nan
    input[0][250] = .nan
    let whole = try PlanRunner<Float>(plan)
    let output = run(whole, input, blocks: [300])
    #expect(whole.overflowCount > 0)
    #expect(whole.nonFiniteInputCount == 2)
    #expect(output[0].allSatisfy { $0.isFinite })
    let cut = try PlanRunner<Float>(plan)
    #expect(run(cut, input, blocks: unevenBlocks(total: 300)) == output)
    #expect(cut.nonFiniteInputCount == 2)
    #expect(cut.overflowCount == whole.overflowCount)
  }

  @Test func stateInsideASilencedCellIsSaved() throws {
    let plan = try Plan.compile(Integrator(), for: mono)
    let whole = run(plan, input)[0]
    let first = try PlanRunner<Float>(plan)
    _ = run(first, [Array(input[0][..<110])], blocks: [110])
    let second = try PlanRunner<Float>(plan)
    try second.restoreState(first.saveState())
    #expect(run(second, [Array(input[0][110...])], blocks: [290])[0] == Array(whole[110...]))
  }
}

@Suite struct InPlaceTests {
  @Test func inputAndOutputMayBeTheSameMemory() throws {
    // A sum reads the input after another branch has run: in place it must still see the input.
    let chain = (LowPass(1_000) + passthrough + Peak(300, gain: 3)) | HighPass(50)
    let plan = try Plan.compile(chain, for: mono, options: PlanOptions(maximumFrames: 100))
    let input = noise(frames: 777, as: Float.self)
    let expected = run(plan, input)[0]
    let runner = try PlanRunner<Float>(plan)
    let buffer = SampleBuffer<Float>(channels: 1, capacity: 777)
    for (frame, sample) in input[0].enumerated() { buffer[0, frame] = sample }
    buffer.withBlock(frames: 777) { _ = runner.process($0, into: $0) }
    #expect((0..<777).map { buffer[0, $0] } == expected)
  }
}

/// Halves itself for ever: a tail that ends in denormal numbers.
@Suite struct DenormalTests {
  @Test func aTailWrittenInSwiftEndsInSilence() throws {
    let plan = try Plan.compile(Fading(), for: mono)
    var impulse = [Float](repeating: 0, count: 400)
    impulse[0] = 1
    let output = run(plan, [impulse])[0]
    #expect(output.allSatisfy { !$0.isSubnormal })
    #expect(output[100] > 0 && output[399] == 0)
  }
}

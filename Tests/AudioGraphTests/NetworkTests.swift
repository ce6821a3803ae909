import SwiftletDSP
import TestSupport
import Testing

private let mono = StreamFormat(sampleRate: 48_000, channels: 1)
private let stereo = StreamFormat(sampleRate: 48_000, channels: 2)

@Suite struct NetworkTests {
  @Test func aKeyIsASecondInput() throws {
    let network = Network(
      nodes: [.init("slow", Lookahead(5)), .init("ring", Ring())],
      edges: [
        .init(.input, .node("slow")), .init(.node("slow"), .node("ring", port: 0)),
        .init(.input, .node("ring", port: 1)),
        .init(.node("ring"), .output),
      ])
    let plan = try Plan.compile(network, for: stereo)
    #expect(plan.latencyFrames == 5)
    let input = noise(channels: 2, frames: 300, as: Float.self)
    let output = try run(PlanRunner<Float>(plan), input, blocks: unevenBlocks(total: 300))
    for channel in 0..<2 {
      // Main and key are aligned: the square of the input, five frames later.
      #expect(Array(output[channel][5...]) == input[channel][..<295].map { $0 * $0 })
    }
  }

  @Test func outputsCanBeRecombined() throws {
    let network = Network(
      nodes: [.init("halves", HalfWaves()), .init("negative", Lookahead(9))],
      edges: [
        .init(.input, .node("halves")), .init(.node("halves", port: 1), .node("negative")),
        .init(.node("negative"), .output),
        .init(.node("halves", port: 0), .output),
      ])
    let plan = try Plan.compile(network | Gain(amplitude: 2), for: stereo)
    let input = noise(channels: 2, frames: 200, as: Float.self)
    let output = run(plan, input)
    for channel in 0..<2 { #expect(Array(output[channel][9...]) == input[channel][..<191].map { $0 * 2 }) }
  }

  @Test func mistakesAreNamed() {
    func check(_ nodes: [Network.Node], _ edges: [Network.Edge], _ word: String) {
      #expect {
        try Plan.compile(Network(nodes: nodes, edges: edges), for: mono)
      } throws: {
        String(describing: $0).contains(word)
      }
    }
    let a = Network.Node("a", LowPass(100))
    check([a, a], [.init(.input, .node("a"))], "names two nodes")
    check([a], [.init(.input, .node("b"))], "is not in the network")
    check([a], [.init(.input, .node("a"))], "without an edge to its output")
    check([a], [.init(.node("a"), .output)], "nothing leads into")
    check([a], [.init(.input, .node("a")), .init(.node("a", port: 3), .output)], "does not exist")
    check(
      [a, .init("b", LowPass(100))],
      [.init(.node("a"), .node("b")), .init(.node("b"), .node("a")), .init(.node("b"), .output)],
      "lead into one another")
  }

  @Test func framesMayChange() throws {
    let chain = Rate(up: 3) | LowPass(5_000) | Rate(down: 2)
    let plan = try Plan.compile(chain, for: stereo, options: PlanOptions(maximumFrames: 64))
    #expect(plan.output.sampleRate == 72_000)
    #expect(!plan.keepsFrameCount)
    let input = noise(channels: 2, frames: 1_001, as: Float.self)
    let whole = run(plan, input)
    #expect(whole[0].count == 1_502)
    #expect(try run(PlanRunner<Float>(plan), input, blocks: unevenBlocks(total: 1_001)) == whole)
    let wave = try Wave(input, sampleRate: 48_000)
    #expect(try (wave | chain).render(tail: .trim).frames == 1_502)
  }

  @Test func framesOutOfStepAreRefused() {
    #expect(throws: DesignError.self) { try Plan.compile(passthrough + (Rate(up: 2) | Rate(down: 2)), for: mono) }
  }

  @Test func channelsMayChange() throws {
    let plan = try Plan.compile(LowPass(1_000) | Widen(to: 6) | HighPass(100), for: mono)
    #expect(plan.output.channels == 6)
    let input = noise(frames: 400, as: Float.self)
    let output = try run(PlanRunner<Float>(plan), input, blocks: unevenBlocks(total: 400))
    #expect(Set(output).count == 1)
    #expect(throws: DesignError.self) { try Plan.compile(Widen(to: 2), for: stereo) }
  }

  @Test func eventsArriveAtTheirFrame() throws {
    let plan = try Plan.compile(StepGain(1).labelled("step"), for: mono)
    let input = [[Float](repeating: 1, count: 300)]
    func output(_ blocks: [Int]) throws -> [Float] {
      let runner = try PlanRunner<Float>(plan, changing: .all)
      try runner.schedule("factor", of: "step", to: 3, at: 200)
      try runner.schedule("factor", of: "step", to: 2, at: 100)
      return run(runner, input, blocks: blocks)[0]
    }
    let expected = (0..<300).map { Float($0 < 100 ? 1 : $0 < 200 ? 2 : 3) }
    #expect(try output([300]) == expected)
    #expect(try output(unevenBlocks(total: 300)) == expected)
    let runner = try PlanRunner<Float>(plan, changing: .all)
    #expect(throws: DesignError.self) { try runner.schedule("nothing", of: "step", to: 3, at: 200) }
    #expect(throws: DesignError.self) { try runner.schedule("factor", of: "nobody", to: 3, at: 200) }
  }
}

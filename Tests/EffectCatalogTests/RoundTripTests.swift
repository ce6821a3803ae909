import AudioCore
import EffectCatalog
import Effects
import FilterDesign
import Testing

/// What is written parses to an equal graph.
@Suite struct RoundTripTests {
  @Test func randomGraphsSurvive() throws {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<2_000 {
      let graph = RandomGraph.make(depth: 4, using: &random)
      let text = try EffectExpression.write(graph, catalog: .test)
      #expect(try EffectExpression.parse(text, catalog: .test) == graph, "\(text)")
    }
  }

  @Test func writtenForm() throws {
    let graph = try EffectExpression.parse(
      "hp:80,order=4|peak:1k,q=2,gain=6|(lowpass:200+highpass:2k)|pass+gain:-3", catalog: .short)
    #expect(
      try EffectExpression.write(graph)
        == "highpass:80Hz,order=4 | peak:1000Hz,q=2,gain=6dB | (lowpass:200Hz + highpass:2000Hz) | (pass + gain:-3dB)")
    #expect(
      try EffectExpression.write(Butterworth(.bandPass(0.1, 1e-7)).graph)
        == "butterworth:bandpass,low=0.1Hz,high=1e-07Hz")
    #expect(try EffectExpression.write(.passthrough) == "pass")
  }

  @Test func nestedSeriesAreWrittenAsOne() throws {
    let gain = Gain(decibels: 1).graph
    #expect(try EffectExpression.write(.series([.series([gain, .series([])]), gain])) == "gain:1dB | gain:1dB")
    #expect(try EffectExpression.write(.parallel([.parallel([gain]), gain])) == "gain:1dB + gain:1dB")
    #expect(try EffectExpression.write(.parallel([.series([gain]), gain])) == "(pass | gain:1dB) + gain:1dB")
  }

  @Test func liveEffectsAreWrittenAsTheirPresentValue() throws {
    let live = Live(Gain(decibels: 1))
    try live.update { $0.amount = .decibels(2) }
    #expect(try EffectExpression.write(live.graph) == "gain:2dB")
  }

  @Test func whatCannotBeSaidIsRefused() {
    let refused: [Graph] = [
      .network(Network(nodes: [], edges: [])), .parallel([]), Gain(decibels: -.infinity).graph,
      LowPass(.hertz(-1)).graph,
      Every().graph, .series([Gain(decibels: 1).graph, Peak(.hertz(.nan), gain: 1).graph]),
      (0..<100).reduce(Gain(decibels: 1).graph) { graph, _ in .labelled("x", graph) },
      .series(Array(repeating: Gain(decibels: 1).graph, count: 10_000)),
    ]
    for graph in refused {
      let error = #expect(throws: DesignError.self) { try EffectExpression.write(graph) }
      #expect(error?.reason == .unsupported)
    }
  }
}

extension Catalog {
  /// The catalog with a short alias.
  fileprivate static let short = Catalog(
    standard.entries.map { entry in
      entry.name == "highpass" ? .effect(HighPass(1_000), "", family: .filter, aliases: ["hp"], example: "") : entry
    })
}

import AudioCore
import EffectCatalog
import SwiftletDSP
import Testing

/// What only a design can refuse is shown where it stands in the expression.
@Suite struct PlaceTests {
  @Test(arguments: [
    ("lowpass:30k", "30k"), ("lowpass:1k | peak:30k,gain=1", "30k"),
    ("a = highpass:20 | (pass + b = lowpass:30k)", "30k"),
    ("lowpass:1k + (highpass:20 | butterworth:lowpass,order=2,cutoff=30k)", "30k"),
    ("x = (lowpass:30k | gain:1)", "30k"),
    ("x = (y = lowpass:30k)", "30k"), ("((lowpass:1k | (highpass:30k)) + gain:1) | notch:50", "30k"),
    ("highpass:20 | linkwitzriley:lowpass,1k,order=3", "3"), ("butterworth:bandpass,2k,1k", "2k"),
    ("fir:lowpass,1k,method=kaiser,width=1e-6", "1e-6"), ("gain:1 | fir:highpass,1k,taps=50", "50"),
    // A pole on the unit circle is no parameter's fault.
    ("gain:1 | bandpass:1e-12", "bandpass"), ("lowpass:1k | lobutterworth:30k", "30k"),
  ]) func aRefusedValueIsMarked(expression: String, marked: String) throws {
    #expect(try Self.marked(in: [expression]) == marked)
  }

  @Test func severalExpressionsAreToldApart() throws {
    #expect(
      try Self.marked(in: ["lowpass:1k | gain:1", "pass", "notch:50 | lowpass:31k"]) == "31k (expression 3 of 3)")
  }

  @Test func whatHasNoPlaceIsLeftAlone() {
    let error = DesignError(.format, problem: "is wrong", remedy: "Mend it")
    #expect(EffectExpression.mistake(error, inEffect: 1, of: ["lowpass:1k"]) == nil)
    #expect(EffectExpression.mistake(error, inEffect: 0, of: ["nonsense"]) == nil)
  }

  private static func marked(in expressions: [String]) throws -> String {
    let graph = try EffectExpression.parse(expressions)
    let error = try #require(
      throws: DesignError.self,
      performing: { try Plan.compile(graph, for: StreamFormat(sampleRate: 48_000, channels: 2)) })
    let number = try #require(graph.effectIdentities.firstIndex(of: error.stage ?? ""))
    let mistake = try #require(EffectExpression.mistake(error, inEffect: number, of: expressions))
    #expect(mistake.message == error.message && mistake.hint == error.remedy + ".")
    let text = String(decoding: Array(mistake.expression.utf8)[mistake.range], as: UTF8.self)
    return text + (mistake.index.map { " (expression \($0 + 1) of \(mistake.count ?? 0))" } ?? "")
  }
}

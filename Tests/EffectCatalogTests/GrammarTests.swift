import AudioCore
import EffectCatalog
import Effects
import FilterDesign
import Testing

/// Expressions mean the graphs that the operators would make.
@Suite struct GrammarTests {
  private func effect(_ effect: any Effect) -> Graph { .effect(AnyEffect(effect)) }
  private var a: Graph { effect(LowPass(1_000)) }
  private var b: Graph { effect(HighPass(2_000)) }
  private var c: Graph { effect(Gain(decibels: -3)) }

  private func parse(_ text: String) throws -> Graph { try EffectExpression.parse(text) }

  @Test func chainOfManyEffects() throws {
    let graph = try parse("highpass:80Hz,order=4 | peak:1kHz,q=1,gain=+6dB | (lowpass:200Hz + highpass:2kHz)")
    let sum = Graph.parallel([effect(LowPass(200)), effect(HighPass(2_000))])
    #expect(graph == .series([effect(HighPass(80, order: 4)), effect(Peak(1_000, gain: 6, q: 1)), sum]))
  }

  @Test func plusBindsTighterThanBar() throws {
    #expect(try parse("lowpass:1k | highpass:2k + gain:-3") == .series([a, .parallel([b, c])]))
    #expect(try parse("lowpass:1k + highpass:2k | gain:-3") == .series([.parallel([a, b]), c]))
    #expect(try parse("(lowpass:1k | highpass:2k) + gain:-3") == .parallel([.series([a, b]), c]))
  }

  @Test func parenthesesThatChangeNothingVanish() throws {
    #expect(try parse("((lowpass:1k))") == a)
    #expect(try parse("(lowpass:1k | highpass:2k) | gain:-3") == .series([a, b, c]))
    #expect(try parse("lowpass:1k + (highpass:2k + gain:-3)") == .parallel([a, b, c]))
  }

  @Test func passIsTheGraphThatChangesNothing() throws {
    #expect(try parse("pass") == .passthrough)
    #expect(try parse("(dry + lowpass:1k)") == .parallel([.passthrough, a]))
    #expect(try parse("pass | lowpass:1k") == Graph.passthrough.followed(by: a))
  }

  @Test func severalExpressionsAreInSeriesEachInParentheses() throws {
    let graph = try EffectExpression.parse(["lowpass:1k + highpass:2k", "gain:-3 + pass"])
    #expect(graph == .series([.parallel([a, b]), .parallel([c, .passthrough])]))
    #expect(try EffectExpression.parse(["lowpass:1k | highpass:2k", "gain:-3"]) == .series([a, b, c]))
    #expect(try EffectExpression.parse([String]()) == .passthrough)
  }

  @Test func labelsNameAnItem() throws {
    #expect(try parse("tone = lowpass:1k | highpass:2k") == .series([.labelled("tone", a), b]))
    #expect(try parse("\"my tone\" = (lowpass:1k | highpass:2k)") == .labelled("my tone", .series([a, b])))
    #expect(try parse("'gain' = gain:-3") == .labelled("gain", c))
  }

  @Test(arguments: [
    "lowpass:1k+highpass:2k", "lowpass:1e3+highpass:2e+3", "lowpass:+1k+highpass:+2k",
    "lowpass:1kHz + highpass:2E+3 Hz",
    "lowpass : 1 kHz\t+\nhighpass: frequency = 2000", "LOWPASS:1KHZ+HighPass:2Khz", "low-pass:1k+high_pass:cutoff=2k",
  ])
  func signsAndExponentsAreNoOperators(_ text: String) throws {
    #expect(try parse(text) == .parallel([a, b]))
  }

  @Test func signedGainBesideAnOperator() throws {
    let peak = effect(Peak(1_000, gain: 6, q: 1))
    #expect(try parse("peak:1kHz,q=1,gain=+6dB + gain:-3") == .parallel([peak, c]))
    #expect(try parse("gain:+6dB+gain:-3dB") == .parallel([effect(Gain(decibels: 6)), c]))
    #expect(try parse("gain:-30e-1dB") == c)
  }

  @Test func positionalValuesGoToTheNextRowThatApplies() throws {
    #expect(try parse("butterworth:bandpass,200,2k,order=4") == effect(Butterworth(.bandPass(200, 2_000), order: 4)))
    #expect(try parse("butterworth:lowpass,200,6") == effect(Butterworth(.lowPass(200), order: 6)))
    #expect(try parse("lowpass:80,0.7") == effect(LowPass(80, q: 0.7)))
    // Q fills the group of slope and bandwidth, so the third value is the gain.
    #expect(try parse("lowshelf:120,0.9,-4") == effect(LowShelf(120, gain: -4, q: 0.9)))
  }

  @Test func namedValuesComeInAnyOrder() throws {
    let band = effect(Butterworth(.bandStop(200, 2_000), order: 3))
    #expect(try parse("butterworth:high=2k,low=200,order=3,response=bandstop") == band)
    #expect(try parse("highshelf:gain=3,frequency=8k,slope=0.5") == effect(HighShelf(8_000, gain: 3, slope: 0.5)))
  }

  @Test(arguments: ["lowpass", "low", "lp", "LP", "Low-Pass", "lpf", "\"lowpass\""])
  func choicesHaveShortForms(_ choice: String) throws {
    #expect(try parse("butterworth:\(choice),1k") == effect(Butterworth(.lowPass(1_000))))
  }

  @Test func everyUnit() throws {
    #expect(try parse("gain:amplitude=50%") == effect(Gain(amplitude: 0.5)))
    #expect(try parse("gain:amplitude=2k") == effect(Gain(amplitude: 2_000)))
    #expect(try parse("gain:-3DB") == c)
    #expect(try parse("lowpass:.3khz,bandwidth=2oct") == effect(LowPass(300, corner: .shape(.bandwidth(2)))))
  }

  @Test func unitsShiftTheDecimalPointAndRoundOnce() throws {
    #expect(try parse("lowpass:1.001kHz") == effect(LowPass(1_001)))
    #expect(try parse("lowpass:0.0703k") == effect(LowPass(70.3)))
  }

  @Test func parametersHaveOtherNames() throws {
    #expect(
      try EffectExpression.parse("elliptic:lowpass,1k,passband_ripple=0.2dB,stopband_attenuation=50dB")
        == EffectExpression.parse("elliptic:lowpass,1k,ripple=0.2,attenuation=50"))
  }

  @Test func aliasesBringTheirPresets() throws {
    #expect(try parse("lobutterworth:1k") == effect(Butterworth(.lowPass(1_000), order: 5)))
    #expect(try parse("hibutterworth:1k,3") == effect(Butterworth(.highPass(1_000), order: 3)))
    #expect(try parse("hielliptic:1k,ripple=1") == effect(Elliptic(.highPass(1_000), ripple: 1)))
    #expect(try parse("parametriceq:1k,2,6") == effect(Peak(1_000, gain: 6, q: 2)))
    #expect(try parse("bandpasspeak:1k") == effect(BandPassSkirt(1_000)))
  }
}

import AudioCore
import EffectCatalog
import Effects
import Testing

@Suite struct DelayExpressionTests {
  private func delay(_ text: String) throws -> Delay {
    guard case .effect(let effect) = try EffectExpression.parse(text), let delay = effect.base as? Delay else {
      throw DesignError(.inconsistent, problem: "\(text) is no delay", remedy: "")
    }
    return delay
  }

  @Test func timesAreSecondsOrNotes() throws {
    let eighth = try #require(NoteLength("1/8"))
    #expect(
      try delay("delay:1/8,tempo=120,feedback=40%,mix=30%") == Delay(.note(eighth), feedback: 0.4, mix: 0.3, tempo: 120)
    )
    #expect(try delay("echo:250ms") == Delay(seconds: 0.25))
    #expect(try delay("delay:1/8 dotted").time == .note(try #require(NoteLength("1/8d"))))
    #expect(try delay("delay:1/8.,bpm=90").tempo == 90)
    #expect(try delay("delay:0.5,lowpass=4kHz,highpass=off,mode=pingpong").lowPass == 4_000)
    for text in ["delay:1/8d,feedback=-0.5,mode=cross", "delay:0.25s,lowpass=4000Hz,rate=2Hz,depth=0.001s"] {
      #expect(try EffectExpression.write(delay(text).graph) == text)
    }
  }

  @Test(arguments: ["delay:1/0", "delay:1/8x", "delay:70s", "delay:1/8,feedback=100%", "delay:1Hz", "delay"])
  func mistakesAreRefused(text: String) {
    #expect(throws: ExpressionError.self) { try EffectExpression.parse(text) }
  }
}

@Suite struct CompressorExpressionTests {
  @Test func aRatioMayBeInfinite() throws {
    let graph = try EffectExpression.parse("compressor:-30dB,ratio=inf,attack=1ms,link=off,detector=rms,makeup=+3dB")
    let expected = Compressor(
      threshold: -30, ratio: .infinity, attack: 0.001, makeUp: 3, detector: .rms, link: false)
    #expect(graph == expected.graph)
    #expect(
      try EffectExpression.write(graph)
        == "compressor:-30dB,ratio=inf,attack=0.001s,makeup=3dB,detector=rms,link=off")
    for text in ["compressor:inf", "compressor:ratio=0.5", "compressor:ratio=-inf", "compressor:link=maybe"] {
      #expect(throws: ExpressionError.self, "\(text)") { try EffectExpression.parse(text) }
    }
  }
}

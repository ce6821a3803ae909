import AudioCore
import EffectCatalog
import Effects
import FilterDesign
import Testing

@Suite struct ResourceExpressionTests {
  private static let files = ResourceLoader { (request: ResourceRequest) throws(ResourceError) -> Resource in
    switch (request.kind, request.path) {
    case (.taps, "taps.txt"): return .taps([1, 2])
    case (.impulseResponse, "rooms/hall 1.wav"):
      do throws(DesignError) {
        return .impulseResponse(try ImpulseResponse([[1, 0.5]], sampleRate: 48_000, path: request.path))
      } catch {
        throw ResourceError("no response", remedy: "none")
      }
    default: throw ResourceError("\(request.path) is not there", remedy: "Name another")
    }
  }

  private func effect<E: Effect>(_ text: String, as type: E.Type) throws -> E {
    guard case .effect(let effect) = try EffectExpression.parse(text, resources: Self.files),
      let typed = effect.base as? E
    else { throw DesignError(.inconsistent, problem: "\(text) is no \(E.name)", remedy: "") }
    return typed
  }

  @Test func filtersAreNamed() throws {
    func filter(_ text: String) throws -> FIR { try effect(text, as: FIR.self) }
    #expect(try filter("fir:lowpass,1kHz,taps=255,window=hamming") == FIR(.lowPass(1_000), taps: 255))
    #expect(try filter("fir:bandpass,200,2k,101") == FIR(.bandPass(200, 2_000), taps: 101))
    #expect(
      try filter("fir:highpass,2k,63,window=kaiser,beta=5") == FIR(.highPass(2_000), taps: 63, window: .kaiser(beta: 5))
    )
    #expect(
      try filter("fir:lowpass,1k,method=kaiser,attenuation=80dB,width=300Hz")
        == .kaiser(.lowPass(1_000), attenuation: 80, width: 300))
    #expect(
      try filter("fir:edges=\"200 2k 4k\",start=stop,taps=151")
        == FIR(.multiband(edges: [200, 2_000, 4_000], passesZero: false), taps: 151))
    #expect(
      try filter("fir:bands=\"0 1k 2k 24k\",gains=\"1 0\",weights=\"1 5\",method=equiripple,taps=41")
        == FIR(.bands([0, 1_000, 2_000, 24_000], gains: [1, 0], weights: [1, 5]), method: .equiripple, taps: 41))
    #expect(try filter("fir:lowpass,1kHz,phase=minimum").phase == .minimum)
    #expect(try filter("fir:file=taps.txt") == FIR(.taps(.file("taps.txt", [1, 2]))))
  }

  @Test func responsesAreNamed() throws {
    let effect = try effect("convolve:\"rooms/hall 1.wav\",mix=30%,normalize=energy,trim=-90dB", as: Convolution.self)
    #expect(effect.response.isLoaded && effect.response.channelCount == 1 && effect.response.frames == 2)
    #expect(effect.mix == 0.3 && effect.normalization == .energy && effect.trim == -90)
  }

  @Test func whatWasReadIsWrittenByItsPath() throws {
    for text in [
      "fir:file=\"taps.txt\"", "convolve:\"rooms/hall 1.wav\",mix=0.3", "fir:cutoff=500Hz,taps=31,phase=minimum",
      "fir:edges=\"200 2000\",start=stop",
    ] {
      let graph = try EffectExpression.parse(text, resources: Self.files)
      #expect(try EffectExpression.write(graph) == text)
    }
    #expect(throws: DesignError.self) { try EffectExpression.write(FIR(taps: [1, 2]).graph) }
  }

  @Test func aFileThatCannotBeReadIsPointedAt() throws {
    for (text, marked) in [
      ("gain:1 | convolve:missing.wav,mix=1", "missing.wav"), ("fir:file=\"no.txt\"", "\"no.txt\""),
    ] {
      do throws(ExpressionError) {
        _ = try EffectExpression.parse(text, resources: Self.files)
        Issue.record("\(text) was read")
      } catch {
        #expect(error.kind == .unreadableResource)
        #expect(Array(text.utf8)[error.range].elementsEqual(marked.utf8), "\(error)")
        #expect(error.hint == "Name another.")
      }
    }
  }

  @Test func withoutAReaderFilesStayUnread() throws {
    guard case .effect(let effect) = try EffectExpression.parse("convolve:hall.wav") else { return }
    #expect(effect.base as? Convolution == Convolution(.file("hall.wav")))
  }

  @Test(arguments: [
    "fir", "fir:lowpass", "fir:lowpass,1k,file=x", "fir:edges=\"a b\"", "fir:file=x,taps=3", "convolve",
  ])
  func mistakesAreRefused(text: String) {
    #expect(throws: ExpressionError.self) { try EffectExpression.parse(text) }
  }

  @Test func tapsAreReadFromTextAndJSON() throws {
    for text in [
      "1\n-2.5\n3e-2\n", "# taps\n1, -2.5 ; 3e-2 # end", "[1, -2.5,\n3e-2]", "{\"taps\": [1,-2.5,0.03], \"x\": 1}",
    ] {
      #expect(try TapList.parse(text, path: "t") == [1, -2.5, 0.03])
    }
    for text in ["", "# none", "1\ntwo\n", "[1, 2", "{\"tap\": [1]}", "nan", "[]", "[1, [2]]"] {
      #expect(throws: ResourceError.self) { try TapList.parse(text, path: "t") }
    }
  }
}

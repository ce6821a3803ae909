import AudioCore
import EffectCatalog
import Testing

/// How single values are read, by an effect that has every kind of parameter.
@Suite struct ValueTests {
  private func parse(_ text: String) throws -> Every? {
    guard case .effect(let effect) = try EffectExpression.parse(text, catalog: .test) else { return nil }
    return effect.base as? Every
  }

  @Test func timesAndShares() throws {
    #expect(try parse("every:250ms") == Every(time: 0.25))
    #expect(try parse("every:1.5S,50%") == Every(time: 1.5, share: 50))
    #expect(try parse("every:mix=12.5") == Every(share: 12.5))
  }

  @Test func wholeNumbers() throws {
    #expect(try parse("every:count=44.1k") == Every(count: 44_100))
    #expect(try parse("every:count=3.0") == Every(count: 3))
    #expect(try parse("every:count=+1e3") == Every(count: 1_000))
  }

  @Test(arguments: ["on", "yes", "TRUE", "1"])
  func switches(_ text: String) throws { #expect(try parse("every:on=\(text)") == Every(on: true)) }

  @Test func textsWithAndWithoutQuotes() throws {
    #expect(try parse("every:file= my room.wav ") == Every(file: "my room.wav"))
    #expect(try parse("every:file=\"a, b | (c) + d\"") == Every(file: "a, b | (c) + d"))
    #expect(try parse(#"every:file='say "hi"'"#) == Every(file: #"say "hi""#))
    #expect(try parse(#"every:file="C:\rooms\\big \"one\"""#) == Every(file: #"C:\rooms\big "one""#))
    #expect(try parse("every:file=\"\"") == Every(file: ""))
    #expect(try parse("every:file=Raum für Klänge.wav") == Every(file: "Raum für Klänge.wav"))
  }
}

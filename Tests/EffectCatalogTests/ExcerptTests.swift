import EffectCatalog
import Testing

/// The marks stand under the mistake, whatever characters are before it.
@Suite struct ExcerptTests {
  private func lines(_ expression: String) throws -> [String] {
    let error = try #require(throws: ExpressionError.self) { try EffectExpression.parse(expression, catalog: .test) }
    return error.description.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  @Test func wholeDescription() throws {
    let error = try #require(throws: ExpressionError.self) { try EffectExpression.parse("gain:-3dB | peek:1kHz") }
    #expect(
      error.description.hasPrefix(
        """
        unknown effect "peek"
          gain:-3dB | peek:1kHz
                      ^^^^
        Did you mean peak? The effects are 
        """))
  }

  @Test func accentsTakeOneColumn() throws {
    #expect(try lines("ü = pass | peek")[2] == "             ^^^^")
    // The same letter as two scalars.
    #expect(try lines("u\u{308} = pass | peek")[2] == "             ^^^^")
  }

  @Test func wideCharactersTakeTwoColumns() throws {
    #expect(try lines("\"音\" = peek")[2] == "         ^^^^")
    #expect(try lines("\"🎸\" = peek")[2] == "         ^^^^")
    #expect(try lines("pass | 音")[2] == "         ^^")
  }

  @Test func tabsStayTabs() throws {
    #expect(try lines("\tpass\t| peek")[2] == "  \t    \t  ^^^^")
  }

  @Test func onlyTheLineOfTheMistakeIsShown() throws {
    let lines = try lines("pass |\r\npeek |\npass")
    #expect(lines[1] == "  peek |")
    #expect(lines[2] == "  ^^^^")
  }

  @Test func controlCharactersAreNotShown() throws {
    #expect(try lines("\u{1B}[31mpeek")[1] == "  \u{FFFD}[31mpeek")
    #expect(try lines("\"\u{202E}\" = peek")[1] == "  \"\u{FFFD}\" = peek")
  }

  @Test func messagesAreShortAndPlain() throws {
    #expect(try lines("lowpass:\u{1B}[31m")[0] == "\"\u{FFFD}[31m\" is not a number")
    #expect(try lines("lowpass:" + String(repeating: "x", count: 10_000))[0].count < 200)
  }

  @Test func longExpressionsAreCut() throws {
    let long = Array(repeating: "gain:1", count: 100).joined(separator: " | ")
    let lines = try lines(long + " | peek | " + long)
    #expect(lines[1].count < 150)
    let place = try #require(lines[2].firstIndex(of: "^"))
    let column = lines[2].distance(from: lines[2].startIndex, to: place)
    #expect(lines[1].dropFirst(column).hasPrefix("peek"))
  }

  @Test func theEndIsMarkedBehindTheLastCharacter() throws {
    #expect(try lines("(pass + \"")[2] == "          ^")
  }
}

import AudioCore
import EffectCatalog
import Testing

/// An expression with a mistake, the marks that should stand under it, and the kind.
struct Mistake: Sendable, CustomTestStringConvertible {
  let expression: String
  let marks: String
  let kind: ExpressionError.Kind
  /// A part of the hint.
  let hint: String

  init(_ expression: String, _ marks: String, _ kind: ExpressionError.Kind, hint: String = "") {
    (self.expression, self.marks, self.kind, self.hint) = (expression, marks, kind, hint)
  }

  var testDescription: String { expression }

  var range: Range<Int> {
    let start = marks.prefix { $0 != "^" }.count
    return start..<marks.count
  }
}

/// Every kind of mistake is found, named and placed.
@Suite struct MistakeTests {
  private static let structure: [Mistake] = [
    Mistake("", "", .emptyExpression, hint: "An effect is name:value"),
    Mistake("   ", "^^^", .emptyExpression),
    Mistake("lowpass:1k |", "           ^", .missingEffect),
    Mistake("lowpass:1k + ", "           ^", .missingEffect),
    Mistake("| lowpass:1k", "^", .missingEffect),
    Mistake("lowpass:1k || gain:1", "            ^", .missingEffect),
    Mistake("(lowpass:1k | )", "            ^", .missingEffect),
    Mistake("()", "^^", .missingEffect),
    Mistake("pass | (  )", "       ^^^^", .missingEffect),
    Mistake("80Hz", "^^^^", .missingEffect),
    Mistake("\"lowpass\":1k", "^^^^^^^^^", .missingEffect, hint: "without quotes"),
    Mistake("(lowpass:1k", "^", .unbalancedParenthesis),
    Mistake("pass | (", "       ^", .unbalancedParenthesis),
    Mistake("((pass) | (pass)", "^", .unbalancedParenthesis),
    Mistake("lowpass:1k)", "          ^", .unbalancedParenthesis),
    Mistake("lowpass 1k", "        ^^", .unexpectedCharacter, hint: "name:value"),
    Mistake("pass pass", "     ^^^^", .unexpectedCharacter),
    Mistake("pass, pass", "    ^", .unexpectedCharacter),
    Mistake("pass ; pass", "     ^", .unexpectedCharacter),
    Mistake("(pass)(pass)", "      ^", .unexpectedCharacter),
    Mistake("lowpass:(1k)", "       ^", .missingValue),
    Mistake("lowpass:1k(2)", "          ^", .unexpectedCharacter),
    Mistake("gain=6dB", "    ^", .unexpectedCharacter, hint: "gain:-6dB"),
    Mistake("lowpass:1k highpass:2k", "           ^^^^^^^^^^^", .unexpectedCharacter, hint: "join effects"),
    Mistake("pass:1", "    ^", .tooManyValues),
    Mistake("every:file=\"x", "           ^", .unterminatedText),
  ]

  private static let parameters: [Mistake] = [
    Mistake("peek:1kHz", "^^^^", .unknownEffect, hint: "Did you mean peak?"),
    Mistake("pass | butter:lp,1k", "       ^^^^^^", .unknownEffect, hint: "Did you mean butterworth?"),
    Mistake("xyzzy", "^^^^^", .unknownEffect, hint: "The effects are butterworth, "),
    Mistake("peak:1k,gian=6", "        ^^^^", .unknownParameter, hint: "Did you mean gain? peak takes frequency ("),
    Mistake("lowpass:1k,frequency=2k", "           ^^^^^^^^^", .duplicateParameter),
    Mistake("lowpass:1k,q=1,q=2", "               ^", .duplicateParameter),
    Mistake("lobutterworth:1k,response=hp", "                 ^^^^^^^^", .duplicateParameter, hint: "butterworth"),
    Mistake("lowpass:1k,q=1,order=4", "               ^^^^^", .exclusiveParameters, hint: "q, bandwidth, order"),
    Mistake("gain:6,power=2", "       ^^^^^", .exclusiveParameters),
    Mistake("butterworth:lowpass,low=200", "                    ^^^", .inapplicableParameter, hint: "cutoff ("),
    Mistake("butterworth:cutoff=200,response=bandpass", "            ^^^^^^", .inapplicableParameter, hint: "low ("),
    Mistake("butterworth", "^^^^^^^^^^^", .missingParameter, hint: "response (lowpass, highpass, bandpass, bandstop)"),
    Mistake("butterworth:bandpass,200", "^^^^^^^^^^^", .missingParameter, hint: "For example: butterworth:"),
    Mistake("pass | peak:1k", "       ^^^^", .missingParameter, hint: "gain (-120 to 120 dB)"),
    Mistake("gain:", "    ^", .missingValue),
    Mistake("peak:1k,,6", "       ^", .missingValue),
    Mistake("peak:1k,gain=", "            ^", .missingValue),
    Mistake("peak:1k,gain= | pass", "            ^", .missingValue),
    Mistake("gain:1,2", "       ^", .tooManyValues, hint: "gain takes gain ("),
    Mistake("lowpass:1k,0.7,4", "               ^", .tooManyValues),
    Mistake("peak:frequency=1k,6", "                  ^", .positionalAfterNamed),
    Mistake("every:file=refused", "      ^^^^^^^^^^^^", .refusedValue),
  ]

  private static let values: [Mistake] = [
    Mistake("lowpass:loud", "        ^^^^", .badNumber, hint: "frequency takes a number"),
    Mistake("lowpass:+ 1k", "        ^^^^", .badNumber),
    Mistake("lowpass:.", "        ^", .badNumber),
    Mistake("gain:gain=nan", "          ^^^", .badNumber),
    Mistake("gain:-inf", "     ^^^^", .badNumber),
    Mistake("lowpass:1e999", "        ^^^^^", .badNumber),
    Mistake("lowpass:1e306k", "        ^^^^^^", .badNumber),
    Mistake("lowpass:\"1k\"", "        ^^^^", .badNumber),
    Mistake("lowpass:1k2", "         ^^", .badUnit),
    Mistake("lowpass:0x10", "         ^^^", .badUnit),
    Mistake("peak:frequency=6dB,gain=1", "                ^^", .badUnit, hint: "Hz, kHz, k. dB fits gain."),
    Mistake("gain:amplitude=6dB", "                ^^", .badUnit, hint: "dB fits gain."),
    Mistake("peak:1k,gain=6 furlongs", "               ^^^^^^^^", .badUnit, hint: "no unit, or dB"),
    Mistake("lowpass:1k,q=0", "             ^", .outOfRange),
    Mistake("delay:1,rate=30", "             ^^", .outOfRange),
    Mistake("lowpass:-5Hz", "        ^^^^", .outOfRange),
    Mistake("lowpass:0", "        ^", .outOfRange),
    Mistake("butterworth:lp,1k,25", "                  ^^", .outOfRange),
    Mistake("butterworth:lp,1k,1e300", "                  ^^^^^", .outOfRange),
    Mistake("butterworth:lp,1k,order=4.5", "                        ^^^", .notAnInteger),
    Mistake(
      "butterworth:bandpas,1k", "            ^^^^^^^", .unknownChoice,
      hint: "Did you mean bandpass? The choices are lowpass, "),
    Mistake("butterworth:80,1k", "            ^^", .unknownChoice),
    Mistake("every:on=maybe", "         ^^^^^", .unknownChoice, hint: "on, off"),
  ]

  @Test(arguments: structure + parameters + values)
  func isFoundAtItsPlace(_ mistake: Mistake) throws {
    let error = try #require(throws: ExpressionError.self) {
      try EffectExpression.parse(mistake.expression, catalog: .test)
    }
    #expect(error.kind == mistake.kind)
    #expect(error.range == mistake.range, "\n\(error)")
    #expect(mistake.hint.isEmpty || error.hint?.contains(mistake.hint) == true, "\n\(error)")
    #expect(error.expression == mistake.expression)
  }

  @Test func nestingAndLengthAreLimited() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "(", count: depth) + "pass" + String(repeating: ")", count: depth)
    }
    #expect(try EffectExpression.parse(nested(64)) == .passthrough)
    let deep = try #require(throws: ExpressionError.self) { try EffectExpression.parse(nested(65)) }
    #expect(deep.kind == .tooDeep)
    #expect(deep.range == 64..<65)
    let open = String(repeating: "(", count: 60_000)
    #expect(throws: ExpressionError.self) { try EffectExpression.parse(open) }

    let long = Array(repeating: "gain:1", count: 9_000).joined(separator: "|")
    guard case .series(let items) = try EffectExpression.parse(long) else {
      Issue.record("a chain is a series")
      return
    }
    #expect(items.count == 9_000)
    let tooLong = try #require(throws: ExpressionError.self) {
      try EffectExpression.parse(String(repeating: " ", count: 65_536) + "pass")
    }
    #expect(tooLong.kind == .tooLong)
  }

  @Test func severalExpressionsSayWhichOneIsWrong() throws {
    let error = try #require(throws: ExpressionError.self) {
      try EffectExpression.parse(["gain:-3dB", "peek:1k", "pass"])
    }
    #expect(error.index == 1)
    #expect(error.count == 3)
    #expect(error.expression == "peek:1k")
    #expect(error.description.contains("(expression 2 of 3)"))
    let only = try #require(throws: ExpressionError.self) { try EffectExpression.parse(["peek:1k"]) }
    #expect(only.index == nil)
  }
}

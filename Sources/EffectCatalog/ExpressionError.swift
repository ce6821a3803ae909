/// A mistake in an expression: what it is, where it stands and what would be right.
///
/// The description shows the place:
///
///     unknown effect "peek"
///       highpass:80Hz | peek:1kHz
///                       ^^^^
///     Did you mean peak?
public struct ExpressionError: Error, Hashable, Sendable, Codable, CustomStringConvertible {
  /// What kind of mistake it is, for programs.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    case emptyExpression, missingEffect, unexpectedCharacter, unbalancedParenthesis, unterminatedText, tooLong, tooDeep
    case unknownEffect, unknownParameter, duplicateParameter, exclusiveParameters, inapplicableParameter
    case missingParameter, missingValue, tooManyValues, positionalAfterNamed
    case badNumber, badUnit, outOfRange, notAnInteger, unknownChoice
    /// The effect itself refused a value.
    case refusedValue
    /// A file that an effect names cannot be read, or does not hold what it should.
    case unreadableResource
  }

  public var kind: Kind
  /// The whole expression.
  public var expression: String
  /// The place as offsets into the expression's UTF-8 bytes; empty only at its end.
  public var range: Range<Int>
  /// What is wrong, in one phrase.
  public var message: String
  /// What would be right: the nearest name, the ranges, the choices.
  public var hint: String?
  /// Which of several expressions it is, from 0; nil when there is only one.
  public var index: Int?
  /// How many expressions there are; nil when there is only one.
  public var count: Int?

  public init(_ kind: Kind, in expression: String, at range: Range<Int>, _ message: String, hint: String? = nil) {
    self.kind = kind
    self.expression = expression
    self.range = range
    self.message = Self.printable(message)
    self.hint = hint
  }

  /// A message without characters that steer a terminal, and with its middle left out where a value in it is long.
  private static func printable(_ message: String) -> String {
    let scalars = message.unicodeScalars.map { $0.steersTerminal ? "\u{FFFD}" : $0 }
    let shown = scalars.count <= 240 ? scalars : scalars.prefix(120) + ["…"] + scalars.suffix(60)
    return String(String.UnicodeScalarView(shown))
  }

  /// The message, the expression with its place marked, and the hint.
  public var description: String {
    var text = message
    if let index, let count { text += " (expression \(index + 1) of \(count))" }
    if let excerpt = ExpressionExcerpt(of: expression, around: range) {
      text += "\n  \(excerpt.line)\n  \(excerpt.marks)"
    }
    if let hint { text += "\n" + hint }
    return text
  }
}

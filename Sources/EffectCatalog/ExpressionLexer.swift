/// Reads the words, values and signs of an expression from its UTF-8 bytes, each byte at most a fixed number of times.
///
/// What a byte means depends on where it stands (a `+` is a sign, part of an exponent or an operator), so the parser asks for
/// what it expects instead of being given tokens.
struct ExpressionLexer {
  /// The whole expression.
  let expression: String
  private let bytes: [UInt8]
  /// The next byte to read.
  var position = 0

  init(_ expression: String) {
    self.expression = expression
    bytes = Array(expression.utf8)
  }

  var isAtEnd: Bool { position == bytes.count }
  var length: Int { bytes.count }

  /// The next byte; nil at the end.
  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// An error at a place in this expression.
  func error(
    _ kind: ExpressionError.Kind, at range: Range<Int>, _ message: String, hint: String? = nil
  ) -> ExpressionError {
    ExpressionError(kind, in: expression, at: range, message, hint: hint)
  }

  mutating func skipSpaces() {
    while let byte = next, byte.isSpace { position += 1 }
  }

  /// Takes a byte if it is the next one.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Takes a name: a letter and then letters, digits, `_` and `-`. Letters beyond ASCII belong to it, so that an error shows all of it.
  mutating func takeName() -> Range<Int>? {
    guard let first = next, first.isLetter else { return nil }
    let start = position
    while let byte = next, byte.isLetter || byte.isDigit || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") {
      position += 1
    }
    return start..<position
  }

  /// Takes a text in single or double quotes, in which a backslash before a quote or backslash stands for that alone.
  mutating func takeQuoted() throws(ExpressionError) -> ValueToken? {
    guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    let start = position
    var content: [UInt8] = []
    position += 1
    while let byte = next {
      position += 1
      if byte == quote {
        return ValueToken(text: String(decoding: content, as: UTF8.self), range: start..<position, isQuoted: true)
      }
      if byte == UInt8(ascii: "\\"), let escaped = next, escaped.isQuoteOrBackslash {
        position += 1
        content.append(escaped)
      } else {
        content.append(byte)
      }
    }
    throw error(
      .unterminatedText, at: start..<start + 1, "the text in quotes has no end", hint: "Close it with the same quote.")
  }

  /// Takes a value without quotes: up to `,`, `|`, a parenthesis, a quote or a `+` that joins effects; spaces around it are not part.
  ///
  /// A `+` at its beginning is a sign, and one after the `e` of a number and before a digit belongs to the exponent.
  mutating func takeBareValue() -> ValueToken {
    let start = position
    var end = position
    var number = NumberPrefix()
    while let byte = next, !byte.endsValue {
      if byte == UInt8(ascii: "+"), position != start {
        let following = position + 1 < bytes.count ? bytes[position + 1] : 0
        guard number.endsWithExponentMark, following.isDigit else { break }
      }
      number.append(byte)
      position += 1
      if !byte.isSpace { end = position }
    }
    return ValueToken(text: text(start..<end), range: start..<end, isQuoted: false)
  }

  /// The word or character at the next byte, for messages.
  func rangeOfNextWord() -> Range<Int> {
    var end = position
    while end < bytes.count, bytes[end].isLetter || bytes[end].isDigit { end += 1 }
    return position..<max(end, min(position + 1, bytes.count))
  }
}

/// A value as it was written.
struct ValueToken {
  /// Without quotes.
  var text: String
  /// With quotes.
  var range: Range<Int>
  var isQuoted: Bool
}

/// Follows a value as it is read, to know whether it has been `digits` and one `e` so far.
private struct NumberPrefix {
  private enum Place { case start, digits, exponentMark, other }
  private var place = Place.start
  private var hasDigit = false

  var endsWithExponentMark: Bool { place == .exponentMark }

  mutating func append(_ byte: UInt8) {
    switch place {
    case .start where byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-"): place = .digits
    case .start, .digits:
      if byte.isDigit || byte == UInt8(ascii: ".") {
        hasDigit = hasDigit || byte.isDigit
        place = .digits
      } else {
        place = hasDigit && byte | 0x20 == UInt8(ascii: "e") ? .exponentMark : .other
      }
    case .exponentMark, .other: place = .other
    }
  }
}

extension UInt8 {
  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  // Bytes from 0x80 belong to characters beyond ASCII.
  var isLetter: Bool { self >= 0x80 || (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z")) }
  var isSpace: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0D) }
  fileprivate var isQuoteOrBackslash: Bool {
    self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") || self == UInt8(ascii: "\\")
  }
  fileprivate var endsValue: Bool {
    switch self {
    case UInt8(ascii: ","), UInt8(ascii: "|"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "\""),
      UInt8(ascii: "'"):
      true
    default: false
    }
  }
}

/// A JSON document: what `--json` prints.
///
/// Members keep the order in which they were added, numbers keep every bit (the shortest form that reads back as the same number), and
/// what JSON has no number for, infinities and NaN, is `null`.
enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// A name and its value.
  struct Member: Sendable, Hashable {
    var name: String
    var value: JSONValue
  }

  /// The document as text: lists of plain values on one line, everything else indented.
  var text: String {
    var result = ""
    write(to: &result, indent: "")
    return result
  }

  private func write(to out: inout String, indent: String) {
    switch self {
    case .null: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .integer(let value): out += String(value)
    case .number(let value): out += value.isFinite ? "\(value)" : "null"
    case .string(let value): Self.write(quoted: value, to: &out)
    case .array(let items):
      Self.write(
        count: items.count, between: "[", and: "]", inline: items.allSatisfy(\.isPlain), to: &out, indent: indent
      ) {
        items[$0].write(to: &$1, indent: $2)
      }
    case .object(let members):
      Self.write(count: members.count, between: "{", and: "}", inline: false, to: &out, indent: indent) {
        Self.write(quoted: members[$0].name, to: &$1)
        $1 += ": "
        members[$0].value.write(to: &$1, indent: $2)
      }
    }
  }

  private var isPlain: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private static func write(
    count: Int, between opening: String, and closing: String, inline: Bool, to out: inout String, indent: String,
    item: (Int, inout String, String) -> Void
  ) {
    let inner = indent + "  "
    out += opening
    for index in 0..<count {
      if index > 0 { out += inline ? ", " : "," }
      if !inline { out += "\n" + inner }
      item(index, &out, inner)
    }
    if !inline, count > 0 { out += "\n" + indent }
    out += closing
  }

  private static func write(quoted text: String, to out: inout String) {
    out += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: out.unicodeScalars.append(scalar)
      }
    }
    out += "\""
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral {
  init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { Member(name: $0.0, value: $0.1) })
  }

  init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  init(stringLiteral value: String) { self = .string(value) }

  /// A list of numbers; nil becomes `null`.
  static func numbers(_ values: [Double?]) -> JSONValue { .array(values.map { $0.map(JSONValue.number) ?? .null }) }

  /// A text, or `null`.
  static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
}

/// What a terminal can show: letters beyond ASCII, colour, and how wide it is.
struct Style: Sendable, Hashable {
  /// Whether drawing characters beyond ASCII may be used.
  var unicode: Bool
  /// Whether escape sequences for colour may be used.
  var colour: Bool
  /// Columns of a line.
  var columns: Int

  /// The style of a terminal or a pipe behind a descriptor.
  ///
  /// - Parameters:
  ///   - descriptor: 1 for standard output, 2 for standard error.
  ///   - ascii: Keeps to ASCII even where the locale has more.
  static func of(descriptor: Int32, ascii: Bool = false) -> Style {
    let terminal = SystemCalls.isTerminal(descriptor)
    let environment = SystemCalls.environment("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    let columns = SystemCalls.terminalSize(descriptor)?.columns ?? environment ?? 80
    let dumb = SystemCalls.environment("TERM").map { $0.isEmpty || $0 == "dumb" } ?? true
    let noColour = SystemCalls.environment("NO_COLOR").map { !$0.isEmpty } ?? false
    return Style(
      unicode: !ascii && localeIsUnicode, colour: terminal && !dumb && !noColour, columns: max(48, min(columns, 160)))
  }

  // The first of these variables that is set decides, as in setlocale.
  private static var localeIsUnicode: Bool {
    for name in ["LC_ALL", "LC_CTYPE", "LANG"] {
      guard let value = SystemCalls.environment(name), !value.isEmpty else { continue }
      let upper = value.uppercased()
      return upper.hasSuffix("UTF-8") || upper.hasSuffix("UTF8")
    }
    return false
  }

  /// The escape sequences of a few roles.
  enum Role: String {
    case strong = "1"
    case faint = "2"
    case first = "34"
    case second = "33"
    case third = "32"
  }

  /// The text in a role, or as it is where colour is not wanted.
  func paint(_ text: String, _ role: Role) -> String {
    colour && !text.isEmpty ? "\u{1B}[\(role.rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// The line of an expression in which a place stands, and the marks that go under it in a terminal.
struct ExpressionExcerpt {
  /// The line, shortened around the place where it is long.
  private(set) var line = ""
  /// Carets under the place; tabs stay tabs, so that both lines are set alike.
  private(set) var marks = ""

  // Characters that are shown before and after the beginning of the place.
  private static let reach = 70

  /// Nil when there is nothing to show.
  init?(of expression: String, around range: Range<Int>) {
    let characters = Self.characters(of: expression, inLineWith: range.lowerBound)
    guard !characters.isEmpty else { return nil }
    let place = characters.firstIndex { $0.end > range.lowerBound } ?? characters.count
    let window = max(0, place - Self.reach)..<min(characters.count, place + Self.reach)
    if window.lowerBound > 0 { append("…", mark: " ") }
    for (index, character) in characters[window].enumerated() {
      let isMarked =
        index + window.lowerBound == place || (character.start < range.upperBound && character.end > range.lowerBound)
      append(character.shown, mark: isMarked ? "^" : " ")
    }
    if place == characters.count { marks += "^" }
    if window.upperBound < characters.count { append("…", mark: " ") }
    while marks.last == " " || marks.last == "\t" { marks.removeLast() }
  }

  private mutating func append(_ shown: Character, mark: Character) {
    line.append(shown)
    if shown == "\t" && mark == " " {
      marks.append(shown)
    } else {
      marks += String(repeating: mark, count: shown.columns)
    }
  }

  private typealias Placed = (shown: Character, start: Int, end: Int)

  private static func characters(of expression: String, inLineWith offset: Int) -> [Placed] {
    var line: [Placed] = []
    var start = 0
    for character in expression {
      let end = start + character.utf8.count
      if character.isNewline {
        if end > offset { break }
        line.removeAll(keepingCapacity: true)
      } else {
        let isSafe = character == "\t" || !character.unicodeScalars.contains(where: \.steersTerminal)
        line.append((isSafe ? character : "\u{FFFD}", start, end))
      }
      start = end
    }
    return line
  }
}

extension Unicode.Scalar {
  /// Whether it could move the cursor, colour the terminal or turn the direction of writing.
  var steersTerminal: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

extension Character {
  /// How many columns a terminal gives it, after the wide ranges of Unicode's East Asian Width.
  fileprivate var columns: Int {
    guard let scalar = unicodeScalars.first else { return 0 }
    switch scalar.value {
    case 0..<0x300:
      return 1
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      return 2
    default:
      return scalar.properties.isEmojiPresentation ? 2 : 1
    }
  }
}

/// Rows of text in columns that line up.
struct TextTable {
  /// Where a column's text stands.
  enum Alignment: Sendable {
    case left, right
  }

  var header: [String]
  var alignments: [Alignment]
  var rows: [[String]] = []

  /// Makes a table; the last column may be as long as it likes.
  init(_ header: [String], alignments: [Alignment]) {
    precondition(header.count == alignments.count, "\(header.count) titles for \(alignments.count) columns")
    self.header = header
    self.alignments = alignments
  }

  mutating func add(_ row: [String]) {
    precondition(row.count == header.count, "\(row.count) cells in a row of \(header.count)")
    rows.append(row)
  }

  /// Beyond this many characters columns of words are wrapped.
  private static let widest = 44

  /// The table as lines, its header emphasised. The last column is wrapped at the style's width, others of words where they are long.
  func text(in style: Style, indent: String = "") -> String {
    let widths = header.indices.map { column in
      let longest = ([header] + rows).map { $0[column].count }.max() ?? 0
      return alignments[column] == .left && column < header.count - 1 ? min(longest, Self.widest) : longest
    }
    let before = indent.count + widths.dropLast().reduce(0) { $0 + $1 + 2 }
    let room = max(24, style.columns - before)
    var lines: [String] = header.allSatisfy(\.isEmpty) ? [] : [style.paint(indent + line(header, widths), .strong)]
    for row in rows {
      let cells = row.indices.map { column in
        alignments[column] == .right
          ? [row[column]] : Self.wrapped(row[column], to: column == row.count - 1 ? room : widths[column])
      }
      for part in 0..<(cells.map(\.count).max() ?? 0) {
        lines.append(indent + line(cells.map { part < $0.count ? $0[part] : "" }, widths))
      }
    }
    return lines.joined(separator: "\n")
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var text = ""
    for (column, cell) in cells.enumerated() {
      let padding = String(repeating: " ", count: max(0, widths[column] - cell.count))
      let last = column == cells.count - 1
      text += alignments[column] == .right ? padding + cell : last ? cell : cell + padding
      if !last { text += "  " }
    }
    while text.last == " " { text.removeLast() }
    return text
  }

  /// A text broken between words into lines of at most so many characters.
  static func wrapped(_ text: String, to width: Int) -> [String] {
    var lines = [""]
    for word in text.split(separator: " ") {
      let current = lines[lines.count - 1]
      if current.isEmpty {
        lines[lines.count - 1] = String(word)
      } else if current.count + 1 + word.count <= width {
        lines[lines.count - 1] = current + " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}

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

  /// The table as lines, its header emphasised. The last column is wrapped at the style's width.
  func text(in style: Style, indent: String = "") -> String {
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    let before = indent.count + widths.dropLast().reduce(0) { $0 + $1 + 2 }
    let room = max(24, style.columns - before)
    var lines: [String] = header.allSatisfy(\.isEmpty) ? [] : [style.paint(indent + line(header, widths), .strong)]
    for row in rows {
      let parts = alignments.last == .left ? Self.wrapped(row.last ?? "", to: room) : [row.last ?? ""]
      for (index, part) in parts.enumerated() {
        let cells = index == 0 ? row.dropLast() + [part] : Array(repeating: "", count: row.count - 1) + [part]
        lines.append(indent + line(Array(cells), widths))
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

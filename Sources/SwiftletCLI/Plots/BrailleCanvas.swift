/// A raster for curves in a terminal: 2 by 4 dots a character in braille, or 1 by 2 with ASCII letters.
struct BrailleCanvas {
  let columns: Int
  let rows: Int
  let unicode: Bool
  /// Dots across and down.
  let width: Int
  let height: Int
  private var dots: [Bool]

  init(columns: Int, rows: Int, unicode: Bool) {
    precondition(columns > 0 && rows > 0, "a canvas of \(columns) by \(rows)")
    self.columns = columns
    self.rows = rows
    self.unicode = unicode
    width = columns * (unicode ? 2 : 1)
    height = rows * (unicode ? 4 : 2)
    dots = Array(repeating: false, count: width * height)
  }

  /// Sets a dot; a place outside is passed over. Row 0 is the top.
  mutating func set(_ x: Int, _ y: Int) {
    guard x >= 0, x < width, y >= 0, y < height else { return }
    dots[y * width + x] = true
  }

  /// Sets the dots of a column from one row to another; what lies outside is passed over.
  mutating func stroke(_ x: Int, from first: Int, to last: Int) {
    let (top, bottom) = (max(0, min(first, last)), min(height - 1, max(first, last)))
    guard top <= bottom else { return }
    for y in top...bottom { set(x, y) }
  }

  /// The character of a cell; nil where no dot is set.
  func character(column: Int, row: Int) -> Character? {
    func dot(_ x: Int, _ y: Int) -> Bool {
      dots[(row * (unicode ? 4 : 2) + y) * width + column * (unicode ? 2 : 1) + x]
    }
    guard unicode else {
      switch (dot(0, 0), dot(0, 1)) {
      case (true, true): return ":"
      case (true, false): return "'"
      case (false, true): return "."
      case (false, false): return nil
      }
    }
    // The bits of a braille pattern by column and row.
    let bits: [[UInt32]] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]]
    var code: UInt32 = 0
    for x in 0..<2 {
      for y in 0..<4 where dot(x, y) { code |= bits[x][y] }
    }
    guard code != 0, let scalar = UnicodeScalar(0x2800 + code) else { return nil }
    return Character(scalar)
  }
}

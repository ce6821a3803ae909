/// One line of a terminal that is drawn again and again: what does not fit is left out, the least important first.
struct StatusLine {
  let columns: Int
  private(set) var text = ""

  init(columns: Int) { self.columns = columns }

  /// Adds a piece, if there is room for it.
  mutating func add(_ piece: String) {
    let longer = text.isEmpty ? piece : text + "  " + piece
    if longer.count <= columns { text = longer }
  }

  /// Shows what is being typed behind a colon: its end, where it is too long.
  mutating func type(_ entry: String) {
    let shown = entry.count < columns ? ":" + entry : "…" + entry.suffix(columns - 1)
    text = String(shown)
  }
}

/// A level as a bar.
enum LevelBar {
  /// A peak from -60 dB to full scale in steps, and its number.
  static func text(_ peak: Float, _ style: Style, steps: Int = 10) -> String {
    let decibels = peak > 0 ? 20 * Double.log10(Double(peak)) : -.infinity
    // Silence has no number of steps.
    let full = decibels > -60 ? Int(((min(decibels, 0) + 60) / 60 * Double(steps)).rounded()) : 0
    let number = decibels < -99 ? "-inf" : NumberText.fixed(decibels, 0)
    let bar =
      String(repeating: style.unicode ? "█" : "#", count: full)
      + String(repeating: style.unicode ? "░" : ".", count: steps - full)
    return bar + String(repeating: " ", count: max(1, 5 - number.count)) + number + " dB"
  }
}

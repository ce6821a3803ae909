import RealModule

/// Draws a response with characters: magnitude, phase and group delay above each other over one frequency axis.
struct TerminalPlot {
  private let curve: ResponseCurve
  private let style: Style
  private let plotColumns: Int

  /// Characters left of the panels: the numbers and the axis.
  private static let margin = 9

  /// The text of the drawing.
  static func text(of curve: ResponseCurve, in style: Style) -> String {
    let plot = TerminalPlot(curve: curve, style: style)
    return (plot.magnitudePanel + plot.phasePanel + plot.delayPanel + plot.frequencyAxis).joined(separator: "\n")
  }

  private init(curve: ResponseCurve, style: Style) {
    self.curve = curve
    self.style = style
    plotColumns = max(24, min(style.columns - Self.margin - 4, 120))
  }

  // MARK: Panels

  private var magnitudePanel: [String] {
    let range = curve.decibelRange
    let ticks = AxisTicks.decibels(from: range.lowerBound, to: range.upperBound, about: 7)
    let runs = [curve.points.map { (hertz: $0.hertz, value: $0.decibels ?? -.greatestFiniteMagnitude) }]
    return panel("Magnitude (dB)", rows: 13, range: range, ticks: ticks, runs: runs, role: .first)
  }

  private var phasePanel: [String] {
    let runs = curve.phaseRuns.map { $0.map { (hertz: $0.hertz, value: $0.degrees) } }
    return panel("Phase (degrees)", rows: 6, range: -185...185, ticks: [-180, 0, 180], runs: runs, role: .second)
  }

  private var delayPanel: [String] {
    let delays = curve.delayRange
    let unit = DelayUnit.suited(to: delays, micro: style.unicode ? "µs" : "us")
    let range = delays.lowerBound * unit.perSecond...delays.upperBound * unit.perSecond
    let ticks = AxisTicks.linear(from: range.lowerBound, to: range.upperBound, about: 2)
    let runs = curve.points.split { $0.delay == nil }.map { run in
      run.map { (hertz: $0.hertz, value: ($0.delay ?? 0) * unit.perSecond) }
    }
    return panel("Group delay (\(unit.name))", rows: 6, range: range, ticks: ticks, runs: runs, role: .third)
  }

  private func panel(
    _ name: String, rows: Int, range: ClosedRange<Double>, ticks: [Double], runs: [[(hertz: Double, value: Double)]],
    role: Style.Role
  ) -> [String] {
    let canvas = drawn(rows: rows, range: range, runs: runs)
    let decimals = AxisTicks.decimals(for: ticks)
    var labels: [Int: String] = [:]
    for tick in ticks {
      let share = (range.upperBound - tick) / (range.upperBound - range.lowerBound)
      let row = max(0, min(rows - 1, Int((share * Double(rows)).rounded(.down))))
      labels[row] = NumberText.fixed(tick, decimals)
    }
    let grid = Set(
      AxisTicks.frequencies(from: curve.lowest, to: curve.highest).filter(\.isDecade).map { column($0.hertz) })
    var lines = ["", String(repeating: " ", count: Self.margin) + style.paint(name, .strong)]
    for row in 0..<rows {
      let label = labels[row]
      lines.append(axis(label) + rowText(canvas, row: row, ruled: label != nil, grid: grid, role: role))
    }
    return lines
  }

  private func axis(_ label: String?) -> String {
    let text = label ?? ""
    let padding = String(repeating: " ", count: max(0, Self.margin - 2 - text.count))
    let bar = style.unicode ? (label == nil ? "│" : "┤") : (label == nil ? "|" : "+")
    return padding + text + " " + style.paint(bar, .faint)
  }

  private func rowText(_ canvas: BrailleCanvas, row: Int, ruled: Bool, grid: Set<Int>, role: Style.Role) -> String {
    var text = ""
    var run = (text: "", role: Style.Role?.none)
    func flush() { text += run.role.map { style.paint(run.text, $0) } ?? run.text }
    for column in 0..<plotColumns {
      let cell: (Character, Style.Role?)
      if let dots = canvas.character(column: column, row: row) {
        cell = (dots, role)
      } else if ruled {
        cell = (style.unicode ? (grid.contains(column) ? "┼" : "┈") : "-", .faint)
      } else if grid.contains(column) {
        cell = (style.unicode ? "┊" : ":", .faint)
      } else {
        cell = (" ", nil)
      }
      if cell.1 != run.role {
        flush()
        run = ("", cell.1)
      }
      run.text.append(cell.0)
    }
    while run.role == nil, run.text.last == " " { run.text.removeLast() }
    flush()
    return text
  }

  private func drawn(
    rows: Int, range: ClosedRange<Double>, runs: [[(hertz: Double, value: Double)]]
  ) -> BrailleCanvas {
    var canvas = BrailleCanvas(columns: plotColumns, rows: rows, unicode: style.unicode)
    let height = Double(canvas.height)
    for run in runs {
      var before: (x: Int, y: Int)?
      for point in run {
        let share = (range.upperBound - point.value) / (range.upperBound - range.lowerBound)
        let y = Int((max(-1, min(2, share)) * height).rounded(.down))
        let x = min(canvas.width - 1, Int((place(point.hertz) * Double(canvas.width)).rounded(.down)))
        if let before {
          canvas.stroke(x, from: before.y + (before.y < y ? 1 : before.y > y ? -1 : 0), to: y)
        }
        canvas.set(x, y)
        before = (x, y)
      }
    }
    return canvas
  }

  // MARK: Frequencies

  private func place(_ hertz: Double) -> Double {
    max(0, min(1, Double.log(hertz / curve.lowest) / Double.log(curve.highest / curve.lowest)))
  }

  private func column(_ hertz: Double) -> Int { min(plotColumns - 1, Int(place(hertz) * Double(plotColumns))) }

  private var frequencyAxis: [String] {
    let marks = AxisTicks.frequencies(from: curve.lowest, to: curve.highest).filter(\.isLabelled)
    let columns = Set(marks.map { column($0.hertz) })
    let line = (0..<plotColumns).map {
      columns.contains($0) ? (style.unicode ? "┴" : "+") : (style.unicode ? "─" : "-")
    }
    var labels = Array(repeating: Character(" "), count: plotColumns + 6)
    var free = 0
    for mark in marks {
      let text = NumberText.axisFrequency(mark.hertz)
      let start = max(0, column(mark.hertz) - (text.count - 1) / 2)
      guard start >= free, start + text.count <= plotColumns else { continue }
      for (offset, character) in text.enumerated() { labels[start + offset] = character }
      free = start + text.count + 1
    }
    var numbers = String(labels)
    while numbers.last == " " { numbers.removeLast() }
    let corner = style.unicode ? "└" : "+"
    let indent = String(repeating: " ", count: Self.margin - 1)
    return [indent + style.paint(corner + line.joined(), .faint), indent + " " + numbers + "  Hz"]
  }
}

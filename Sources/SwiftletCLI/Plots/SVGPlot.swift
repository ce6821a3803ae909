import RealModule

/// Draws a response as a drawing of its own: magnitude, phase and group delay above each other over one logarithmic frequency axis.
struct SVGPlot {
  private let curve: ResponseCurve
  private var svg = SVGWriter()

  private static let width = 960.0
  private static let (left, right) = (78.0, 930.0)
  private static let (magnitude, phase, delay) = (104.0...404.0, 450.0...580.0, 626.0...756.0)
  private static let height = 816.0

  /// The text of the drawing.
  static func text(of curve: ResponseCurve) -> String {
    var plot = SVGPlot(curve: curve)
    plot.drawFrame()
    plot.drawMagnitude()
    plot.drawPhase()
    plot.drawDelay()
    return plot.document
  }

  private init(curve: ResponseCurve) { self.curve = curve }

  private var document: String {
    let n = SVGWriter.number
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(n(Self.width)) \(n(Self.height))" width="\(n(Self.width))" \
      height="\(n(Self.height))" role="img">
      <title>Frequency response of \(SVGWriter.escaped(curve.title))</title>
      <style>\(SVGPlotStyle.sheet)</style>
      <defs>
      \(clip("magnitude", Self.magnitude))
      \(clip("phase", Self.phase))
      \(clip("delay", Self.delay))
      <linearGradient id="fill" x1="0" y1="0" x2="0" y2="1">
      <stop class="fill-top" offset="0"/><stop class="fill-bottom" offset="1"/>
      </linearGradient>
      </defs>
      \(svg.body)</svg>

      """
  }

  private func clip(_ id: String, _ rows: ClosedRange<Double>) -> String {
    let n = SVGWriter.number
    return "<clipPath id=\"\(id)\"><rect x=\"\(n(Self.left))\" y=\"\(n(rows.lowerBound))\" "
      + "width=\"\(n(Self.right - Self.left))\" height=\"\(n(rows.upperBound - rows.lowerBound))\"/></clipPath>"
  }

  // MARK: Places

  private func x(_ hertz: Double) -> Double {
    let share = Double.log(hertz / curve.lowest) / Double.log(curve.highest / curve.lowest)
    return Self.left + share * (Self.right - Self.left)
  }

  private func y(_ value: Double, in range: ClosedRange<Double>, rows: ClosedRange<Double>) -> Double {
    let share = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    // Far outside is as good as just outside: the clip hides both, and the numbers stay short.
    return rows.upperBound - max(-0.5, min(1.5, share)) * (rows.upperBound - rows.lowerBound)
  }

  // MARK: Parts

  private mutating func drawFrame() {
    svg.rectangle(x: 0.5, y: 0.5, width: Self.width - 1, height: Self.height - 1, radius: 10, class: "card")
    if curve.title.count <= 82 {
      svg.text(curve.title, x: Self.left, y: 36, class: "title")
    } else {
      let lines = TextTable.wrapped(curve.title, to: 106)
      let second = lines.count > 2 ? lines[1] + " …" : lines[1...].joined()
      svg.text(String(lines[0].prefix(108)), x: Self.left, y: second.isEmpty ? 36 : 24, class: "title long")
      svg.text(String(second.prefix(108)), x: Self.left, y: 41, class: "title long")
    }
    svg.text("Frequency response at \(NumberText.frequency(curve.sampleRate))", x: Self.left, y: 58, class: "subtitle")
  }

  private mutating func drawPanel(
    _ name: String, rows: ClosedRange<Double>, range: ClosedRange<Double>, ticks: [Double], label: (Double) -> String
  ) {
    svg.rectangle(
      x: Self.left, y: rows.lowerBound, width: Self.right - Self.left, height: rows.upperBound - rows.lowerBound,
      class: "panel")
    for mark in AxisTicks.frequencies(from: curve.lowest, to: curve.highest) {
      let place = x(mark.hertz)
      if place > Self.left + 1, place < Self.right - 1 {
        svg.line(
          place, rows.lowerBound, place, rows.upperBound,
          class: mark.isDecade ? "grid" : mark.isLabelled ? "light" : "hair")
      }
      if mark.isLabelled, rows == Self.delay {
        svg.text(
          NumberText.axisFrequency(mark.hertz), x: place, y: rows.upperBound + 20, class: "tick", anchor: "middle")
      }
    }
    for tick in ticks {
      let place = y(tick, in: range, rows: rows)
      svg.line(Self.left, place, Self.right, place, class: tick == 0 ? "zero" : "grid")
      svg.text(label(tick), x: Self.left - 10, y: place + 4, class: "tick", anchor: "end")
    }
    svg.text(name, x: Self.left, y: rows.lowerBound - 10, class: "name")
    if rows == Self.delay {
      svg.text(
        "Frequency (Hz)", x: (Self.left + Self.right) / 2, y: rows.upperBound + 44, class: "axis", anchor: "middle")
    }
  }

  private mutating func drawMagnitude() {
    let (rows, range) = (Self.magnitude, curve.decibelRange)
    let ticks = AxisTicks.decibels(from: range.lowerBound, to: range.upperBound, about: 8)
    let decimals = AxisTicks.decimals(for: ticks)
    drawPanel("Magnitude (dB)", rows: rows, range: range, ticks: ticks) { Self.signed($0, decimals) }
    let points = curve.points.map { point in
      (x: x(point.hertz), y: y(point.decibels ?? -.greatestFiniteMagnitude, in: range, rows: rows))
    }
    svg.raw("<g clip-path=\"url(#magnitude)\">")
    if let first = points.first, let last = points.last {
      let floor = rows.upperBound + 2
      svg.polyline([(first.x, floor)] + points + [(last.x, floor)], class: "area")
    }
    svg.polyline(points, class: "curve one")
    svg.raw("</g>")
  }

  private mutating func drawPhase() {
    let (rows, range) = (Self.phase, -190.0...190.0)
    drawPanel("Phase (degrees)", rows: rows, range: range, ticks: [-180, -90, 0, 90, 180]) { Self.signed($0, 0) }
    svg.raw("<g clip-path=\"url(#phase)\">")
    for run in curve.phaseRuns {
      svg.polyline(run.map { (x: x($0.hertz), y: y($0.degrees, in: range, rows: rows)) }, class: "curve two")
    }
    svg.raw("</g>")
  }

  private mutating func drawDelay() {
    let rows = Self.delay
    let unit = DelayUnit.suited(to: curve.delayRange)
    let range = curve.delayRange.lowerBound * unit.perSecond...curve.delayRange.upperBound * unit.perSecond
    let ticks = AxisTicks.linear(from: range.lowerBound, to: range.upperBound, about: 4)
    let decimals = AxisTicks.decimals(for: ticks)
    drawPanel("Group delay (\(unit.name))", rows: rows, range: range, ticks: ticks) { Self.signed($0, decimals) }
    svg.raw("<g clip-path=\"url(#delay)\">")
    for run in curve.points.split(whereSeparator: { $0.delay == nil }) {
      let points = run.map { (x: x($0.hertz), y: y(($0.delay ?? 0) * unit.perSecond, in: range, rows: rows)) }
      svg.polyline(points, class: "curve three")
    }
    svg.raw("</g>")
  }

  /// A number with a true minus sign.
  private static func signed(_ value: Double, _ decimals: Int) -> String {
    (value < 0 ? "\u{2212}" : "") + NumberText.fixed(abs(value), decimals)
  }
}

/// The colours and letters of the drawing. The light scheme stands first, for viewers that know no other.
enum SVGPlotStyle {
  static let sheet = """

    text { font-family: Inter, "Helvetica Neue", Helvetica, Arial, "DejaVu Sans", sans-serif; fill: #475569; }
    .title { font: 600 17px "JetBrains Mono", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #0f172a; }
    .long { font-size: 13px; }
    .subtitle { font-size: 13px; fill: #64748b; }
    .name { font-size: 13px; font-weight: 600; fill: #334155; }
    .tick, .axis { font-size: 12px; fill: #64748b; }
    .card { fill: #ffffff; stroke: #e2e8f0; }
    .panel { fill: #f8fafc; stroke: #cbd5e1; }
    .grid { stroke: #dbe2ea; fill: none; }
    .light { stroke: #e5eaf1; fill: none; }
    .hair { stroke: #eef2f7; fill: none; }
    .zero { stroke: #94a3b8; fill: none; }
    .area { fill: url(#fill); stroke: none; }
    .fill-top { stop-color: #2563eb; stop-opacity: 0.20; }
    .fill-bottom { stop-color: #2563eb; stop-opacity: 0.02; }
    .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
    .one { stroke: #2563eb; }
    .two { stroke: #d97706; }
    .three { stroke: #0d9488; }
    @media (prefers-color-scheme: dark) {
      text { fill: #94a3b8; }
      .title { fill: #f1f5f9; }
      .subtitle, .tick, .axis { fill: #94a3b8; }
      .name { fill: #cbd5e1; }
      .card { fill: #0b1220; stroke: #1e293b; }
      .panel { fill: #0f172a; stroke: #334155; }
      .grid { stroke: #24324a; }
      .light { stroke: #1d2a40; }
      .hair { stroke: #172236; }
      .zero { stroke: #64748b; }
      .fill-top { stop-color: #60a5fa; stop-opacity: 0.25; }
      .fill-bottom { stop-color: #60a5fa; stop-opacity: 0.02; }
      .one { stroke: #60a5fa; }
      .two { stroke: #fbbf24; }
      .three { stroke: #2dd4bf; }
    }

    """
}

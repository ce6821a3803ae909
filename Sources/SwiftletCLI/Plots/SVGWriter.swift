/// Builds the text of an SVG drawing.
struct SVGWriter {
  private(set) var body = ""

  /// A number of user units with two decimals at most.
  static func number(_ value: Double) -> String { NumberText.trimmed(value, 2) }

  /// Text with the characters escaped that mean something in XML; what XML cannot carry becomes a replacement character.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += " "
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  mutating func raw(_ text: String) { body += text + "\n" }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, class name: String) {
    let n = Self.number
    raw("<path class=\"\(name)\" d=\"M\(n(x1)) \(n(y1))L\(n(x2)) \(n(y2))\"/>")
  }

  /// An open line through points, left out when it has fewer than two.
  mutating func polyline(_ points: [(x: Double, y: Double)], class name: String) {
    guard points.count > 1 else { return }
    raw("<path class=\"\(name)\" d=\"\(Self.path(points))\"/>")
  }

  mutating func rectangle(x: Double, y: Double, width: Double, height: Double, radius: Double = 0, class name: String) {
    let n = Self.number
    let corner = radius > 0 ? " rx=\"\(n(radius))\"" : ""
    raw("<rect class=\"\(name)\" x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" height=\"\(n(height))\"\(corner)/>")
  }

  mutating func text(_ text: String, x: Double, y: Double, class name: String, anchor: String = "start") {
    let n = Self.number
    raw("<text class=\"\(name)\" x=\"\(n(x))\" y=\"\(n(y))\" text-anchor=\"\(anchor)\">\(Self.escaped(text))</text>")
  }

  /// The path through points.
  static func path(_ points: [(x: Double, y: Double)]) -> String {
    var result = ""
    for (index, point) in points.enumerated() {
      result += (index == 0 ? "M" : "L") + number(point.x) + " " + number(point.y)
    }
    return result
  }
}

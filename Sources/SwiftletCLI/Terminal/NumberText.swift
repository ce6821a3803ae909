import RealModule

/// Numbers as people read them.
enum NumberText {
  /// A number with a fixed count of decimals, such as `-3.01`; `-∞`, `∞` and `–` where there is none.
  static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "-" : value < 0 ? "-inf" : "inf" }
    let scale = power(of: 10, decimals)
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 1e18 else { return "\(value)" }
    let digits = String(Int64(scaled))
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return sign + digits }
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }

  /// A number with at most so many decimals, trailing zeros left off.
  static func trimmed(_ value: Double, _ decimals: Int) -> String {
    var text = fixed(value, decimals)
    guard text.contains(".") else { return text }
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  /// A frequency as it stands on an axis: `20`, `1k`, `12.5k`.
  static func axisFrequency(_ hertz: Double) -> String {
    hertz >= 1_000 ? trimmed(hertz / 1_000, 3) + "k" : trimmed(hertz, 3)
  }

  /// A frequency with its unit: `50 Hz`, `44.1 kHz`.
  static func frequency(_ hertz: Double) -> String {
    hertz >= 1_000 ? trimmed(hertz / 1_000, 4) + " kHz" : trimmed(hertz, 4) + " Hz"
  }

  /// A length of time: `0.25 s`, `4:07`, `1:02:03`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0 else { return "-" }
    if seconds < 10 { return trimmed(seconds, 2) + " s" }
    if seconds < 60 { return trimmed(seconds, 1) + " s" }
    let whole = Int(min(seconds.rounded(), 1e15))
    let (hours, minutes, rest) = (whole / 3_600, whole / 60 % 60, whole % 60)
    let tail = (rest < 10 ? "0" : "") + String(rest)
    return hours > 0 ? "\(hours):" + (minutes < 10 ? "0" : "") + "\(minutes):" + tail : "\(minutes):" + tail
  }

  /// A count with thin groups of three: `1 234 567`.
  static func grouped(_ count: Int) -> String {
    let digits = Array(String(count.magnitude))
    var text = count < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += " " }
      text.append(digit)
    }
    return text
  }

  /// So many of something, in the singular where it is one.
  static func counted(_ count: Int, _ noun: String) -> String {
    grouped(count) + " " + noun + (count == 1 ? "" : "s")
  }

  /// A whole power of a base, exact as long as it fits.
  static func power(of base: Double, _ exponent: Int) -> Double {
    let magnitude = (0..<abs(exponent)).reduce(1.0) { value, _ in value * base }
    return exponent < 0 ? 1 / magnitude : magnitude
  }
}

extension NumberText {
  /// A number with so many significant digits, for columns of coefficients.
  static func significant(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, value != 0 else { return fixed(value, 0) }
    let exponent = Int(Double.log10(abs(value)).rounded(.down))
    if exponent >= -4, exponent < digits { return fixed(value, max(0, digits - 1 - exponent)) }
    return fixed(value / power(of: 10, exponent), digits - 1) + "e\(exponent)"
  }
}

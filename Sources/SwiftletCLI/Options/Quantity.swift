/// A number with an optional unit or prefix, as people type it: `1k`, `44.1kHz`, `2.5e3`, `440Hz`.
enum Quantity {
  /// The number of hertz that a text stands for; nil when it is not a finite number with one of the units Hz, kHz, MHz, k, M.
  static func hertz(_ text: String) -> Double? {
    let units: [(suffix: String, factor: Double)] = [
      ("mhz", 1e6), ("khz", 1e3), ("hz", 1), ("k", 1e3), ("m", 1e6), ("", 1),
    ]
    let lower = text.filter { $0 != " " && $0 != "_" }.lowercased()
    for unit in units where lower.hasSuffix(unit.suffix) {
      let digits = lower.dropLast(unit.suffix.count)
      guard let first = digits.unicodeScalars.first,
        first.properties.numericType != nil || "+-.".unicodeScalars.contains(first),
        let value = Double(digits), (value * unit.factor).isFinite
      else { return nil }
      return value * unit.factor
    }
    return nil
  }
}

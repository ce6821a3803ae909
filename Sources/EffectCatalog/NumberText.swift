import AudioCore

/// A number as it is written in an expression: sign, digits, exponent, unit.
struct NumberText {
  /// Sign and digits with an optional point.
  private let mantissa: String
  /// The power of ten behind the `e`; far outside the range of Double where it was written so.
  private let exponent: Int
  /// The unit as written; empty where there is none.
  let unit: String
  /// Where the unit stands in the text, in bytes.
  let unitRange: Range<Int>
  /// Where something stands that belongs to neither; nil where nothing does.
  let restStart: Int?

  /// Nil when the text does not begin with a number.
  init?(_ text: String) {
    let bytes = Array(text.utf8)
    var place = 0
    func digits() -> Int {
      let start = place
      while place < bytes.count, bytes[place].isDigit { place += 1 }
      return place - start
    }
    if let first = bytes.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") { place = 1 }
    var count = digits()
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      place += 1
      count += digits()
    }
    guard count > 0 else { return nil }
    mantissa = String(decoding: bytes[..<place], as: UTF8.self)
    (exponent, place) = Self.exponent(in: bytes, from: place)
    while place < bytes.count, bytes[place].isSpace { place += 1 }
    let start = place
    while place < bytes.count, bytes[place].isUnit || (place > start && bytes[place].isDigit) { place += 1 }
    unitRange = start..<place
    unit = String(decoding: bytes[unitRange], as: UTF8.self)
    while place < bytes.count, bytes[place].isSpace { place += 1 }
    restStart = place < bytes.count ? place : nil
  }

  /// The exponent and the place after it; 0 and the same place where none stands.
  private static func exponent(in bytes: [UInt8], from start: Int) -> (Int, Int) {
    var place = start
    guard place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") else { return (0, start) }
    place += 1
    var sign = 1
    if place < bytes.count, bytes[place] == UInt8(ascii: "+") || bytes[place] == UInt8(ascii: "-") {
      sign = bytes[place] == UInt8(ascii: "-") ? -1 : 1
      place += 1
    }
    guard place < bytes.count, bytes[place].isDigit else { return (0, start) }
    var value = 0
    while place < bytes.count, bytes[place].isDigit {
      // Kept small: no mantissa is long enough to bring such an exponent back into the range of Double.
      value = min(value * 10 + Int(bytes[place] - UInt8(ascii: "0")), 1_000_000)
      place += 1
    }
    return (sign * value, place)
  }

  /// The number times a power of ten, rounded once; infinite when it is too large.
  func value(shiftedBy shift: Int) -> Double {
    Double("\(mantissa)e\(exponent + shift)") ?? .infinity
  }
}

extension UInt8 {
  fileprivate var isUnit: Bool { isLetter || self == UInt8(ascii: "%") }
}

/// The units that may be written behind a number.
enum UnitText {
  private static let table: [(text: String, meanings: [ParameterUnit: Int])] = [
    ("Hz", [.hertz: 0]), ("kHz", [.hertz: 3]), ("k", [.hertz: 3, .none: 3, .frames: 3]), ("dB", [.decibels: 0]),
    ("s", [.seconds: 0]), ("ms", [.seconds: -3]), ("%", [.percent: 0, .none: -2]),
    ("octaves", [.octaves: 0]), ("octave", [.octaves: 0]), ("oct", [.octaves: 0]), ("frames", [.frames: 0]),
  ]

  /// The unit as it is usually written; nil when it is none.
  static func known(_ text: String) -> String? {
    table.first { $0.text.lowercased() == text.lowercased() }?.text
  }

  /// The power of ten by which a unit changes a number of a parameter; nil when it does not fit.
  static func shift(_ text: String, for unit: ParameterUnit) -> Int? {
    table.first { $0.text.lowercased() == text.lowercased() }?.meanings[unit]
  }

  /// The units that fit a parameter.
  static func fitting(_ unit: ParameterUnit) -> [String] {
    table.filter { $0.meanings[unit] != nil }.map(\.text)
  }
}

/// The length of a note, which lasts a time at a tempo: `1/8`, dotted `1/8d`, triplet `1/8t`.
///
/// Of a whole note of four beats: 1/4 is one beat, whatever the metre. At 120 beats a minute 1/8 lasts 250 ms, dotted 375 ms and as
/// a triplet 166.7 ms.
public struct NoteLength: Sendable, Hashable {
  /// What changes the plain length.
  public enum Modifier: String, Sendable, Hashable, CaseIterable {
    case plain = ""
    /// Half as long again.
    case dotted = "d"
    /// Three in the time of two.
    case triplet = "t"
  }

  /// Of the fraction of a whole note, 1 to 256.
  public let numerator: Int
  /// Of the fraction of a whole note, 1 to 256.
  public let denominator: Int
  public let modifier: Modifier

  /// Makes a length; nil for a numerator or denominator outside 1 to 256.
  public init?(_ numerator: Int, over denominator: Int, _ modifier: Modifier = .plain) {
    guard (1...256).contains(numerator), (1...256).contains(denominator) else { return nil }
    self.numerator = numerator
    self.denominator = denominator
    self.modifier = modifier
  }

  /// Reads `1/8`, `1/8t` or `1/8 triplet`, `1/8d`, `1/8.` or `1/8 dotted`; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let numerator = Self.digits(parts[0].utf8) else { return nil }
    let digits = parts[1].utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    guard let denominator = Self.digits(digits) else { return nil }
    let modifier: Modifier
    switch parts[1].utf8.dropFirst(digits.count).filter({ $0 != UInt8(ascii: " ") }).map({ $0 | 0x20 }) {
    case []: modifier = .plain
    case Array("d".utf8), Array("dotted".utf8), [UInt8(ascii: ".") | 0x20]: modifier = .dotted
    case Array("t".utf8), Array("triplet".utf8): modifier = .triplet
    default: return nil
    }
    self.init(numerator, over: denominator, modifier)
  }

  private static func digits(_ text: some Collection<UInt8>) -> Int? {
    guard (1...3).contains(text.count) else { return nil }
    var value = 0
    for byte in text {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = 10 * value + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }

  /// The beats that it lasts.
  public var beats: Double {
    let plain = 4 * Double(numerator) / Double(denominator)
    switch modifier {
    case .plain: return plain
    case .dotted: return plain * 3 / 2
    case .triplet: return plain * 2 / 3
    }
  }

  /// The seconds that it lasts.
  /// - Parameter tempo: Beats a minute, above 0.
  public func seconds(at tempo: Double) -> Double { beats * 60 / tempo }
}

extension NoteLength: CustomStringConvertible {
  /// As it is written in expressions and files: `1/8t`.
  public var description: String { "\(numerator)/\(denominator)\(modifier.rawValue)" }
}

extension NoteLength: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let length = NoteLength(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\"\(text)\" is no note length: write one such as 1/8, 1/8d or 1/8t")
    }
    self = length
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// A frequency, in hertz. A plain number is hertz: `LowPass(1_000)`.
public struct Frequency: Sendable, Hashable, Codable, Comparable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral
{
  public var hertz: Double

  /// Makes a frequency from a number of hertz. Any number is taken here; a design checks it against its sample rate.
  public init(_ hertz: Double) { self.hertz = hertz }
  public init(integerLiteral value: Int) { hertz = Double(value) }
  public init(floatLiteral value: Double) { hertz = value }

  /// A frequency from a number of hertz.
  public static func hertz(_ value: Double) -> Frequency { Frequency(value) }
  /// A frequency from a number of kilohertz.
  public static func kilohertz(_ value: Double) -> Frequency { Frequency(value * 1_000) }
  public static func < (a: Frequency, b: Frequency) -> Bool { a.hertz < b.hertz }

  public init(from decoder: any Decoder) throws { hertz = try decoder.singleValueContainer().decode(Double.self) }
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hertz)
  }
}

import Synchronization

/// What a stage shows while it runs: a name and the unit of its number.
public struct MeterInfo: Sendable, Hashable, Codable {
  /// The field's term: `gain reduction`.
  public var name: String
  public var unit: ParameterUnit

  public init(_ name: String, unit: ParameterUnit) {
    self.name = name
    self.unit = unit
  }
}

/// A number that a running stage shows to any thread, without a lock.
///
/// A stage's runner makes its meters and hands them to its processor, so that they stay when the processor is replaced.
public final class Meter: Sendable {
  public let info: MeterInfo
  private let latest = Atomic<UInt64>(Meter.word(0))
  private let largest = Atomic<UInt64>(Meter.word(0))

  /// Makes a meter that shows 0.
  public init(_ info: MeterInfo) { self.info = info }

  /// The number of the last block. [any thread]
  public var value: Double { Self.number(latest.load(ordering: .relaxed)) }

  /// The largest number since it was last taken, or of the last block where none came since. [any thread]
  public func takeLargest() -> Double {
    Self.number(largest.exchange(latest.load(ordering: .relaxed), ordering: .relaxed))
  }

  /// Shows the number of one block. [worker]
  public func show(_ number: Double) {
    let word = Self.word(number)
    latest.store(word, ordering: .relaxed)
    largest.max(word, ordering: .relaxed)
  }

  // The bits of a double in an order in which larger numbers are larger words.
  private static func word(_ number: Double) -> UInt64 {
    let bits = number.bitPattern
    return bits >> 63 == 1 ? ~bits : bits | 1 << 63
  }

  private static func number(_ word: UInt64) -> Double {
    Double(bitPattern: word >> 63 == 1 ? word & ~(1 << 63) : ~word)
  }
}

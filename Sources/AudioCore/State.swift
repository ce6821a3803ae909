/// Saved state that does not fit the processor that should take it.
public enum StateError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The data ends too early.
  case truncated(neededBytes: Int, available: Int)
  /// The data was written by something of another shape.
  case mismatch(expected: String, found: String)

  public var description: String {
    switch self {
    case .truncated(let needed, let available):
      "saved state ends early: \(needed) more bytes are needed and \(available) are left. Save it again."
    case .mismatch(let expected, let found):
      "saved state is of another shape: expected \(expected), found \(found). Restore it into the plan that saved it."
    }
  }
}

/// Collects the running state of processors as bytes, in the order in which they write.
public struct StateWriter: Sendable {
  /// What was written so far.
  public private(set) var bytes: [UInt8] = []

  public init() {}

  /// Appends an integer.
  public mutating func write(_ value: Int) {
    withUnsafeBytes(of: Int64(value).littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends a number, bit for bit.
  public mutating func write(_ value: Double) {
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends samples with their count, bit for bit.
  public mutating func write<S: Sample>(_ samples: UnsafeBufferPointer<S>) {
    write(samples.count)
    // Float fits into Double exactly, so one form serves both.
    for sample in samples { write(Double(sample)) }
  }
}

/// Gives saved state back in the order in which it was written.
public struct StateReader: Sendable {
  private let bytes: [UInt8]
  private var offset = 0

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether everything was read.
  public var isAtEnd: Bool { offset == bytes.count }

  private mutating func readWord() throws(StateError) -> UInt64 {
    guard bytes.count - offset >= 8 else { throw .truncated(neededBytes: 8, available: bytes.count - offset) }
    var word: UInt64 = 0
    for index in 0..<8 { word |= UInt64(bytes[offset + index]) << UInt64(8 * index) }
    offset += 8
    return word
  }

  /// Reads an integer.
  public mutating func readInt() throws(StateError) -> Int { Int(Int64(bitPattern: try readWord())) }

  /// Reads a number.
  public mutating func readDouble() throws(StateError) -> Double { Double(bitPattern: try readWord()) }

  /// Reads an integer that must have a given value, such as a count.
  public mutating func expect(_ value: Int, _ what: String) throws(StateError) {
    let found = try readInt()
    guard found == value else { throw .mismatch(expected: "\(what) \(value)", found: String(found)) }
  }

  /// Reads as many samples as were written, into memory that may be larger.
  /// - Returns: how many they were.
  public mutating func readSamples<S: Sample>(into samples: UnsafeMutableBufferPointer<S>) throws(StateError) -> Int {
    let count = try readInt()
    guard count >= 0, count <= samples.count else {
      throw .mismatch(expected: "at most \(samples.count) samples", found: String(count))
    }
    for index in 0..<count { samples[index] = S(try readDouble()) }
    return count
  }

  /// Reads samples into memory of the count that was written.
  public mutating func read<S: Sample>(into samples: UnsafeMutableBufferPointer<S>) throws(StateError) {
    try expect(samples.count, "sample count")
    for index in samples.indices { samples[index] = S(try readDouble()) }
  }
}

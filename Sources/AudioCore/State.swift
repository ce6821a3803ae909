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
  private let limit: Int
  /// Whether there was no room for something that was written.
  private(set) var hasOverflowed = false

  public init() { limit = .max }

  /// Makes a writer with room for some bytes that will never take more: it allocates now and not while it writes.
  init(capacity: Int) {
    limit = capacity
    bytes.reserveCapacity(capacity)
  }

  /// Forgets what was written, and keeps the room.
  mutating func clear() {
    bytes.removeAll(keepingCapacity: true)
    hasOverflowed = false
  }

  private mutating func write(word: UInt64) {
    guard bytes.count <= limit - 8 else {
      hasOverflowed = true
      return
    }
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Appends an integer.
  public mutating func write(_ value: Int) { write(word: UInt64(bitPattern: Int64(value))) }

  /// Appends a number, bit for bit.
  public mutating func write(_ value: Double) { write(word: value.bitPattern) }

  /// Appends samples with their count, bit for bit.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
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
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public mutating func readSamples<S: Sample>(into samples: UnsafeMutableBufferPointer<S>) throws(StateError) -> Int {
    let count = try readInt()
    guard count >= 0, count <= samples.count else {
      throw .mismatch(expected: "at most \(samples.count) samples", found: String(count))
    }
    for index in 0..<count { samples[index] = S(try readDouble()) }
    return count
  }

  /// Reads samples into memory of the count that was written.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public mutating func read<S: Sample>(into samples: UnsafeMutableBufferPointer<S>) throws(StateError) {
    try expect(samples.count, "sample count")
    for index in samples.indices { samples[index] = S(try readDouble()) }
  }
}

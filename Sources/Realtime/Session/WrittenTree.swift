/// What an `Encodable` value says of itself, as a tree with a binary form that keeps every bit of a number.
///
/// The usual JSON coders are Foundation's, refuse infinities and need several times the room for samples.
indirect enum WrittenTree: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case text(String)
  case list([WrittenTree])
  case members([String: WrittenTree])

  /// How deep a tree may be: far deeper than any graph, and no danger for the stack.
  static let maximumDepth = 200

  private enum Tag: UInt8 { case null, no, yes, integer, number, text, list, members }

  /// Appends the binary form.
  func write(into bytes: inout [UInt8]) {
    switch self {
    case .null: bytes.append(Tag.null.rawValue)
    case .bool(let value): bytes.append(value ? Tag.yes.rawValue : Tag.no.rawValue)
    case .integer(let value): Self.append(.integer, UInt64(bitPattern: value), &bytes)
    case .number(let value): Self.append(.number, value.bitPattern, &bytes)
    case .text(let text):
      Self.append(.text, UInt64(text.utf8.count), &bytes)
      bytes.append(contentsOf: text.utf8)
    case .list(let items):
      Self.append(.list, UInt64(items.count), &bytes)
      for item in items { item.write(into: &bytes) }
    case .members(let members):
      Self.append(.members, UInt64(members.count), &bytes)
      // In order, so that equal values have equal bytes.
      for (name, value) in members.sorted(by: { $0.key < $1.key }) {
        WrittenTree.text(name).write(into: &bytes)
        value.write(into: &bytes)
      }
    }
  }

  private static func append(_ tag: Tag, _ word: UInt64, _ bytes: inout [UInt8]) {
    bytes.append(tag.rawValue)
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Reads the binary form; nil for bytes that are none. It never allocates more than the bytes there are call for.
  init?(_ bytes: some Collection<UInt8>) {
    var rest = Array(bytes)[...]
    guard let tree = Self.read(&rest, depth: 0), rest.allSatisfy({ $0 == 0 }) else { return nil }
    self = tree
  }

  private static func read(_ bytes: inout ArraySlice<UInt8>, depth: Int) -> WrittenTree? {
    guard depth < maximumDepth, let tag = bytes.popFirst().flatMap(Tag.init) else { return nil }
    switch tag {
    case .null: return .null
    case .no: return .bool(false)
    case .yes: return .bool(true)
    case .integer: return word(&bytes).map { .integer(Int64(bitPattern: $0)) }
    case .number: return word(&bytes).map { .number(Double(bitPattern: $0)) }
    case .text: return readText(&bytes).map(WrittenTree.text)
    case .list:
      // An item has a byte at least.
      guard let count = word(&bytes), count <= bytes.count else { return nil }
      var items: [WrittenTree] = []
      for _ in 0..<count {
        guard let item = read(&bytes, depth: depth + 1) else { return nil }
        items.append(item)
      }
      return .list(items)
    case .members:
      guard let count = word(&bytes), count <= bytes.count else { return nil }
      var members: [String: WrittenTree] = [:]
      for _ in 0..<count {
        guard bytes.popFirst() == Tag.text.rawValue, let name = readText(&bytes),
          let value = read(&bytes, depth: depth + 1)
        else { return nil }
        members[name] = value
      }
      return .members(members)
    }
  }

  private static func word(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    guard bytes.count >= 8 else { return nil }
    var word: UInt64 = 0
    for (place, byte) in bytes.prefix(8).enumerated() { word |= UInt64(byte) << UInt64(8 * place) }
    bytes.removeFirst(8)
    return word
  }

  private static func readText(_ bytes: inout ArraySlice<UInt8>) -> String? {
    guard let count = word(&bytes), count <= bytes.count else { return nil }
    defer { bytes.removeFirst(Int(count)) }
    return String(validating: bytes.prefix(Int(count)), as: UTF8.self)
  }
}

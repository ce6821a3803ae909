extension WrittenTree {
  /// Reads a value out of the tree.
  /// - Throws: `DecodingError`, or what the value's own `init(from:)` throws.
  func decode<T: Decodable>(_ type: T.Type, userInfo: [CodingUserInfoKey: Any] = [:]) throws -> T {
    try TreeReader(tree: self, codingPath: [], userInfo: userInfo).decode(type)
  }
}

private struct TreeReader: Decoder {
  let tree: WrittenTree
  let codingPath: [any CodingKey]
  let userInfo: [CodingUserInfoKey: Any]

  func inner(_ tree: WrittenTree, _ key: (any CodingKey)? = nil) -> TreeReader {
    TreeReader(tree: tree, codingPath: codingPath + (key.map { [$0] } ?? []), userInfo: userInfo)
  }

  func wrong(_ what: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: codingPath, debugDescription: "\(what) is expected"))
  }

  func decode<T: Decodable>(_ type: T.Type) throws -> T {
    let value: Any? =
      switch (type, tree) {
      case (is Bool.Type, .bool(let value)): value
      case (is Double.Type, .number(let value)): value
      case (is Double.Type, .integer(let value)): Double(value)
      case (is Float.Type, .number(let value)): Float(value)
      case (is Float.Type, .integer(let value)): Float(value)
      case (is String.Type, .text(let value)): value
      case (let integer as any FixedWidthInteger.Type, .integer(let value)): Self.exactly(value, integer)
      default: nil
      }
    if let value = value as? T { return value }
    if type is Bool.Type || type is Double.Type || type is Float.Type || type is String.Type
      || type is any FixedWidthInteger.Type
    {
      throw wrong("\(type)")
    }
    return try T(from: self)
  }

  private static func exactly<I: FixedWidthInteger>(_ value: Int64, _ type: I.Type) -> Any? { I(exactly: value) }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard case .members(let members) = tree else { throw wrong("an object") }
    return KeyedDecodingContainer(Members<Key>(reader: self, members: members))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard case .list(let items) = tree else { throw wrong("a list") }
    return List(reader: self, items: items)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer { Single(reader: self) }

  private struct Members<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let reader: TreeReader
    let members: [String: WrittenTree]

    var codingPath: [any CodingKey] { reader.codingPath }
    var allKeys: [Key] { members.keys.sorted().compactMap(Key.init) }
    func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }

    private func member(_ key: Key) throws -> TreeReader {
      guard let tree = members[key.stringValue] else {
        throw DecodingError.keyNotFound(
          key, .init(codingPath: codingPath, debugDescription: "\(key.stringValue) is missing"))
      }
      return reader.inner(tree, key)
    }

    func decodeNil(forKey key: Key) throws -> Bool { try member(key).tree == .null }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try member(key).decode(type) }
    func nestedContainer<Inner: CodingKey>(
      keyedBy type: Inner.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Inner> { try member(key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      try member(key).unkeyedContainer()
    }
    func superDecoder() -> any Decoder { reader.inner(members["super"] ?? .null) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }
  }

  private struct List: UnkeyedDecodingContainer {
    let reader: TreeReader
    let items: [WrittenTree]
    var currentIndex = 0

    init(reader: TreeReader, items: [WrittenTree]) {
      self.reader = reader
      self.items = items
    }

    var codingPath: [any CodingKey] { reader.codingPath }
    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex >= items.count }

    private mutating func next() throws -> TreeReader {
      guard !isAtEnd else { throw reader.wrong("one more item") }
      defer { currentIndex += 1 }
      return reader.inner(items[currentIndex])
    }

    mutating func decodeNil() throws -> Bool {
      guard !isAtEnd, items[currentIndex] == .null else { return false }
      currentIndex += 1
      return true
    }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().decode(type) }
    mutating func nestedContainer<Inner: CodingKey>(
      keyedBy type: Inner.Type
    ) throws -> KeyedDecodingContainer<Inner> { try next().container(keyedBy: type) }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try next() }
  }

  private struct Single: SingleValueDecodingContainer {
    let reader: TreeReader
    var codingPath: [any CodingKey] { reader.codingPath }
    func decodeNil() -> Bool { reader.tree == .null }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try reader.decode(type) }
  }
}

extension WrittenTree {
  /// The tree of a value.
  /// - Throws: what the value's own `encode(to:)` throws.
  init(of value: some Encodable) throws {
    let place = Place()
    try place.fill(value, at: [])
    self = place.tree
  }
}

/// A place in the tree that is being filled. Containers outlive the calls that made them, so a place has identity.
private final class Place {
  private enum Content {
    case plain(WrittenTree)
    case list([Place])
    case members([String: Place])
  }
  private var content = Content.plain(.null)

  var tree: WrittenTree {
    switch content {
    case .plain(let tree): tree
    case .list(let places): .list(places.map(\.tree))
    case .members(let places): .members(places.mapValues(\.tree))
    }
  }

  var count: Int { if case .list(let places) = content { places.count } else { 0 } }

  func set(_ tree: WrittenTree) { content = .plain(tree) }
  func makeList() { if case .list = content {} else { content = .list([]) } }
  func makeMembers() { if case .members = content {} else { content = .members([:]) } }

  func appended() -> Place {
    let place = Place()
    guard case .list(var places) = content else { return place }
    // Only one reference, so that a list of many samples is not copied at each.
    content = .plain(.null)
    places.append(place)
    content = .list(places)
    return place
  }

  func member(_ name: String) -> Place {
    let place = Place()
    guard case .members(var places) = content else { return place }
    places[name] = place
    content = .members(places)
    return place
  }

  func fill(_ value: some Encodable, at path: [any CodingKey]) throws {
    switch value {
    case let value as Bool: set(.bool(value))
    case let value as Double: set(.number(value))
    case let value as Float: set(.number(Double(value)))
    case let value as String: set(.text(value))
    case let value as any BinaryInteger:
      guard let number = Int64(exactly: value) else {
        throw EncodingError.invalidValue(
          value, .init(codingPath: path, debugDescription: "an integer of more than 64 bits"))
      }
      set(.integer(number))
    default: try value.encode(to: TreeWriter(place: self, codingPath: path))
    }
  }
}

private struct TreeWriter: Encoder {
  let place: Place
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    place.makeMembers()
    return KeyedEncodingContainer(Members<Key>(place: place, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    place.makeList()
    return List(place: place, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { Single(place: place, codingPath: codingPath) }

  private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let place: Place
    let codingPath: [any CodingKey]

    private func inner(_ name: String, _ key: some CodingKey) -> TreeWriter {
      TreeWriter(place: place.member(name), codingPath: codingPath + [key])
    }

    func encodeNil(forKey key: Key) { place.member(key.stringValue).set(.null) }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
      try place.member(key.stringValue).fill(value, at: codingPath + [key])
    }
    func nestedContainer<Inner: CodingKey>(
      keyedBy type: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> { inner(key.stringValue, key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      inner(key.stringValue, key).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { TreeWriter(place: place.member("super"), codingPath: codingPath) }
    func superEncoder(forKey key: Key) -> any Encoder { inner(key.stringValue, key) }
  }

  private struct List: UnkeyedEncodingContainer {
    let place: Place
    let codingPath: [any CodingKey]
    var count: Int { place.count }

    private func inner() -> TreeWriter { TreeWriter(place: place.appended(), codingPath: codingPath) }

    func encodeNil() { place.appended().set(.null) }
    func encode<T: Encodable>(_ value: T) throws { try place.appended().fill(value, at: codingPath) }
    func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
      inner().container(keyedBy: type)
    }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { inner().unkeyedContainer() }
    func superEncoder() -> any Encoder { inner() }
  }

  private struct Single: SingleValueEncodingContainer {
    let place: Place
    let codingPath: [any CodingKey]

    func encodeNil() { place.set(.null) }
    func encode<T: Encodable>(_ value: T) throws { try place.fill(value, at: codingPath) }
  }
}

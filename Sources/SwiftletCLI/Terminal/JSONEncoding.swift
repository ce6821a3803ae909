/// Turns any `Encodable` report into a `JSONValue`, members in the order of their declaration.
///
/// The usual encoder refuses infinities, which are honest answers here, and shuffles the members.
enum JSONEncoding {
  /// The document of a value.
  /// - Throws: What the value's own `encode(to:)` throws.
  static func value(of item: some Encodable) throws -> JSONValue {
    let cell = Cell()
    try item.encode(to: Writer(cell: cell, codingPath: []))
    return cell.value
  }

  /// A place in the document that is being filled. Containers outlive the calls that made them, so a place has identity.
  private final class Cell {
    private enum Content {
      case plain(JSONValue)
      case list([Cell])
      case members([(String, Cell)])
    }
    private var content = Content.plain(.null)

    var value: JSONValue {
      switch content {
      case .plain(let value): value
      case .list(let cells): .array(cells.map(\.value))
      case .members(let members): .object(members.map { .init(name: $0.0, value: $0.1.value) })
      }
    }

    func set(_ value: JSONValue) { content = .plain(value) }

    func makeList() { if case .list = content {} else { content = .list([]) } }

    func makeMembers() { if case .members = content {} else { content = .members([]) } }

    var count: Int { if case .list(let cells) = content { cells.count } else { 0 } }

    func appended() -> Cell {
      let cell = Cell()
      guard case .list(let cells) = content else { return cell }
      content = .list(cells + [cell])
      return cell
    }

    func member(_ name: String) -> Cell {
      let cell = Cell()
      guard case .members(let members) = content else { return cell }
      content = .members(members.filter { $0.0 != name } + [(name, cell)])
      return cell
    }

    /// Fills the place with a value, plain ones directly.
    func fill(_ value: some Encodable, at path: [any CodingKey]) throws {
      switch value {
      case let value as Bool: set(.bool(value))
      case let value as Double: set(.number(value))
      case let value as Float: set(.number(Double(value)))
      case let value as String: set(.string(value))
      case let value as any BinaryInteger: set(Int(exactly: value).map(JSONValue.integer) ?? .number(Double(value)))
      default: try value.encode(to: Writer(cell: self, codingPath: path))
      }
    }
  }

  private struct Writer: Encoder {
    let cell: Cell
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
      cell.makeMembers()
      return KeyedEncodingContainer(Members<Key>(cell: cell, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
      cell.makeList()
      return List(cell: cell, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(cell: cell, codingPath: codingPath) }
  }

  private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let cell: Cell
    let codingPath: [any CodingKey]

    func encodeNil(forKey key: Key) { cell.member(key.stringValue).set(.null) }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
      try cell.member(key.stringValue).fill(value, at: codingPath + [key])
    }

    func nestedContainer<Inner: CodingKey>(
      keyedBy type: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> {
      Writer(cell: cell.member(key.stringValue), codingPath: codingPath + [key]).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      Writer(cell: cell.member(key.stringValue), codingPath: codingPath + [key]).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { Writer(cell: cell.member("super"), codingPath: codingPath) }

    func superEncoder(forKey key: Key) -> any Encoder {
      Writer(cell: cell.member(key.stringValue), codingPath: codingPath + [key])
    }
  }

  private struct List: UnkeyedEncodingContainer {
    let cell: Cell
    let codingPath: [any CodingKey]
    var count: Int { cell.count }

    func encodeNil() { cell.appended().set(.null) }
    func encode<T: Encodable>(_ value: T) throws { try cell.appended().fill(value, at: codingPath) }

    func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
      Writer(cell: cell.appended(), codingPath: codingPath).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
      Writer(cell: cell.appended(), codingPath: codingPath).unkeyedContainer()
    }

    func superEncoder() -> any Encoder { Writer(cell: cell.appended(), codingPath: codingPath) }
  }

  private struct Single: SingleValueEncodingContainer {
    let cell: Cell
    let codingPath: [any CodingKey]

    func encodeNil() { cell.set(.null) }
    func encode<T: Encodable>(_ value: T) throws { try cell.fill(value, at: codingPath) }
  }
}

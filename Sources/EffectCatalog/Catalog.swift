import AudioCore

/// The effects that have a name in expressions and presets: the only place where strings become effects.
public struct Catalog: Sendable {
  /// The entries in the order in which they are listed.
  public let entries: [CatalogEntry]
  private let places: [String: (entry: Int, alias: EffectAlias?)]

  /// Makes a catalog. Two entries with one name, case ignored, are a programming error.
  public init(_ entries: [CatalogEntry]) {
    self.entries = entries
    var places: [String: (entry: Int, alias: EffectAlias?)] = [:]
    for (index, entry) in entries.enumerated() {
      let names = [(entry.name, nil)] + entry.aliases.map { ($0.name, Optional($0)) }
      for (name, alias) in names {
        let former = places.updateValue((index, alias), forKey: Self.key(name))
        precondition(former == nil, "two entries of the catalog are named \(name)")
      }
    }
    self.places = places
  }

  /// The entry with a name or alias; case, `-` and `_` make no difference.
  public func entry(named name: String) -> CatalogEntry? { resolve(name)?.entry }

  /// The entry and, where it was named by one, the alias.
  func resolve(_ name: String) -> (entry: CatalogEntry, alias: EffectAlias?)? {
    places[Self.key(name)].map { (entries[$0.entry], $0.alias) }
  }

  /// The entry whose prototype is of an effect's type.
  func entry(for effect: any Effect) -> CatalogEntry? {
    entry(named: type(of: effect).name).flatMap { type(of: $0.prototype) == type(of: effect) ? $0 : nil }
  }

  /// The name or alias that is closest to a mistyped one; nil when none is close.
  public func nearestName(to name: String) -> String? {
    name.nearest(in: entries.flatMap { [$0.name] + $0.aliases.map(\.name) })
  }

  /// The table by which a decoder reads graphs: put it into `userInfo[AnyEffect.types]`.
  public var effectTypes: [String: any Effect.Type] {
    Dictionary(entries.map { ($0.name, type(of: $0.prototype)) }, uniquingKeysWith: { first, _ in first })
  }

  /// What two spellings of one name have in common.
  static func key(_ name: String) -> String { String(decoding: name.nameBytes, as: UTF8.self) }
}

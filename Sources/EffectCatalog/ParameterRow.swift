import AudioCore

/// A row of an effect's parameter table that works on the effect without naming its type.
///
/// Only effects of the type that the row was made for may be given to it; an entry never mixes them.
struct ParameterRow: Sendable {
  let info: ParameterInfo
  /// The names without what makes no difference in them.
  private let keys: [[UInt8]]
  let get: @Sendable (any Effect) -> ParameterValue?
  let set: @Sendable (any Effect, ParameterValue) throws(DesignError) -> any Effect
  let applies: @Sendable (any Effect) -> Bool

  init<E: Effect>(_ row: Parameter<E>) {
    info = row.info
    keys = ([row.info.name] + row.info.aliases).map(\.nameBytes)
    get = { row.get(Self.open($0)) }
    set = { (effect: any Effect, value: ParameterValue) throws(DesignError) -> any Effect in
      var changed: E = Self.open(effect)
      try row.set(&changed, value)
      return changed
    }
    applies = { row.applies(Self.open($0)) }
  }

  private static func open<E: Effect>(_ effect: any Effect) -> E {
    guard let typed = effect as? E else {
      preconditionFailure("a parameter of \(E.self) was given a \(type(of: effect))")
    }
    return typed
  }

  /// Whether a name means this parameter; case, `-` and `_` make no difference.
  func isNamed(_ name: String) -> Bool {
    keys.contains(name.nameBytes)
  }
}

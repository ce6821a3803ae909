extension Parameter {
  /// A row for a text, such as a path or a list of numbers; nil from `get` means that the recipe has no such value.
  public static func text(
    _ name: String, _ summary: String, default defaultValue: String? = nil, live: LiveBehavior = .structural,
    aliases: [String] = [], group: String? = nil, applies: @escaping @Sendable (Root) -> Bool = { _ in true },
    get: @escaping @Sendable (Root) -> String?,
    set: @escaping @Sendable (inout Root, String) throws(DesignError) -> Void
  ) -> Parameter {
    let info = ParameterInfo(
      name: name, aliases: aliases, summary: summary, kind: .text, live: live,
      defaultValue: defaultValue.map(ParameterValue.text), group: group)
    let change: @Sendable (inout Root, ParameterValue) throws(DesignError) -> Void = {
      (root: inout Root, value: ParameterValue) throws(DesignError) in
      guard case .text(let text) = value else { throw wrongKind(info, value) }
      try set(&root, text)
    }
    return Parameter(info: info, get: { get($0).map(ParameterValue.text) }, set: change, applies: applies)
  }

  /// A row for one of several names that only some recipes have.
  public static func choice(
    _ name: String, _ summary: String, of names: [String], default defaultValue: String? = nil,
    live: LiveBehavior = .structural, aliases: [String] = [], group: String? = nil,
    applies: @escaping @Sendable (Root) -> Bool,
    get: @escaping @Sendable (Root) -> String, set: @escaping @Sendable (inout Root, String) -> Void
  ) -> Parameter {
    let plain = choice(
      name, summary, of: names, default: defaultValue, live: live, aliases: aliases, get: get, set: set)
    let info = ParameterInfo(
      name: name, aliases: aliases, summary: summary, kind: .choice(names), live: live,
      defaultValue: plain.info.defaultValue, group: group)
    return Parameter(info: info, get: plain.get, set: plain.set, applies: applies)
  }
}

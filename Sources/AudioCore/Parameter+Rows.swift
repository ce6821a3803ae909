extension Parameter {
  /// A row for a number, read and changed by closures; nil from `get` means that the recipe has no such value.
  public static func number(
    _ name: String, _ summary: String, unit: ParameterUnit = .none, in range: ClosedRange<Double>,
    taper: ParameterTaper = .linear, default defaultValue: Double? = nil, live: LiveBehavior = .smooth,
    aliases: [String] = [],
    group: String? = nil, applies: @escaping @Sendable (Root) -> Bool = { _ in true },
    get: @escaping @Sendable (Root) -> Double?, set: @escaping @Sendable (inout Root, Double) -> Void
  ) -> Parameter {
    let info = ParameterInfo(
      name: name, aliases: aliases, summary: summary, kind: .number(unit: unit, range: range, taper: taper), live: live,
      defaultValue: defaultValue.map(ParameterValue.number), group: group)
    let change: @Sendable (inout Root, ParameterValue) throws(DesignError) -> Void = {
      (root: inout Root, value: ParameterValue) throws(DesignError) in
      switch value {
      case .number(let number): set(&root, number)
      case .integer(let number): set(&root, Double(number))
      default: throw wrongKind(info, value)
      }
    }
    return Parameter(info: info, get: { get($0).map(ParameterValue.number) }, set: change, applies: applies)
  }

  /// A row for a number that is a stored property.
  public static func number(
    _ name: String, _ summary: String, _ path: WritableKeyPath<Root, Double> & Sendable, unit: ParameterUnit = .none,
    in range: ClosedRange<Double>, taper: ParameterTaper = .linear, default defaultValue: Double? = nil,
    live: LiveBehavior = .smooth, aliases: [String] = []
  ) -> Parameter {
    number(
      name, summary, unit: unit, in: range, taper: taper, default: defaultValue, live: live, aliases: aliases,
      get: { $0[keyPath: path] }, set: { $0[keyPath: path] = $1 })
  }

  /// A row for a frequency that is a stored property.
  public static func frequency(
    _ name: String = "frequency", _ summary: String, _ path: WritableKeyPath<Root, Frequency> & Sendable,
    aliases: [String] = []
  ) -> Parameter {
    number(
      name, summary, unit: .hertz, in: audibleRange, taper: .logarithmic, aliases: aliases,
      get: { $0[keyPath: path].hertz }, set: { $0[keyPath: path] = Frequency($1) })
  }

  /// A row for a frequency that only some recipes have.
  public static func frequency(
    _ name: String, _ summary: String, aliases: [String] = [], applies: @escaping @Sendable (Root) -> Bool,
    get: @escaping @Sendable (Root) -> Frequency?, set: @escaping @Sendable (inout Root, Frequency) -> Void
  ) -> Parameter {
    number(
      name, summary, unit: .hertz, in: audibleRange, taper: .logarithmic, aliases: aliases, applies: applies,
      get: { get($0)?.hertz }, set: { set(&$0, Frequency($1)) })
  }

  // For knobs: what a design takes depends on the sample rate and is checked there.
  private static var audibleRange: ClosedRange<Double> { 1...192_000 }

  /// A row for a whole number, read and changed by closures.
  public static func integer(
    _ name: String, _ summary: String, in range: ClosedRange<Int>, default defaultValue: Int? = nil,
    live: LiveBehavior = .structural, aliases: [String] = [], group: String? = nil,
    applies: @escaping @Sendable (Root) -> Bool = { _ in true },
    get: @escaping @Sendable (Root) -> Int?, set: @escaping @Sendable (inout Root, Int) -> Void
  ) -> Parameter {
    let info = ParameterInfo(
      name: name, aliases: aliases, summary: summary, kind: .integer(range: range), live: live,
      defaultValue: defaultValue.map(ParameterValue.integer), group: group)
    let change: @Sendable (inout Root, ParameterValue) throws(DesignError) -> Void = {
      (root: inout Root, value: ParameterValue) throws(DesignError) in
      switch value {
      case .integer(let number): set(&root, number)
      case .number(let number):
        guard let whole = Int(exactly: number) else { throw wrongKind(info, value) }
        set(&root, whole)
      default: throw wrongKind(info, value)
      }
    }
    return Parameter(info: info, get: { get($0).map(ParameterValue.integer) }, set: change, applies: applies)
  }

  /// A row for one of several names.
  public static func choice(
    _ name: String, _ summary: String, of names: [String], default defaultValue: String? = nil,
    live: LiveBehavior = .structural, aliases: [String] = [],
    get: @escaping @Sendable (Root) -> String, set: @escaping @Sendable (inout Root, String) -> Void
  ) -> Parameter {
    let info = ParameterInfo(
      name: name, aliases: aliases, summary: summary, kind: .choice(names), live: live,
      defaultValue: defaultValue.map(ParameterValue.choice), group: nil)
    let change: @Sendable (inout Root, ParameterValue) throws(DesignError) -> Void = {
      (root: inout Root, value: ParameterValue) throws(DesignError) in
      guard case .choice(let name) = value, names.contains(name) else { throw wrongKind(info, value) }
      set(&root, name)
    }
    return Parameter(info: info, get: { .choice(get($0)) }, set: change)
  }

  /// A row for a switch.
  public static func toggle(
    _ name: String, _ summary: String, _ path: WritableKeyPath<Root, Bool> & Sendable, default defaultValue: Bool,
    live: LiveBehavior = .smooth, aliases: [String] = []
  ) -> Parameter {
    let info = ParameterInfo(
      name: name, aliases: aliases, summary: summary, kind: .toggle, live: live, defaultValue: .toggle(defaultValue),
      group: nil)
    let change: @Sendable (inout Root, ParameterValue) throws(DesignError) -> Void = {
      (root: inout Root, value: ParameterValue) throws(DesignError) in
      guard case .toggle(let on) = value else { throw wrongKind(info, value) }
      root[keyPath: path] = on
    }
    return Parameter(info: info, get: { .toggle($0[keyPath: path]) }, set: change)
  }

  /// A row for a number that can be switched off by a word, which is what it begins with: `lowpass=off`.
  public static func number(
    _ name: String, _ summary: String, _ path: WritableKeyPath<Root, Double?> & Sendable, offBy word: String,
    unit: ParameterUnit, in range: ClosedRange<Double>, taper: ParameterTaper = .linear, live: LiveBehavior,
    aliases: [String] = []
  ) -> Parameter {
    let info = ParameterInfo(
      name: name, aliases: aliases, summary: summary, kind: .number(unit: unit, range: range, taper: taper), live: live,
      defaultValue: .choice(word), group: nil)
    let change: @Sendable (inout Root, ParameterValue) throws(DesignError) -> Void = {
      (root: inout Root, value: ParameterValue) throws(DesignError) in
      switch value {
      case .choice(word): root[keyPath: path] = nil
      case .number(let number): root[keyPath: path] = number
      case .integer(let number): root[keyPath: path] = Double(number)
      default: throw wrongKind(info, value)
      }
    }
    return Parameter(info: info, get: { $0[keyPath: path].map(ParameterValue.number) ?? .choice(word) }, set: change)
  }
}

import AudioCore
import Effects

/// Writes graphs as expressions.
struct ExpressionWriter {
  let catalog: Catalog

  func write(_ graph: Graph) throws(DesignError) -> String { try write(graph, depth: 0, inside: .group) }

  /// What stands around an item, by which it needs parentheses or not.
  private enum Surroundings { case group, series, sum, label }

  private func write(_ graph: Graph, depth: Int, inside surroundings: Surroundings) throws(DesignError) -> String {
    guard depth <= ExpressionParser.maximumDepth else {
      throw Self.cannotWrite("a graph deeper than \(ExpressionParser.maximumDepth) levels", "Make it flatter")
    }
    switch graph {
    case .effect(let effect): return try write(effect.base)
    case .live(let live): return try write(live.base.snapshot)
    case .series(let items):
      var items = Self.opened(items) { if case .series(let inner) = $0 { inner } else { nil } }
      // A series of one is what the operators make of the pass-through and an effect.
      if items.count < 2 { items.insert(.passthrough, at: 0) }
      return items.count == 1
        ? EffectExpression.passNames[0] : try join(items, " | ", depth: depth, as: .series, inside: surroundings)
    case .parallel(let items):
      let items = Self.opened(items) { if case .parallel(let inner) = $0 { inner } else { nil } }
      guard !items.isEmpty else {
        throw Self.cannotWrite("a sum of nothing", "Remove it, or use a gain of amplitude 0")
      }
      return try join(items, " + ", depth: depth, as: .sum, inside: surroundings)
    case .labelled(let label, let item):
      let text = "\(write(label: label)) = \(try write(item, depth: depth + 1, inside: .label))"
      return surroundings == .label ? "(\(text))" : text
    case .network:
      throw Self.cannotWrite("a network of named nodes", "Write the graph as JSON instead")
    }
  }

  private func join(
    _ items: [Graph], _ sign: String, depth: Int, as inner: Surroundings, inside surroundings: Surroundings
  ) throws(DesignError) -> String {
    if items.count == 1 { return try write(items[0], depth: depth, inside: surroundings) }
    var texts: [String] = []
    for item in items { texts.append(try write(item, depth: depth + 1, inside: inner)) }
    let text = texts.joined(separator: sign)
    return surroundings == .group ? text : "(\(text))"
  }

  /// The items with those of the same kind opened, however deep.
  private static func opened(_ items: [Graph], _ inner: (Graph) -> [Graph]?) -> [Graph] {
    items.flatMap { item in inner(item).map { opened($0, inner) } ?? [item] }
  }

  // MARK: Effects

  private func write(_ effect: any Effect) throws(DesignError) -> String {
    let name = type(of: effect).name
    guard let entry = catalog.entry(for: effect) else {
      throw Self.cannotWrite("the effect \(name), which is not in the catalog", "Add it to the catalog")
    }
    var arguments: [String] = []
    for (index, row) in entry.rows.enumerated() where row.applies(effect) {
      guard let value = row.get(effect) else { continue }
      let isDefault = row.info.defaultValue != nil && value == row.get(entry.prototype)
      if isDefault { continue }
      let text = try write(value, of: row.info)
      arguments.append(index == 0 ? text : "\(row.info.name)=\(text)")
    }
    let text = arguments.isEmpty ? name : name + ":" + arguments.joined(separator: ",")
    // Reading it back is the only sure way to know that nothing was lost.
    let readBack: Graph
    do throws(ExpressionError) {
      readBack = try EffectExpression.parse(text, catalog: catalog, resources: Self.content(of: effect))
    } catch {
      throw Self.cannotWrite("\(name), because \(error.message)", "Correct it, or write the graph as JSON instead")
    }
    guard readBack == .effect(AnyEffect(effect)) else {
      throw Self.cannotWrite("\(name) with values that its parameters do not show", "Write the graph as JSON instead")
    }
    return text
  }

  /// Gives back what an effect has read from its file: only the path is written.
  private static func content(of effect: any Effect) -> ResourceLoader? {
    guard let resource = (effect as? any ResourceUser)?.resource else { return nil }
    return ResourceLoader { _ in resource }
  }

  private func write(_ value: ParameterValue, of info: ParameterInfo) throws(DesignError) -> String {
    switch value {
    case .number(let number):
      if number == .infinity, case .number(_, let range, _) = info.kind, range.contains(number) { return "inf" }
      guard number.isFinite else {
        throw Self.cannotWrite("\(info.name) = \(number)", "Only finite numbers can be written")
      }
      let unit: ParameterUnit =
        switch info.kind {
        case .number(let unit, _, _): unit
        case .time: .seconds
        default: .none
        }
      return Self.shortest(number) + (unit == .octaves || unit == .frames ? "" : unit.rawValue)
    case .integer(let number): return String(number)
    case .note(let length): return length.description
    case .choice(let choice): return choice
    case .toggle(let on): return on ? "on" : "off"
    case .text(let text): return Self.quoted(text)
    }
  }

  private static func shortest(_ value: Double) -> String {
    value == 0 && value.sign == .minus ? "-0" : DesignError.shortest(value)
  }

  // MARK: Labels and texts

  private func write(label: String) -> String {
    let first = label.utf8.first.map { $0.isLetter && $0 < 0x80 } ?? false
    let isName = first && label.utf8.allSatisfy { $0 < 0x80 && ($0.isLetter || $0.isDigit) }
    let isTaken = EffectExpression.passNames.contains(label.lowercased()) || catalog.entry(named: label) != nil
    return isName && !isTaken ? label : Self.quoted(label)
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" { quoted += "\\" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  static func cannotWrite(_ what: String, _ remedy: String) -> DesignError {
    DesignError(.unsupported, problem: "an expression cannot say \(what)", remedy: remedy)
  }
}

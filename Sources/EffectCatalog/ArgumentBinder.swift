import AudioCore
import Effects

/// A value as it was written, with the parameter's name where it has one.
struct Argument {
  var name: Range<Int>?
  var value: ValueToken

  /// The whole argument.
  var range: Range<Int> { (name?.lowerBound ?? value.range.lowerBound)..<value.range.upperBound }
}

/// Gives the arguments of one call to the parameters of its effect.
///
/// A value without a name goes to the next row of the table that applies to the recipe as set so far and whose group has no value yet.
/// Values with names are set in the order of the table, whatever order they were written in, because a choice such as `response`
/// decides which later rows apply.
struct ArgumentBinder {
  let lexer: ExpressionLexer
  let entry: CatalogEntry
  let alias: EffectAlias?
  let resources: ResourceLoader?
  /// The name as written, and where.
  let name: String
  let place: Range<Int>

  /// Makes the recipe, and says where its parts stand.
  func bind(_ arguments: [Argument]) throws(ExpressionError) -> (effect: any Effect, place: EffectPlace) {
    var effect = try preset()
    var given: [Int: Argument] = [:]
    var named: [(row: Int, value: ParameterValue)] = []
    var slot = 0
    for argument in arguments {
      if let nameRange = argument.name {
        let row = try self.row(named: nameRange, given: given)
        given[row] = argument
        named.append((row, try value(argument, for: row)))
      } else {
        guard named.isEmpty else { throw positionalAfterNamed(argument) }
        guard let row = nextRow(from: slot, effect: effect, given: given) else { throw tooMany(argument) }
        given[row] = argument
        effect = try set(row, of: effect, to: try value(argument, for: row), at: argument)
        slot = row + 1
      }
    }
    for (row, value) in named.sorted(by: { $0.row < $1.row }) {
      guard let argument = given[row] else { continue }
      guard rows[row].applies(effect) else { throw inapplicable(row, argument, in: effect) }
      effect = try set(row, of: effect, to: value, at: argument)
    }
    for (row, argument) in given.sorted(by: { $0.key < $1.key }) where !rows[row].applies(effect) {
      throw inapplicable(row, argument, in: effect)
    }
    try requireAll(of: effect, given: given)
    let values = given.map { (rows[$0.key].info.name, $0.value.value.range) }
    return (
      try supplied(effect, given: given), EffectPlace(call: place, values: Dictionary(uniqueKeysWithValues: values))
    )
  }

  private var rows: [ParameterRow] { entry.rows }

  private func isFixed(_ row: Int) -> Bool { alias?.fixed[rows[row].info.name] != nil }

  /// The recipe before any argument: the entry's, with what the alias brings.
  private func preset() throws(ExpressionError) -> any Effect {
    var effect = entry.prototype
    guard let alias else { return effect }
    for row in rows.indices {
      let key = rows[row].info.name
      guard let value = alias.fixed[key] ?? alias.defaults[key] else { continue }
      effect = try set(row, of: effect, to: value, at: nil)
    }
    return effect
  }

  private func nextRow(from slot: Int, effect: any Effect, given: [Int: Argument]) -> Int? {
    (slot..<max(slot, rows.count)).first { row in
      !isFixed(row) && given[row] == nil && rows[row].applies(effect) && groupMember(of: row, in: given) == nil
    }
  }

  /// The row of the same group that has a value already.
  private func groupMember(of row: Int, in given: [Int: Argument]) -> Int? {
    guard let group = rows[row].info.group else { return nil }
    return given.keys.first { $0 != row && rows[$0].info.group == group }
  }

  private func row(named nameRange: Range<Int>, given: [Int: Argument]) throws(ExpressionError) -> Int {
    let written = lexer.text(nameRange)
    guard let row = rows.firstIndex(where: { $0.isNamed(written) }) else {
      let nearest = written.nearest(in: rows.flatMap { [$0.info.name] + $0.info.aliases })
      throw lexer.error(
        .unknownParameter, at: nameRange, "\(name) has no parameter \"\(written)\"",
        hint: (nearest.map { "Did you mean \($0)? " } ?? "") + takes(rows))
    }
    let info = rows[row].info
    if isFixed(row) {
      throw lexer.error(
        .duplicateParameter, at: nameRange, "\(name) says already what \(info.name) is",
        hint: "Leave it out, or write \(entry.name).")
    }
    if given[row] != nil {
      throw lexer.error(
        .duplicateParameter, at: nameRange, "\(info.name) has a value already", hint: "Give it once.")
    }
    if let other = groupMember(of: row, in: given) {
      throw lexer.error(
        .exclusiveParameters, at: nameRange, "\(info.name) and \(rows[other].info.name) exclude each other",
        hint: "Give one of " + rows.filter { $0.info.group == info.group }.map(\.info.name).joined(separator: ", ")
          + ".")
    }
    return row
  }

  private func value(_ argument: Argument, for row: Int) throws(ExpressionError) -> ParameterValue {
    try ValueReader(lexer: lexer, token: argument.value, info: rows[row].info, siblings: rows.map(\.info)).read()
  }

  private func set(
    _ row: Int, of effect: any Effect, to value: ParameterValue, at argument: Argument?
  ) throws(ExpressionError) -> any Effect {
    do throws(DesignError) {
      return try rows[row].set(effect, value)
    } catch {
      throw lexer.error(.refusedValue, at: argument?.range ?? place, error.description)
    }
  }

  private func requireAll(of effect: any Effect, given: [Int: Argument]) throws(ExpressionError) {
    for (index, row) in rows.enumerated() {
      let members = rows.indices.filter {
        $0 == index || (row.info.group != nil && rows[$0].info.group == row.info.group)
      }
      let isSatisfied = members.contains { member in
        given[member] != nil || rows[member].info.defaultValue != nil || alias?.defaults[rows[member].info.name] != nil
          || isFixed(member)
      }
      if isSatisfied || !row.applies(effect) { continue }
      throw lexer.error(
        .missingParameter, at: place,
        "\(name) needs " + members.map { rows[$0].info.name }.joined(separator: " or "),
        hint: takes(rows.filter { $0.applies(effect) }) + " For example: \(entry.example)")
    }
  }

  /// The effect with the content of the file that it names, where there is somebody to read it.
  private func supplied(_ effect: any Effect, given: [Int: Argument]) throws(ExpressionError) -> any Effect {
    guard let resources, var user = effect as? any ResourceUser, let (parameter, request) = user.resourceRequest else {
      return effect
    }
    do throws(ResourceError) {
      user.supply(try resources.load(request))
    } catch {
      let row = rows.firstIndex { $0.info.name == parameter }
      let argument = row.flatMap { given[$0] }
      throw lexer.error(
        .unreadableResource, at: argument?.value.range ?? place, error.message, hint: error.remedy + ".")
    }
    return user
  }

  // MARK: Mistakes

  private func takes(_ rows: [ParameterRow]) -> String {
    rows.isEmpty
      ? "\(entry.name) takes no parameters."
      : "\(entry.name) takes " + rows.map { "\($0.info.name) (\($0.info.allowed))" }.joined(separator: ", ") + "."
  }

  private func positionalAfterNamed(_ argument: Argument) -> ExpressionError {
    lexer.error(
      .positionalAfterNamed, at: argument.range, "a value without a name stands after one with a name",
      hint: "Write parameter=value. " + takes(rows))
  }

  private func tooMany(_ argument: Argument) -> ExpressionError {
    lexer.error(.tooManyValues, at: argument.range, "\(name) has no parameter left for this value", hint: takes(rows))
  }

  private func inapplicable(_ row: Int, _ argument: Argument, in effect: any Effect) -> ExpressionError {
    let setting = rows.first { if case .choice = $0.info.kind { true } else { false } }.flatMap { row in
      if case .choice(let choice)? = row.get(effect) { " with \(row.info.name)=\(choice)" } else { String?.none }
    }
    return lexer.error(
      .inapplicableParameter, at: argument.name ?? argument.range,
      "\(rows[row].info.name) does not apply to \(name)" + (setting ?? ""),
      hint: takes(rows.filter { $0.applies(effect) }))
  }
}

import AudioCore
import Effects

/// Turns an expression into a graph by recursive descent.
///
///     series   = sum { "|" sum }
///     sum      = item { "+" item }
///     item     = [ label "=" ] ( "(" series ")" | "pass" | "dry" | call )
///     call     = name [ ":" argument { "," argument } ]
///     argument = [ name "=" ] value
struct ExpressionParser {
  /// The longest expression in bytes.
  static let maximumLength = 65_536
  /// The deepest nesting of parentheses.
  static let maximumDepth = 64

  private var lexer: ExpressionLexer
  private let catalog: Catalog
  private let resources: ResourceLoader?
  /// Where the effects stand that were read so far, in their order.
  private(set) var places: [EffectPlace] = []

  init(_ expression: String, catalog: Catalog, resources: ResourceLoader?) {
    lexer = ExpressionLexer(expression)
    self.catalog = catalog
    self.resources = resources
  }

  /// Reads the whole expression.
  mutating func parse() throws(ExpressionError) -> Graph {
    guard lexer.length <= Self.maximumLength else {
      throw lexer.error(
        .tooLong, at: Self.maximumLength..<lexer.length,
        "the expression has \(lexer.length) bytes, and \(Self.maximumLength) are allowed",
        hint: "Split it into several expressions.")
    }
    lexer.skipSpaces()
    guard !lexer.isAtEnd else {
      throw lexer.error(.emptyExpression, at: 0..<lexer.length, "the expression is empty", hint: Self.form)
    }
    let graph = try series(depth: 0)
    guard lexer.isAtEnd else {
      throw lexer.error(
        .unbalancedParenthesis, at: lexer.rangeOfNextWord(), "this \")\" closes no parenthesis",
        hint: "Remove it, or open one before it.")
    }
    return graph
  }

  private static let form =
    "An effect is name:value,parameter=value; join effects with | (one after another) or + (side by side)."

  // MARK: Operators

  private mutating func series(depth: Int) throws(ExpressionError) -> Graph {
    var items = [try sum(depth: depth)]
    while try nextOperator("|") { items.append(try sum(depth: depth)) }
    return .series(joining: items)
  }

  private mutating func sum(depth: Int) throws(ExpressionError) -> Graph {
    var items = [try item(depth: depth)]
    while try nextOperator("+") { items.append(try item(depth: depth)) }
    return .parallel(joining: items)
  }

  /// Takes an operator after an item, and sees to it that an effect can begin there.
  private mutating func nextOperator(_ sign: Unicode.Scalar) throws(ExpressionError) -> Bool {
    lexer.skipSpaces()
    let start = lexer.position
    guard lexer.take(sign) else { return false }
    lexer.skipSpaces()
    guard let next = lexer.next, next != UInt8(ascii: ")") else {
      throw lexer.error(
        .missingEffect, at: start..<start + 1, "an effect is missing after \"\(sign)\"",
        hint: "Add one, or remove the \"\(sign)\".")
    }
    return true
  }

  // MARK: Items

  private mutating func item(depth: Int) throws(ExpressionError) -> Graph {
    lexer.skipSpaces()
    let label = try takeLabel()
    let start = lexer.position
    let graph: Graph
    if lexer.take("(") {
      graph = try group(openedAt: start, depth: depth + 1)
    } else if let name = lexer.takeName() {
      graph = try call(name)
    } else {
      throw missingEffect()
    }
    return label.map { .labelled($0, graph) } ?? graph
  }

  private mutating func group(openedAt start: Int, depth: Int) throws(ExpressionError) -> Graph {
    guard depth <= Self.maximumDepth else {
      throw lexer.error(
        .tooDeep, at: start..<start + 1, "parentheses stand deeper than \(Self.maximumDepth) levels",
        hint: "Remove those that change nothing.")
    }
    lexer.skipSpaces()
    if lexer.take(")") {
      throw lexer.error(
        .missingEffect, at: start..<lexer.position, "these parentheses are empty",
        hint: "Put effects between them; pass is the effect that changes nothing.")
    }
    guard !lexer.isAtEnd else { throw unclosed(at: start) }
    let graph = try series(depth: depth)
    guard lexer.take(")") else { throw unclosed(at: start) }
    try requireEndOfItem()
    return graph
  }

  private func unclosed(at start: Int) -> ExpressionError {
    lexer.error(.unbalancedParenthesis, at: start..<start + 1, "this \"(\" is never closed", hint: "Add a \")\".")
  }

  /// Takes `label =` where it stands.
  private mutating func takeLabel() throws(ExpressionError) -> String? {
    let start = lexer.position
    if let quoted = try lexer.takeQuoted() {
      lexer.skipSpaces()
      guard lexer.take("=") else {
        throw lexer.error(
          .missingEffect, at: quoted.range, "an effect is expected here, not a text",
          hint: "Names stand without quotes; a label is followed by \"=\" and what it names.")
      }
      lexer.skipSpaces()
      return quoted.text
    }
    if let name = lexer.takeName() {
      lexer.skipSpaces()
      let sign = lexer.position
      if lexer.take("=") {
        let label = lexer.text(name)
        guard !isEffect(label) else {
          throw lexer.error(
            .unexpectedCharacter, at: sign..<sign + 1, "unexpected \"=\" after an effect's name",
            hint:
              "Parameters follow a colon, as in \(catalog.entry(named: label)?.example ?? "pass"); a label of this name stands in quotes."
          )
        }
        lexer.skipSpaces()
        return label
      }
    }
    lexer.position = start
    return nil
  }

  private func isEffect(_ name: String) -> Bool {
    EffectExpression.passNames.contains(name.lowercased()) || catalog.entry(named: name) != nil
  }

  private func missingEffect() -> ExpressionError {
    let range = lexer.rangeOfNextWord()
    let found = range.isEmpty ? "the end" : "\"\(lexer.text(range))\""
    return lexer.error(.missingEffect, at: range, "an effect is expected here, not \(found)", hint: Self.form)
  }

  /// After an item only an operator, a closing parenthesis or the end can stand.
  private mutating func requireEndOfItem() throws(ExpressionError) {
    lexer.skipSpaces()
    switch lexer.next {
    case nil, UInt8(ascii: "|"), UInt8(ascii: "+"), UInt8(ascii: ")"): return
    default:
      let range = lexer.rangeOfNextWord()
      throw lexer.error(.unexpectedCharacter, at: range, "unexpected \"\(lexer.text(range))\"", hint: Self.form)
    }
  }

  // MARK: Calls

  private mutating func call(_ nameRange: Range<Int>) throws(ExpressionError) -> Graph {
    let name = lexer.text(nameRange)
    lexer.skipSpaces()
    let colon = lexer.position
    let hasArguments = lexer.take(":")
    if EffectExpression.passNames.contains(name.lowercased()) {
      guard !hasArguments else {
        throw lexer.error(
          .tooManyValues, at: colon..<colon + 1, "\(name) takes no parameters",
          hint: "It passes the signal on unchanged.")
      }
      try requireEndOfItem()
      return .passthrough
    }
    guard let (entry, alias) = catalog.resolve(name) else {
      let nearest = catalog.nearestName(to: name).map { "Did you mean \($0)? " } ?? ""
      throw lexer.error(
        .unknownEffect, at: nameRange, "unknown effect \"\(name)\"",
        hint: nearest + "The effects are " + catalog.entries.map(\.name).joined(separator: ", ") + ".")
    }
    let arguments = hasArguments ? try self.arguments(after: colon) : []
    try requireEndOfItem()
    let binder = ArgumentBinder(
      lexer: lexer, entry: entry, alias: alias, resources: resources, name: name, place: nameRange)
    let (effect, place) = try binder.bind(arguments)
    places.append(place)
    return .effect(AnyEffect(effect))
  }

  private mutating func arguments(after colon: Int) throws(ExpressionError) -> [Argument] {
    var arguments: [Argument] = []
    var separator = colon
    repeat {
      arguments.append(try argument(after: separator))
      lexer.skipSpaces()
      separator = lexer.position
    } while lexer.take(",")
    return arguments
  }

  /// - Parameter separator: where the sign stands that a value must follow: a colon, a comma, later an equals sign.
  private mutating func argument(after separator: Int) throws(ExpressionError) -> Argument {
    lexer.skipSpaces()
    let start = lexer.position
    var separator = separator
    var name = lexer.takeName()
    lexer.skipSpaces()
    let sign = lexer.position
    if name != nil, lexer.take("=") {
      separator = sign
      lexer.skipSpaces()
    } else {
      name = nil
      lexer.position = start
    }
    let value = try lexer.takeQuoted() ?? lexer.takeBareValue()
    guard value.isQuoted || !value.text.isEmpty else {
      throw lexer.error(
        .missingValue, at: separator..<separator + 1,
        "a value is missing after \"\(lexer.text(separator..<separator + 1))\"", hint: "Give one, or remove the sign.")
    }
    return Argument(name: name, value: value)
  }
}

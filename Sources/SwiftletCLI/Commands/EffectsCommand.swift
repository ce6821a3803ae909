import ArgumentParser
import AudioCore
import EffectCatalog

/// `swiftlet effects`: what there is, and what each effect takes.
struct EffectsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "effects",
    abstract: "List the effects, or show the parameters of some.",
    discussion: """
      Values without a name go to the parameters in the order of the table, each to the next one that applies.

        swiftlet effects
        swiftlet effects peak
      """)

  @Argument(
    help: "Effects to show with their parameters.",
    completion: .custom { _, _, _ in Catalog.standard.entries.map(\.name) })
  var names: [String] = []

  @Flag(help: "Print names, parameters, ranges and defaults as JSON.")
  var json = false

  func run() throws {
    let catalog = Catalog.standard
    let entries = try names.map { name throws(Failure) in try Self.entry(named: name, in: catalog) }
    if json {
      try StandardOutput.print(.array((names.isEmpty ? catalog.entries : entries).map(Self.document)))
      return
    }
    let style = Style.of(descriptor: 1)
    let text =
      names.isEmpty
      ? Self.list(catalog.entries, in: style)
      : entries.map { Self.page($0, in: style) }.joined(separator: "\n\n")
    try StandardOutput.print(text)
  }

  private static func entry(named name: String, in catalog: Catalog) throws(Failure) -> CatalogEntry {
    if let entry = catalog.entry(named: name) { return entry }
    let hint = catalog.nearestName(to: name).map { "Did you mean \($0)?" } ?? "swiftlet effects lists them"
    throw Failure("there is no effect named \"\(name)\". \(hint)", status: .usage)
  }

  private static func list(_ entries: [CatalogEntry], in style: Style) -> String {
    var table = TextTable(["Effect", "Family", "What it does"], alignments: [.left, .left, .left])
    for entry in entries { table.add([entry.name, entry.family.rawValue, entry.summary]) }
    return table.text(in: style) + "\n\n" + style.paint("swiftlet effects NAME shows the parameters of one.", .faint)
  }

  private static func page(_ entry: CatalogEntry, in style: Style) -> String {
    var lines = [style.paint(entry.name, .strong) + "  " + entry.summary, ""]
    lines.append("  " + entry.usage)
    if !entry.aliases.isEmpty { lines.append("  also named " + entry.aliases.map(\.name).joined(separator: ", ")) }
    if !entry.parameters.isEmpty {
      var table = TextTable(
        ["Parameter", "Values", "Default", "Meaning"], alignments: [.left, .left, .left, .left])
      for parameter in entry.parameters {
        table.add([
          ([parameter.name] + parameter.aliases).joined(separator: ", "), parameter.allowed,
          parameter.defaultValue.map { text(of: $0, in: parameter) } ?? "-", parameter.summary,
        ])
      }
      lines += ["", table.text(in: style, indent: "  ")]
    }
    lines += ["", "  Example: " + entry.example]
    return lines.joined(separator: "\n")
  }

  private static func text(of value: ParameterValue, in parameter: ParameterInfo) -> String {
    switch value {
    case .number(let number):
      if case .number(let unit, _, _) = parameter.kind, unit != .none {
        return DesignError.shortest(number) + " " + unit.rawValue
      }
      if case .time = parameter.kind { return DesignError.shortest(number) + " s" }
      return DesignError.shortest(number)
    case .note(let length): return length.description
    case .integer(let number): return String(number)
    case .choice(let name), .text(let name): return name
    case .toggle(let on): return on ? "on" : "off"
    }
  }

  private static func document(of entry: CatalogEntry) -> JSONValue {
    [
      "name": .string(entry.name),
      "aliases": .array(entry.aliases.map { .string($0.name) }),
      "family": .string(entry.family.rawValue),
      "summary": .string(entry.summary),
      "usage": .string(entry.usage),
      "example": .string(entry.example),
      "parameters": .array(entry.parameters.map(document)),
    ]
  }

  private static func document(of parameter: ParameterInfo) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init(name: "name", value: .string(parameter.name)),
      .init(name: "aliases", value: .array(parameter.aliases.map(JSONValue.string))),
      .init(name: "summary", value: .string(parameter.summary)),
    ]
    members += kindMembers(parameter.kind).map { JSONValue.Member(name: $0.0, value: $0.1) }
    members.append(.init(name: "allowed", value: .string(parameter.allowed)))
    members.append(.init(name: "default", value: parameter.defaultValue.map(document) ?? .null))
    members.append(.init(name: "group", value: .optional(parameter.group)))
    members.append(.init(name: "live", value: .string(parameter.live.rawValue)))
    return .object(members)
  }

  private static func kindMembers(_ kind: ParameterKind) -> [(String, JSONValue)] {
    switch kind {
    case .number(let unit, let range, _):
      [
        ("kind", "number"), ("unit", .string(unit.rawValue)), ("minimum", .number(range.lowerBound)),
        ("maximum", .number(range.upperBound)),
      ]
    case .integer(let range):
      [("kind", "integer"), ("minimum", .integer(range.lowerBound)), ("maximum", .integer(range.upperBound))]
    case .time(let range):
      [
        ("kind", "time"), ("unit", "s"), ("minimum", .number(range.lowerBound)), ("maximum", .number(range.upperBound)),
      ]
    case .choice(let names): [("kind", "choice"), ("choices", .array(names.map(JSONValue.string)))]
    case .toggle: [("kind", "toggle")]
    case .text: [("kind", "text")]
    }
  }

  private static func document(of value: ParameterValue) -> JSONValue {
    switch value {
    case .number(let number): .number(number)
    case .integer(let number): .integer(number)
    case .note(let length): .string(length.description)
    case .choice(let name), .text(let name): .string(name)
    case .toggle(let on): .bool(on)
    }
  }
}

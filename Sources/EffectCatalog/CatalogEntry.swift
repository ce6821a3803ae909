import AudioCore

/// What an effect does, for lists that people read.
public enum EffectFamily: String, Sendable, Hashable, Codable, CaseIterable {
  case filter, equalizer, level, dynamics, time, modulation, distortion, convolution, spatial, pitch, restoration,
    utility
}

/// Another name of an effect, which may bring parameter values with it.
public struct EffectAlias: Sendable, Hashable, ExpressibleByStringLiteral {
  public let name: String
  /// Parameters that this name decides: they cannot be given any more.
  public let fixed: [String: ParameterValue]
  /// Parameters that begin with another value under this name.
  public let defaults: [String: ParameterValue]

  /// Makes a name; parameters are named as in the effect's table.
  public init(_ name: String, fixed: [String: ParameterValue] = [:], defaults: [String: ParameterValue] = [:]) {
    self.name = name
    self.fixed = fixed
    self.defaults = defaults
  }

  public init(stringLiteral name: String) { self.init(name) }
}

/// One effect as the catalog knows it: its names, what it is for, and the recipe that parsing starts from.
public struct CatalogEntry: Sendable {
  /// The effect's name in expressions.
  public let name: String
  public let aliases: [EffectAlias]
  /// One line that says what it does.
  public let summary: String
  public let family: EffectFamily
  /// An expression that shows it at work.
  public let example: String
  /// The recipe with the defaults of all parameters that are optional.
  public let prototype: any Effect
  let rows: [ParameterRow]

  /// Makes an entry; names and parameters come from the effect's type.
  /// - Parameter prototype: what parsing starts from. Its required parameters have any value: they are always given.
  public static func effect<E: Effect>(
    _ prototype: E, _ summary: String, family: EffectFamily, aliases: [EffectAlias] = [], example: String
  ) -> CatalogEntry {
    CatalogEntry(
      name: E.name, aliases: aliases, summary: summary, family: family, example: example, prototype: prototype,
      rows: E.parameters.map(ParameterRow.init))
  }

  /// The parameters in the order in which positional values are given.
  public var parameters: [ParameterInfo] { rows.map(\.info) }

  /// The form of a call: `peak:frequency=Hz,[q=N|bandwidth=octaves],[gain=dB]`. Brackets mark what may be left out, `|` what
  /// excludes each other.
  public var usage: String {
    var parts: [String] = []
    var shown: Set<String> = []
    for row in rows {
      guard let group = row.info.group else {
        parts.append(row.info.usage(isOptional: !isRequired(row)))
        continue
      }
      guard shown.insert(group).inserted else { continue }
      let members = rows.filter { $0.info.group == group }
      let text = members.map { $0.info.usage(isOptional: false) }.joined(separator: "|")
      let isOptional = members.contains { $0.info.defaultValue != nil }
      parts.append(isOptional ? "[\(text)]" : members.count > 1 ? "(\(text))" : text)
    }
    return parts.isEmpty ? name : name + ":" + parts.joined(separator: ",")
  }

  private func isRequired(_ row: ParameterRow) -> Bool { row.info.defaultValue == nil && row.applies(prototype) }
}

extension ParameterInfo {
  fileprivate func usage(isOptional: Bool) -> String {
    let value =
      switch kind {
      case .number(let unit, _, _): unit == .none ? "X" : unit.rawValue
      case .time: "s|note"
      case .integer: "N"
      case .choice(let names): names.joined(separator: "|")
      case .toggle: "on|off"
      case .text: "\"text\""
      }
    return isOptional ? "[\(name)=\(value)]" : "\(name)=\(value)"
  }
}

/// The unit that a parameter's number is in.
public enum ParameterUnit: String, Sendable, Hashable, Codable {
  case none = ""
  case hertz = "Hz"
  case decibels = "dB"
  case seconds = "s"
  case octaves = "octaves"
  case frames = "frames"
  case percent = "%"
}

/// How a knob should spread a parameter's range.
public enum ParameterTaper: String, Sendable, Hashable, Codable {
  case linear, logarithmic
}

/// What happens when a parameter is changed while the effect runs. Nothing may click.
public enum LiveBehavior: String, Sendable, Hashable, Codable {
  /// The running state is kept and the value glides.
  case smooth
  /// Old and new run side by side for a fade of 20 ms, the new one warmed on past input.
  case crossfade
  /// The structure changes: a fresh processor is faded to. What needs more latency or another format than the plan was compiled for is
  /// refused.
  case structural
}

/// A parameter's value, as far as strings, files and panels know it.
public enum ParameterValue: Sendable, Hashable {
  case number(Double)
  case integer(Int)
  case choice(String)
  case toggle(Bool)
  case text(String)
  case note(NoteLength)
}

/// What kind of values a parameter takes.
public enum ParameterKind: Sendable, Hashable {
  case number(unit: ParameterUnit, range: ClosedRange<Double>, taper: ParameterTaper)
  case integer(range: ClosedRange<Int>)
  /// Seconds, or the length of a note.
  case time(range: ClosedRange<Double>)
  case choice([String])
  case toggle
  case text
}

/// A parameter without its effect's type: what catalogues, help pages and panels show.
public struct ParameterInfo: Sendable, Hashable {
  /// The name in expressions: the field's term.
  public let name: String
  /// Other names that are understood.
  public let aliases: [String]
  /// One line for help pages.
  public let summary: String
  public let kind: ParameterKind
  public var live: LiveBehavior
  /// The value when it is not given; nil when it must be given wherever it applies.
  public let defaultValue: ParameterValue?
  /// Of the parameters that share a group at most one may be given.
  public let group: String?

  public init(
    name: String, aliases: [String], summary: String, kind: ParameterKind, live: LiveBehavior,
    defaultValue: ParameterValue?, group: String?
  ) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.kind = kind
    self.live = live
    self.defaultValue = defaultValue
    self.group = group
  }

  /// Whether it is a frequency whose range ends at half the sample rate, which only a design knows.
  public var isBoundByRate: Bool {
    if case .number(.hertz, let range, _) = kind { range.upperBound >= 192_000 } else { false }
  }

  /// The range as a person would write it: `0.1 to 100`, `above 0 Hz, below half the sample rate`, `a or b`.
  public var allowed: String {
    switch kind {
    case .number(.hertz, _, _) where isBoundByRate: return "above 0 Hz and below half the sample rate"
    case .number(let unit, let range, _):
      let suffix = unit == .none ? "" : " " + unit.rawValue
      return "\(DesignError.shortest(range.lowerBound)) to \(DesignError.shortest(range.upperBound))\(suffix)"
    case .time(let range):
      return
        "\(DesignError.shortest(range.lowerBound)) to \(DesignError.shortest(range.upperBound)) s, or a note such as 1/8, 1/8d, 1/8t"
    case .integer(let range): return "\(range.lowerBound) to \(range.upperBound)"
    case .choice(let names): return names.joined(separator: ", ")
    case .toggle: return "on, off"
    case .text: return "text"
    }
  }
}

/// One row of an effect's parameter table: its description and how to read and change it in a recipe.
public struct Parameter<Root>: Sendable {
  public let info: ParameterInfo
  /// Reads the value; nil where the recipe has none, such as the cutoff of a band-pass.
  public let get: @Sendable (Root) -> ParameterValue?
  /// Changes the value in a recipe; the range is checked when the recipe is designed.
  public let set: @Sendable (inout Root, ParameterValue) throws(DesignError) -> Void
  /// Whether the parameter means something for this recipe.
  public let applies: @Sendable (Root) -> Bool

  /// Makes a row from its parts; the conveniences below suit almost every effect.
  public init(
    info: ParameterInfo, get: @escaping @Sendable (Root) -> ParameterValue?,
    set: @escaping @Sendable (inout Root, ParameterValue) throws(DesignError) -> Void,
    applies: @escaping @Sendable (Root) -> Bool = { _ in true }
  ) {
    self.info = info
    self.get = get
    self.set = set
    self.applies = applies
  }

  /// The refusal of a value of the wrong kind.
  public static func wrongKind(_ info: ParameterInfo, _ value: ParameterValue) -> DesignError {
    let written =
      switch value {
      case .number(let number): DesignError.shortest(number)
      case .integer(let number): String(number)
      case .choice(let name), .text(let name): name
      case .toggle(let on): on ? "on" : "off"
      case .note(let length): length.description
      }
    return DesignError(
      .outOfRange, parameter: info.name, value: written, problem: "is not a value that it takes: \(info.allowed)",
      remedy: "Give one of these")
  }
}

import AudioCore

/// How far one key press moves a parameter.
enum ParameterStep {
  /// The neighbouring value; nil where there is none.
  static func next(_ value: ParameterValue, of info: ParameterInfo, _ direction: Double) -> ParameterValue? {
    switch (value, info.kind) {
    case (.number(let number), .number(let unit, let range, let taper)):
      if unit == .decibels { return .number(number + direction * 0.5) }
      // A semitone, as an ear counts.
      if unit == .hertz || (taper == .logarithmic && number > 0) {
        return .number(number * Double.pow(2, direction / 12))
      }
      let span = range.upperBound - range.lowerBound
      return .number(number + direction * (span.isFinite ? span / 100 : 0.01))
    // Of a time that is 0 there is no share.
    case (.number(let number), .time): return .number(number > 0 ? number * Double.pow(2, direction / 12) : 0.001)
    case (.integer(let number), _): return .integer(number + Int(direction))
    case (.toggle, _): return .toggle(direction > 0)
    case (.choice(let name), .choice(let names)):
      guard let place = names.firstIndex(of: name) else { return nil }
      let next = place + Int(direction)
      return names.indices.contains(next) ? .choice(names[next]) : nil
    default: return nil
    }
  }

  /// A value with its unit, for people.
  static func text(_ value: ParameterValue, of info: ParameterInfo) -> String {
    switch value {
    case .number(let number):
      switch info.kind {
      case .number(.none, _, _): NumberText.trimmed(number, 3)
      case .number(let unit, _, _): NumberText.trimmed(number, 3) + " " + unit.rawValue
      case .time: NumberText.trimmed(number, 4) + " s"
      default: NumberText.trimmed(number, 3)
      }
    case .integer(let number): String(number)
    case .choice(let name), .text(let name): name
    case .toggle(let on): on ? "on" : "off"
    case .note(let length): "\(length)"
    }
  }
}

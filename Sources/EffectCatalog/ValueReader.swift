import AudioCore

/// Reads one written value as what its parameter takes.
struct ValueReader {
  let lexer: ExpressionLexer
  let token: ValueToken
  let info: ParameterInfo
  /// All parameters of the effect, for hints.
  let siblings: [ParameterInfo]

  func read() throws(ExpressionError) -> ParameterValue {
    // The word that stands for none.
    if case .choice(let word)? = info.defaultValue, token.text.lowercased() == word { return .choice(word) }
    return switch info.kind {
    case .time(let range): try time(in: range)
    case .number(let unit, let range, _): .number(try number(unit: unit, in: range))
    case .integer(let range): .integer(try integer(in: range))
    case .choice(let names): .choice(try choice(of: names))
    case .toggle: .toggle(try toggle())
    case .text: .text(token.text)
    }
  }

  // MARK: Numbers

  private func number(unit: ParameterUnit, in range: ClosedRange<Double>) throws(ExpressionError) -> Double {
    let value = try finiteNumber(unit: unit)
    let isAllowed = info.isBoundByRate ? value > 0 : range.contains(value)
    guard isAllowed else { throw outOfRange(value, unit) }
    return value
  }

  private func time(in range: ClosedRange<Double>) throws(ExpressionError) -> ParameterValue {
    guard token.text.contains("/") else { return .number(try number(unit: .seconds, in: range)) }
    guard let length = NoteLength(token.text) else {
      throw lexer.error(
        .badNumber, at: token.range, "\"\(token.text)\" is no note length",
        hint: "Write one such as 1/8, dotted 1/8d, or as a triplet 1/8t.")
    }
    return .note(length)
  }

  private func integer(in range: ClosedRange<Int>) throws(ExpressionError) -> Int {
    let value = try finiteNumber(unit: .none)
    guard value == value.rounded() else {
      throw lexer.error(
        .notAnInteger, at: token.range, "\(info.name) is a whole number, and \(token.text) is not one",
        hint: "Give one from \(info.allowed).")
    }
    guard let whole = Int(exactly: value), range.contains(whole) else { throw outOfRange(value, .none) }
    return whole
  }

  private func outOfRange(_ value: Double, _ unit: ParameterUnit) -> ExpressionError {
    let suffix = unit == .none ? "" : " " + unit.rawValue
    return lexer.error(
      .outOfRange, at: token.range,
      "\(info.name) = \(DesignError.shortest(value))\(suffix) is out of range: \(info.allowed)",
      hint: "Choose a value inside the range.")
  }

  private func finiteNumber(unit: ParameterUnit) throws(ExpressionError) -> Double {
    if case .number(_, let range, _) = info.kind, range.upperBound == .infinity,
      ["inf", "infinity"].contains(token.text.lowercased())
    {
      return .infinity
    }
    guard !token.isQuoted, let text = NumberText(token.text) else { throw notANumber(unit) }
    if let rest = text.restStart {
      throw lexer.error(
        .unexpectedCharacter, at: token.range.lowerBound + rest..<token.range.upperBound,
        "unexpected \"\(String(decoding: token.text.utf8.dropFirst(rest), as: UTF8.self))\" after a number",
        hint: "Separate parameters with a comma; join effects with | (one after another) or + (side by side).")
    }
    var shift = 0
    if !text.unit.isEmpty {
      guard let fitting = UnitText.shift(text.unit, for: unit) else { throw badUnit(text, unit) }
      shift = fitting
    }
    let value = text.value(shiftedBy: shift)
    guard value.isFinite else {
      throw lexer.error(.badNumber, at: token.range, "\(token.text) is too large a number", hint: allowedHint)
    }
    return value
  }

  private func notANumber(_ unit: ParameterUnit) -> ExpressionError {
    let bare = token.text.lowercased().drop { $0 == "+" || $0 == "-" }
    let isSpecial = !token.isQuoted && ["nan", "inf", "infinity"].contains(String(bare))
    let message = isSpecial ? "\(token.text) is not a finite number" : "\"\(token.text)\" is not a number"
    return lexer.error(.badNumber, at: token.range, message, hint: allowedHint)
  }

  private func badUnit(_ text: NumberText, _ unit: ParameterUnit) -> ExpressionError {
    let place = token.range.lowerBound + text.unitRange.lowerBound..<token.range.lowerBound + text.unitRange.upperBound
    let fitting = UnitText.fitting(unit)
    var hint =
      fitting.isEmpty
      ? "\(info.name) is a plain number." : "What fits \(info.name): no unit, or \(fitting.joined(separator: ", "))."
    guard let known = UnitText.known(text.unit) else {
      return lexer.error(.badUnit, at: place, "unknown unit \"\(text.unit)\"", hint: hint)
    }
    let others = siblings.filter { sibling in
      if case .number(let unit, _, _) = sibling.kind { UnitText.shift(known, for: unit) != nil } else { false }
    }
    if !others.isEmpty { hint += " \(known) fits " + others.map(\.name).joined(separator: ", ") + "." }
    return lexer.error(.badUnit, at: place, "the unit \(known) does not fit \(info.name)", hint: hint)
  }

  private var allowedHint: String { "\(info.name) takes a number: \(info.allowed)." }

  // MARK: Words

  private func choice(of names: [String]) throws(ExpressionError) -> String {
    let key = Catalog.key(token.text)
    if let name = names.first(where: { Catalog.key($0) == key }) { return name }
    if let name = Self.synonyms[key], names.contains(name) { return name }
    let nearest = token.text.nearest(in: names).map { "Did you mean \($0)? " } ?? ""
    throw lexer.error(
      .unknownChoice, at: token.range, "\(info.name) cannot be \"\(token.text)\"",
      hint: nearest + "The choices are " + names.joined(separator: ", ") + ".")
  }

  /// Short and usual forms of the choices that the field's responses have.
  private static let synonyms = [
    "low": "lowpass", "lo": "lowpass", "lp": "lowpass", "lpf": "lowpass",
    "high": "highpass", "hi": "highpass", "hp": "highpass", "hpf": "highpass",
    "band": "bandpass", "bp": "bandpass", "bpf": "bandpass",
    "stop": "bandstop", "bs": "bandstop", "bsf": "bandstop", "notch": "bandstop", "bandreject": "bandstop",
    "mag": "magnitude",
  ]

  private func toggle() throws(ExpressionError) -> Bool {
    switch token.text.lowercased() {
    case "on", "true", "yes", "1": return true
    case "off", "false", "no", "0": return false
    default:
      throw lexer.error(
        .unknownChoice, at: token.range, "\(info.name) cannot be \"\(token.text)\"", hint: "The choices are on, off.")
    }
  }
}

import AudioCore
import RealModule

/// What becomes of an effect's parameters over the frames of a stream: a value that the control side plans changes with.
protocol PartTimeline: Sendable {
  /// The effect's identity in the plan.
  var identity: String { get }
  /// The recipe at a frame. What begins at the frame counts.
  func recipe(at position: Int64) throws(DesignError) -> any Effect
  /// Adds a change that takes some frames; 0 for one that is made at once.
  mutating func add(_ change: PartChange, at position: Int64, frames: Int64) throws(DesignError)
  /// Forgets the way to what has been reached at a frame.
  mutating func settle(before position: Int64) throws(DesignError)
  /// Drops all changes that begin at a frame or later.
  mutating func drop(from position: Int64)
  /// Begins anew.
  mutating func begin(with effect: any Effect)
  /// Writes a recipe by its parameters, and reads it; what no parameter says is that of the plan.
  func write(_ effect: any Effect, into writer: inout StateWriter)
  func readEffect(from reader: inout StateReader) throws(StateError) -> any Effect
  /// The last frame on which a ramp is under way that has begun at a frame; nil without one.
  func rampEnd(at position: Int64) -> Int64?
}

/// A change of some parameters of an effect.
enum PartChange: Sendable {
  case value(String, ParameterValue)
  /// All of it, as a live handle has it.
  case recipe(from: any Effect, to: any Effect)
}

struct EffectTimeline<E: Effect>: PartTimeline {
  private struct Entry: Sendable {
    var position: Int64
    var frames: Int64
    /// Rows of the parameter table and their new values.
    var values: [(row: Int, value: ParameterValue)]
    /// Where rows can't express the change, such as another file with what was read from it: it has the new values already.
    var whole: E?

    var end: Int64 { position + frames }
  }

  let identity: String
  /// What it began with.
  let origin: E
  private var base: E
  private var entries: [Entry] = []

  init(_ effect: E, identity: String) {
    base = effect
    origin = effect
    self.identity = identity
  }

  func recipe(at position: Int64) throws(DesignError) -> any Effect { try effect(at: position, entries.count) }

  private func effect(at position: Int64, _ count: Int) throws(DesignError) -> E {
    var effect = base
    for index in 0..<count where entries[index].position <= position {
      let entry = entries[index]
      if let whole = entry.whole { effect = whole }
      if position >= entry.end {
        if entry.whole == nil { for (row, value) in entry.values { try E.parameters[row].set(&effect, value) } }
        continue
      }
      let before = try self.effect(at: entry.position, index)
      let share = Ramp(frames: Int(entry.frames)).share(at: Int(position - entry.position))
      for (row, value) in entry.values {
        let parameter = E.parameters[row]
        if case .number = parameter.info.kind {} else if entry.whole != nil { continue }
        try parameter.set(&effect, Self.between(parameter, parameter.get(before), value, share))
      }
    }
    return effect
  }

  /// What lies between two numbers, in the row's taper; anything else jumps.
  private static func between(
    _ parameter: Parameter<E>, _ start: ParameterValue?, _ end: ParameterValue, _ share: Double
  ) -> ParameterValue {
    guard case .number(_, _, let taper) = parameter.info.kind, case .number(let a)? = start, case .number(let b) = end
    else { return end }
    if taper == .logarithmic && a > 0 && b > 0 { return .number(a * Double.pow(b / a, share)) }
    return .number(a + share * (b - a))
  }

  mutating func add(_ change: PartChange, at position: Int64, frames: Int64) throws(DesignError) {
    var entry = Entry(position: position, frames: frames, values: [])
    switch change {
    case .value(let name, let value):
      guard let row = E.parameters.firstIndex(where: { $0.info.name == name || $0.info.aliases.contains(name) }) else {
        let known = E.parameters.map(\.info.name).joined(separator: ", ")
        throw DesignError(
          .inconsistent, parameter: "parameter", value: name, problem: "is not one of the effect's: \(known)",
          remedy: "Name one of these", stage: identity)
      }
      var trial = base
      try E.parameters[row].set(&trial, value)
      if case (.integer(let whole), .number) = (value, E.parameters[row].info.kind) {
        entry.values = [(row, .number(Double(whole)))]
      } else {
        entry.values = [(row, value)]
      }
    case .recipe(let from, let to):
      // A handle's effects are of its type.
      guard let from = from as? E, let to = to as? E else { return }
      var result = from
      for (row, parameter) in E.parameters.enumerated() {
        guard let value = parameter.get(to), value != parameter.get(from) else { continue }
        entry.values.append((row, value))
        try parameter.set(&result, value)
      }
      if result != to { entry.whole = to }
      if entry.values.isEmpty && entry.whole == nil { entry.whole = to }
    }
    let place = entries.lastIndex { $0.position <= position }.map { $0 + 1 } ?? 0
    entries.insert(entry, at: place)
  }

  mutating func settle(before position: Int64) throws(DesignError) {
    while let first = entries.first, first.end <= position {
      base = try effect(at: first.end, 1)
      entries.removeFirst()
    }
  }

  mutating func begin(with effect: any Effect) {
    guard let effect = effect as? E else { return }
    base = effect
    entries = []
  }

  mutating func drop(from position: Int64) { entries.removeAll { $0.position >= position } }

  func rampEnd(at position: Int64) -> Int64? {
    entries.filter { $0.position <= position && $0.end > position && $0.frames > 0 }.map(\.end).max()
  }
}

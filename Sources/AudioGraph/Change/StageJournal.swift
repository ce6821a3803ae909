import AudioCore

/// What a control thread saw of the worker when it planned a change. With it and the requests before, the same plan follows again.
package struct StageSight: Sendable, Hashable, Codable {
  /// The worker's next frame at the stage.
  package var position: Int64
  /// How many of the changes that were waiting had begun.
  package var begun: Int
  /// How often the stage was taken back to its beginning.
  package var restarts: Int
}

/// Is told of every change of a stage, in order, before the worker can find it.
typealias StageJournal = @Sendable (_ serial: Int, _ seen: StageSight, _ request: StageRequest) -> Void

/// One change of one stage as it was asked for, with what it followed from: a value that can be written, and planned again.
package struct StageNote: Sendable {
  /// The number of its graph among those of the runner; 0 is the first.
  package var graph: Int
  /// The stage, as a number among those of the graph that can change.
  package var stage: Int
  /// The number of the stage's list that it led to, from 1 without a gap.
  package var serial: Int
  package var seen: StageSight
  let request: StageRequest

  /// The frame that it was asked for; nil for the next block.
  package var position: Int64? { request.position }
}

extension GraphControls {
  /// Tells somebody of every change from now on, before the worker can find it.
  /// - Returns: whether there was none before.
  func keepJournal(ofGraph number: Int, _ note: @escaping @Sendable (StageNote) -> Void) -> Bool {
    var isFirst = true
    for (index, stage) in stages.enumerated() {
      let before = stage.keepJournal { serial, seen, request in
        note(StageNote(graph: number, stage: index, serial: serial, seen: seen, request: request))
      }
      if before != 0 { isFirst = false }
    }
    return isFirst
  }

  /// Plans a change as it was planned once.
  func replay(_ note: StageNote) throws(DesignError) {
    guard stages.indices.contains(note.stage), note.request.isPart(below: stages[note.stage].partIdentities.count)
    else { throw note.isOfAnotherPlan }
    try stages[note.stage].replay(note.request, seeing: note.seen)
  }

  /// The effects in each stage that can change, in the order of the numbers that notes give the stages.
  var parts: [[String]] { stages.map(\.partIdentities) }
}

extension StageNote {
  var isOfAnotherPlan: DesignError {
    DesignError(
      .inconsistent, parameter: "stage", value: "\(stage) of graph \(graph)", problem: "is not in this plan",
      remedy: "Replay with the plan that was recorded")
  }
}

extension StageRequest {
  fileprivate func isPart(below count: Int) -> Bool {
    switch kind {
    case .part(let part, _), .bypass(let part, _): (0..<count).contains(part)
    case .mute: true
    }
  }
}

// MARK: The written form

extension StageNote: Codable {
  private enum Keys: String, CodingKey {
    case graph, stage, serial, seen, position, seconds, part, parameter, value, from, to, bypass, mute
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(graph, forKey: .graph)
    try container.encode(stage, forKey: .stage)
    try container.encode(serial, forKey: .serial)
    try container.encode(seen, forKey: .seen)
    try container.encodeIfPresent(request.position, forKey: .position)
    try container.encode(request.seconds, forKey: .seconds)
    switch request.kind {
    case .part(let part, .value(let name, let value)):
      try container.encode(part, forKey: .part)
      try container.encode(name, forKey: .parameter)
      try container.encode(WrittenValue(value: value), forKey: .value)
    case .part(let part, .recipe(let from, let to)):
      try container.encode(part, forKey: .part)
      try container.encode(AnyEffect(from), forKey: .from)
      try container.encode(AnyEffect(to), forKey: .to)
    case .bypass(let part, let isOn):
      try container.encode(part, forKey: .part)
      try container.encode(isOn, forKey: .bypass)
    case .mute(let isOn): try container.encode(isOn, forKey: .mute)
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    graph = try container.decode(Int.self, forKey: .graph)
    stage = try container.decode(Int.self, forKey: .stage)
    serial = try container.decode(Int.self, forKey: .serial)
    seen = try container.decode(StageSight.self, forKey: .seen)
    let position = try container.decodeIfPresent(Int64.self, forKey: .position)
    let seconds = try container.decode(Double.self, forKey: .seconds)
    let frames = -(Int64(1) << 60)..<Int64(1) << 60
    guard serial > 0, seen.begun >= 0, seen.position >= 0, frames.contains(seen.position),
      frames.contains(position ?? 0), (0...86_400).contains(seconds)
    else {
      throw DecodingError.dataCorruptedError(forKey: .seen, in: container, debugDescription: "a change of no session")
    }
    let kind: StageRequest.Kind
    if container.contains(.mute) {
      kind = .mute(try container.decode(Bool.self, forKey: .mute))
    } else {
      let part = try container.decode(Int.self, forKey: .part)
      if container.contains(.bypass) {
        kind = .bypass(part, try container.decode(Bool.self, forKey: .bypass))
      } else if container.contains(.parameter) {
        kind = .part(
          part,
          .value(
            try container.decode(String.self, forKey: .parameter),
            try container.decode(WrittenValue.self, forKey: .value).value))
      } else {
        kind = .part(
          part,
          .recipe(
            from: try container.decode(AnyEffect.self, forKey: .from).base,
            to: try container.decode(AnyEffect.self, forKey: .to).base))
      }
    }
    request = StageRequest(kind: kind, position: position, seconds: seconds)
  }
}

/// A parameter's value with its kind.
private struct WrittenValue: Codable {
  let value: ParameterValue

  private enum Keys: String, CodingKey { case number, integer, choice, toggle, text, note }

  init(value: ParameterValue) { self.value = value }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    switch value {
    case .number(let number): try container.encode(number, forKey: .number)
    case .integer(let number): try container.encode(number, forKey: .integer)
    case .choice(let name): try container.encode(name, forKey: .choice)
    case .toggle(let isOn): try container.encode(isOn, forKey: .toggle)
    case .text(let text): try container.encode(text, forKey: .text)
    case .note(let length): try container.encode(length.description, forKey: .note)
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    switch container.allKeys.first {
    case .number: value = .number(try container.decode(Double.self, forKey: .number))
    case .integer: value = .integer(try container.decode(Int.self, forKey: .integer))
    case .choice: value = .choice(try container.decode(String.self, forKey: .choice))
    case .toggle: value = .toggle(try container.decode(Bool.self, forKey: .toggle))
    case .text: value = .text(try container.decode(String.self, forKey: .text))
    case .note:
      guard let length = NoteLength(try container.decode(String.self, forKey: .note)) else {
        throw DecodingError.dataCorruptedError(
          forKey: .note, in: container, debugDescription: "not the length of a note")
      }
      value = .note(length)
    case nil:
      throw DecodingError.dataCorrupted(
        .init(codingPath: container.codingPath, debugDescription: "no value of a known kind"))
    }
  }
}

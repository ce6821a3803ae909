import AudioCore

/// A change as it is saved: what is to be, from which designs follow again.
struct ChangePlan {
  var position: Int64
  var level: Double
  var way: [(recipe: StageRecipe, ramp: Ramp)]

  init<S: Sample>(_ change: StageChange<S>, from segment: Int) {
    position = change.position
    level = change.level
    way = change.segments[segment...].map { ($0.recipe, $0.ramp) }
  }

  init<S: Sample>(from reader: inout StateReader, by keeper: any StageKeeper<S>) throws(StateError) {
    position = Int64(try reader.readInt())
    level = try reader.readDouble()
    way = []
    let count = try reader.readInt()
    guard count > 0 else { throw .mismatch(expected: "segments", found: String(count)) }
    for _ in 0..<count {
      let frames = try reader.readInt()
      let shape = try reader.readInt()
      guard frames >= 0, let shape = Ramp.Shape(rawValue: shape) else {
        throw .mismatch(expected: "a ramp", found: "\(frames) frames of shape \(shape)")
      }
      way.append((try keeper.readRecipe(from: &reader), Ramp(frames: frames, shape: shape)))
    }
  }

  func write<S: Sample>(into writer: inout StateWriter, by keeper: any StageKeeper<S>) {
    writer.write(Int(position))
    writer.write(level)
    writer.write(way.count)
    for (recipe, ramp) in way {
      writer.write(ramp.frames)
      writer.write(ramp.shape.rawValue)
      keeper.write(recipe, into: &writer)
    }
  }
}

/// Writes and reads what a stage is, and makes it again.
protocol StageKeeper<S>: AnyObject {
  associatedtype S: Sample
  func write(_ recipe: StageRecipe, into writer: inout StateWriter)
  func readRecipe(from reader: inout StateReader) throws(StateError) -> StageRecipe
  /// Makes processors for a recipe and the changes behind it, and posts the changes.
  func restore(
    _ recipe: StageRecipe, _ plans: [ChangePlan], at position: Int64, isUnderWay: Bool
  ) throws(StateError) -> (first: StageChange<S>, processor: any BlockProcessor<S>)
}

extension StageControl: StageKeeper {
  func write(_ recipe: StageRecipe, into writer: inout StateWriter) {
    let parts = guarded.withLock { $0.state.parts }
    for (part, recipe) in zip(parts, recipe) {
      writer.write(recipe.isBypassed ? 1 : 0)
      part.write(recipe.effect, into: &writer)
    }
  }

  func readRecipe(from reader: inout StateReader) throws(StateError) -> StageRecipe {
    let parts = guarded.withLock { $0.state.parts }
    var recipe: StageRecipe = []
    for part in parts {
      let isBypassed = try reader.readInt() != 0
      recipe.append(PartRecipe(effect: try part.readEffect(from: &reader), isBypassed: isBypassed))
    }
    return recipe
  }

  func restore(
    _ recipe: StageRecipe, _ plans: [ChangePlan], at position: Int64, isUnderWay: Bool
  ) throws(StateError) -> (first: StageChange<S>, processor: any BlockProcessor<S>) {
    do throws(DesignError) {
      var (segments, link) = try maker.segments(from: nil, through: [(recipe, Ramp(frames: 0))], meters: meters)
      let processor = link.processor
      let first = StageChange<S>(position: StageChange<S>.atOnce, segments: segments, level: 1)
      first.begun.store(true, ordering: .relaxed)
      var pending: [Pending] = []
      let start = link
      for (index, plan) in plans.enumerated() {
        (segments, link) = try maker.segments(from: link, through: plan.way, meters: meters)
        let isAtOnce = plan.position == StageChange<S>.atOnce
        let began = isAtOnce || (index == 0 && isUnderWay) ? position : plan.position
        let frames = plan.way.count == 1 ? 0 : plan.way.reduce(0) { $0 + $1.ramp.frames }
        pending.append(
          Pending(
            position: began, isAtOnce: isAtOnce, end: began + Int64(frames),
            change: StageChange<S>(position: plan.position, segments: segments, level: plan.level), link: link))
      }
      progress.position.store(position, ordering: .releasing)
      let failure: DesignError? = guarded.withLock { guarded in
        do throws(DesignError) {
          try resume(&guarded.state, recipe, plans, pending, from: start)
          guarded.held.changes += [first] + pending.map(\.change)
          return nil
        } catch {
          return error
        }
      }
      if let failure { throw failure }
      mailbox.post(ChangeList(pending.map(\.change)))
      return (first, processor)
    } catch {
      throw .mismatch(expected: "parameters of \(identity)", found: error.description)
    }
  }

  /// Takes up what was planned, so that later changes are planned on top of it.
  private func resume(
    _ state: inout State, _ recipe: StageRecipe, _ plans: [ChangePlan], _ pending: [Pending], from link: ChangeLink<S>
  ) throws(DesignError) {
    state.pending = pending
    state.link = link
    state.switches = Switches(bypassed: recipe.map(\.isBypassed))
    state.switching = []
    for index in state.parts.indices { state.parts[index].begin(with: recipe[index].effect) }
    var before = recipe
    for (plan, pending) in zip(plans, pending) {
      guard let target = plan.way.last?.recipe else { continue }
      let frames = pending.end - pending.position
      for index in state.parts.indices {
        if !before[index].effect.isEqual(to: target[index].effect) {
          try state.parts[index].add(
            .recipe(from: before[index].effect, to: target[index].effect), at: pending.position, frames: frames)
        }
        if before[index].isBypassed != target[index].isBypassed {
          state.switching.append((pending.position, .bypass(index, target[index].isBypassed)))
        }
      }
      state.switching.append((pending.position, .mute(plan.level == 0)))
      before = target
    }
  }
}

extension Effect {
  /// Whether another effect of unknown type is the same.
  func isEqual(to other: any Effect) -> Bool { self == other as? Self }
}

extension EffectTimeline {
  func write(_ effect: any Effect, into writer: inout StateWriter) {
    guard let effect = effect as? E else { return }
    for parameter in E.parameters {
      guard parameter.applies(effect), let value = parameter.get(effect) else {
        writer.write(0)
        continue
      }
      switch value {
      case .number(let number):
        writer.write(1)
        writer.write(number)
      case .integer(let number):
        writer.write(2)
        writer.write(number)
      case .toggle(let on):
        writer.write(3)
        writer.write(on ? 1 : 0)
      case .choice(let text):
        writer.write(4)
        writer.write(text)
      case .text(let text):
        writer.write(5)
        writer.write(text)
      case .note(let length):
        writer.write(6)
        writer.write(length.description)
      }
    }
  }

  func readEffect(from reader: inout StateReader) throws(StateError) -> any Effect {
    var effect = origin
    for parameter in E.parameters {
      let value: ParameterValue
      switch try reader.readInt() {
      case 0: continue
      case 1: value = .number(try reader.readDouble())
      case 2: value = .integer(try reader.readInt())
      case 3: value = .toggle(try reader.readInt() != 0)
      case 4: value = .choice(try reader.readText())
      case 5: value = .text(try reader.readText())
      case 6:
        let text = try reader.readText()
        guard let length = NoteLength(text) else { throw .mismatch(expected: "the length of a note", found: text) }
        value = .note(length)
      case let kind: throw .mismatch(expected: "a parameter's kind", found: String(kind))
      }
      do throws(DesignError) { try parameter.set(&effect, value) } catch {
        throw .mismatch(expected: "a value of \(parameter.info.name)", found: error.description)
      }
    }
    return effect
  }
}

extension StateWriter {
  fileprivate mutating func write(_ text: String) {
    write(text.utf8.count)
    for byte in text.utf8 { write(Int(byte)) }
  }
}

extension StateReader {
  fileprivate mutating func readText() throws(StateError) -> String {
    let count = try readInt()
    guard count >= 0, count < 65_536 else { throw .mismatch(expected: "a text", found: "\(count) bytes") }
    var bytes: [UInt8] = []
    for _ in 0..<count { bytes.append(UInt8(truncatingIfNeeded: try readInt())) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

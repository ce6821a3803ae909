import SwiftletDSP
import Testing

/// Checks what must hold for an effect that changes, or whose graph is swapped, while it runs; for every parameter of its table.
///
/// Parameters that exclude what the effect has are set first, so that each is changed somewhere.
///
/// - Parameter others: What else to begin with, for parameters that only apply there.
public func checkLiveLaws<E: Effect>(
  of effect: E, and others: [E] = [], exceptions: LawExceptions = [], sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let format = StreamFormat(sampleRate: 48_000, channels: 1)
  var untried = Set(E.parameters.filter { !$0.isText }.map(\.info.name))
  for variant in others + variants(of: effect, format) {
    let laws = Laws(make: { _ in variant }, at: sourceLocation)
    let tried = try laws.changedOrRefused(format)
    // What another variant had tried need not be tried again.
    guard !tried.isDisjoint(with: untried) else { continue }
    untried.subtract(tried)
    try laws.liveChangeDoesNotClick(format)
    try laws.overtakenChangesDoNotClick(format)
    try laws.everyParameterSetLiveEqualsConstructed(format, forgets: !exceptions.contains(.remembers))
    try laws.switchingDoesNotClick(format)
    try laws.swappingDoesNotClick(format)
    try laws.swappedForItselfChangesNothing(format)
    try laws.statesFit(format)
  }
  #expect(untried.isEmpty, "\(E.name): nobody changed \(untried.sorted())", sourceLocation: sourceLocation)
}

extension Parameter {
  fileprivate var isText: Bool { if case .text = info.kind { true } else { false } }
}

/// An effect, and others of its type in which parameters apply that exclude some of its own.
private func variants<E: Effect>(of effect: E, _ format: StreamFormat) -> [E] {
  let context = DesignContext(format: format, maximumFrames: 512)
  var variants = [effect]
  for row in E.parameters where !row.applies(effect) || row.get(effect) == nil {
    for value in candidates(row.info) {
      var other = effect
      guard (try? row.set(&other, value)) != nil, row.applies(other), row.get(other) != nil,
        (try? other.design(in: context)) != nil
      else { continue }
      variants.append(other)
      break
    }
  }
  for row in E.parameters where row.applies(effect) {
    guard case .choice(let names) = row.info.kind else { continue }
    for name in names {
      var other = effect
      guard (try? row.set(&other, .choice(name))) != nil, other != effect else { continue }
      for next in [completed(other), other] where (try? next.design(in: context)) != nil {
        variants.append(next)
        break
      }
    }
  }
  return variants
}

/// The same with values for parameters that it has come to need.
private func completed<E: Effect>(_ effect: E) -> E {
  var other = effect
  // The edges of a band, the lower one first.
  var hertz = [500.0, 3_000][...]
  for row in E.parameters where row.applies(effect) {
    if case .number(.hertz, _, _) = row.info.kind, let next = hertz.popFirst() {
      _ = try? row.set(&other, .number(next))
    } else if row.get(effect) == nil {
      for value in candidates(row.info) where (try? row.set(&other, value)) != nil { break }
    }
  }
  return other
}

private func candidates(_ info: ParameterInfo) -> [ParameterValue] {
  var values = [info.defaultValue].compactMap(\.self)
  switch info.kind {
  case .number(_, let range, _):
    values += [0.7, 1, 2, 3_000, -3, range.lowerBound].filter { $0.isFinite && range.contains($0) }.map { .number($0) }
  case .integer(let range): values += [2, 4, 1, 101].filter(range.contains).map { .integer($0) }
  case .toggle: values += [.toggle(true), .toggle(false)]
  case .choice(let names): values += names.map { .choice($0) }
  case .time(let range): values += [0.1, 0.01].filter(range.contains).map { .number($0) }
  default: break
  }
  return values
}

extension Laws {
  /// The parameters of which some value was taken, or refused by a typed error before anything was heard.
  func changedOrRefused(_ format: StreamFormat) throws -> Set<String> {
    var names = Set(steps(format).map(\.name))
    let effect = make(format.sampleRate)
    let plan = try Plan.compile(effect.labelled("it"), for: format)
    for row in E.parameters where row.applies(effect) && !names.contains(row.info.name) {
      let runner = try PlanRunner<Float>(plan, changing: .all)
      for value in others(row, than: row.get(effect) ?? row.info.defaultValue) {
        do throws(DesignError) {
          try runner.control.schedule(row.info.name, of: "it", to: value)
        } catch {
          names.insert(row.info.name)
        }
      }
      // Whatever it has, only one value is left to it.
      if case .choice(let all) = row.info.kind, all.count == 1 { names.insert(row.info.name) }
    }
    return names
  }

  private func sine(_ format: StreamFormat) -> [[Double]] {
    let frames = 2 * Int(format.sampleRate)
    let sine = (0..<frames).map { Double.sin(2 * .pi * 100 / format.sampleRate * Double($0)) }
    return Array(repeating: sine, count: format.channels)
  }

  private func compiled(_ item: some Connectable, _ format: StreamFormat) throws -> Plan {
    try Plan.compile(item, for: format, options: PlanOptions(maximumFrames: 512, precision: .double))
  }

  /// The same bound for bypass and mute, there and back.
  func switchingDoesNotClick(_ format: StreamFormat) throws {
    let input = sine(format)
    let frames = input[0].count
    let plan = try compiled(make(format.sampleRate).labelled("it"), format)
    let steady = run(plan, input)
    for isMute in [false, true] where isMute || plan.input == plan.output {
      let runner = try PlanRunner<Double>(plan, changing: .all)
      for (on, position) in [(true, frames / 2 + 77), (false, frames / 2 + 20_011)] {
        if isMute {
          try runner.control.mute("it", on, at: Int64(position))
        } else {
          try runner.control.bypass("it", on, at: Int64(position))
        }
      }
      let output = run(runner, input, blocks: [frames])
      for channel in output.indices {
        let allowed = 1.5 * max(roughness(input[0][...]), roughness(steady[channel][(frames / 4)...])) + 1e-6
        let rough = roughness(output[channel][(frames / 2 - 10)...])
        #expect(rough <= allowed, "\(E.name) \(isMute ? "mute" : "bypass"): \(rough)", sourceLocation: place)
      }
    }
  }

  /// The same bound where the graph is swapped for one with another value, or for nothing.
  func swappingDoesNotClick(_ format: StreamFormat) throws {
    let input = sine(format)
    let frames = input[0].count
    let start = make(format.sampleRate)
    let plan = try compiled(start.labelled("it"), format)
    var graphs = steps(format).prefix(4).map { ($0.effect.labelled("it").graph, "\($0.name)") }
    graphs.append((Gain(decibels: 0).graph, "nothing"))
    for (graph, name) in graphs.suffix(3) {
      let next = try compiled(graph, format)
      guard next.output == plan.output else { continue }
      let runner = try PlanRunner<Double>(plan)
      try runner.control.swap(to: graph, at: Int64(frames / 2 + 77))
      let output = run(runner, input, blocks: [frames])
      let after = run(next, input)
      for channel in output.indices {
        let steady = max(
          roughness(input[0][...]), roughness(output[channel][(frames / 4)..<frames / 2]),
          roughness(after[channel][(frames / 4)...]))
        let rough = roughness(output[channel][(frames / 2 - 10)...])
        #expect(
          rough <= 1.5 * steady + 1e-6, "\(E.name) swapped (\(name)): \(rough / steady) times the steady roughness",
          sourceLocation: place)
      }
    }
  }

  /// A graph that is swapped for itself changes no bit, and allocates nothing.
  func swappedForItselfChangesNothing(_ format: StreamFormat) throws {
    let graph = make(format.sampleRate).graph
    let plan = try Plan.compile(graph, for: format, options: PlanOptions(maximumFrames: 256))
    let input = noise(channels: format.channels, frames: 60_000, as: Float.self)
    let plain = run(plan, input)
    for scope in [ChangeScope.live, .all] {
      let runner = try PlanRunner<Float>(plan, changing: scope)
      try runner.control.swap(to: graph, at: 29_001)
      var output: [[Float]] = []
      output = run(runner, input, blocks: [60_000])
      #expect(!runner.control.isSwapping, sourceLocation: place)
      let wrong = plain[0].indices.first { plain[0][$0] != output[0][$0] }
      #expect(
        wrong == nil, "\(E.name) swapped for itself in scope \(scope) from frame \(wrong ?? 0)", sourceLocation: place)
      try runner.control.swap(to: graph)
      let source = SampleBuffer<Float>(channels: format.channels, capacity: 256)
      let target = SampleBuffer<Float>(channels: plan.output.channels, capacity: 256)
      source.withBlock(frames: 256) { block in
        target.withBlock(frames: 256) { output in
          let count = countAllocations { for _ in 0..<60 { runner.process(block, into: output) } }
          #expect(count ?? 0 == 0, "\(E.name) allocates while it is swapped in scope \(scope)", sourceLocation: place)
        }
      }
    }
  }

  /// What a processor writes is never longer than it says.
  func statesFit(_ format: StreamFormat) throws {
    let effect = make(format.sampleRate)
    let context = DesignContext(format: format, maximumFrames: 512)
    let processor = effect.makeProcessor(try effect.design(in: context), in: context, as: Float.self)
    let most = processor.stateByteCount
    let input = SampleBuffer<Float>(channels: format.channels, capacity: 512)
    let output = SampleBuffer<Float>(channels: processor.outputChannels(of: effect, context), capacity: 512)
    for frame in 0..<512 { input[0, frame] = Float(frame % 7) / 7 }
    for block in 0..<200 {
      input.withBlock(frames: 512) { source in
        output.withBlock(frames: 512) {
          _ = processor.process(source, into: $0, at: ProcessContext(position: Int64(512 * block)))
        }
      }
    }
    // What goes another way needs no room.
    guard most > 0 else { return }
    #expect(processor.freshStateByteCount <= most, "\(E.name) writes more state than it says", sourceLocation: place)
  }
}

extension AudioProcessor {
  fileprivate func outputChannels<E: Effect>(of effect: E, _ context: DesignContext) -> Int {
    (try? effect.design(in: context))?.outputs.reduce(0) { $0 + $1.channels } ?? 1
  }
}

import RealModule
import SwiftletDSP
import Testing

// What must hold when an effect changes while it runs, parameter by parameter.

extension Laws {
  /// A change of one parameter to another value that can be designed.
  struct ParameterStep {
    var name: String
    var value: ParameterValue
    var effect: E
  }

  /// For each parameter some values around its own.
  func steps(_ format: StreamFormat) -> [ParameterStep] {
    let start = make(format.sampleRate)
    let context = DesignContext(format: format, maximumFrames: 512)
    var steps: [ParameterStep] = []
    for parameter in E.parameters where parameter.applies(start) {
      for value in others(parameter, than: parameter.get(start) ?? parameter.info.defaultValue) {
        var effect = start
        guard (try? parameter.set(&effect, value)) != nil, effect != start, let new = try? effect.design(in: context),
          let old = try? start.design(in: context), new.latencyFrames <= old.latencyFrames
        else { continue }
        steps.append(ParameterStep(name: parameter.info.name, value: value, effect: effect))
      }
    }
    return steps
  }

  func others(_ parameter: Parameter<E>, than value: ParameterValue?) -> [ParameterValue] {
    var values = numbers(parameter, than: value)
    // What it is when it is switched off.
    if case .number = parameter.info.kind, case .number = value, case .choice? = parameter.info.defaultValue {
      values += [parameter.info.defaultValue].compactMap(\.self)
    }
    return values
  }

  private func numbers(_ parameter: Parameter<E>, than value: ParameterValue?) -> [ParameterValue] {
    switch (parameter.info.kind, value) {
    case (.number(_, let range, .logarithmic), .number(let now)?):
      return [2 * now, now / 2, 3.1 * now].filter(range.contains).map { .number($0) }
    case (.number(_, let range, .linear), .number(let now)?):
      let step = min((range.upperBound - range.lowerBound) / 4, max(abs(now), 1) * 2)
      return [now + step, now - step, -now].filter { $0 != now && range.contains($0) }.map { .number($0) }
    case (.number(_, let range, _), .choice): return [300, 3_000].filter(range.contains).map { .number($0) }
    case (.time(let range), .note): return [0.2, 0.15].filter(range.contains).map { .number($0) }
    case (.integer(let range), .integer(let now)?):
      return [now + 1, now - 1, now + 3].filter(range.contains).map { .integer($0) }
    case (.choice(let names), _): return names.map { .choice($0) }
    case (.toggle, .toggle(let on)?): return [.toggle(!on)]
    case (.time(let range), .number(let now)?):
      return [1.37 * now, now / 1.7].filter(range.contains).map { .number($0) }
    default: return []
    }
  }

  /// A 100 Hz sine at full scale runs through a change: no second difference of the output exceeds one and a half times the largest of
  /// the input's and of the steady outputs' before and after, by more than a floor of -120 dB.
  func liveChangeDoesNotClick(_ format: StreamFormat) throws {
    let frames = Int(format.sampleRate)
    let sine = (0..<2 * frames).map { Double.sin(2 * .pi * 100 / format.sampleRate * Double($0)) }
    let input = Array(repeating: sine, count: format.channels)
    let options = PlanOptions(maximumFrames: 512, precision: .double)
    let plan = try Plan.compile(make(format.sampleRate).labelled("it"), for: format, options: options)
    for step in steps(format) {
      let runner = try PlanRunner<Double>(plan, changing: .all)
      try runner.control.schedule(step.name, of: "it", to: step.value, at: Int64(frames + 77))
      let output = run(runner, input, blocks: [2 * frames])
      let after = run(try Plan.compile(step.effect, for: format, options: options), input)
      for channel in output.indices {
        let steady = max(
          roughness(sine[frames...]), roughness(output[channel][(frames / 2)..<frames]),
          roughness(after[channel][(frames / 2)...]))
        let rough = roughness(output[channel][(frames - 10)...])
        #expect(
          rough <= 1.5 * steady + 1e-6,
          "\(E.name) \(step.name) to \(step.value): \(rough / steady) times the steady roughness", sourceLocation: place
        )
      }
    }
  }

  /// The same bound where changes overtake one another: there, back and there again within the time of a fade.
  func overtakenChangesDoNotClick(_ format: StreamFormat) throws {
    let frames = Int(format.sampleRate)
    let sine = (0..<2 * frames).map { Double.sin(2 * .pi * 100 / format.sampleRate * Double($0)) }
    let input = Array(repeating: sine, count: format.channels)
    let options = PlanOptions(maximumFrames: 512, precision: .double)
    let start = make(format.sampleRate)
    let plan = try Plan.compile(start.labelled("it"), for: format, options: options)
    var tried: Set<String> = []
    for step in steps(format) where tried.insert(step.name).inserted {
      guard let row = E.parameters.first(where: { $0.info.name == step.name }), let own = row.get(start) else {
        continue
      }
      let runner = try PlanRunner<Double>(plan, changing: .all)
      for (value, position) in [(step.value, 77), (own, 77 + frames / 150), (step.value, 77 + frames / 60)] {
        // The way back may be refused, as where a band's edges are gone: what is left is a change too.
        try? runner.control.schedule(step.name, of: "it", to: value, at: Int64(frames + position))
      }
      let output = run(runner, input, blocks: [2 * frames])
      let after = run(try Plan.compile(step.effect, for: format, options: options), input)
      for channel in output.indices {
        let steady = max(
          roughness(sine[frames...]), roughness(output[channel][(frames / 2)..<frames]),
          roughness(after[channel][(frames / 2)...]))
        let rough = roughness(output[channel][(frames - 10)...])
        #expect(
          rough <= 1.5 * steady + 1e-6,
          "\(E.name) \(step.name) to \(step.value) and back: \(rough / steady) times the steady roughness",
          sourceLocation: place)
      }
    }
  }

  func roughness(_ samples: ArraySlice<Double>) -> Double {
    var largest = 0.0
    for n in samples.indices.dropFirst(2) {
      largest = max(largest, abs(samples[n] - 2 * samples[n - 1] + samples[n - 2]))
    }
    return largest
  }

  /// Every parameter changed at a frame is what it would be had it been given at the beginning: at once after a reset, and for an
  /// effect that forgets, as soon as it has.
  func everyParameterSetLiveEqualsConstructed(_ format: StreamFormat, forgets: Bool = true) throws {
    let plan = try Plan.compile(make(format.sampleRate).labelled("it"), for: format)
    let length = Int(format.sampleRate / 2)
    let input = noise(channels: format.channels, frames: length, as: Float.self)
    let short = input.map { Array($0[..<500]) }
    for step in steps(format) {
      let wanted = try Plan.compile(step.effect, for: format)
      // Latency that is held makes it later than a fresh one.
      guard wanted.latencyFrames == plan.latencyFrames else { continue }
      let runner = try PlanRunner<Float>(plan, changing: .all)
      try runner.control.schedule(step.name, of: "it", to: step.value, at: 123)
      let output = run(runner, input, blocks: unevenBlocks(total: length))
      let memory = 4 * (max(wanted.tail.frameCount ?? length, plan.tail.frameCount ?? length) + 2_000)
      if forgets && memory < length {
        let fresh = run(wanted, input)
        #expect(
          output.map { Array($0[memory...]) } == fresh.map { Array($0[memory...]) },
          "\(E.name) \(step.name) to \(step.value) once settled", sourceLocation: place)
      }
      runner.reset()
      #expect(
        run(runner, short, blocks: [500]) == run(wanted, short),
        "\(E.name) \(step.name) to \(step.value) after a reset",
        sourceLocation: place)
    }
  }

  /// Changes, ramps, bypass and mute at some frames sound the same whatever the blocks, and allocate nothing.
  func scheduledChangesDoNotDependOnBlocks(_ format: StreamFormat) throws {
    let plan = try Plan.compile(make(format.sampleRate).labelled("it"), for: format)
    let steps = steps(format)
    let total = 12_000
    let input = noise(channels: format.channels, frames: total, as: Float.self)
    func scheduled() throws -> PlanRunner<Float> {
      let runner = try PlanRunner<Float>(plan, changing: .all)
      for (index, step) in steps.prefix(6).enumerated() {
        // The edges of a band may exclude each other: what is refused changes nothing.
        try? runner.control.schedule(
          step.name, of: "it", to: step.value, at: Int64(301 + 1_377 * index), ramp: index == 2 ? 0.12 : 0)
      }
      try runner.control.mute("it", at: 9_001)
      try runner.control.mute("it", false, at: 10_400)
      if plan.input == plan.output { try runner.control.bypass("it", at: 10_700) }
      return runner
    }
    let whole = run(try scheduled(), input, blocks: [total])
    for blocks in [unevenBlocks(total: total), Array(repeating: 1, count: total)] {
      let cut = run(try scheduled(), input, blocks: blocks)
      let first = whole[0].indices.first { cut[0][$0] != whole[0][$0] }
      #expect(
        cut == whole, "\(E.name) changed in blocks differs from frame \(first ?? -1) on", sourceLocation: place)
    }
    for moment in [700, 3_500, 4_501, 9_300] {
      let first = try scheduled()
      _ = run(first, input.map { Array($0[..<moment]) }, blocks: [moment])
      let second = try PlanRunner<Float>(plan, changing: .all)
      try second.restoreState(first.saveState())
      let rest = run(second, input.map { Array($0[moment...]) }, blocks: [total - moment])
      #expect(
        rest == whole.map { Array($0[moment...]) }, "\(E.name) saved at frame \(moment) of its changes",
        sourceLocation: place)
    }
    let runner = try scheduled()
    let source = SampleBuffer<Float>(channels: format.channels, capacity: 256)
    let target = SampleBuffer<Float>(channels: plan.output.channels, capacity: plan.maximumOutputFrames)
    source.withBlock(frames: 256) { block in
      target.withBlock(frames: target.capacity) { output in
        let count = countAllocations { for _ in 0..<50 { runner.process(block, into: output) } }
        #expect(count ?? 0 == 0, "\(E.name) allocates while it changes", sourceLocation: place)
      }
    }
  }
}

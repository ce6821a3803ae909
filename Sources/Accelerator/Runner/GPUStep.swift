import AudioCore
import AudioGraph
import Effects

/// One step of a plan on a device.
struct GPUStep {
  enum Work {
    case cascade(GPUCascade, feeds: [CascadeStage.Feed], method: CascadeMethod, threshold: Int)
    case taps(GPUTaps)
    case mix(GPUMix, gain: Double)
    case stage(any DeviceStage)
  }

  var work: Work
  var inputs: [Plan.Slot]
  var output: Plan.Slot
  /// Whether this is the step that counts what is not finite in the plan's input.
  var counts: Bool

  private func checked(_ slot: Plan.Slot, _ rows: (Plan.Slot) -> DeviceRows) -> CheckedRows {
    CheckedRows(rows: rows(slot), check: check(slot))
  }

  /// The second input; where it is the first one again, that has counted already.
  private func key(_ rows: (Plan.Slot) -> DeviceRows) -> CheckedRows {
    guard inputs.count > 1 else { return CheckedRows(rows: rows(inputs[0]), check: check(inputs[0]) & 1) }
    var key = checked(inputs[1], rows)
    if inputs[0].place == .input && inputs[0].channels.overlaps(inputs[1].channels) { key.check &= 1 }
    return key
  }

  private func check(_ slot: Plan.Slot) -> Int32 { slot.place == .input ? (counts ? 3 : 1) : 0 }

  /// Takes what has arrived, before a block of so many frames.
  /// - Returns: the frames after which nothing of what was before is heard any more; 0 when nothing has.
  func adopt(_ frames: Int, waits: Bool) throws(AcceleratorError) -> Int {
    if case .stage(let stage) = work { return try stage.prepare(frames) }
    guard case .cascade(let cascade, let feeds, _, _) = work else { return 0 }
    var settling = 0
    for feed in feeds {
      feed.mailbox.take()?._withUnsafeGuaranteedRef { letter in
        settling = max(settling, 1, letter.design.tail.frameCount ?? .max)
        cascade.tables.replace(from: feed.first, with: letter.design.cascade.sections)
      }
    }
    if settling > 0 { try cascade.upload(waits: waits) }
    return settling
  }

  /// - Parameter threshold: The frames from which on cascades are scanned; nil for that of the options.
  func run(_ frames: Int, threshold: Int?, _ rows: (Plan.Slot) -> DeviceRows) throws(AcceleratorError) {
    let target = rows(output)
    switch work {
    case .cascade(let cascade, _, let method, let usual):
      try cascade.run(
        rows(inputs[0]), into: target, frames: frames, method: frames < (threshold ?? usual) ? .sequential : method,
        check: check(inputs[0]))
    case .taps(let taps): try taps.run(rows(inputs[0]), into: target, frames: frames, check: check(inputs[0]))
    case .stage(let stage): try stage.run(checked(inputs[0], rows), key: key(rows), into: target, frames: frames)
    case .mix(let mix, let gain):
      let first = (rows(inputs[0]), gain, check(inputs[0]))
      guard inputs.count > 1 else { return try mix.run(first, nil, into: target, frames: frames) }
      try mix.run(first, (rows(inputs[1]), 1, check(inputs[1])), into: target, frames: frames)
      // The sum so far is read and written sample by sample, in place.
      for slot in inputs.dropFirst(2) {
        try mix.run((target, 1, 0), (rows(slot), 1, check(slot)), into: target, frames: frames)
      }
    }
  }

  func reset() throws(AcceleratorError) {
    switch work {
    case .cascade(let cascade, _, _, _): try cascade.reset()
    case .taps(let taps): try taps.reset()
    case .stage(let stage): try stage.reset()
    case .mix: break
    }
  }
}

/// Makes the steps of a runner.
struct GPUStepBuilder<S: Sample> {
  let plan: Plan
  let context: ComputeContext
  let options: AcceleratorOptions
  let counters: DeviceBuffer
  /// For each step the word of the counters that its stage writes, if it has a meter.
  let meterWords: [Int]

  func step(_ step: Plan.Step, index: Int) throws -> GPUStep {
    let firstReader = plan.steps.firstIndex { $0.inputs.contains { $0.place == .input } }
    return GPUStep(
      work: try work(step, meterWord: meterWords[index]), inputs: step.inputs, output: step.output,
      counts: index == firstReader)
  }

  private func work(_ step: Plan.Step, meterWord: Int) throws -> GPUStep.Work {
    let channels = step.output.channels.count
    switch step.work {
    case .copy, .sum: return .mix(try mix(channels), gain: 1)
    case .delay(let frames): return .taps(try taps([1], delay: frames, channels))
    case .stage(let stage):
      switch stage.lowering {
      case .identity where stage.isLive: return try following(stage, try gain(1, stage))
      case .gain(let factor) where stage.isLive: return try following(stage, try gain(factor, stage))
      case .identity: return .mix(try mix(channels), gain: 1)
      case .gain(let factor): return .mix(try mix(channels), gain: factor)
      case .taps(let values) where !values.isEmpty && values.count >= options.leastTransformedTaps:
        return try convolution(.init(responses: [values], routes: .alike(channels: channels)), stage)
      case .taps(let values) where stage.isLive && !values.isEmpty:
        return try following(
          stage,
          try GPULiveTaps<S>(values, format: stage.outputs[0], module: try basic, counters: counters, on: context))
      case .taps(let values): return .taps(try taps(values.isEmpty ? [0] : values, delay: 0, channels))
      case .delay where stage.isLive: return try echo(stage)
      case .delay(let frames): return .taps(try taps([1], delay: frames, channels))
      case .sections(let cascade): return try sections(cascade.sections, stage, channels)
      case .convolution(let design): return try convolution(design, stage)
      case .compressor(let design):
        return try following(
          stage,
          try GPUCompressor(
            design, format: stage.outputs[0], maximumFrames: options.maximumFrames, as: S.self,
            isAlone: !context.driver.hasForwardProgress, counters: counters,
            meterWord: meterWord, on: context))
      case .echo: return try echo(stage)
      case .opaque:
        throw AcceleratorError(
          .unsupported, subject: stage.identity, problem: "has no GPU kernel", remedy: "Run the plan on the CPU")
      }
    }
  }

  private var basic: KernelModule {
    get throws(AcceleratorError) { try context.module(.init(isDouble: S.sampleType == .float64, sections: 0)) }
  }

  private func mix(_ channels: Int) throws(AcceleratorError) -> GPUMix {
    try GPUMix(channels: channels, module: try basic, counters: counters, on: context)
  }

  private func taps(_ values: [Double], delay: Int, _ channels: Int) throws(AcceleratorError) -> GPUTaps {
    try GPUTaps(
      values.map { S($0) }, delay: delay, channels: channels, module: try basic, counters: counters, on: context)
  }

  private func gain(_ factor: Double, _ stage: any PlannedStage) throws(AcceleratorError) -> GPUGain {
    try GPUGain(factor, format: stage.outputs[0], module: try basic, counters: counters, on: context)
  }

  private func following(_ stage: any PlannedStage, _ work: some DeviceStage) throws -> GPUStep.Work {
    if let source = stage as? any LoweringSource { try work.follow(source) }
    return .stage(work)
  }

  private func echo(_ stage: any PlannedStage) throws -> GPUStep.Work {
    guard let design = stage.lowering.echo else { preconditionFailure("\(stage.identity) is no echo") }
    return try following(
      stage,
      try GPUEcho(
        design, format: stage.outputs[0], as: S.self, isLive: stage.isLive, counters: counters, on: context))
  }

  private func convolution(_ design: ConvolutionLowering, _ stage: any PlannedStage) throws -> GPUStep.Work {
    try following(
      stage,
      try GPUConvolution(
        design, format: stage.outputs[0], maximumFrames: options.maximumFrames, as: S.self, isLive: stage.isLive,
        isPhased: !context.driver.hasForwardProgress, counters: counters, on: context))
  }

  private func sections(_ sections: [Biquad], _ stage: any PlannedStage, _ channels: Int) throws -> GPUStep.Work {
    let type = S.sampleType
    let cascade = try GPUCascade(
      sections, shape: options.shape(sections: sections.count, type: type, on: context.device), rows: channels,
      maximumFrames: options.maximumFrames, counters: counters, on: context)
    let method = options.method ?? (context.driver.hasForwardProgress ? .scan : .threePhaseScan)
    let threshold = (options.threshold ?? .default(for: context.device)).frames(for: type)
    let feeds = try (stage as? CascadeStage)?.attachFeeds() ?? []
    return .cascade(cascade, feeds: feeds, method: method, threshold: threshold)
  }
}

extension Plan.Step {
  /// What the stage of this step shows from a device.
  var shown: (stage: String, info: MeterInfo)? {
    guard case .stage(let stage) = work, case .compressor = stage.lowering, let info = stage.meters.first else {
      return nil
    }
    return (stage.identity, info)
  }
}

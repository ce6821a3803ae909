import SwiftletDSP
import Testing

/// What of the laws does not hold for an effect on purpose.
public struct LawExceptions: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// Its channels affect one another.
  public static let couplesChannels = LawExceptions(rawValue: 1)
  /// Its processors are not replaced in place: a live change is structural.
  public static let isNotLive = LawExceptions(rawValue: 2)
  /// What it remembers does not fade within its tail, such as a detector's level.
  public static let remembers = LawExceptions(rawValue: 4)
}

/// Checks every law of the house on an effect.
///
/// - Parameter make: Makes the effect for a sample rate, since a frequency that is legal at one rate is not at another.
public func checkLaws<E: Effect>(
  of make: @escaping (_ sampleRate: Double) -> E, exceptions: LawExceptions = [],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let laws = Laws(make: make, at: sourceLocation)
  for rate in [8_000.0, 11_025, 1_234, 44_100, 48_000, 96_000, 192_000, 384_000] {
    try laws.cutsDoNotMatter(StreamFormat(sampleRate: rate, channels: 2))
  }
  for channels in [1, 2, 3, 6, 64] {
    let format = StreamFormat(sampleRate: 48_000, channels: channels)
    try laws.cutsDoNotMatter(format)
    try laws.fastIsNear(format)
    if !exceptions.contains(.couplesChannels) { try laws.channelsAreIndependent(format) }
  }
  let stereo = StreamFormat(sampleRate: 48_000, channels: 2)
  for frames in [0, 1, 2] { try laws.shortStreamsWork(stereo, frames: frames) }
  try laws.resetIsFresh(stereo)
  try laws.adoptingTheSameChangesNothing(stereo)
  try laws.savedStateGoesOn(stereo)
  try laws.processingAllocatesNothing(stereo)
  try laws.nonFiniteInputIsContained(stereo)
  try laws.precisionsAgree(stereo)
  try laws.metersAreThoseOfTheDesign(stereo)
  try laws.latencyAndTailAreTrue(StreamFormat(sampleRate: 48_000, channels: 1))
  try laws.writtenFormIsRead(stereo)
  if !exceptions.contains(.isNotLive) {
    try laws.liveEqualsConstructed(stereo)
    try laws.liveChangeDoesNotClick(stereo)
    try laws.everyParameterSetLiveEqualsConstructed(stereo, forgets: !exceptions.contains(.remembers))
    try laws.scheduledChangesDoNotDependOnBlocks(stereo)
  }
}

/// The laws of one effect.
struct Laws<E: Effect> {
  let make: (Double) -> E
  let place: SourceLocation

  init(make: @escaping (Double) -> E, at place: SourceLocation) {
    self.make = make
    self.place = place
  }

  private func plan(
    _ format: StreamFormat, mode: KernelMode = .invariant, precision: Precision = .mixed
  ) throws -> Plan {
    try Plan.compile(
      make(format.sampleRate), for: format, options: PlanOptions(maximumFrames: 512, precision: precision, mode: mode))
  }

  func cutsDoNotMatter(_ format: StreamFormat) throws {
    let plan = try plan(format)
    let input = noise(channels: format.channels, frames: 2_500, as: Float.self)
    let whole = run(plan, input)
    let cut = try run(PlanRunner<Float>(plan), input, blocks: unevenBlocks(total: 2_500))
    #expect(whole == cut, "\(E.name) in uneven blocks at \(format)", sourceLocation: place)
    let single = try run(PlanRunner<Float>(plan), input, blocks: Array(repeating: 1, count: 2_500))
    #expect(whole == single, "\(E.name) frame by frame at \(format)", sourceLocation: place)
  }

  func fastIsNear(_ format: StreamFormat) throws {
    let input = noise(channels: format.channels, frames: 20_000, as: Double.self)
    let slow = run(try plan(format, precision: .double), input)
    let fast = try Plan.compile(
      make(format.sampleRate), for: format,
      options: PlanOptions(maximumFrames: 16_384, precision: .double, mode: .fast))
    for blocks in [[20_000], unevenBlocks(total: 20_000)] {
      let quick = try run(PlanRunner<Double>(fast), input, blocks: blocks)
      for channel in slow.indices {
        #expect(
          relativeError(quick[channel], slow[channel]) < -140, "\(E.name) fast at \(format)", sourceLocation: place)
      }
    }
  }

  func channelsAreIndependent(_ format: StreamFormat) throws {
    let input = noise(channels: format.channels, frames: 900, as: Float.self)
    let together = run(try plan(format), input)
    let alone = try plan(StreamFormat(sampleRate: format.sampleRate, channels: 1))
    // The cost is in making runners: the first, the last and one between speak for all.
    for channel in Set([0, format.channels / 2, format.channels - 1]) {
      #expect(
        run(alone, [input[channel]])[0] == together[channel], "\(E.name) channel \(channel) of \(format)",
        sourceLocation: place)
    }
  }

  func shortStreamsWork(_ format: StreamFormat, frames: Int) throws {
    let output = run(try plan(format), noise(channels: format.channels, frames: frames, as: Float.self))
    #expect(output.allSatisfy { $0.count == frames && $0.allSatisfy(\.isFinite) }, sourceLocation: place)
  }

  func resetIsFresh(_ format: StreamFormat) throws {
    let plan = try plan(format)
    let runner = try PlanRunner<Float>(plan)
    let input = noise(channels: format.channels, frames: 700, as: Float.self)
    let first = run(runner, input, blocks: [700])
    runner.reset()
    #expect(run(runner, input, blocks: [700]) == first, "\(E.name) after reset", sourceLocation: place)
  }

  func adoptingTheSameChangesNothing(_ format: StreamFormat) throws {
    let effect = make(format.sampleRate)
    let context = DesignContext(format: format, maximumFrames: 512)
    let design = try effect.design(in: context)
    let kept = effect.makeProcessor(design, in: context, as: Float.self)
    let adopting = effect.makeProcessor(design, in: context, as: Float.self)
    let input = noise(channels: format.channels, frames: 512, as: Float.self)
    let source = SampleBuffer<Float>(channels: format.channels, capacity: 512)
    for (channel, samples) in input.enumerated() {
      for (frame, sample) in samples.enumerated() { source[channel, frame] = sample }
    }
    let channels = design.outputs.reduce(0) { $0 + $1.channels }
    let a = SampleBuffer<Float>(channels: channels, capacity: 512)
    let b = SampleBuffer<Float>(channels: channels, capacity: 512)
    for range in [0..<200, 200..<512] {
      #expect(adopting.adopt(design), "\(E.name) adopts its own design", sourceLocation: place)
      let now = Int64(range.lowerBound)
      source.withBlock(offset: range.lowerBound, frames: range.count) { block in
        a.withBlock(offset: range.lowerBound, frames: range.count) {
          _ = kept.process(block, into: $0, at: ProcessContext(position: now))
        }
        b.withBlock(offset: range.lowerBound, frames: range.count) {
          _ = adopting.process(block, into: $0, at: ProcessContext(position: now))
        }
      }
    }
    let same = (0..<channels).allSatisfy { c in (0..<512).allSatisfy { a[c, $0] == b[c, $0] } }
    #expect(same, "\(E.name) adopting its own design", sourceLocation: place)
  }

  func savedStateGoesOn(_ format: StreamFormat) throws {
    let plan = try plan(format)
    let input = noise(channels: format.channels, frames: 1_000, as: Float.self)
    let whole = run(plan, input)
    let first = try PlanRunner<Float>(plan)
    _ = run(first, input.map { Array($0[..<333]) }, blocks: [333])
    let second = try PlanRunner<Float>(plan)
    try second.restoreState(first.saveState())
    let rest = run(second, input.map { Array($0[333...]) }, blocks: [667])
    #expect(rest == whole.map { Array($0[333...]) }, "\(E.name) restored", sourceLocation: place)
    #expect(throws: StateError.self, "\(E.name) takes cut state", sourceLocation: place) {
      try second.restoreState(Array(first.saveState().dropLast()))
    }
  }

  func processingAllocatesNothing(_ format: StreamFormat) throws {
    for mode in KernelMode.allCases {
      let plan = try plan(format, mode: mode)
      let runner = try PlanRunner<Float>(plan)
      let input = SampleBuffer<Float>(channels: format.channels, capacity: 512)
      let output = SampleBuffer<Float>(channels: plan.output.channels, capacity: plan.maximumOutputFrames)
      input.withBlock(frames: 512) { block in
        output.withBlock(frames: output.capacity) { target in
          runner.process(block, into: target)
          let count = countAllocations { for _ in 0..<100 { runner.process(block, into: target) } }
          #expect(count ?? 0 == 0, "\(E.name) allocates in \(mode)", sourceLocation: place)
        }
      }
    }
  }

  func nonFiniteInputIsContained(_ format: StreamFormat) throws {
    let plan = try plan(format)
    let runner = try PlanRunner<Float>(plan)
    var input = noise(channels: format.channels, frames: 600, as: Float.self)
    let bad: [Float] = [.nan, .infinity, -.infinity, .signalingNaN]
    for (index, value) in bad.enumerated() { input[0][100 + index] = value }
    let output = run(runner, input, blocks: [600])
    for index in bad.indices { input[0][100 + index] = 0 }
    #expect(output == run(plan, input), "\(E.name) with non-finite input", sourceLocation: place)
    #expect(runner.nonFiniteInputCount == bad.count, sourceLocation: place)
  }

  func precisionsAgree(_ format: StreamFormat) throws {
    let input = noise(channels: format.channels, frames: 4_000, as: Float.self)
    let mixed = run(try plan(format), input)
    let double = run(try plan(format, precision: .double), input.map { $0.map(Double.init) })
    for channel in mixed.indices {
      #expect(
        relativeError(mixed[channel], double[channel]) < -140, "\(E.name) Float against Double", sourceLocation: place)
    }
  }

  func latencyAndTailAreTrue(_ format: StreamFormat) throws {
    let plan = try plan(format, precision: .double)
    guard let tail = plan.tail.frameCount, plan.keepsFrameCount else { return }
    var impulse = [Double](repeating: 0, count: min(plan.latencyFrames + tail + 4_000, 4_000_000))
    impulse[0] = 1
    let output = run(plan, [impulse])[0]
    let peak = output.lazy.map(abs).max() ?? 0
    // A transform leaves its rounding behind the end of a response: far below what a Double of that level can hold.
    let limit = if case .decaying = plan.tail { peak * 1e-6 } else { peak * 1e-15 }
    let after = output.dropFirst(plan.latencyFrames + tail + 1).lazy.map(abs).max() ?? 0
    #expect(after <= limit, "\(E.name) sounds on after its tail of \(tail) frames", sourceLocation: place)
    #expect(
      output.prefix(plan.latencyFrames).allSatisfy { abs($0) <= peak }, "\(E.name) before its latency",
      sourceLocation: place)
  }

  func metersAreThoseOfTheDesign(_ format: StreamFormat) throws {
    let design = try make(format.sampleRate).design(in: DesignContext(format: format, maximumFrames: 512))
    let runner = try PlanRunner<Float>(plan(format))
    #expect(runner.meters.map(\.meter.info) == design.meters, "\(E.name) meters", sourceLocation: place)
    _ = run(runner, noise(channels: format.channels, frames: 300, as: Float.self), blocks: [300])
    #expect(runner.meters.allSatisfy { $0.meter.value.isFinite }, "\(E.name) meters", sourceLocation: place)
  }

  func liveEqualsConstructed(_ format: StreamFormat) throws {
    let wanted = make(format.sampleRate)
    let live = Live(make(format.sampleRate * 0.9))
    let plan = try Plan.compile(live, for: format)
    let runner = try PlanRunner<Float>(plan)
    try live.update { $0 = wanted }
    let input = noise(channels: format.channels, frames: 500, as: Float.self)
    // The change arrives with the first block; then both start from silence.
    _ = run(runner, input, blocks: [500])
    runner.reset()
    let changed = run(runner, input, blocks: [500])
    #expect(changed == run(try Plan.compile(wanted, for: format), input), "\(E.name) live", sourceLocation: place)
  }
}

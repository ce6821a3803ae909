import AudioCore
import AudioDevices
import AudioGraph
import Effects
import Realtime
import TestSupport
import Testing

/// An accelerator and its worker, block by block: who is heard, and what is counted. The clock is moved by nothing but the worker's pauses.
@Suite struct CompanionTests {
  private static let block = 256
  private static let chain = Butterworth(.highPass(80), order: 4) | Peak(1_000, gain: 6)

  private func configuration() -> RealtimeConfiguration {
    var configuration = RealtimeConfiguration()
    configuration.wake = .host
    configuration.fadeSeconds = 0
    configuration.locksMemory = false
    return configuration
  }

  private struct Played {
    var output: [Float]
    var metrics: RealtimeMetrics
    var report: LiveAcceleratorReport?
  }

  @Test func refusesALogOfWhatCannotBeReplayed() {
    var logged = configuration()
    logged.sessionLog = SessionLog(path: "/dev/null")
    #expect(throws: DesignError.self) {
      try RealtimeProcessor(
        Self.chain, on: VirtualDevice(inputChannels: 1, outputChannels: 1), configuration: logged, clock: ManualClock(),
        accelerator: NoAccelerators(isRefused: false))
    }
  }

  /// Plays blocks of mono input through the chain with an accelerator beside it.
  private func play(_ input: [Float], _ script: ScriptedAccelerator.Script) throws -> Played {
    let sink = CollectingSink(channels: 1)
    let format = StreamFormat(sampleRate: 48_000, channels: 1)
    let source = GeneratorSource(format: format, frameCount: input.count) { frame, _ in input[frame] }
    let device = VirtualDevice(inputChannels: 1, outputChannels: 1, pace: .manual, source: source, sink: sink)
    let processor = try RealtimeProcessor(
      Self.chain, on: device, configuration: configuration(), clock: ManualClock(),
      accelerator: ScriptedAccelerators(script: script))
    let metrics = try processor.run {
      device.advance(cycles: input.count / Self.block) { _ in processor.processPending() }
      #expect(processor.xrunCount == 0)
      return processor.metrics
    }
    return Played(
      output: Array(sink.channels[0].dropFirst(Self.block)), metrics: metrics, report: processor.accelerator)
  }

  private func sine(_ frames: Int) -> [Float] {
    (0..<frames).map { Float(Double.sin(2 * .pi * 100 / 48_000 * Double($0))) }
  }

  private func offline(_ input: [Float]) throws -> [Float] {
    try (Wave([input], sampleRate: 48_000) | Self.chain).render(RenderOptions(tail: .trim, mode: .invariant)).samples(0)
  }

  /// The largest second difference, from where the start has died away.
  private func roughness(_ samples: some Collection<Float>) -> Float {
    let samples = Array(samples.dropFirst(24_000))
    var largest: Float = 0
    for n in samples.indices.dropFirst(2) {
      largest = max(largest, abs(samples[n] - 2 * samples[n - 1] + samples[n - 2]))
    }
    return largest
  }

  @Test func blocksInTimeComeFromTheAccelerator() throws {
    let input = sine(40 * Self.block)
    // It is heard: its level is another.
    let played = try play(input, .init(level: 0.5))
    #expect(played.metrics.acceleratedBlockCount == 40 && played.metrics.acceleratorFallbackCount == 0)
    #expect(played.report?.name == "scripted" && played.report?.isLost == false)
    let expected = try offline(input)
    for frame in played.output.indices { #expect(played.output[frame] == 0.5 * expected[frame]) }
  }

  @Test func aLateBlockFallsBackWithoutAClick() throws {
    let input = sine(400 * Self.block)
    // It puts out what single precision would, near enough to be the same sound.
    let played = try play(input, .init(level: 1 - 0x1p-20, lateBlock: 200, latePolls: 200))
    let expected = Array(try offline(input).prefix(played.output.count))
    #expect(played.metrics.acceleratorFallbackCount == 1)
    // The late block and those that were kept meanwhile, and then sixteen that must come in time.
    let missed = 400 - played.metrics.acceleratedBlockCount
    #expect((17...40).contains(missed), "\(missed) blocks came from the processor")
    #expect(played.report?.isLost == false)
    #expect(relativeError(played.output, expected) <= -110)
    #expect(roughness(played.output) <= 1.5 * roughness(expected) + 1e-6)
    // From the very block on, and after it came back in step.
    let first = 200 * Self.block
    #expect(Array(played.output[first..<(first + Self.block)]) == Array(expected[first..<(first + Self.block)]))
    let last = played.output.count - Self.block
    #expect(played.output[last...].elementsEqual(expected[last...].map { $0 * (1 - 0x1p-20) }), "it is in step again")
  }

  @Test func anErrorFallsBackWithoutAClick() throws {
    let input = sine(300 * Self.block)
    let played = try play(input, .init(failingBlock: 200))
    #expect(played.metrics.acceleratorFallbackCount == 1)
    #expect(played.metrics.acceleratedBlockCount == 200)
    #expect(played.report?.isLost == true && played.report?.reason?.contains("scripted failure") == true)
    #expect(try played.output == Array(offline(input).prefix(played.output.count)))
  }

  @Test func whatNeverComesBackIsGivenUp() throws {
    let input = sine(300 * Self.block)
    let played = try play(input, .init(lateBlock: 150, latePolls: .max))
    #expect(played.metrics.acceleratorFallbackCount == 1)
    #expect(played.metrics.acceleratedBlockCount == 150)
    #expect(played.report?.isLost == true && played.report?.isAbandoned == true)
    #expect(try played.output == Array(offline(input).prefix(played.output.count)))
  }

  @Test func whatDiffersIsNotHeardUntilItHasSettled() throws {
    let input = sine(400 * Self.block)
    let played = try play(input, .init(level: 0.5, differingBlock: 0))
    let settled = played.output.firstIndex { _ in true }.map { _ in 400 - played.metrics.acceleratedBlockCount } ?? 0
    #expect(settled > 20 && settled < 380, "\(settled) blocks")
    #expect(played.metrics.acceleratorFallbackCount == 0, "a change is no miss")
    let expected = try offline(input)
    #expect(played.output[..<(settled * Self.block)] == expected[..<(settled * Self.block)])
  }

  @Test func nothingIsAllocatedPerBlock() throws {
    let device = VirtualDevice(pace: .manual)
    let processor = try RealtimeProcessor(
      Self.chain, on: device, configuration: configuration(), clock: ManualClock(),
      accelerator: ScriptedAccelerators(script: .init()))
    try processor.run {
      device.advance(cycles: 100) { _ in processor.processPending() }
      let allocations = countAllocations { device.advance(cycles: 1_000) { _ in processor.processPending() } }
      if let allocations { #expect(allocations <= 2) }
      #expect(processor.metrics.acceleratedBlockCount == 1_100)
    }
  }

  /// On a thread of its own, at the clock's pace, while others look: whether blocks are in time is the machine's affair.
  @Test func othersMayLookWhileItRuns() throws {
    var configuration = RealtimeConfiguration()
    configuration.locksMemory = false
    let processor = try RealtimeProcessor(
      Self.chain, on: VirtualDevice(), configuration: configuration,
      accelerator: ScriptedAccelerators(script: .init(failingBlock: 10)))
    try processor.run {
      for _ in 0..<5_000 where processor.accelerator?.isLost != true { SystemClock().sleep(nanoseconds: 1_000_000) }
      #expect(processor.accelerator?.isLost == true)
      #expect(processor.accelerator?.reason == "scripted failure")
      #expect(processor.metrics.acceleratedBlockCount <= 10)
    }
    #expect(processor.accelerator?.isAbandoned == false)
  }

  @Test func aMissingAcceleratorIsSaidOrRefused() throws {
    let device = VirtualDevice(pace: .manual)
    let without = try RealtimeProcessor(
      Gain(decibels: 0), on: device, configuration: configuration(), accelerator: NoAccelerators(isRefused: false))
    try without.run {
      #expect(without.accelerator?.name == nil && without.accelerator?.reason == "none is here")
    }
    let refused = try RealtimeProcessor(
      Gain(decibels: 0), on: device, configuration: configuration(), accelerator: NoAccelerators(isRefused: true))
    #expect(throws: ScriptedFailure.self) { try refused.start() }
    #expect(refused.state == .stopped)
  }
}

private struct ScriptedFailure: Error, CustomStringConvertible {
  var description: String { "scripted failure" }
}

private struct NoAccelerators: BlockAcceleratorProvider {
  var isRefused: Bool
  func makeAccelerator(for plan: Plan) throws -> BlockAcceleratorOffer {
    if isRefused { throw ScriptedFailure() }
    return BlockAcceleratorOffer(reason: "none is here")
  }
}

private struct ScriptedAccelerators: BlockAcceleratorProvider {
  var script: ScriptedAccelerator.Script
  func makeAccelerator(for plan: Plan) throws -> BlockAcceleratorOffer {
    BlockAcceleratorOffer(try ScriptedAccelerator(plan, script))
  }
}

/// Runs the plan exactly, times a level, and is late or fails where the script says.
private final class ScriptedAccelerator: BlockAccelerator {
  struct Script: Sendable {
    var level: Float = 1
    var lateBlock = -1
    var latePolls = 0
    var failingBlock = -1
    var differingBlock = -1
  }

  let name = "scripted"
  private let script: Script
  private let runner: PlanRunner<Float>
  private let result: SampleBuffer<Float>
  private var blocks = 0
  private var polls = 0
  private var isBusy = false

  init(_ plan: Plan, _ script: Script) throws {
    self.script = script
    runner = try PlanRunner(plan)
    result = SampleBuffer(channels: plan.output.channels, capacity: plan.options.maximumFrames)
  }

  func begin(_ input: borrowing AudioBlock<Float>) throws -> Int {
    precondition(!isBusy, "a block is begun before the last one was ended")
    if blocks == script.failingBlock { throw ScriptedFailure() }
    result.withBlock(frames: input.frames) { output in
      _ = runner.process(input, into: output)
      for channel in 0..<output.channels {
        output.withChannel(channel) { span in for frame in 0..<span.count { span[frame] *= script.level } }
      }
    }
    polls = blocks == script.lateBlock ? script.latePolls : 1
    let differs = blocks == script.differingBlock
    blocks += 1
    isBusy = true
    return differs ? 1 : 0
  }

  func isDone() throws -> Bool {
    polls -= 1
    return polls < 0
  }

  func end(_ frames: Int) throws -> Int {
    isBusy = false
    return 0
  }

  func copyResult(_ frames: Int, into output: borrowing AudioBlock<Float>) {
    result.withBlock(frames: frames) { made in output.withFrames(0..<frames) { $0.copy(from: made) } }
  }

  func close() -> Bool { !isBusy || polls <= 0 }
}

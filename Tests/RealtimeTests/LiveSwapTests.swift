import AudioCore
import AudioDevices
import AudioGraph
import Effects
import Foundation
import Realtime
import TestSupport
import Testing

/// Graphs swapped under the engine, on a virtual device that is run by hand.
@Suite struct LiveSwapTests {
  private let rate = 48_000.0

  private func configuration(_ change: (inout RealtimeConfiguration) -> Void = { _ in }) -> RealtimeConfiguration {
    var configuration = RealtimeConfiguration()
    configuration.wake = .host
    configuration.fadeSeconds = 0
    configuration.locksMemory = false
    change(&configuration)
    return configuration
  }

  /// A processor over samples, and what its device plays.
  private func rig(
    _ chain: some Connectable, _ input: [[Float]], _ configuration: RealtimeConfiguration
  ) throws -> (processor: RealtimeProcessor, device: VirtualDevice, sink: CollectingSink) {
    let sink = CollectingSink(channels: input.count)
    let source = GeneratorSource(
      format: StreamFormat(sampleRate: rate, channels: input.count), frameCount: input[0].count
    ) { input[$1][$0] }
    let device = VirtualDevice(
      inputChannels: input.count, outputChannels: input.count, pace: .manual, source: source, sink: sink)
    return (try RealtimeProcessor(chain, on: device, configuration: configuration), device, sink)
  }

  @Test(arguments: [64, 256]) func swapsAndChangesEqualOfflineBitForBit(block: Int) throws {
    let frames = 51_200
    let input: [[Float]] = noise(channels: 2, frames: frames)
    func first(_ tone: Live<LowPass>) -> Graph { (tone | Delay(seconds: 0.2).labelled("echo")).graph }
    func second(_ tone: Live<LowPass>) -> Graph {
      (HighPass(100) | tone | Delay(seconds: 0.2).labelled("echo") | Compressor().labelled("squeeze")).graph
    }
    func plan(_ control: RunnerControl, _ tone: Live<LowPass>) throws {
      try control.schedule("mix", of: "echo", to: .number(0.5), at: 5_001, ramp: 0.05)
      try control.swap(to: second(tone), at: 20_003)
      try control.schedule("threshold", of: "squeeze", to: .number(-30), at: 30_011)
      try control.bypass("echo", at: 40_000)
    }
    let liveTone = Live(LowPass(1_000))
    let (processor, device, sink) = try rig(
      first(liveTone), input,
      configuration {
        $0.bufferFrames = block
        $0.changing = .all
      })
    try processor.run {
      try plan(try #require(processor.control), liveTone)
      device.advance(cycles: frames / block + 1) { _ in processor.processPending() }
      #expect(processor.xrunCount == 0)
    }
    let tone = Live(LowPass(1_000))
    let runner = try PlanRunner<Float>(
      try Plan.compile(
        first(tone), for: StreamFormat(sampleRate: rate, channels: 2), options: PlanOptions(maximumFrames: 300)),
      changing: .all)
    try plan(runner.control, tone)
    let offline = run(runner, input, blocks: unevenBlocks(total: frames))
    for channel in 0..<2 { #expect(Array(sink.channels[channel].dropFirst(block).prefix(frames)) == offline[channel]) }
  }

  /// A 100 Hz sine through swaps, a live change, bypass and mutes of stage and output.
  @Test func nothingClicks() throws {
    let frames = 120 * 1_024
    let step = 2 * Double.pi * 100 / rate
    let sine = (0..<frames).map { Float(sin(step * Double($0))) }
    let tone = Live(Peak(100, gain: 3))
    let (processor, device, sink) = try rig(
      tone.labelled("tone") | Gain(amplitude: 1).labelled("level"), [sine],
      configuration {
        $0.fadeSeconds = 0.02
        $0.changing = .all
        $0.bufferFrames = 1_024
      })
    try processor.run {
      let control = try #require(processor.control)
      let actions: [() throws -> Void] = [
        { try tone.update { $0.gain = -6 } },
        { try processor.swap(to: tone.labelled("tone") | HighPass(50)) },
        { try control.bypass("tone") },
        { try control.bypass("tone", false) },
        { try processor.swap(to: Gain(amplitude: -1)) },
        { processor.isMuted = true },
        { processor.isMuted = false },
        { try processor.swap(to: LowPass(200) + HighPass(200)) },
      ]
      for action in actions {
        device.advance(cycles: 13) { _ in processor.processPending() }
        try action()
      }
      device.advance(cycles: 14) { _ in processor.processPending() }
      #expect(processor.xrunCount == 0)
      #expect(processor.state == .running)
    }
    let heard = sink.channels[0][..<(117 * 1_024)].map(Double.init)
    let bends = heard.indices.dropFirst(2).map { (frame: Int) -> Double in
      abs(heard[frame] - 2 * heard[frame - 1] + heard[frame - 2])
    }
    // The peak of 3 dB has the largest steady bend.
    let steady: Double = step * step * pow(10, 3.0 / 20)
    #expect(bends.allSatisfy { $0 <= 1.5 * steady + 1e-6 })
  }

  @Test func takesThePlaceOfAGraphThatFailed() throws {
    let (number, trouble) = Trouble.make()
    let input = [[Float]](repeating: [Float](repeating: 0.5, count: 60_000), count: 2)
    let (processor, device, sink) = try rig(
      Troublesome(number: number).labelled("guilty"), input, configuration())
    try processor.run {
      device.advance(cycles: 8) { _ in processor.processPending() }
      trouble.begin(.fails)
      device.advance(cycles: 8) { _ in processor.processPending() }
      #expect(processor.state == .faulted(.stageFailed("guilty")))
      #expect(sink.channels[0].last == 0)
      try processor.swap(to: Gain(amplitude: 0.5))
      device.advance(cycles: 8) { _ in processor.processPending() }
      #expect(processor.state == .running)
      #expect(sink.channels[0].last == 0.25)
    }
  }

  @Test func faultsNameStagesOfTheNewGraph() throws {
    let (number, trouble) = Trouble.make()
    let input = [[Float]](repeating: [Float](repeating: 0.5, count: 90_000), count: 2)
    let (processor, device, _) = try rig(Gain(decibels: 0).labelled("first"), input, configuration())
    try processor.run {
      device.advance(cycles: 8) { _ in processor.processPending() }
      try processor.swap(to: Gain(decibels: -1) | Troublesome(number: number).labelled("loud"))
      device.advance(cycles: 8) { _ in processor.processPending() }
      #expect(processor.control?.isSwapping == false)
      trouble.begin(.overflows)
      device.advance(cycles: 2) { _ in processor.processPending() }
      #expect(processor.state == .faulted(.stageOverflowed("loud")))
      #expect(processor.metrics.stageOverflowCount > 0)
      let count = processor.metrics.stageOverflowCount
      trouble.begin(.none)
      try processor.swap(to: Gain(decibels: -1))
      device.advance(cycles: 80) { _ in processor.processPending() }
      // What was counted stays counted.
      #expect(processor.metrics.stageOverflowCount == count)
    }
  }

  @Test func restartsWithTheNewGraphAndKeepsTheOldOneAfterARefusal() throws {
    let input = [[Float]](repeating: [Float](repeating: 0.5, count: 90_000), count: 1)
    let late = Compressor(threshold: 20, ratio: 1, lookahead: 0.002)
    let (processor, device, sink) = try rig(
      Gain(amplitude: 1), input, configuration { $0.latencyFrames = 100 })
    try processor.run {
      #expect(processor.latency?.planFrames == 100)
      device.advance(cycles: 8) { _ in processor.processPending() }
      #expect(throws: DesignError.self) { try processor.swap(to: Compressor(lookahead: 0.05)) }
      #expect(throws: DesignError.self) { try processor.swap(to: LowPass(40_000)) }
      device.advance(cycles: 4) { _ in processor.processPending() }
      #expect(sink.channels[0].last == 0.5)
      try processor.swap(to: late | Gain(amplitude: 0.5))
      device.advance(cycles: 60) { _ in processor.processPending() }
      #expect(sink.channels[0].last == 0.25)
    }
    try processor.swap(to: Gain(amplitude: 0.25))
    #expect(throws: DesignError.self) { try processor.swap(to: Compressor(lookahead: 0.05)) }
    try processor.run {
      device.advance(cycles: 8) { _ in processor.processPending() }
      #expect(sink.channels[0].last == 0.125)
    }
  }

  /// What a stage shows is that of the graph that is heard.
  @Test func metersGoOnAfterASwap() throws {
    let input = [[Float]](repeating: [Float](repeating: 0.5, count: 90_000), count: 1)
    let (processor, device, _) = try rig(
      Compressor(threshold: -20, ratio: 2).labelled("first"), input, configuration())
    try processor.run {
      device.advance(cycles: 60) { _ in processor.processPending() }
      let before = try #require(processor.control?.meters.first)
      #expect(before.stage == "first" && before.meter.value > 5)
      try processor.swap(to: Gain(decibels: -6) | Compressor(threshold: -20, ratio: 4).labelled("second"))
      device.advance(cycles: 120) { _ in processor.processPending() }
      let after = try #require(processor.control?.meters.first)
      #expect(after.stage == "second" && after.meter !== before.meter && after.meter.value > 5)
    }
  }

  @Test func swappingAllocatesNothingOnTheWorker() throws {
    let chain = Butterworth(.lowPass(1_000), order: 10) | Delay(seconds: 0.1).labelled("echo")
    let device = VirtualDevice(pace: .manual)
    let processor = try RealtimeProcessor(chain, on: device, configuration: configuration())
    try processor.run {
      device.advance(cycles: 100) { _ in processor.processPending() }
      try processor.swap(to: HighPass(100) | Delay(seconds: 0.1).labelled("echo"))
      let allocations = countAllocations { device.advance(cycles: 100) { _ in processor.processPending() } }
      if let allocations { #expect(allocations <= 2) }
      #expect(processor.control?.isSwapping == false)
    }
  }

  /// Swaps from one thread while the worker runs on its own, and another asks: for the thread sanitizer.
  @Test func swapsWhileTheWorkerRuns() throws {
    let device = VirtualDevice()
    var settings = configuration()
    settings.wake = .poll(nanoseconds: nil)
    let tone = Live(LowPass(900))
    let processor = try RealtimeProcessor(tone | Gain(decibels: -1), on: device, configuration: settings)
    try processor.run {
      for turn in 0..<40 {
        if turn % 2 == 0 {
          try processor.swap(to: tone | Delay(seconds: 0.01).labelled("echo"))
        } else {
          try processor.swap(to: HighPass(100) | tone | Delay(seconds: 0.02).labelled("echo"))
        }
        try tone.update { $0.frequency = Frequency(500 + 10 * Double(turn)) }
        _ = (processor.state, processor.metrics, processor.control?.changeable)
        usleep(5_000)
      }
      #expect(processor.callbackCount > 0)
    }
  }
}

import AudioCore
import AudioDevices
import AudioGraph
import Effects
import Realtime
import TestSupport
import Testing

/// The engine on a virtual device that is run by hand, and without a thread: every number is exact.
@Suite struct EngineTests {
  private let rate = 48_000.0

  private func configuration(_ change: (inout RealtimeConfiguration) -> Void = { _ in }) -> RealtimeConfiguration {
    var configuration = RealtimeConfiguration()
    configuration.wake = .host
    configuration.fadeSeconds = 0
    configuration.locksMemory = false
    change(&configuration)
    return configuration
  }

  /// Runs a chain over frames of input and returns what the device played.
  private func play(
    _ chain: some Connectable, input: [[Float]], outputs: Int = 2, block: Int = 256,
    _ configuration: RealtimeConfiguration
  ) throws -> [[Float]] {
    let sink = CollectingSink(channels: outputs)
    let frames = input[0].count
    let source = GeneratorSource(
      format: StreamFormat(sampleRate: rate, channels: input.count), frameCount: frames
    ) { input[$1][$0] }
    let device = VirtualDevice(
      inputChannels: input.count, outputChannels: outputs, pace: .manual, source: source, sink: sink)
    let processor = try RealtimeProcessor(chain, on: device, configuration: configuration)
    try processor.run {
      device.advance(cycles: frames / block + 4) { _ in processor.processPending() }
      #expect(processor.xrunCount == 0)
      #expect(processor.state == .running)
    }
    return sink.channels
  }

  @Test(arguments: [32, 100, 256]) func outputEqualsOfflineBitForBit(block: Int) throws {
    let chain = Butterworth(.highPass(80), order: 4) | Peak(1_000, gain: 6) | (LowPass(200) + HighPass(2_000))
    let input: [[Float]] = noise(channels: 2, frames: 9_600)
    let live = try play(
      chain, input: input, block: block, configuration { $0.bufferFrames = block })
    let offline = try (Wave(input, sampleRate: rate) | chain).render(RenderOptions(tail: .trim, mode: .invariant))
    for channel in 0..<2 {
      #expect(live[channel].prefix(block).max() == 0)
      #expect(Array(live[channel].dropFirst(block).prefix(9_600)) == offline.samples(channel))
    }
  }

  @Test func fadesAtTheStartOnly() throws {
    let input = [[Float]](repeating: [Float](repeating: 1, count: 4_800), count: 2)
    let output = try play(Gain(decibels: 0), input: input, configuration { $0.fadeSeconds = 0.02 })
    let steps = zip(output[0], output[0].dropFirst()).map { abs($1 - $0) }
    // The first block is silence; the fade takes 960 frames from where the sound begins.
    #expect(output[0][255] == 0)
    #expect(output[0][1_216..<5_056].allSatisfy { $0 == 1 })
    #expect(steps[..<5_000].max() ?? 1 < 0.002)
  }

  @Test func countsExactlyWithoutAWorker() throws {
    let device = VirtualDevice(pace: .manual)
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration())
    try processor.run {
      device.advance(cycles: 53)
      let metrics = processor.metrics
      #expect(metrics.callbackCount == 53)
      #expect(metrics.inputOverflowCount == 49)
      #expect(metrics.inputOverflowFrames == 49 * 256)
      #expect(metrics.outputUnderflowCount == 52)
      #expect(metrics.outputUnderflowFrames == 52 * 256)
      processor.resetMetrics()
      device.advance(cycles: 2)
      #expect(processor.metrics.callbackCount == 2)
      #expect(processor.xrunCount == 4)
      #expect(processor.latencyStatistics()?.count == 2)
    }
    #expect(processor.state == .stopped)
    #expect(processor.callbackCount == 2)
  }

  /// After a gap the late block is dropped: what comes out has the latency from before, and no step is louder than the signal's own.
  @Test func resynchronisesAfterAnUnderflow() throws {
    let sink = CollectingSink(channels: 1)
    let source = GeneratorSource(format: StreamFormat(sampleRate: rate, channels: 1)) { frame, _ in
      0.5 + Float(frame) / 65_536
    }
    let device = VirtualDevice(inputChannels: 1, outputChannels: 1, pace: .manual, source: source, sink: sink)
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration())
    try processor.run {
      // From cycle 10 on the worker sleeps for three cycles.
      device.advance(cycles: 30) { cycle in
        if !(10..<13).contains(cycle) { processor.processPending() }
      }
      let metrics = processor.metrics
      #expect(metrics.outputUnderflowCount == 3)
      #expect(metrics.inputOverflowCount == 0)
      #expect(metrics.resynchronisationCount == 1)
      #expect(metrics.droppedFrames == 3 * 256)
      #expect(processor.roundTripStatistics()?.count == 26)
    }
    let heard = sink.channels[0]
    for frame in 20 * 256..<30 * 256 { #expect(heard[frame] == 0.5 + Float(frame - 256) / 65_536) }
    // The largest step is that of the smoothing: a raised cosine over 64 frames, from a level of at most 0.6.
    let steps = zip(heard, heard.dropFirst()).dropFirst(512).map { abs($1 - $0) }
    #expect(steps.max() ?? 1 < 0.04)
  }

  @Test func lostInputDoesNotChangeTheLatency() throws {
    let sink = CollectingSink(channels: 1)
    let source = GeneratorSource(format: StreamFormat(sampleRate: rate, channels: 1)) { frame, _ in
      Float(frame) / 65_536
    }
    let device = VirtualDevice(inputChannels: 1, outputChannels: 1, pace: .manual, source: source, sink: sink)
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration())
    try processor.run {
      device.advance(cycles: 60) { cycle in
        if !(10..<20).contains(cycle) { processor.processPending() }
      }
      #expect(processor.metrics.inputOverflowCount > 0)
    }
    let heard = sink.channels[0]
    for frame in 40 * 256..<60 * 256 { #expect(heard[frame] == Float(frame - 256) / 65_536) }
  }

  @Test func spreadsMonoAndAveragesStereo() throws {
    let input: [[Float]] = noise(channels: 2, frames: 2_560)
    let spread = try play(Gain(decibels: 0), input: [input[0]], outputs: 2, configuration())
    #expect(spread[0] == spread[1])
    #expect(Array(spread[0].dropFirst(256).prefix(2_560)) == input[0])

    let mean = try play(
      Gain(decibels: 0), input: input, outputs: 1,
      configuration {
        $0.channels = 1
        $0.inputChannels = 2
      })
    for frame in 0..<2_560 { #expect(mean[0][frame + 256] == (input[0][frame] + input[1][frame]) * 0.5) }
  }

  @Test func refusesChannelsWithoutARule() throws {
    let device = VirtualDevice(inputChannels: 8, outputChannels: 8, pace: .manual)
    let settings = configuration {
      $0.channels = 2
      $0.inputChannels = 3
    }
    #expect(throws: DesignError.self) {
      try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: settings).start()
    }
  }

  @Test func generatesWithoutInput() throws {
    let sink = CollectingSink(channels: 2)
    let device = VirtualDevice(inputChannels: 0, outputChannels: 2, pace: .manual, sink: sink)
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration())
    try processor.run {
      processor.processPending()
      device.advance(cycles: 20) { _ in processor.processPending() }
      #expect(processor.xrunCount == 0)
      #expect(processor.metrics.frameCount == 20 * 256 + 256)
      #expect(processor.roundTripStatistics() == nil)
    }
    #expect(sink.channels[0].count == 20 * 256)
  }

  @Test func metersWithoutOutput() throws {
    let source = GeneratorSource(format: StreamFormat(sampleRate: rate, channels: 1)) { _, _ in 0.25 }
    let device = VirtualDevice(inputChannels: 1, outputChannels: 0, pace: .manual, source: source)
    let processor = try RealtimeProcessor(Gain(amplitude: 2), on: device, configuration: configuration())
    try processor.run {
      device.advance(cycles: 20) { _ in processor.processPending() }
      #expect(processor.xrunCount == 0)
      #expect(processor.metrics.frameCount == 20 * 256)
      let levels = processor.takeLevels()
      #expect(levels.input == 0.25)
      #expect(levels.output == 0.5)
      #expect(processor.takeLevels().input == 0)
    }
  }

  @Test func refusesWhatCannotRun() {
    let device = VirtualDevice(pace: .manual)
    func refuses(_ change: (inout RealtimeConfiguration) -> Void) -> Bool {
      do {
        _ = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration(change))
        return false
      } catch {
        return error is DesignError
      }
    }
    #expect(refuses { $0.bufferFrames = 0 })
    #expect(refuses { $0.ringBlocks = 1 })
    #expect(refuses { $0.primedBlocks = 4 })
    #expect(refuses { $0.fadeSeconds = 1 })
    #expect(refuses { $0.precision = .double })
    #expect(refuses { $0.wake = .poll(nanoseconds: 1) })
    let settings = configuration()
    #expect(throws: DesignError.self) {
      try RealtimeProcessor(LowPass(30_000), on: device, configuration: settings)
    }
  }

  @Test func saysItsLatency() throws {
    let device = VirtualDevice(pace: .manual)
    let processor = try RealtimeProcessor(
      Gain(decibels: 0), on: device, configuration: configuration { $0.primedBlocks = 2 })
    #expect(processor.latency == nil)
    try processor.run {
      #expect(processor.latency?.ringFrames == 512)
      #expect(processor.latency?.totalFrames == 512)
      #expect(abs((processor.latency?.milliseconds ?? 0) - 10.667) < 0.001)
    }
  }

  @Test func countsNonFiniteInput() throws {
    let source = GeneratorSource(format: StreamFormat(sampleRate: rate, channels: 2)) { frame, channel in
      frame == 300 && channel == 1 ? .nan : 0.5
    }
    let sink = CollectingSink(channels: 2)
    let device = VirtualDevice(pace: .manual, source: source, sink: sink)
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration())
    try processor.run {
      device.advance(cycles: 8) { _ in processor.processPending() }
      #expect(processor.metrics.nonFiniteInputCount == 1)
    }
    #expect(sink.channels[1].allSatisfy { $0.isFinite })
  }

  @Test func allocatesNothingPerBlock() throws {
    let device = VirtualDevice(pace: .manual)
    let chain = Butterworth(.lowPass(1_000), order: 10) | Gain(decibels: -3)
    let processor = try RealtimeProcessor(chain, on: device, configuration: configuration())
    try processor.run {
      device.advance(cycles: 100) { _ in processor.processPending() }
      let allocations = countAllocations {
        device.advance(cycles: 1_000) { _ in processor.processPending() }
      }
      if let allocations { #expect(allocations <= 2) }
    }
  }
}

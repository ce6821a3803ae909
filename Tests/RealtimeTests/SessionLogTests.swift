import AudioCore
import AudioDevices
import AudioGraph
import Effects
import Foundation
import Realtime
import Synchronization
import TestSupport
import Testing

/// A live session, logged and replayed offline.
@Suite struct SessionLogTests {
  private func replay(_ path: String) throws -> SessionReport {
    try SessionReplay(path: path, effects: BusyChain.effects).run()
  }

  /// 60 s with 200 random changes: live updates, scheduled ones, ramps, bypass and mute. The replay gives the bits that were heard.
  @Test func aMinuteWithManyChangesReplaysBitForBit() throws {
    try SessionFolder.with { path in
      let chain = BusyChain()
      let heard = CollectingSink(channels: 2)
      let device = VirtualDevice(pace: .manual, source: noiseSource(channels: 2), sink: heard)
      let processor = try RealtimeProcessor(chain.graph, on: device, configuration: .logged(path, seconds: 70))
      var random = SeededGenerator(seed: 7)
      let cycles = 60 * 48_000 / 256
      var accepted = 0
      try processor.run {
        let control = try #require(processor.control)
        let places = Set((0..<cycles).shuffled(using: &random).prefix(200))
        device.advance(cycles: cycles) { cycle in
          if places.contains(cycle), chain.disturb(control, at: cycle * 256, using: &random) { accepted += 1 }
          processor.processPending()
        }
        #expect(processor.sessionLog?.hole == nil)
      }
      #expect(processor.sessionLog?.isComplete == true)
      let session = try SessionReplay(path: path, effects: BusyChain.effects)
      #expect(session.flaw == nil)
      #expect(session.isComplete)
      #expect(session.frames == cycles * 256)
      #expect(session.changes == accepted && accepted > 150)
      let (wave, report) = try session.wave()
      #expect(report.isBitExact)
      #expect(report.isComplete)
      #expect(report.blocks == cycles)
      #expect(report.changes == accepted)
      // The logged hashes are one witness, what the device played is another.
      for channel in 0..<2 {
        #expect(Array(heard.channels[channel].dropFirst(256)) == Array(wave.samples(channel).dropLast(256)))
      }
    }
  }

  /// A worker with a thread of its own and a control thread that knows nothing of its blocks: whatever they saw of each other is replayed.
  @Test func racingThreadsReplayBitForBit() throws {
    try SessionFolder.with { path in
      let chain = BusyChain()
      let device = VirtualDevice(pace: .manual, source: noiseSource(channels: 2))
      var configuration = RealtimeConfiguration.logged(path, seconds: 6)
      configuration.wake = .poll(nanoseconds: 1_000)
      configuration.bufferFrames = 64
      let processor = try RealtimeProcessor(chain.graph, on: device, configuration: configuration)
      try processor.run {
        let control = try #require(processor.control)
        let racer = Racer(chain: chain, control: control, processor: processor)
        let done = DispatchSemaphore(value: 0)
        Thread {
          racer.run()
          done.signal()
        }.start()
        // A busy machine may start the thread late.
        for _ in 0..<20_000 where racer.accepted == 0 { usleep(500) }
        let isCaughtUp = processor.catchUpTest()
        device.advance(cycles: 3 * 48_000 / 64) { _ in while !isCaughtUp() { OwnThread.yield() } }
        racer.stop()
        done.wait()
        #expect(racer.accepted > 0)
      }
      let report = try replay(path)
      #expect(report.isBitExact, "first at \(report.firstDifference ?? -1)")
      #expect(report.frames == 3 * 48_000)
    }
  }

  /// Another partition gives the same bits in `.invariant`, but not the same hashes: the log's own partition is what is replayed.
  @Test func oddBlocksAndMonoAreReplayed() throws {
    try SessionFolder.with { path in
      let heard = CollectingSink(channels: 2)
      let device = VirtualDevice(
        inputChannels: 1, outputChannels: 2, pace: .manual, source: noiseSource(channels: 1), sink: heard)
      var configuration = RealtimeConfiguration.logged(path)
      configuration.bufferFrames = 101
      let processor = try RealtimeProcessor(LowPass(900) | Gain(decibels: -3), on: device, configuration: configuration)
      try processor.run {
        _ = device.advance(cycles: 40) { cycle in if cycle % 3 != 0 { processor.processPending() } }
      }
      let session = try SessionReplay(path: path, effects: BusyChain.effects)
      #expect(session.input.channels == 1)
      #expect(session.maximumFrames == 101)
      #expect(try session.run().isBitExact)
    }
  }

  @Test func countsOfBadInputAreLogged() throws {
    try SessionFolder.with { path in
      let source = GeneratorSource(format: StreamFormat(sampleRate: 48_000, channels: 2)) { frame, channel in
        frame % 700 == 300 && channel == 1 ? .nan : 0.5
      }
      let device = VirtualDevice(pace: .manual, source: source)
      let processor = try RealtimeProcessor(LowPass(900), on: device, configuration: .logged(path))
      try processor.run { _ = device.advance(cycles: 12) { _ in processor.processPending() } }
      let report = try replay(path)
      #expect(report.isBitExact)
      #expect(report.nonFiniteInputs == processor.metrics.nonFiniteInputCount)
      #expect(report.nonFiniteInputs == 4)
    }
  }

  /// While it runs the log can be read, and it stays when nobody ends the session; the next session has a file of its own.
  @Test func anUnfinishedLogIsReadable() throws {
    try SessionFolder.with { path in
      let device = VirtualDevice(pace: .manual, source: noiseSource(channels: 2))
      let processor = try RealtimeProcessor(LowPass(900), on: device, configuration: .logged(path))
      try processor.start()
      device.advance(cycles: 20) { _ in processor.processPending() }
      let unfinished = path + ".incomplete"
      var logged = 0
      for _ in 0..<1_000 where logged < 20 {
        usleep(5_000)
        logged = (try? SessionReplay(path: unfinished, effects: BusyChain.effects).blocks) ?? 0
      }
      let session = try SessionReplay(path: unfinished, effects: BusyChain.effects)
      #expect(!session.isComplete && session.endState == nil && session.flaw == nil)
      let report = try session.run()
      #expect(report.blocks == 20 && report.isBitExact && !report.isComplete)
      #expect(!SessionFolder.exists(path))
      try processor.restart()
      #expect(SessionFolder.exists(path) && !SessionFolder.exists(unfinished))
      device.advance(cycles: 5) { _ in processor.processPending() }
      processor.stop()
      let second = path.replacingOccurrences(of: ".session", with: "-2.session")
      #expect(processor.sessionLog?.path == second)
      #expect(try replay(path).blocks == 20)
      #expect(try replay(second).blocks == 5)
    }
  }

  /// Storage that cannot keep up costs the log its end, and the sound nothing.
  @Test(
    .disabled(
      if: ProcessInfo.processInfo.environment["SWIFTLET_SANITIZER"] == "thread",
      "under the thread sanitizer no worker is faster than storage"))
  func aHoleIsToldAndRefused() throws {
    try SessionFolder.with { path in
      let device = VirtualDevice(inputChannels: 1, outputChannels: 1, pace: .manual)
      var configuration = RealtimeConfiguration.logged(path, seconds: 0.1)
      configuration.bufferFrames = 65_536
      let processor = try RealtimeProcessor(Gain(decibels: -6), on: device, configuration: configuration)
      var hole: Int?
      try processor.run {
        for _ in 0..<5_000 where hole == nil {
          device.advance(cycles: 1) { _ in processor.processPending() }
          hole = processor.sessionLog?.hole
        }
        #expect(processor.state == .running)
        #expect(processor.xrunCount == 0)
      }
      let first = try #require(hole)
      let session = try SessionReplay(path: path, effects: BusyChain.effects)
      #expect(session.flaw == .hole(frame: first))
      #expect(throws: SessionError.hole(frame: first)) { _ = try session.run() }
      let report = try session.run(isPartial: true)
      #expect(report.isBitExact && !report.isComplete)
      #expect(report.frames == first)
    }
  }

  /// What a fault silenced is replayed as silence, and the state at the end is in the log.
  @Test func aSilencedStageIsReplayed() throws {
    try SessionFolder.with { path in
      let (number, trouble) = Trouble.make()
      let device = VirtualDevice(pace: .manual, source: noiseSource(channels: 2))
      var configuration = RealtimeConfiguration.logged(path)
      configuration.gapSound = .bypass
      let processor = try RealtimeProcessor(
        Troublesome(number: number), on: device, configuration: configuration)
      try processor.run {
        _ = device.advance(cycles: 20) { cycle in
          if cycle == 10 { trouble.begin(.fails) }
          processor.processPending()
        }
        #expect(processor.state != .running)
      }
      trouble.begin(.none)
      let session = try SessionReplay(path: path, effects: [Troublesome.name: Troublesome.self])
      #expect(session.endState?.contains("failed") == true)
      #expect(try session.run().isBitExact)
    }
  }

  @Test func changesTheBitsShowWhere() throws {
    try SessionFolder.with { path in
      let device = VirtualDevice(pace: .manual, source: noiseSource(channels: 2))
      let (number, trouble) = Trouble.make()
      let processor = try RealtimeProcessor(
        Troublesome(number: number), on: device, configuration: .logged(path))
      try processor.run {
        _ = device.advance(cycles: 20) { cycle in
          trouble.begin(cycle == 12 ? .overflows : .none)
          processor.processPending()
        }
      }
      // What the stage does depends on something that is in no log: the replay says where that shows first.
      trouble.begin(.none)
      let report = try SessionReplay(path: path, effects: [Troublesome.name: Troublesome.self]).run()
      #expect(!report.isBitExact)
      #expect(report.firstDifference == 12 * 256)
    }
  }

  @Test func theWorkerAllocatesNothingForIt() throws {
    try SessionFolder.with { path in
      let device = VirtualDevice(pace: .manual)
      var configuration = RealtimeConfiguration.logged(path, seconds: 10)
      configuration.timesStages = true
      let processor = try RealtimeProcessor(
        Butterworth(.lowPass(1_000), order: 10) | Gain(decibels: -3) | Compressor(), on: device,
        configuration: configuration)
      try processor.run {
        device.advance(cycles: 100) { _ in processor.processPending() }
        let allocations = countAllocations { device.advance(cycles: 1_000) { _ in processor.processPending() } }
        if let allocations { #expect(allocations <= 2) }
        #expect(processor.sessionLog?.hole == nil)
      }
    }
  }

  @Test func refusesWhereItCannotLog() throws {
    let device = VirtualDevice(pace: .manual)
    var configuration = RealtimeConfiguration.logged("/no such folder/x.session")
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration)
    #expect(throws: SessionError.self) { try processor.start() }
    #expect(processor.state == .stopped)
    configuration.sessionLog = SessionLog(path: "")
    #expect(throws: DesignError.self) {
      try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration)
    }
    configuration.sessionLog = SessionLog(path: "x", bufferSeconds: 0)
    #expect(throws: DesignError.self) {
      try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration)
    }
  }
}

/// Disturbs a chain from a thread of its own until it is stopped.
final class Racer: Sendable {
  private let chain: BusyChain
  private let control: RunnerControl
  private let processor: RealtimeProcessor
  private let swapping: Bool
  private let seed: UInt64
  private let mustStop = Atomic<Bool>(false)
  private let count = Atomic<Int>(0)

  init(
    chain: BusyChain, control: RunnerControl, processor: RealtimeProcessor, swapping: Bool = false, seed: UInt64 = 3
  ) {
    self.chain = chain
    self.control = control
    self.processor = processor
    self.swapping = swapping
    self.seed = seed
  }

  var accepted: Int { count.load(ordering: .acquiring) }
  func stop() { mustStop.store(true, ordering: .releasing) }

  func run() {
    var random = SeededGenerator(seed: seed)
    while !mustStop.load(ordering: .acquiring) && accepted < 200 {
      if swapping {
        if (try? chain.swap(processor, at: processor.metrics.frameCount, using: &random)) != nil {
          count.wrappingAdd(1, ordering: .releasing)
        }
      } else if chain.disturb(control, at: processor.metrics.frameCount, using: &random) {
        count.wrappingAdd(1, ordering: .releasing)
      }
      usleep(UInt32.random(in: 0..<2_000, using: &random))
    }
  }
}

import AudioCore
import AudioDevices
import AudioGraph
import Effects
import Foundation
import Realtime
import TestSupport
import Testing

/// Graphs swapped in a session that is logged, and replayed offline.
@Suite struct SessionSwapTests {
  /// Twenty seconds with changes of parameters and other graphs, each change on whatever graph is there.
  @Test(arguments: [101, 256]) func swapsAndChangesReplayBitForBit(block: Int) throws {
    try SessionFolder.with { path in
      let chain = BusyChain()
      let heard = CollectingSink(channels: 2)
      let device = VirtualDevice(pace: .manual, source: noiseSource(channels: 2), sink: heard)
      var configuration = RealtimeConfiguration.logged(path, seconds: 30)
      configuration.bufferFrames = block
      let processor = try RealtimeProcessor(chain.graph, on: device, configuration: configuration)
      var random = SeededGenerator(seed: 5)
      let cycles = 20 * 48_000 / block
      var (changes, swaps) = (0, 0)
      try processor.run {
        let control = try #require(processor.control)
        let places = Set((0..<cycles).shuffled(using: &random).prefix(200))
        device.advance(cycles: cycles) { cycle in
          if places.contains(cycle) {
            if Int.random(in: 0..<4, using: &random) == 0 {
              if (try? chain.swap(processor, at: cycle * block, using: &random)) != nil { swaps += 1 }
            } else if chain.disturb(control, at: cycle * block, using: &random) {
              changes += 1
            }
          }
          processor.processPending()
        }
        #expect(processor.sessionLog?.hole == nil)
      }
      #expect(changes > 50 && swaps > 30)
      let session = try SessionReplay(path: path, effects: BusyChain.effects)
      #expect(session.flaw == nil && session.isComplete)
      #expect(session.swaps == swaps)
      let (wave, report) = try session.wave()
      #expect(report.isBitExact, "first at \(report.firstDifference ?? -1)")
      #expect(report.isComplete && report.blocks == cycles)
      #expect(report.swaps == swaps && report.changes > 50)
      for channel in 0..<2 {
        #expect(Array(heard.channels[channel].dropFirst(block)) == Array(wave.samples(channel).dropLast(block)))
      }
    }
  }

  /// Two control threads, one for parameters and one for graphs, and a worker with a thread of its own: whatever they saw of one another
  /// is replayed.
  @Test func racingThreadsReplayBitForBit() throws {
    try SessionFolder.with { path in
      let chain = BusyChain()
      let device = VirtualDevice(pace: .manual, source: noiseSource(channels: 2))
      var configuration = RealtimeConfiguration.logged(path, seconds: 20)
      configuration.wake = .poll(nanoseconds: 1_000)
      configuration.bufferFrames = 64
      let processor = try RealtimeProcessor(chain.graph, on: device, configuration: configuration)
      try processor.run {
        let control = try #require(processor.control)
        let racers = [
          Racer(chain: chain, control: control, processor: processor),
          Racer(chain: chain, control: control, processor: processor, swapping: true, seed: 8),
        ]
        let done = DispatchSemaphore(value: 0)
        for racer in racers {
          Thread {
            racer.run()
            done.signal()
          }.start()
        }
        // A busy machine may start the threads late.
        for _ in 0..<20_000 where racers.contains(where: { $0.accepted == 0 }) { usleep(500) }
        let isCaughtUp = processor.catchUpTest()
        device.advance(cycles: 3 * 48_000 / 64) { cycle in
          while !isCaughtUp() { OwnThread.yield() }
          // So that all get their turns on a machine with few cores.
          if cycle % 25 == 0 { usleep(100) }
        }
        for racer in racers {
          racer.stop()
          done.wait()
        }
        for racer in racers { #expect(racer.accepted > 0) }
        #expect(processor.sessionLog?.failure == nil)
      }
      let session = try SessionReplay(path: path, effects: BusyChain.effects)
      #expect(session.flaw == nil)
      let report = try session.run()
      #expect(report.isBitExact, "first at \(report.firstDifference ?? -1)")
      #expect(report.frames == 3 * 48_000)
      #expect(report.swaps > 0)
    }
  }

  /// A graph that takes the place of one that failed.
  @Test func aGraphAfterAFaultIsReplayed() throws {
    try SessionFolder.with { path in
      let (number, trouble) = Trouble.make()
      let device = VirtualDevice(pace: .manual, source: noiseSource(channels: 2))
      let processor = try RealtimeProcessor(
        Troublesome(number: number), on: device, configuration: .logged(path))
      try processor.run {
        device.advance(cycles: 30) { cycle in
          if cycle == 8 { trouble.begin(.fails) }
          if cycle == 16 { try? processor.swap(to: LowPass(900) | Delay(seconds: 0.01), at: 1 << 40) }
          if cycle == 20 { try? processor.control?.schedule("frequency", of: "lowpass@1", to: .number(500)) }
          processor.processPending()
        }
        #expect(processor.state == .running)
      }
      trouble.begin(.none)
      let effects: [String: any Effect.Type] = BusyChain.effects.merging([Troublesome.name: Troublesome.self]) { $1 }
      let report = try SessionReplay(path: path, effects: effects).run()
      // The stage that fails depends on something that is in no log, and passes its input on before and here.
      #expect(report.isBitExact, "first at \(report.firstDifference ?? -1)")
      #expect(report.swaps == 1)
    }
  }

  /// The latency that was held is part of the session, with a swap to a graph that needs it.
  @Test func heldLatencyIsReplayed() throws {
    try SessionFolder.with { path in
      let device = VirtualDevice(pace: .manual, source: noiseSource(channels: 2))
      var configuration = RealtimeConfiguration.logged(path)
      configuration.latencyFrames = 300
      let processor = try RealtimeProcessor(LowPass(900), on: device, configuration: configuration)
      try processor.run {
        _ = device.advance(cycles: 200) { cycle in
          if cycle == 50 { try? processor.swap(to: Compressor(lookahead: 0.005)) }
          processor.processPending()
        }
      }
      let report = try SessionReplay(path: path, effects: BusyChain.effects).run()
      #expect(report.isBitExact && report.swaps == 1)
    }
  }

  /// A graph that cannot be read ends what can be replayed, and says so.
  @Test func anUnknownEffectInALaterGraphIsAFlaw() throws {
    try SessionFolder.with { path in
      let device = VirtualDevice(pace: .manual, source: noiseSource(channels: 2))
      let processor = try RealtimeProcessor(LowPass(900), on: device, configuration: .logged(path))
      try processor.start()
      device.advance(cycles: 10) { _ in processor.processPending() }
      // The notes of what comes now are written behind the blocks before.
      for _ in 0..<1_000
      where ((try? SessionReplay(path: path + ".incomplete", effects: BusyChain.effects).blocks) ?? 0) < 10 {
        usleep(5_000)
      }
      try processor.swap(to: Delay(seconds: 0.1))
      device.advance(cycles: 10) { _ in processor.processPending() }
      processor.stop()
      let session = try SessionReplay(path: path, effects: [LowPass.name: LowPass.self])
      guard case .graph(let why)? = session.flaw else {
        Issue.record("a graph of unknown effects was read")
        return
      }
      #expect(why.contains("delay"))
      #expect(throws: SessionError.self) { _ = try session.run() }
      let report = try session.run(isPartial: true)
      #expect(report.isBitExact && report.blocks == 10 && !report.isComplete)
      #expect(try SessionReplay(path: path, effects: BusyChain.effects).run().isBitExact)
    }
  }

  @Test func theFormBeforeIsRefusedByItsVersion() {
    let old = Array("SWLTSES".utf8) + [1] + [UInt8](repeating: 0, count: 64)
    do {
      _ = try SessionReplay(bytes: old, effects: [:])
      Issue.record("a log of another version was read")
    } catch {
      #expect("\(error)".contains("version 1") && "\(error)".contains("reads 2"))
    }
  }
}

import AudioCore
import AudioDevices
import AudioGraph
import Effects
import Realtime
import TestSupport
import Testing

/// Logs that were cut short or damaged: nothing crashes, and nothing passes for whole.
@Suite struct SessionDamageTests {
  /// A short session with a change in it.
  private func log() throws -> [UInt8] {
    try SessionFolder.with { path in
      let tone = Live(Peak(1_000, gain: 3))
      let device = VirtualDevice(inputChannels: 1, outputChannels: 1, pace: .manual, source: noiseSource(channels: 1))
      var configuration = RealtimeConfiguration.logged(path)
      configuration.bufferFrames = 8
      let processor = try RealtimeProcessor(tone, on: device, configuration: configuration)
      try processor.run {
        _ = device.advance(cycles: 12) { cycle in
          if cycle == 5 { try? tone.update { $0.gain = -3 } }
          processor.processPending()
        }
      }
      return try SessionFolder.bytes(path)
    }
  }

  @Test func everyPrefixIsReadAsFarAsItGoes() throws {
    let whole = try log()
    #expect(try SessionReplay(bytes: whole, effects: BusyChain.effects).run().isComplete)
    var most = 0
    for length in 0..<whole.count {
      do {
        let session = try SessionReplay(bytes: Array(whole.prefix(length)), effects: BusyChain.effects)
        #expect(!session.isComplete && session.flaw == nil)
        #expect(session.blocks >= most)
        most = session.blocks
        let report = try session.run()
        #expect(report.isBitExact && !report.isComplete)
        #expect(report.blocks == session.blocks)
      } catch let error as SessionError {
        #expect(error == .truncated && most == 0)
      }
    }
    #expect(most == 12)
  }

  @Test func everyDamageIsFound() throws {
    let whole = try log()
    for place in whole.indices {
      var damaged = whole
      damaged[place] ^= 1 << UInt8(place % 8)
      do {
        let session = try SessionReplay(bytes: damaged, effects: BusyChain.effects)
        #expect(session.flaw != nil, "at byte \(place)")
        if let report = try? session.run(isPartial: true) { #expect(report.isBitExact && !report.isComplete) }
        #expect(throws: SessionError.self) { _ = try session.run() }
      } catch {
        // Found before anything was replayed, which is as good.
      }
    }
  }

  @Test func randomBytesAreRefused() {
    var random = SeededGenerator(seed: 11)
    for count in 0..<2_000 {
      let bytes = (0..<count % 600).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(throws: SessionError.self) { try SessionReplay(bytes: bytes, effects: BusyChain.effects) }
    }
  }

  @Test func unknownEffectsAreNamed() throws {
    let whole = try log()
    do {
      _ = try SessionReplay(bytes: whole, effects: [:])
      Issue.record("a graph of unknown effects was read")
    } catch {
      #expect("\(error)".contains("peak"))
    }
  }

  @Test func otherFilesAreNoLogs() throws {
    #expect(throws: SessionError.self) { try SessionReplay(bytes: Array("RIFF....WAVE".utf8), effects: [:]) }
    #expect(throws: SessionError.self) { try SessionReplay(path: "/no such file", effects: [:]) }
    #expect(throws: SessionError.self) { try SessionReplay(path: "/", effects: [:]) }
  }
}

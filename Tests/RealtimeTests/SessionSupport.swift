import AudioCore
import AudioDevices
import AudioGraph
import Effects
import Foundation
import Realtime
import TestSupport
import Testing

/// A chain with a handle of every kind of live behaviour, and something to do to it at random.
struct BusyChain {
  let cut = Live(LowPass(5_000))
  let tone = Live(Peak(1_000, gain: 3))
  let squeeze = Live(Compressor())
  let echo = Live(Delay(seconds: 0.1))

  var graph: Graph {
    (cut | tone | squeeze | Graph.parallel([echo.graph, .labelled("high", HighPass(300).graph)])).graph
  }

  /// Graphs that can take its place, some of whose stages go on.
  var others: [Graph] {
    [
      graph,
      (HighPass(100) | cut | squeeze | Graph.labelled("high", HighPass(300).graph)).graph,
      (echo | Graph.labelled("high", HighPass(500).graph) | Gain(decibels: -2)).graph,
      Graph.series([.labelled("level", Gain(decibels: -1).graph), tone.graph, squeeze.graph]),
    ]
  }

  /// Swaps in another graph, at once or some time.
  func swap(_ processor: RealtimeProcessor, at now: Int, using random: inout SeededGenerator) throws {
    let position = Bool.random(using: &random) ? nil : Int64(now + Int.random(in: -2_000...20_000, using: &random))
    try processor.swap(to: others[Int.random(in: 0..<4, using: &random)], at: position)
  }

  static let effects: [String: any Effect.Type] = [
    LowPass.name: LowPass.self, Peak.name: Peak.self, Compressor.name: Compressor.self, Delay.name: Delay.self,
    HighPass.name: HighPass.self, Gain.name: Gain.self,
  ]

  /// Does one thing to the running chain; a control that was given can schedule, bypass and mute.
  /// - Returns: whether it was accepted.
  func disturb(_ control: RunnerControl, at now: Int, using random: inout SeededGenerator) -> Bool {
    func at() -> Int64? {
      Bool.random(using: &random) ? nil : Int64(now + Int.random(in: -2_000...10_000, using: &random))
    }
    let (high, low, small) = (
      Double.random(in: 200...15_000, using: &random), Double.random(in: -50 ... -5, using: &random),
      Double.random(in: 0.01...0.2, using: &random)
    )
    let isOn = Bool.random(using: &random)
    let names = control.changeable
    let stage = names.randomElement(using: &random) ?? ""
    let lengths: [Double] = [0, 0, 0, 0.01, 0.1]
    let seconds = lengths[Int.random(in: 0..<5, using: &random)]
    do throws(DesignError) {
      switch Int.random(in: 0..<9, using: &random) {
      case 0: try cut.update(over: seconds) { $0 = LowPass(Frequency(high)) }
      case 1: try tone.update(over: seconds) { $0.gain = low / 5 }
      case 2: try tone.update { $0.frequency = Frequency(high / 2) }
      case 3: try squeeze.update { $0.threshold = low }
      case 4: try echo.update(over: seconds) { $0.mix = 5 * small }
      case 5:
        try control.schedule("frequency", of: "high", to: .number(high / 8), at: at(), ramp: seconds)
      case 6: try control.bypass(stage, isOn, at: at())
      case 7: try control.mute(stage, isOn, at: at())
      default: try echo.update { $0.time = .seconds(small) }
      }
      return true
    } catch {
      return false
    }
  }
}

/// A folder for session logs that lives as long as a test needs it.
enum SessionFolder {
  static func with<R>(_ body: (String) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("swiftlet-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.appendingPathComponent("test.session").path)
  }

  static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: path))) }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

extension RealtimeConfiguration {
  /// Without a thread and without fades, logged to a file.
  static func logged(_ path: String, seconds: Double = 4) -> RealtimeConfiguration {
    var configuration = RealtimeConfiguration()
    configuration.wake = .host
    configuration.fadeSeconds = 0
    configuration.locksMemory = false
    configuration.changing = .all
    configuration.sessionLog = SessionLog(path: path, bufferSeconds: seconds)
    return configuration
  }
}

/// Noise that is quick to make and the same each time.
func noiseSource(channels: Int, rate: Double = 48_000) -> GeneratorSource {
  let noise: [[Float]] = noise(channels: channels, frames: 48_000)
  return GeneratorSource(format: StreamFormat(sampleRate: rate, channels: channels)) { frame, channel in
    noise[channel][frame % 48_000]
  }
}

import AudioCore
import AudioDevices
import AudioGraph
import Effects
import Foundation
import Realtime
import TestSupport
import Testing

/// A JACK server with the dummy driver, which the project's test command starts; without one these tests are skipped, and say so.
enum JackServer {
  static let devices: [DeviceListing] = {
    // Its library and that sanitizer do not go together; Scripts/sanitize.sh says why.
    if ProcessInfo.processInfo.environment["SWIFTLET_SANITIZER"] == "thread" { return [] }
    do { return try DeviceList.all().filter { $0.system.contains("JACK") } } catch { return [] }
  }()

  static var isThere: Bool { devices.contains { $0.inputChannels > 0 && $0.outputChannels > 0 } }

  static var device: DeviceChoice {
    get throws {
      .named(try #require(devices.first { $0.inputChannels > 0 && $0.outputChannels > 0 }).name)
    }
  }

  /// Connects what the client plays with what it hears, and takes the server's own ports off it.
  static func closeLoop() throws {
    let ports = try run("jack_lsp", ["-c"]).split(separator: "\n").map(String.init)
    var port = ""
    var owned: [String] = []
    for line in ports {
      if line.hasPrefix(" ") {
        let peer = line.trimmingCharacters(in: .whitespaces)
        if port.hasPrefix("PortAudio:"), peer.hasPrefix("system:") {
          _ = try? run("jack_disconnect", [port, peer])
        }
      } else {
        port = line
        if port.hasPrefix("PortAudio:") { owned.append(port) }
      }
    }
    let outputs = owned.filter { $0.contains(":out_") }.sorted()
    let inputs = owned.filter { $0.contains(":in_") }.sorted()
    try #require(!outputs.isEmpty && outputs.count == inputs.count, "ports: \(owned)")
    for (from, to) in zip(outputs, inputs) { _ = try run("jack_connect", [from, to]) }
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text
  }
}

@Suite(.serialized, .enabled(if: JackServer.isThere, "no JACK server is running: skipped"))
struct JackTests {
  private func configuration() -> RealtimeConfiguration {
    var configuration = RealtimeConfiguration()
    configuration.locksMemory = false
    configuration.fadeSeconds = 0
    return configuration
  }

  private func wait(_ condition: () -> Bool) -> Bool {
    for _ in 0..<10_000 {
      if condition() { return true }
      usleep(1_000)
    }
    return false
  }

  /// What is played comes back by the loop, through a chain, as the offline run of the same plan has it.
  @Test func playsAroundALoop() throws {
    let device = try PortAudioDevice(input: JackServer.device, output: JackServer.device)
    // A feedback loop that settles: each turn halves the signal and adds a constant, so that it comes to rest at twice that constant.
    let processor = try RealtimeProcessor(
      Gain(amplitude: 0.5) | Offset(amount: 0.25), on: device, configuration: configuration())
    try processor.start()
    defer { processor.stop() }
    #expect(wait { processor.callbackCount > 5 })
    _ = processor.takeLevels()
    // Open, the input is silent.
    #expect(wait { processor.takeLevels().output == 0.25 })
    try JackServer.closeLoop()
    #expect(wait { abs(processor.takeLevels().output - 0.5) < 1e-6 })
    #expect(processor.state == .running)
    #expect(processor.metrics.blockCount > 0)
    let latency = try #require(processor.latency)
    #expect(latency.totalFrames >= latency.ringFrames)
  }

  @Test func countsExactlyWithoutAWorker() throws {
    let device = try PortAudioDevice(input: JackServer.device, output: JackServer.device)
    var settings = configuration()
    settings.wake = .host
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: settings)
    try processor.start()
    #expect(wait { processor.callbackCount >= 53 })
    processor.stop()
    let metrics = processor.metrics
    #expect(metrics.inputOverflowCount == metrics.callbackCount - 4)
    #expect(metrics.outputUnderflowCount == metrics.callbackCount - 1)
  }

  @Test func countsTheServersOwnXruns() throws {
    let stall = StallingDevice(try PortAudioDevice(input: JackServer.device, output: JackServer.device))
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: stall, configuration: configuration())
    try processor.run {
      #expect(wait { processor.callbackCount > 20 })
      stall.stallOnce()
      #expect(wait { processor.deviceXrunCount > 0 })
    }
  }

  @Test func opensAgain() throws {
    let device = try PortAudioDevice(input: JackServer.device, output: JackServer.device)
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration())
    for _ in 0..<3 { try processor.run { #expect(wait { processor.callbackCount > 5 }) } }
  }
}

/// Adds a constant.
struct Offset: Effect {
  static let name = "offset"
  static let parameters: [Parameter<Offset>] = []
  var amount: Float

  struct Design: EffectDesign {
    var outputs: [StreamFormat]
    var amount: Float
  }

  func design(in context: DesignContext) -> Design { Design(outputs: context.inputs, amount: amount) }

  func makeProcessor<S: Sample>(
    _ design: Design, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, Design> { Processor(design) }

  final class Processor<S: Sample>: AudioProcessor {
    private let amount: S
    init(_ design: Design) { amount = S(design.amount) }

    func process(
      _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
    ) -> Int {
      output.copy(from: input)
      for channel in 0..<output.channels {
        output.withChannel(channel) { samples in
          for frame in 0..<samples.count { samples[frame] += amount }
        }
      }
      return input.frames
    }

    func reset() {}
    func adopt(_ design: borrowing Design) -> Bool { false }
    func saveState(into writer: inout StateWriter) {}
    func restoreState(from reader: inout StateReader) throws(StateError) {}
  }
}

@Suite struct DeviceListTests {
  @Test func namesWhatIsThereWhenAskedForWhatIsNot() {
    do {
      _ = try PortAudioDevice(input: nil, output: .named("no such device"))
      Issue.record("a device of that name was found")
    } catch {
      #expect(error.reason == .notFound || error.reason == .system)
      #expect("\(error)".contains("no such device") || error.reason == .system)
    }
  }

  @Test func readsChoices() {
    #expect(DeviceChoice("3") == .index(3))
    #expect(DeviceChoice("default") == .standard)
    #expect(DeviceChoice("USB Audio") == .named("USB Audio"))
  }
}

import ArgumentParser
import AudioCore
import AudioDevices
import Effects
import Realtime

/// `swiftlet bench live`: the live engine on the virtual device.
struct BenchLiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Measure callback, worker and round trip of the live engine on the virtual device.",
    discussion: """
      The chain is a Butterworth high-pass of 2 × SECTIONS poles on noise. At the pace realtime the virtual device calls \
      by the clock as a sound card would; at the pace fast it calls again as soon as the worker has caught up, without a \
      sleep on either side. Allocations are counted on both threads after the first hundred callbacks.

        swiftlet bench live --buffer 256 --rate 48k --channels 2 --sections 5 --callbacks 10000
        swiftlet bench live --pace fast --callbacks 1000000 --json
        swiftlet bench live --stages
      """)

  /// When the device calls.
  enum Pace: String, ExpressibleByArgument, CaseIterable {
    case realtime, fast
  }

  @Option(help: ArgumentHelp("Frames in a callback.", valueName: "frames"))
  var buffer = 256

  @Option(name: .shortAndLong, help: ArgumentHelp("The sample rate: 48000, 48k, 44.1kHz.", valueName: "rate"))
  var rate = SampleRate(hertz: 48_000)

  @Option(name: .shortAndLong, help: "Channels.")
  var channels = 2

  @Option(help: ArgumentHelp("Second-order sections of the chain, 1 to 12.", valueName: "n"))
  var sections = 5

  @Option(help: ArgumentHelp("How many callbacks are measured.", valueName: "n"))
  var callbacks = 10_000

  @Option(help: "realtime or fast.")
  var pace: Pace = .realtime

  @Option(help: ArgumentHelp("Blocks in each ring.", valueName: "n"))
  var depth = RealtimeConfiguration().ringBlocks

  @OptionGroup(title: "GPU") var accelerator: AcceleratorArguments

  @Flag(help: "Time each stage of the chain too.")
  var stages = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    guard (1...12).contains(sections) else {
      throw Failure("--sections \(sections) is out of range: 1 to 12", status: .usage)
    }
    guard (101...8_000_000).contains(callbacks) else {
      throw Failure("--callbacks \(callbacks) is out of range: 101 to 8000000", status: .usage)
    }
    guard (1...64).contains(channels) else {
      throw Failure("--channels \(channels) is out of range: 1 to 64", status: .usage)
    }
    let bench = LiveBench(
      buffer: buffer, rate: rate.hertz, channels: channels, sections: sections, callbacks: callbacks, pace: pace,
      depth: depth, accelerator: accelerator.provider, timesStages: stages)
    try bench.run().print(asJSON: json, compares: true)
  }
}

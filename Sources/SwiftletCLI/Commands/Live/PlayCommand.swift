import ArgumentParser
import AudioCore
import AudioFiles
import EffectCatalog
import Realtime

/// `swiftlet play`: a file through a chain of effects to a device.
struct PlayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "play",
    abstract: "Play a file through a chain of effects on a device.",
    discussion: """
      The device is opened at the file's rate. Control-C stops with a fade.

        swiftlet play song.flac
        swiftlet play voice.wav -e "highpass:80Hz | peak:3kHz,gain=+3dB" --output 2
        swiftlet play voice.wav --output virtual
      """)

  @Argument(help: ArgumentHelp("The file.", valueName: "in"), completion: .file())
  var file: String

  @Option(
    name: [.customShort("e"), .customLong("effect")], parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A chain of effects; several stand in series, each as if in parentheses.", valueName: "expr"))
  var effects: [String] = []

  @Option(name: .shortAndLong, help: ArgumentHelp("Where sound goes: number, name, virtual.", valueName: "device"))
  var output = "default"

  @OptionGroup(title: "Engine") var engine: EngineArguments

  @Flag(name: .shortAndLong, help: "No progress.")
  var quiet = false

  @Flag(help: "Print what was measured as JSON at the end.")
  var json = false

  func run() throws {
    let chain = Expressions(effects)
    let graph = try chain.graph()
    let source = try AudioFileReader<Float>(path: file)
    if let rate = engine.rate, rate.hertz != source.format.sampleRate {
      throw Failure(
        "--rate has no place here: \(file) is played at its own rate, \(NumberText.frequency(source.format.sampleRate))",
        status: .usage)
    }
    let total = source.frameCount
    let rate = source.format.sampleRate
    let device = try DeviceNames.device(output: output, rate: rate)
    let configuration = try engine.configuration()
    let processor = try chain.placing(graph) {
      try RealtimeProcessor(graph, playing: source, on: device, configuration: configuration)
    }
    let meter =
      !quiet && StandardError.isTerminal ? ProgressMeter(sampleRate: rate, style: Style.of(descriptor: 2)) : nil
    Interrupt.catchOnce()
    let reading = OtherLoad.Reading.now
    let started = SystemCalls.seconds
    try Quiet.sounds { try processor.start() }
    defer { processor.stop() }
    while !Interrupt.isCaught && !engine.isOver(after: SystemCalls.seconds - started) {
      if let (frames, end) = processor.playback {
        if let end, frames >= end { break }
        meter?.update(RenderProgress(framesDone: frames, framesTotal: end ?? total))
      }
      if case .faulted(let fault) = processor.state {
        meter?.clear()
        throw Failure("\(fault)", status: .ioError)
      }
      SystemCalls.sleep(seconds: 0.02)
    }
    meter?.clear()
    let failure = processor.streamFailure
    let report = LiveReport(processor, elapsed: SystemCalls.seconds - started, since: reading)
    processor.stop()
    if let failure { throw Failure(failure, status: .ioError) }
    if json { try report.print(asJSON: true) }
    if !json, report.metrics.xrunCount > 0, !quiet {
      StandardError.warning(
        "\(NumberText.counted(report.metrics.xrunCount, "gap")) while playing: swiftlet doctor names the cause")
    }
  }
}

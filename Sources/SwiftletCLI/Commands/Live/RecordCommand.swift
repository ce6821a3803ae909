import ArgumentParser
import AudioCore
import AudioFiles
import EffectCatalog
import Realtime

/// `swiftlet record`: a device's input through a chain of effects into a file.
struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record a device through a chain of effects into a file.",
    discussion: """
      Control-C ends the take and keeps it: the file appears under its name when all of it was written.

        swiftlet record take.wav
        swiftlet record take.flac -e highpass:80Hz --input "USB" --channels 1 --seconds 30
        swiftlet record take.wav --input virtual:in.wav --seconds 5
      """)

  @Argument(help: ArgumentHelp("The file.", valueName: "out"), completion: .file())
  var file: String

  @Option(
    name: [.customShort("e"), .customLong("effect")], parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A chain of effects; several stand in series, each as if in parentheses.", valueName: "expr"))
  var effects: [String] = []

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where sound comes from: number, name, virtual.", valueName: "device"))
  var input = "default"

  @OptionGroup(title: "Engine") var engine: EngineArguments

  @Option(help: ArgumentHelp("Channels of the chain; by default the device's, two at most.", valueName: "n"))
  var channels: Int?

  @Option(help: ArgumentHelp("How to store samples: s16, s24, s32, f32, …", valueName: "name"))
  var encoding: SampleEncoding?

  @Flag(name: .shortAndLong, help: "No meter.")
  var quiet = false

  @Flag(help: "Print what was measured as JSON at the end.")
  var json = false

  func run() throws {
    let chain = Expressions(effects)
    let graph = try chain.graph()
    var configuration = try engine.configuration()
    configuration.channels = channels
    let device = try DeviceNames.device(input: input, rate: configuration.sampleRate)
    let format = try chain.placing(graph) {
      try RealtimeProcessor.outputFormat(graph, recording: device, configuration: configuration)
    }
    let writer = try openTake(format)
    let processor = try RealtimeProcessor(graph, recording: device, to: writer, configuration: configuration)
    let style = Style.of(descriptor: 2)
    let shows = !quiet && StandardError.isTerminal
    Interrupt.catchOnce()
    let reading = OtherLoad.Reading.now
    let started = SystemCalls.seconds
    try Quiet.sounds { try processor.start() }
    var fault: RealtimeFault?
    while !Interrupt.isCaught && !engine.isOver(after: SystemCalls.seconds - started) && fault == nil {
      SystemCalls.sleep(seconds: 0.05)
      if case .faulted(let found) = processor.state { fault = found }
      guard shows else { continue }
      let length = Double(processor.framesRecorded ?? 0) / format.sampleRate
      StandardError.write(
        "\r\(LevelBar.text(processor.takeLevels().output, style))  \(NumberText.duration(length.rounded()))  lost \(processor.inputOverflowCount)   "
      )
    }
    if shows { StandardError.write("\r" + String(repeating: " ", count: 60) + "\r") }
    let report = LiveReport(processor, elapsed: SystemCalls.seconds - started, since: reading)
    processor.stop()
    if let failure = processor.streamFailure { throw Failure(failure, status: .ioError) }
    let frames = processor.framesRecorded ?? 0
    try writer.commit()
    if json {
      try report.print(asJSON: true)
    } else if !quiet {
      StandardError.message("\(file): \(NumberText.duration(Double(frames) / format.sampleRate))")
    }
    if report.metrics.inputOverflowCount > 0, !quiet {
      StandardError.warning(
        "\(NumberText.counted(report.metrics.inputOverflowFrames, "frame")) were lost")
      var run = RunFacts(report, configuration: configuration)
      run.recordsToStorage = true
      Doctor.tellCauses(of: run)
    }
    // The take is kept, and the failure is told.
    if let fault { throw Failure("\(fault)", status: .ioError) }
  }

  private func openTake(_ format: StreamFormat) throws -> AudioFileWriter<Float> {
    do throws(AudioFileError) {
      return try AudioFileWriter<Float>(path: file, format: format, encoding: encoding)
    } catch { throw error.ofOutput }
  }
}

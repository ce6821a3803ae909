import ArgumentParser
import AudioCore
import AudioDevices
import AudioGraph
import EffectCatalog
import Realtime

/// `swiftlet live`: a chain of effects between a device's input and output.
struct LiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live",
    abstract: "Send a device's input through a chain of effects to its output, now.",
    discussion: """
      On a terminal: up and down choose a parameter, left and right change it, space mutes, q stops, a colon begins a \
      command. Without a terminal commands are read from standard input, one a line: 1.frequency=800Hz, mute, unmute, \
      chain EXPR (another chain, faded to), quit. Stages are numbered as in the chain, from 1. Control-C stops too, and \
      the run's latency table is printed at the end. A file of --chain is read again whenever it changes, and at once \
      when the process gets SIGHUP: a new chain takes over without a click, and one with a mistake is reported while \
      the old one plays on.

      Input and output may be two devices with clocks of their own: a resampler then keeps them together. The device \
      virtual has no hardware; virtual:FILE plays a file into the chain.

      A session that is logged can be repeated by swiftlet replay, bit for bit: its input, its blocks, every change \
      and every other chain.

        swiftlet live -e "highpass:80Hz | peak:1kHz,gain=+3dB"
        swiftlet live -e lowpass:2kHz --input "USB" --output default --buffer 128
        swiftlet live -e notch:50Hz --input virtual:in.wav --output virtual:in.wav --seconds 10
        swiftlet live -e "compressor | delay:0.3" --log bug.session --stages

      With --device gpu the chain runs on the GPU too, and is heard from there as long as each block comes in time; the \
      processor is always in step and takes over without a click.

      Devices are listed by: swiftlet devices
      """)

  @Option(
    name: [.customShort("e"), .customLong("effect")], parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A chain of effects; several stand in series, each as if in parentheses.", valueName: "expr"))
  var effects: [String] = []

  @Option(
    name: .customLong("chain"),
    help: ArgumentHelp(
      "A file with the chain, an expression a line; read again when it changes, or at SIGHUP.", valueName: "file"))
  var chainFile: String?

  @Option(help: ArgumentHelp("Latency that is held for chains to come, in frames.", valueName: "frames"))
  var hold: Int?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where sound comes from: number, name, virtual.", valueName: "device"))
  var input = "default"

  @Option(name: .shortAndLong, help: ArgumentHelp("Where sound goes: number, name, virtual.", valueName: "device"))
  var output: String?

  @OptionGroup(title: "Engine") var engine: EngineArguments

  @OptionGroup(title: "GPU") var accelerator: AcceleratorArguments

  @Option(help: ArgumentHelp("Channels of the chain; by default the device's, two at most.", valueName: "n"))
  var channels: Int?

  @Option(help: "What is heard after a fault: silence, or bypass (the input).")
  var gaps: RealtimeConfiguration.GapSound = .silence

  @Option(
    help: ArgumentHelp("Log the session, to be repeated by swiftlet replay.", valueName: "file"), completion: .file())
  var log: String?

  @Flag(help: "Time each stage of the chain too.")
  var stages = false

  @Flag(name: .shortAndLong, help: "No meters; only the table at the end.")
  var quiet = false

  @Flag(help: "Print what was measured as JSON at the end.")
  var json = false

  func run() throws {
    guard chainFile == nil || effects.isEmpty else {
      throw Failure("give the chain by --effect or by --chain, not by both", status: .usage)
    }
    var file = chainFile.map { ChainFile($0) }
    let expressions = Expressions(effects)
    let chain = LiveChain(try file?.read() ?? expressions.graph())
    var configuration = try engine.configuration()
    configuration.channels = channels
    configuration.latencyFrames = hold
    configuration.gapSound = gaps
    configuration.timesStages = stages
    configuration.sessionLog = log.map { SessionLog(path: $0) }
    let processor = try expressions.placing(chain.graph) {
      try Quiet.sounds { try makeProcessor(chain.graph, configuration) }
    }
    Interrupt.catchOnce(reloads: file != nil)
    let reading = OtherLoad.Reading.now
    let started = SystemCalls.seconds
    try Quiet.sounds { try processor.start() }
    defer { processor.stop() }
    var screen = LiveScreen(processor, chain: chain, file: file, shows: !quiet && StandardError.isTerminal)
    screen.open()
    while !Interrupt.isCaught && !engine.isOver(after: SystemCalls.seconds - started) {
      guard try screen.turn() else { break }
      if case .faulted(.deviceLost) = processor.state { break }
    }
    screen.close()
    // Before it stops: what it found out about the device is gone afterwards.
    let state = processor.state
    var report = LiveReport(processor, elapsed: SystemCalls.seconds - started, since: reading)
    processor.stop()
    report.log = processor.sessionLog
    try report.print(asJSON: json)
    tellCauses(report, configuration)
    if let failure = report.log?.failure { throw Failure(failure, status: .ioError) }
    if let hole = report.log?.hole {
      StandardError.warning("\(SessionError.hole(frame: hole))")
    }
    if case .faulted(let fault) = state { throw Failure("\(fault)", status: .ioError) }
  }

  private func tellCauses(_ report: LiveReport, _ configuration: RealtimeConfiguration) {
    guard !json, report.metrics.xrunCount + report.metrics.deviceXrunCount > 0 else { return }
    Doctor.tellCauses(of: RunFacts(report, configuration: configuration))
  }

  private func makeProcessor(_ graph: Graph, _ configuration: RealtimeConfiguration) throws -> RealtimeProcessor {
    let output = output ?? input
    if input == output, DeviceNames.isVirtual(input) {
      let device = try DeviceNames.virtual(input, rate: configuration.sampleRate)
      return try RealtimeProcessor(
        graph, on: device, configuration: configuration, accelerator: accelerator.provider)
    }
    if !DeviceNames.isVirtual(input), !DeviceNames.isVirtual(output) {
      // One stream where one sound system has both; else two, each with its own clock.
      do {
        let device = try Quiet.sounds { () throws(DeviceError) in
          try PortAudioDevice(input: DeviceChoice(input), output: DeviceChoice(output))
        }
        return try RealtimeProcessor(
          graph, on: device, configuration: configuration, accelerator: accelerator.provider)
      } catch let error as DeviceError where error.reason == .notFound {}
    }
    return try RealtimeProcessor(
      graph, from: try DeviceNames.device(input: input, rate: configuration.sampleRate),
      to: try DeviceNames.device(output: output, rate: configuration.sampleRate), configuration: configuration,
      accelerator: accelerator.provider)
  }
}

extension RealtimeConfiguration.GapSound: ExpressibleByArgument {}

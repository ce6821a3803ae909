import Accelerator
import ArgumentParser
import AudioCore
import AudioDevices
import AudioGraph
import EffectCatalog
import Realtime

/// `swiftlet doctor`: what limits live sound on this machine.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what limits live sound on this machine, and what to do about it.",
    discussion: """
      It looks at priorities, locked memory, the governor, timers, the period, sound servers and GPUs, each of which runs a \
      self-test, runs the live engine for some seconds, and names the likely cause of each gap that it sees.

        swiftlet doctor
        swiftlet doctor --device default --buffer 64 --seconds 10
        swiftlet doctor -e "convolve:hall.wav | compressor" --buffer 64
      """)

  @Option(help: ArgumentHelp("The device for the run: number, name, virtual.", valueName: "device"))
  var device = "virtual"

  @Option(
    name: [.customShort("e"), .customLong("effect")], parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A chain of effects for the run; by default none.", valueName: "expr"))
  var effects: [String] = []

  @OptionGroup(title: "Engine") var engine: EngineArguments

  @Flag(help: "Print an object as JSON.")
  var json = false

  func run() throws {
    var configuration = try engine.configuration()
    var facts = MachineFacts.look()
    let chosen: any AudioDevice =
      DeviceNames.isVirtual(device)
      ? try DeviceNames.virtual(device, rate: configuration.sampleRate)
      : try DeviceNames.device(input: device, output: device, rate: configuration.sampleRate)
    // A chain of one's own is what can be too slow for a machine.
    let graph = try effects.isEmpty ? Graph.passthrough : Expressions(effects).graph()
    configuration.timesStages = !effects.isEmpty
    let processor = try RealtimeProcessor(graph, on: chosen, configuration: configuration)
    Interrupt.catchOnce()
    let reading = OtherLoad.Reading.now
    let started = SystemCalls.seconds
    try Quiet.sounds { try processor.start() }
    while !Interrupt.isCaught && SystemCalls.seconds - started < (engine.seconds ?? 2) {
      SystemCalls.sleep(seconds: 0.02)
    }
    let report = LiveReport(processor, elapsed: SystemCalls.seconds - started, since: reading)
    processor.stop()
    facts.hasRealtimePriority = report.grants?.hasRealtimePriority
    facts.locksMemory = report.grants?.locksMemory
    let run = RunFacts(report, configuration: configuration)
    let findings = Doctor.findings(facts, run) + Doctor.findings(AcceleratorReport.make())
    let causes = Doctor.causes(run, machine: facts)
    if json {
      try StandardOutput.print([
        "findings": .array(
          findings.map {
            ["weight": .string($0.weight.rawValue), "subject": .string($0.subject), "text": .string($0.text)]
          }),
        "causes": .array(
          causes.map { cause -> JSONValue in
            ["subject": .string(cause.subject.rawValue), "text": .string(cause.text)]
          }), "run": report.document,
      ])
      return
    }
    let style = Style.of(descriptor: 1)
    var table = TextTable(["", "", ""], alignments: [.left, .left, .left])
    for finding in findings { table.add([finding.weight.rawValue, finding.subject, finding.text]) }
    let verdict =
      causes.isEmpty
      ? "No gap in \(NumberText.duration(report.elapsed)) on \(chosen.name)."
      : "Gaps on \(chosen.name), and their likely causes:\n" + causes.map { "* " + $0.text }.joined(separator: "\n")
    try StandardOutput.print([table.text(in: style), report.page(in: style), verdict].joined(separator: "\n\n"))
  }
}

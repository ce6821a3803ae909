import ArgumentParser
import AudioCore
import AudioGraph

/// `swiftlet explain`: how a chain would be run.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show the plan of a chain: stages, what was fused, latency, tail, memory, cost.",
    discussion: """
      Neighbouring filters become one cascade, static gains go into a section, and what changes nothing is left out.

        swiftlet explain "highpass:80Hz,order=4 | peak:1k,gain=+6dB | gain:-3dB" -c 2
      """)

  @OptionGroup var chain: ChainArguments

  @Option(name: .shortAndLong, help: ArgumentHelp("Channels of the stream.", valueName: "n"))
  var channels = 2

  @Option(help: "The arithmetic: double, mixed (Float samples, Double inside) or single.")
  var precision: Precision = .mixed

  @Option(help: "How kernels are chosen: fast, or invariant (any block sizes give the same bits).")
  var mode: KernelMode = .fast

  @Option(help: ArgumentHelp("Frames in one piece.", valueName: "frames"))
  var chunk = 8_192

  @Flag(help: "Print the plan as JSON.")
  var json = false

  func run() throws {
    try JobSettings.validate(chunk: chunk)
    let plan = try chain.withPlan(
      channels: channels, options: PlanOptions(maximumFrames: chunk, precision: precision, mode: mode)
    ) { $0 }
    if json {
      try StandardOutput.print(try JSONEncoding.value(of: plan.explain()))
    } else {
      try StandardOutput.print(plan.explain().description)
    }
  }
}

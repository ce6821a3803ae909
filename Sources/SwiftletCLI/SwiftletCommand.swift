import ArgumentParser
import AudioCore

/// The `swiftlet` tool.
@main
struct SwiftletCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "swiftlet",
    abstract: "Filters and effects for sound: files, pipes and filter design.",
    discussion: """
      A chain of effects is written as an expression: effects with their parameters, joined by | (one after another) and \
      + (side by side, binding tighter), with parentheses.

        swiftlet process in.wav out.wav -e "highpass:80Hz,order=4 | peak:1k,gain=+6dB"
        swiftlet response "peak:1kHz,gain=+6dB" --rate 48k

      Exit status:
        0       everything was written
        64      the command line or an expression is wrong
        65      the input or a parameter cannot be used
        66      an input is missing or cannot be opened
        69      a GPU was asked for, and there is none that can do it
        73      an output cannot be made
        74      reading or writing failed
        128+n   stopped by signal n

      Shell completion: swiftlet --generate-completion-script bash (or zsh, fish).
      """,
    version: "0.1.0",
    subcommands: [
      ProcessCommand.self, BatchCommand.self, InfoCommand.self, EffectsCommand.self, ExplainCommand.self,
      ResponseCommand.self, DesignCommand.self, DevicesCommand.self, LiveCommand.self, PlayCommand.self,
      RecordCommand.self, ReplayCommand.self, DoctorCommand.self, BenchCommand.self,
    ])

  /// Runs the tool and ends it with the status that scripts can tell apart.
  static func main() {
    Interrupt.ignoreBrokenPipes()
    do {
      try requireFileNames(CommandLine.arguments.dropFirst())
      var command = try parseAsRoot()
      try requireKernels()
      try command.run()
    } catch {
      Ending.end(for: error)
    }
  }

  // The parser would find -h among the letters of a name that begins with a dash, and print help with a status that says all is well.
  private static func requireFileNames(_ arguments: ArraySlice<String>) throws(Failure) {
    var isValue = false
    for argument in arguments.prefix(while: { $0 != "--" }) {
      defer { isValue = argument.hasPrefix("-") }
      guard !isValue, argument.hasPrefix("-"), !argument.hasPrefix("--"), argument.contains("h"),
        argument.contains(where: { "./ ".contains($0) }), !argument.contains("=")
      else { continue }
      throw Failure(
        "\(argument) begins with a dash, as options do: write ./\(argument) for the file of that name", status: .usage)
    }
  }

  // Other kernels than those that were asked for would make a measurement or a comparison wrong without a word.
  private static func requireKernels() throws(Failure) {
    guard Kernels.forcedLevelIsUnavailable else { return }
    throw Failure(
      "SWIFTLET_KERNELS names no kernels that this machine has. Unset it, or set it to one of "
        + Kernels.availableLevels.joined(separator: ", "), status: .usage)
  }
}

import ArgumentParser

/// `swiftlet bench`: measurements of this machine.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the live engine on this machine.",
    discussion: """
        swiftlet bench live --buffer 256 --rate 48k --sections 5
      """,
    subcommands: [BenchLiveCommand.self])
}

import Foundation
import Testing

@Suite struct HelpTests {
  static let commands = ["process", "batch", "info", "effects", "explain", "response", "design"]

  @Test func kernelsThatAreNotHereAreRefused() throws {
    let result = try Tool.run("explain", "lowpass:1k", environment: ["SWIFTLET_KERNELS": "abacus"])
    #expect(result.status == 64)
    #expect(result.errors.contains("SWIFTLET_KERNELS") && result.errors.contains("scalar"))
  }

  @Test(arguments: commands) func everyCommandHasHelpWithAnExample(command: String) throws {
    let result = try Tool.run(command, "--help")
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
    #expect(result.text.contains("OVERVIEW:"))
    #expect(result.text.contains("USAGE: swiftlet \(command)"))
    #expect(result.text.contains("  swiftlet \(command)"), "an example")
  }

  @Test func tablesOfParametersFitATerminal() throws {
    for effect in ["fir", "delay", "compressor", "convolve"] {
      let text = try Tool.run("effects", effect).text
      let table = text.split(separator: "\n").drop { !$0.contains("Parameter ") }
      #expect(table.count > 5)
      #expect(table.allSatisfy { $0.count <= 112 }, "\(effect)")
    }
  }

  @Test func aRateOutOfRangeIsToldTheRange() throws {
    for command in [["response", "lowpass:1k"], ["design", "lowpass:1k"], ["explain", "lowpass:1k"]] {
      #expect(try Tool.run(command + ["--rate", "1e300"]).errors.contains("1 Hz to 3.072 MHz"))
    }
    let chunk = try Tool.run("explain", "lowpass:1k", "--chunk", "0")
    #expect(chunk.status == 64 && chunk.errors.contains("--chunk 0 is out of range: 1 to 1048576"))
  }

  @Test func theToolListsItsCommands() throws {
    let result = try Tool.run("--help")
    #expect(result.status == 0)
    for command in Self.commands { #expect(result.text.contains("\n  \(command) ")) }
    #expect(result.text.contains("--generate-completion-script"))
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func completionScriptsAreMade(shell: String) throws {
    let result = try Tool.run("--generate-completion-script", shell)
    #expect(result.status == 0)
    #expect(result.text.contains("swiftlet"))
  }

  @Test(arguments: [
    [], ["nonsense"], ["process"], ["process", "a.wav"], ["design"], ["response", "peak:1k,1", "--rate", "fast"],
  ])
  func aWrongCommandLineIsStatus64(arguments: [String]) throws {
    let result = try Tool.run(arguments)
    // Without arguments the tool prints its help.
    if arguments.isEmpty { return #expect(result.status == 0) }
    #expect(result.status == 64)
    #expect(result.errors.hasPrefix("swiftlet: "))
    #expect(result.output.isEmpty)
  }
}

import Accelerator
import SwiftletDSP

/// The tool that is taken to a machine with a GPU: it needs nothing there but the driver.
@main
struct SwiftletGPUTool {
  private static let usage = """
    swiftlet-gpu COMMAND [--device NAME] [--json]
      devices    what is there, and what is missing
      self-test  shuffles, atomics, hand-over and a filter on each device (the default)
      check      many cascades against the CPU; --quick for few, --races for what a race checker can follow
      bench      share of the copy's bandwidth, latency of blocks, dispatch threshold; --quick for a short run
      sweep      the dispatch threshold over many shapes, and the line of DispatchThreshold.measured to store

      swiftlet-gpu bench --device H100 --json > h100.json
    """

  private let command: String
  private let flags: Set<String>
  private let device: String?

  private init(_ arguments: [String]) throws(WrongUsage) {
    var rest = arguments
    var device: String?
    if let place = rest.firstIndex(of: "--device") {
      guard place + 1 < rest.count else { throw WrongUsage(problem: "--device needs a name") }
      device = rest[place + 1]
      rest.removeSubrange(place...(place + 1))
    }
    self.device = device
    flags = Set(rest.filter { $0.hasPrefix("--") })
    let known: Set = ["--json", "--quick", "--races", "--plant-race", "--help"]
    if let unknown = flags.subtracting(known).min() { throw WrongUsage(problem: "there is no option \(unknown)") }
    let words = rest.filter { !$0.hasPrefix("--") }
    if words.count > 1 { throw WrongUsage(problem: "one command at a time: \(words.joined(separator: ", "))") }
    command = words.first ?? "self-test"
  }

  private struct WrongUsage: Error { var problem: String }

  static func main() {
    do {
      exit(try SwiftletGPUTool(Array(CommandLine.arguments.dropFirst())).run())
    } catch let error as WrongUsage {
      ErrorOutput.write("swiftlet-gpu: \(error.problem)\n\(usage)\n")
      exit(64)
    } catch {
      ErrorOutput.write("swiftlet-gpu: \(error)\n")
      exit(69)
    }
  }

  /// - Returns: the exit status: 70 when a device computes wrongly.
  private func run() throws -> Int32 {
    let json = flags.contains("--json")
    if flags.contains("--help") {
      print(Self.usage)
      return 0
    }
    switch command {
    case "devices", "self-test":
      let report = AcceleratorReport.make(testing: command == "self-test")
      print(json ? ReportText.json(report) : "\(report)")
      return report.devices.allSatisfy { $0.failure == nil && $0.selfTest?.passed != false } ? 0 : 70
    case "check":
      let context = try ComputeContext(try ComputeDevice.find(device))
      let check = CorrectnessCheck(
        context: context, isQuick: flags.contains("--quick"), plantsRace: flags.contains("--plant-race"))
      let (cases, failures) = flags.contains("--races") ? try check.runForRaces() : try check.run()
      print(
        json
          ? "{\"device\": \(ReportText.quoted(context.device.name)), \"cases\": \(cases), \"failures\": \(failures)}"
          : "\(context.device): \(cases) cases, \(failures) outside the bound")
      return failures == 0 ? 0 : 70
    case "bench":
      let context = try ComputeContext(try ComputeDevice.find(device))
      let table = try Measurements(context: context, isQuick: flags.contains("--quick")).run()
      print(json ? table.json : table.text)
      return 0
    case "sweep":
      let context = try ComputeContext(try ComputeDevice.find(device))
      var table = MeasurementTable(device: context.device)
      let threshold = try ThresholdSweep(context: context, isQuick: flags.contains("--quick")).run(into: &table)
      let line = ThresholdSweep.line(threshold, for: context.device)
      print(json ? table.json : "\(table.text)\n\nDispatchThreshold.measured:\n  \(line)")
      return 0
    default: throw WrongUsage(problem: "there is no command \(command)")
    }
  }
}

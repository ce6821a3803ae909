import AudioCore
import AudioGraph

/// What a batch did: for people, and as JSON.
struct BatchReport {
  var inputs: [String]
  var folder: String
  var results: [Result<ProcessReport, any Error>]
  /// The most files that were processed at a time.
  var workers: Int
  /// Seconds from the first to the last.
  var elapsed: Double
  /// How it ran on a GPU; nil where it did not.
  var way: DeviceBatch.Way?

  private var successes: [ProcessReport] { results.compactMap { try? $0.get() } }
  private var seconds: Double { successes.reduce(0) { $0 + Double($1.run.framesRead) / $1.format.sampleRate } }
  private var speed: Double { elapsed > 0 ? seconds / elapsed : 0 }

  /// The first error in the order of the inputs.
  var firstFailure: (any Error)? {
    for case .failure(let error) in results { return error }
    return nil
  }

  /// One message for each file that failed; each names it.
  var failures: [String] {
    zip(inputs, results).compactMap { input, result in
      guard case .failure(let error) = result else { return nil }
      let message = Self.message(error)
      return message.contains(input) ? message : "\(input): \(message)"
    }
  }

  private static func message(_ error: any Error) -> String { Ending.describe(error)?.message ?? "\(error)" }

  /// What went otherwise than a person would expect, file by file.
  var warnings: [String] {
    successes.flatMap { report in
      report.warnings.map { $0.contains(report.input) ? $0 : "\(report.input): \($0)" }
    }
  }

  /// The report as JSON.
  var document: JSONValue {
    [
      "files": .array(
        zip(inputs, results).map { input, result in
          switch result {
          case .success(let report): report.document
          case .failure(let error): ["input": .string(input), "error": .string(Self.message(error))]
          }
        }),
      "done": .integer(successes.count),
      "failed": .integer(results.count - successes.count),
      "jobs": .integer(workers),
      "seconds": .number(elapsed),
      "speed": .number(speed),
      "gpu": gpu,
    ]
  }

  private var gpu: JSONValue {
    guard let way else { return .null }
    return [
      "device": .string(way.device), "together": .integer(way.together), "groups": .integer(way.groups),
      "launches": .integer(way.launches), "alone": .integer(way.alone),
    ]
  }

  /// One line for people.
  var summary: String {
    let count =
      successes.count == inputs.count
      ? NumberText.counted(inputs.count, "file") : "\(successes.count) of \(NumberText.counted(inputs.count, "file"))"
    return
      "\(folder): \(count), \(NumberText.duration(seconds)) in \(NumberText.duration(elapsed)), \(NumberText.fixed(speed, 0)) times real time\(place)"
  }

  private var place: String {
    guard let way else { return "" }
    let together = "\(way.together) together in \(NumberText.counted(way.groups, "group"))"
    return ", on \(way.device): " + (way.groups == 0 ? "one by one" : "\(together), \(way.alone) one by one")
  }
}

import Accelerator
import AudioCore
import AudioGraph

/// What a job did: for people, and as JSON.
struct ProcessReport {
  var input: String
  var output: String
  var format: StreamFormat
  var run: RunReport
  /// The input's length as its header states it, where that can be relied on.
  var expectedFrames: Int?
  /// Samples beyond full scale that were clipped.
  var clipped: Int
  /// What of the input found no place in the output.
  var losses: [String]
  /// Seconds from the first sample to the finished file.
  var elapsed: Double
  /// What it ran on.
  var device = DeviceReport()

  private var duration: Double { Double(run.framesRead) / format.sampleRate }
  private var speed: Double { elapsed > 0 ? duration / elapsed : 0 }

  /// The report as JSON.
  var document: JSONValue {
    [
      "input": .string(input),
      "output": .string(output),
      "sample_rate_hz": .number(format.sampleRate),
      "channels": .integer(format.channels),
      "frames_read": .integer(run.framesRead),
      "frames": .integer(run.framesWritten),
      "seconds": .number(elapsed),
      "speed": .number(speed),
      "latency": .integer(run.latencyFrames),
      "device": .string(device.device ?? "cpu"),
      "clipped": .integer(clipped),
      "nonfinite": .integer(run.nonFiniteInputs),
      "overflow": .integer(run.overflows),
    ]
  }

  /// One line for people.
  var summary: String {
    "\(output): \(NumberText.duration(duration)) in \(NumberText.duration(elapsed)), \(NumberText.fixed(speed, 0)) times real time"
  }

  /// What went otherwise than a person would expect.
  var warnings: [String] {
    var warnings = losses
    if let reason = device.reason { warnings.append("ran on the CPU: \(reason)") }
    if let expectedFrames, run.framesRead < expectedFrames {
      warnings.append(
        "\(input) ends early: \(NumberText.grouped(run.framesRead)) of the \(NumberText.counted(expectedFrames, "frame")) that its header states"
      )
    }
    if clipped > 0 {
      warnings.append(
        "\(NumberText.counted(clipped, "sample")) beyond full scale clipped: lower the level, or ask for --encoding f32"
      )
    }
    if run.nonFiniteInputs > 0 {
      warnings.append(
        "\(NumberText.counted(run.nonFiniteInputs, "input sample")) not finite (NaN or infinite), replaced by 0")
    }
    if run.overflows > 0 {
      warnings.append("\(NumberText.counted(run.overflows, "overflow")) inside the chain, silenced for a moment")
    }
    return warnings
  }
}

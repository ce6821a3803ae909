import Accelerator
import SwiftletDSP

/// Finds the length of a block from which on the scan is sooner done than one thread a channel.
struct ThresholdSweep {
  var context: ComputeContext
  var isQuick: Bool

  private static let lengths = [8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192]

  /// Measures all shapes, adds what was measured to a table, and returns the threshold to store: for each type of samples the median
  /// over the shapes.
  @discardableResult
  func run(
    sections: [Int] = [1, 2, 4, 8], channels: [Int] = [1, 2, 8, 64], into table: inout MeasurementTable
  ) throws -> DispatchThreshold {
    var threshold = DispatchThreshold.unmeasured
    for type in [SampleType.float32, .float64] where type == .float32 || context.device.hasDouble {
      var found: [Int] = []
      for count in sections {
        for rows in channels { found.append(try crossover(count, rows, type, &table)) }
      }
      let median = found.sorted()[found.count / 2]
      if type == .float32 { threshold.float = median } else { threshold.double = median }
    }
    return threshold
  }

  private func crossover(_ count: Int, _ rows: Int, _ type: SampleType, _ table: inout MeasurementTable) throws -> Int {
    let filter = try Butterworth(.lowPass(2_000), order: 2 * count).cascade(sampleRate: 48_000).sections
    let shape = AcceleratorOptions().shape(sections: count, type: type, on: context.device)
    let longest = Self.lengths.last ?? 1
    let bench = try CascadeBench(filter, shape: shape, rows: rows, frames: longest, on: context)
    let repeats = isQuick ? 3 : 50
    let name = "\(count) sections, \(rows) channels, \(type.rawValue)"
    let times = try Self.lengths.map { frames in
      let scan = try bench.time(.scan, frames: frames, repeats: repeats)
      let sequential = try bench.time(.sequential, frames: frames, repeats: repeats)
      table.rows.append(("\(name), \(frames) frames: scan", scan * 1e6, "us"))
      table.rows.append(("\(name), \(frames) frames: sequential", sequential * 1e6, "us"))
      return (frames: frames, scan: scan, sequential: sequential)
    }
    let crossover = DispatchThreshold.crossover(times)
    table.rows.append(
      ("\(name): dispatch threshold", crossover == .max ? -1 : Double(crossover), "frames (-1: the scan never wins)"))
    return crossover
  }

  /// The line for `DispatchThreshold.measured`.
  static func line(_ threshold: DispatchThreshold, for device: ComputeDevice) -> String {
    func number(_ frames: Int) -> String { frames == .max ? ".max" : "\(frames)" }
    return
      "(\(ReportText.quoted(device.name)), DispatchThreshold(float: \(number(threshold.float)), double: \(number(threshold.double)))),"
  }
}

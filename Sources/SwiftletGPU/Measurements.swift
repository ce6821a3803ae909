import Accelerator
import SwiftletDSP

/// What was measured: numbers with names, in order.
struct MeasurementTable {
  var device: ComputeDevice
  var rows: [(name: String, value: Double, unit: String)] = []

  var text: String {
    (["\(device) \(device.version)"] + rows.map { "  \($0.name): \(($0.value * 1_000).rounded() / 1_000) \($0.unit)" })
      .joined(separator: "\n")
  }

  var json: String {
    let lines = rows.map {
      "{\"name\": \(ReportText.quoted($0.name)), \"value\": \($0.value), \"unit\": \(ReportText.quoted($0.unit))}"
    }
    return
      "{\"device\": \(ReportText.quoted(device.name)), \"version\": \(ReportText.quoted(device.version)), \"measurements\": [\(lines.joined(separator: ", "))]}"
  }
}

/// Speeds of one device.
struct Measurements {
  var context: ComputeContext
  var isQuick: Bool

  func run() throws -> MeasurementTable {
    var table = MeasurementTable(device: context.device)
    try bandwidth(&table)
    try latency(&table)
    try ThresholdSweep(context: context, isQuick: isQuick).run(sections: [4], channels: [2], into: &table)
    return table
  }

  private func sections(_ count: Int) throws -> [Biquad] {
    try Butterworth(.lowPass(2_000), order: 2 * count).cascade(sampleRate: 48_000).sections
  }

  /// 60 seconds at 48 kHz: the kernel's time, and its share of the bandwidth of a copy of the same signal.
  private func bandwidth(_ table: inout MeasurementTable) throws {
    let frames = isQuick ? 48_000 : 2_880_000
    for channels in isQuick ? [8] : [8, 512] {
      for type in [SampleType.float32, .float64] where type == .float32 || context.device.hasDouble {
        // Two signals and what belongs to them.
        guard channels * frames * type.byteCount * 5 / 2 < context.device.memoryBytes else { continue }
        for count in [4, 8] {
          let shape = AcceleratorOptions().shape(sections: count, type: type, on: context.device)
          let bench = try CascadeBench(
            try sections(count), shape: shape, rows: channels, frames: frames, on: context)
          let copy = try bench.timeOfCopy(repeats: 10)
          let scan = try bench.time(.scan, frames: frames, repeats: 10)
          let name = "\(count) sections, \(channels) channels, \(type.rawValue)"
          table.rows.append(("\(name): kernel", scan * 1e3, "ms"))
          table.rows.append(("\(name): copy", 2 * Double(channels * frames * type.byteCount) / copy * 1e-9, "GB/s"))
          table.rows.append(("\(name): share of the copy's bandwidth", 100 * copy / scan, "%"))
        }
      }
    }
  }

  /// A block from the host and back: one by one, and recorded.
  private func latency(_ table: inout MeasurementTable) throws {
    let plan = try Plan.compile(
      Butterworth(.lowPass(2_000), order: 8), for: StreamFormat(sampleRate: 48_000, channels: 2))
    for frames in [64, 128, 256, 512, 1_024, 2_048, 4_096] {
      for usesGraphs in [false, true] {
        let runner = try GPUPlanRunner<Float>(
          plan, on: context, options: AcceleratorOptions(usesGraphs: usesGraphs, maximumFrames: frames))
        let buffer = SampleBuffer<Float>(channels: 2, capacity: frames)
        let times = try (0..<(isQuick ? 20 : 1_000)).map { _ in
          try elapsed { try buffer.withBlock(frames: frames) { _ = try runner.process($0, into: $0) } }
        }
        .sorted()
        table.rows.append(
          (
            "block of \(frames) frames, \(usesGraphs ? "recorded" : "eager"), median", times[times.count / 2] * 1e6,
            "us"
          ))
        table.rows.append(
          (
            "block of \(frames) frames, \(usesGraphs ? "recorded" : "eager"), 99 %",
            times[times.count * 99 / 100] * 1e6,
            "us"
          ))
      }
    }
  }

  private func elapsed(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    let time = (ContinuousClock.now - start).components
    return Double(time.seconds) + Double(time.attoseconds) * 1e-18
  }
}

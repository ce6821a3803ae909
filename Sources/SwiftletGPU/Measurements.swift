import Accelerator
import SwiftletDSP

/// What was measured: numbers with names, in order.
struct MeasurementTable {
  var device: ComputeDevice
  var rows: [(name: String, value: Double, unit: String)] = []
  /// What was left out, and why.
  var notes: [String] = []

  var text: String {
    (["\(device) \(device.version)"] + rows.map { "  \($0.name): \(($0.value * 1_000).rounded() / 1_000) \($0.unit)" }
      + notes.map { "  \($0)" }).joined(separator: "\n")
  }

  var json: String {
    let lines = rows.map {
      "{\"name\": \(ReportText.quoted($0.name)), \"value\": \($0.value), \"unit\": \(ReportText.quoted($0.unit))}"
    }
    return
      "{\"device\": \(ReportText.quoted(device.name)), \"version\": \(ReportText.quoted(device.version)), \"measurements\": [\(lines.joined(separator: ", "))], \"notes\": [\(notes.map(ReportText.quoted).joined(separator: ", "))]}"
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
    try live(&table)
    try ThresholdSweep(context: context, isQuick: isQuick).run(sections: [4], channels: [2], into: &table)
    try effects(&table)
    try taps(&table)
    return table
  }

  private func sections(_ count: Int) throws -> [Biquad] {
    try Butterworth(.lowPass(2_000), order: 2 * count).cascade(sampleRate: 48_000).sections
  }

  /// 60 seconds at 48 kHz: the kernel's time, and its share of the bandwidth of a copy of the same signal.
  private func bandwidth(_ table: inout MeasurementTable) throws {
    for channels in [8, 512] {
      let frames = isQuick ? 384_000 / channels : 2_880_000
      for type in [SampleType.float32, .float64] where type == .float32 || context.device.hasDouble {
        // Two signals and what belongs to them.
        guard channels * frames * type.byteCount * 5 / 2 < context.device.memoryBytes else {
          table.notes.append("\(channels) channels, \(type.rawValue): not measured, the device has not enough memory")
          continue
        }
        for count in [4, 8] {
          let shape = AcceleratorOptions().shape(sections: count, type: type, on: context.device)
          let bench = try CascadeBench(
            try sections(count), shape: shape, rows: channels, frames: frames, on: context)
          let copy = try bench.timeOfCopy(repeats: 10)
          let scan = try bench.time(.scan, frames: frames, repeats: 10)
          let name = "\(count) sections, \(channels) channels by \(Double(frames) / 48_000) s, \(type.rawValue)"
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

  /// A live block, from the worker's call until it sees the end: by a launch in mapped memory, and by the kernel that stays.
  private func live(_ table: inout MeasurementTable) throws {
    for method in LiveAccelerator.Method.allCases {
      for frames in [64, 256, 1_024] {
        let plan = try Plan.compile(
          Butterworth(.lowPass(2_000), order: 8), for: StreamFormat(sampleRate: 48_000, channels: 2),
          options: PlanOptions(maximumFrames: frames))
        let device = context.device
        let provider = LiveAccelerator(.auto, method: method) { () throws(AcceleratorError) in device }
        let offer = try provider.makeAccelerator(for: plan)
        guard let accelerator = offer.accelerator else {
          table.notes.append("live by \(method.rawValue): not measured: \(offer.reason ?? "there is none")")
          break
        }
        defer { _ = accelerator.close() }
        let buffer = SampleBuffer<Float>(channels: 2, capacity: frames)
        let times = try (0..<(isQuick ? 20 : 1_000)).map { _ in
          try elapsed {
            try buffer.withBlock(frames: frames) { block in
              _ = try accelerator.begin(block)
              while try !accelerator.isDone() {}
              _ = try accelerator.end(frames)
              accelerator.copyResult(frames, into: block)
            }
          }
        }
        .sorted()
        let name = "live block of \(frames) frames, \(method.rawValue)"
        table.rows.append(("\(name), median", times[times.count / 2] * 1e6, "us"))
        table.rows.append(("\(name), 99 %", times[times.count * 99 / 100] * 1e6, "us"))
      }
    }
  }

  /// Effects in blocks: the time of the device's work, transfers included where the device measures them.
  private func effects(_ table: inout MeasurementTable) throws {
    let response = try ImpulseResponse(
      [(0..<(isQuick ? 48_000 : 480_000)).map { $0 % 7 == 0 ? 1e-3 : 0 }], sampleRate: 48_000)
    let items: [(String, any Connectable)] = [
      ("compressor", Compressor()), ("compressor, mean square", Compressor(detector: .rms)),
      ("echo", Delay(.seconds(0.3), feedback: 0.5, mix: 0.5)),
      ("echo with filters", Delay(.seconds(0.3), feedback: 0.5, mix: 0.5, lowPass: 5_000)),
      ("convolution of \(isQuick ? 48_000 : 480_000) taps", Convolution(response)),
    ]
    for (name, item) in items {
      let plan = try Plan.compile(item, for: StreamFormat(sampleRate: 48_000, channels: 2))
      for frames in [128, 2_048, 65_536] {
        let seconds = try shortest(plan, frames: frames, AcceleratorOptions(usesGraphs: false))
        table.rows.append(("\(name), 2 channels, block of \(frames) frames", seconds * 1e6, "us"))
      }
    }
  }

  /// The least number of taps that transforms run sooner than the direct form: the number for `leastTransformedTaps`.
  private func taps(_ table: inout MeasurementTable) throws {
    for frames in [512, 65_536] {
      var crossover: Int?
      for count in [64, 128, 256, 512, 1_024, 2_048, 4_096] {
        let response = try ImpulseResponse([[Float](repeating: 1e-3, count: count)], sampleRate: 48_000)
        let plan = try Plan.compile(Convolution(response), for: StreamFormat(sampleRate: 48_000, channels: 2))
        let times = try [0, .max].map { least in
          var options = AcceleratorOptions(usesGraphs: false)
          options.leastTransformedTaps = least
          return try shortest(plan, frames: frames, options)
        }
        table.rows.append(("\(count) taps by \(frames) frames: transformed", times[0] * 1e6, "us"))
        table.rows.append(("\(count) taps by \(frames) frames: direct", times[1] * 1e6, "us"))
        if crossover == nil && times[0] < times[1] { crossover = count }
      }
      table.rows.append(
        ("least taps to transform, \(frames) frames", Double(crossover ?? -1), "taps (-1: none of these)"))
    }
  }

  private func shortest(_ plan: Plan, frames: Int, _ options: AcceleratorOptions) throws -> Double {
    let runner = try GPUPlanRunner<Float>(plan, on: context, options: options)
    let buffer = SampleBuffer<Float>(channels: 2, capacity: frames)
    func forward() throws { try buffer.withBlock(frames: frames) { _ = try runner.process($0, into: $0) } }
    try forward()
    var best = Double.infinity
    for _ in 0..<(isQuick ? 2 : 20) {
      try context.driver.startTimer()
      try forward()
      if let seconds = try context.driver.stopTimer() { best = min(best, seconds) }
    }
    return best
  }

  private func elapsed(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    let time = (ContinuousClock.now - start).components
    return Double(time.seconds) + Double(time.attoseconds) * 1e-18
  }
}

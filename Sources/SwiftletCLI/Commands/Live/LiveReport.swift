import Realtime

/// What a live run measured, for people and for programs.
struct LiveReport {
  var callback: LatencyStatistics?
  var worker: LatencyStatistics?
  var roundTrip: LatencyStatistics?
  var deadlineMilliseconds: Double
  var metrics: RealtimeMetrics
  var grants: RealtimeGrants?
  /// Times of each stage, where they were taken.
  var stages: [StageTimes]
  /// How the session's log stands, where one is kept.
  var log: SessionLogStatus?
  /// How the clocks of two devices were kept together.
  var drift: DriftReport?
  /// The engine's own latency.
  var latency: LatencyReport?
  /// What computed beside the processor; nil where nothing was asked for.
  var accelerator: LiveAcceleratorReport?
  var elapsed: Double
  /// What else the processors did meanwhile; nil where the system does not tell.
  var otherLoad: OtherLoad?
  /// On both threads; nil where they cannot be counted.
  var allocations: Int?
  /// By how much the process grew while it ran; nil where the system does not say.
  var grownBytes: Int?

  /// TorchFX's published time for one callback with its native processing, on its authors' machine.
  static let torchFXMilliseconds = 0.038

  /// Reads a processor's metrics.
  init(_ processor: RealtimeProcessor, elapsed: Double, since reading: OtherLoad.Reading?) {
    callback = processor.latencyStatistics()
    worker = processor.workerStatistics()
    roundTrip = processor.roundTripStatistics()
    deadlineMilliseconds = processor.deadlineNanoseconds * 1e-6
    metrics = processor.metrics
    grants = processor.grants
    latency = processor.latency
    accelerator = processor.accelerator
    stages = processor.stageTimes()
    log = processor.sessionLog
    drift = processor.drift
    self.elapsed = elapsed
    if let reading { otherLoad = OtherLoad.Reading.now.map(reading.load(until:)) }
  }

  var document: JSONValue {
    var document: [JSONValue.Member] = members
    if !stages.isEmpty {
      let list = stages.map { stage in
        JSONValue.object([
          .init(name: "stage", value: .string(stage.stage)),
          .init(name: "ms", value: Self.document(of: stage.statistics)),
        ])
      }
      document.append(.init(name: "stages", value: .array(list)))
    }
    if let log {
      document.append(
        .init(
          name: "log",
          value: [
            "path": .string(log.path), "frames": .integer(log.frames), "hole": log.hole.map(JSONValue.integer) ?? .null,
            "failure": log.failure.map(JSONValue.string) ?? .null, "complete": .bool(log.isComplete),
          ]))
    }
    return .object(document)
  }

  private var members: [JSONValue.Member] {
    let values: KeyValuePairs<String, JSONValue> = [
      "callback_ms": Self.document(of: callback),
      "worker_ms": Self.document(of: worker),
      "round_trip_ms": Self.document(of: roundTrip),
      "deadline_ms": .number(deadlineMilliseconds),
      "xruns": .integer(metrics.xrunCount),
      "input_overflows": .integer(metrics.inputOverflowCount),
      "output_underflows": .integer(metrics.outputUnderflowCount),
      "device_xruns": .integer(metrics.deviceXrunCount),
      "callbacks": .integer(metrics.callbackCount),
      "bursts": .integer(metrics.burstCount),
      "blocks": .integer(metrics.blockCount),
      "deadline_misses": .integer(metrics.deadlineMissCount),
      "accelerator": accelerator?.name.map(JSONValue.string) ?? .null,
      "accelerator_reason": accelerator?.reason.map(JSONValue.string) ?? .null,
      "accelerated_blocks": .integer(metrics.acceleratedBlockCount),
      "accelerator_fallbacks": .integer(metrics.acceleratorFallbackCount),
      "resynchronisations": .integer(metrics.resynchronisationCount),
      "allocations": allocations.map(JSONValue.integer) ?? .null,
      "grown_bytes": grownBytes.map(JSONValue.integer) ?? .null,
      "latency_frames": latency.map { .integer($0.totalFrames) } ?? .null,
      "realtime_priority": .bool(grants?.hasRealtimePriority ?? false),
      "memory_locked": .bool(grants?.locksMemory ?? false),
      "seconds": .number(elapsed),
      "other_programs_seconds": otherLoad.map { .number($0.programs) } ?? .null,
      "host_seconds": otherLoad.map { .number($0.host) } ?? .null,
      "torchfx_published_callback_ms": .number(Self.torchFXMilliseconds),
    ]
    return values.map { .init(name: $0.key, value: $0.value) }
  }

  private static func document(of times: LatencyStatistics?) -> JSONValue {
    guard let times else { return .null }
    func milliseconds(_ value: Int) -> JSONValue { .number(Double(value) / 1e6) }
    return [
      "count": .integer(times.count), "min": milliseconds(times.minimum), "median": milliseconds(times.median),
      "mean": .number(times.mean / 1e6), "p95": milliseconds(times.p95), "p99": milliseconds(times.p99),
      "max": milliseconds(times.maximum),
    ]
  }

  /// The latency table and what was counted.
  func page(in style: Style) -> String {
    var table = TextTable(
      ["ms", "min", "median", "mean", "p95", "p99", "max"],
      alignments: [.left, .right, .right, .right, .right, .right, .right])
    let rows = [("callback", callback), ("worker", worker), ("round trip", roundTrip)]
    for (name, times) in rows + stages.map({ ("  " + $0.stage, $0.statistics) }) {
      guard let times else { continue }
      let values = [
        Double(times.minimum), Double(times.median), times.mean, Double(times.p95), Double(times.p99),
        Double(times.maximum),
      ]
      table.add([name] + values.map { NumberText.fixed($0 / 1e6, 4) })
    }
    var lines = [table.text(in: style)]
    lines.append(
      "\(NumberText.counted(metrics.callbackCount, "callback")) in \(NumberText.duration(elapsed)), a block lasts \(NumberText.fixed(deadlineMilliseconds, 3)) ms, deadlines missed: \(metrics.deadlineMissCount)"
    )
    lines.append(
      "ring xruns \(metrics.xrunCount) (\(NumberText.counted(metrics.inputOverflowCount, "input overflow")), \(NumberText.counted(metrics.outputUnderflowCount, "output underflow"))), device xruns \(metrics.deviceXrunCount)"
    )
    if let latency {
      lines.append(
        "latency \(NumberText.fixed(latency.milliseconds, 2)) ms: ring \(latency.ringFrames), graph \(latency.planFrames), device \(latency.deviceFrames) frames"
      )
    }
    if let accelerator {
      let reason = accelerator.reason.map { ": \($0)" } ?? ""
      lines.append(
        accelerator.name.map {
          "\($0): heard in \(metrics.acceleratedBlockCount) of \(NumberText.counted(metrics.blockCount, "block")), the processor took over \(NumberText.counted(metrics.acceleratorFallbackCount, "time"))\(accelerator.isLost ? ", given up" : "")\(reason)"
        } ?? "on the processor alone\(reason)")
    }
    if let log {
      lines.append("the session is in \(log.path): swiftlet replay repeats it")
    }
    if let allocations {
      lines.append("allocations on both threads after the first hundred callbacks: \(allocations)")
    }
    if let grants {
      lines.append(
        "the worker has \(grants.hasRealtimePriority ? "realtime" : "normal") priority, memory is \(grants.locksMemory ? "" : "not ")locked"
      )
    }
    if let text = otherLoad?.text(in: elapsed) { lines.append("meanwhile \(text)") }
    return lines.joined(separator: "\n")
  }

  /// The mean callback beside TorchFX's published one.
  var comparison: String? {
    guard let callback else { return nil }
    let ours = callback.mean / 1e6
    return
      "the mean callback takes \(NumberText.fixed(ours, 4)) ms; TorchFX publishes \(Self.torchFXMilliseconds) ms on its authors' machine"
  }

  /// Prints the document or the page.
  func print(asJSON json: Bool, compares: Bool = false) throws(Failure) {
    if json {
      try StandardOutput.print(document)
    } else {
      let page = page(in: Style.of(descriptor: 1))
      try StandardOutput.print(([page] + (compares ? [comparison].compactMap(\.self) : [])).joined(separator: "\n"))
    }
  }
}

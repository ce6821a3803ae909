/// What a live engine has counted since the start or the last reset.
public struct RealtimeMetrics: Sendable, Hashable {
  public var callbackCount = 0
  /// Cycles whose input found no room in the ring: it was lost.
  public var inputOverflowCount = 0
  public var inputOverflowFrames = 0
  /// Cycles for which the ring had not enough output: there was a gap.
  public var outputUnderflowCount = 0
  public var outputUnderflowFrames = 0
  /// Cycles in which the device reported a loss of its own.
  public var deviceXrunCount = 0
  /// Callbacks that followed the one before at once: the device's own period is longer than a block, and it asks for several.
  public var burstCount = 0
  /// Times that output which came too late was dropped, so that the latency did not grow.
  public var resynchronisationCount = 0
  public var droppedFrames = 0
  /// Blocks that the worker processed.
  public var blockCount = 0
  public var frameCount = 0
  /// Blocks that took longer than they last.
  public var deadlineMissCount = 0
  /// Input samples that were NaN or infinite and were replaced by 0.
  public var nonFiniteInputCount = 0
  /// Times that a stage overflowed and was silenced for a moment.
  public var stageOverflowCount = 0

  /// Blocks whose result came from an accelerator.
  public var acceleratedBlockCount = 0
  /// Times that an accelerator was heard and the processor took over, since a block was late or a call failed.
  public var acceleratorFallbackCount = 0

  public init() {}

  /// Overflows and underflows of the rings.
  public var xrunCount: Int { inputOverflowCount + outputUnderflowCount }
}

/// Where the counters stood at the last reset: the audio thread alone writes them, so that a reset only remembers.
struct MetricsBaseline {
  var callback: [Int] = []
  var worker: [Int] = []
  var callbackTimes = 0
  var workerTimes = 0
  var roundTrips = 0
  var callbackBuckets: [Int] = []
  var workerBuckets: [Int] = []
  var roundTripBuckets: [Int] = []
  /// How many times the steps of a graph had, and the graph's number.
  var stageTimes: [Int] = []
  var stageGraph = 0
}

extension RealtimeProcessor {
  /// All counters, at one look. Any thread may ask at any time.
  public var metrics: RealtimeMetrics {
    withRun { run, baseline in
      let callback = Self.difference(run.callbackCounters(), baseline.callback)
      let worker = Self.difference(run.worker.counters.values, baseline.worker)
      func count(_ counter: CallbackCounter) -> Int { callback[counter.rawValue] }
      func count(_ counter: WorkerCounter) -> Int { worker[counter.rawValue] }
      var metrics = RealtimeMetrics()
      metrics.callbackCount = count(.callbacks)
      metrics.inputOverflowCount = count(.inputOverflows)
      metrics.inputOverflowFrames = count(.inputOverflowFrames)
      metrics.outputUnderflowCount = count(.outputUnderflows)
      metrics.outputUnderflowFrames = count(.outputUnderflowFrames)
      metrics.deviceXrunCount = count(.deviceXruns)
      metrics.burstCount = count(.bursts)
      metrics.resynchronisationCount = count(.resynchronisations)
      metrics.droppedFrames = count(.droppedFrames)
      metrics.blockCount = count(.blocks)
      metrics.frameCount = count(.frames)
      metrics.deadlineMissCount = count(.deadlineMisses)
      metrics.nonFiniteInputCount = count(.nonFiniteInputs)
      metrics.stageOverflowCount = count(.stageOverflows)
      metrics.acceleratedBlockCount = count(.acceleratedBlocks)
      metrics.acceleratorFallbackCount = count(.acceleratorFallbacks)
      return metrics
    } ?? RealtimeMetrics()
  }

  public var xrunCount: Int { metrics.xrunCount }
  public var inputOverflowCount: Int { metrics.inputOverflowCount }
  public var outputUnderflowCount: Int { metrics.outputUnderflowCount }
  public var deviceXrunCount: Int { metrics.deviceXrunCount }
  public var callbackCount: Int { metrics.callbackCount }

  /// Counts from 0 and times afresh from now on. [control]
  public func resetMetrics() {
    let baseline = withRun { run, _ in
      let stages = run.graphTimes
      return MetricsBaseline(
        callback: run.callbackCounters(), worker: run.worker.counters.values, callbackTimes: run.callbackTimes.count,
        workerTimes: run.worker.times.count, roundTrips: run.roundTripTimes.count,
        callbackBuckets: run.callbackTimes.bucketCounts(), workerBuckets: run.worker.times.bucketCounts(),
        roundTripBuckets: run.roundTripTimes.bucketCounts(), stageTimes: stages?.logs.map(\.count) ?? [],
        stageGraph: stages?.graph ?? 0)
    }
    if let baseline { setBaseline(baseline) }
  }

  /// How long the last callbacks took, the oldest first.
  public func latencyLogNanoseconds() -> [Int] {
    withRun { run, baseline in run.callbackTimes.nanoseconds(after: baseline.callbackTimes) } ?? []
  }

  /// How long the last callbacks took; nil before the first.
  public func latencyStatistics() -> LatencyStatistics? { LatencyStatistics(nanoseconds: latencyLogNanoseconds()) }

  /// How long the worker took for its last blocks; nil before the first. The deadline is `deadlineNanoseconds`.
  public func workerStatistics() -> LatencyStatistics? {
    LatencyStatistics(
      nanoseconds: withRun { run, baseline in run.worker.times.nanoseconds(after: baseline.workerTimes) } ?? [])
  }

  /// From the callback that brought a block to the one that took its result; nil before the first, and where input and output are not
  /// one device's.
  public func roundTripStatistics() -> LatencyStatistics? {
    LatencyStatistics(
      nanoseconds: withRun { run, baseline in run.roundTripTimes.nanoseconds(after: baseline.roundTrips) } ?? [])
  }

  /// The times of all callbacks.
  public func latencyHistogram() -> LatencyHistogram {
    LatencyHistogram(
      counts: withRun { run, baseline in
        Self.difference(run.callbackTimes.bucketCounts(), baseline.callbackBuckets)
      } ?? [])
  }

  /// The worker's times of all blocks.
  public func workerHistogram() -> LatencyHistogram {
    LatencyHistogram(
      counts: withRun { run, baseline in
        Self.difference(run.worker.times.bucketCounts(), baseline.workerBuckets)
      } ?? [])
  }

  /// The round trips of all blocks.
  public func roundTripHistogram() -> LatencyHistogram {
    LatencyHistogram(
      counts: withRun { run, baseline in
        Self.difference(run.roundTripTimes.bucketCounts(), baseline.roundTripBuckets)
      } ?? [])
  }

  /// How long a whole block lasts.
  public var deadlineNanoseconds: Double {
    withRun { run, _ in Double(configuration.bufferFrames) / run.setup.plan.input.sampleRate * 1e9 } ?? 0
  }

  /// Frames by which what is heard lags what was played; nil before the first start.
  public var latency: LatencyReport? { withRun { run, _ in run.latency } }

  /// What the system granted at the last start; nil before.
  public var grants: RealtimeGrants? { withRun { run, _ in run.grants } }

  /// How two devices' clocks are kept together; nil for one device.
  public var drift: DriftReport? {
    withRun { run, _ in
      guard run.setup.isSplit else { return nil }
      let counters = run.worker.counters
      return DriftReport(
        correctionPPM: Double(counters.value(WorkerCounter.driftCorrection.rawValue)) / 1_000,
        errorFrames: Double(counters.value(WorkerCounter.driftError.rawValue)) / 1_000,
        jumps: counters.value(WorkerCounter.driftJumps.rawValue))
    } ?? nil
  }

  /// The peaks of the graph's input and output since the last call, full scale 1.
  public func takeLevels() -> (input: Float, output: Float) {
    withRun { run, _ in run.worker.meter.take() } ?? (0, 0)
  }

  /// How far a source has been heard, in frames, and its length once that is known; nil without a source.
  public var playback: (frames: Int, of: Int?)? {
    (withRun { run, _ in run.framesPlayed.map { ($0, run.sourceFrames) } } ?? nil)
  }

  /// Frames that a recording holds; nil without a sink.
  public var framesRecorded: Int? { withRun { run, _ in run.framesRecorded } ?? nil }

  /// What reading the source or writing to the sink ran into.
  public var streamFailure: String? { withRun { run, _ in run.streamFailure } ?? nil }

  private static func difference(_ values: [Int], _ baseline: [Int]) -> [Int] {
    baseline.isEmpty ? values : zip(values, baseline).map { $0 - $1 }
  }
}

/// How the clocks of two devices are kept together.
public struct DriftReport: Sendable, Hashable {
  /// By how many millionths output is made faster than its nominal rate; below 0 where the input's clock is the faster one.
  public var correctionPPM: Double
  /// Frames between the clocks above the target.
  public var errorFrames: Double
  /// Times that what lay between the clocks was set right at once: at the start, and after a gap.
  public var jumps: Int
}

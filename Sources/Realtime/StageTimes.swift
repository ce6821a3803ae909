/// How long the worker took for one step of the graph, block by block.
public struct StageTimes: Sendable, Hashable {
  /// The stage's label, else its place; what the compiler put in is called sum, delay or copy.
  public var stage: String
  public var statistics: LatencyStatistics
}

extension RealtimeProcessor {
  /// The times of each step for its last blocks, in the order in which they run; of the graph that it was
  /// started with; empty before the first block, and without
  /// `configuration.timesStages`. Any thread may ask at any time.
  public func stageTimes() -> [StageTimes] {
    withRun { run, baseline in
      zip(run.stepLabels, run.worker.stageTimes).enumerated().compactMap { index, step in
        let skipped = index < baseline.stageTimes.count ? baseline.stageTimes[index] : 0
        return LatencyStatistics(nanoseconds: step.1.nanoseconds(after: skipped)).map {
          StageTimes(stage: step.0, statistics: $0)
        }
      }
    } ?? []
  }
}

import AudioGraph

/// How long the worker took for one step of the graph, block by block.
public struct StageTimes: Sendable, Hashable {
  /// The stage's label, else its place; what the compiler put in is called sum, delay or copy.
  public var stage: String
  public var statistics: LatencyStatistics
}

extension RealtimeProcessor {
  /// The times of each step for its last blocks, in the order in which they run; empty before the first block, and without
  /// `configuration.timesStages`. They are those of the graph that is heard: after a swap the new one's, from where it began to run. Any
  /// thread may ask at any time.
  public func stageTimes() -> [StageTimes] {
    withRun { run, baseline in
      guard let times = run.graphTimes else { return [] }
      return zip(times.labels, times.logs).enumerated().compactMap { index, step in
        // What was counted for another graph is no matter of this one.
        let isCounted = baseline.stageGraph == times.graph && index < baseline.stageTimes.count
        let kept = step.1.nanoseconds(after: isCounted ? baseline.stageTimes[index] : 0)
        return LatencyStatistics(nanoseconds: kept).map { StageTimes(stage: step.0, statistics: $0) }
      }
    } ?? []
  }
}

extension EngineRun {
  /// The times of the graph that is heard; nil where they are not taken.
  var graphTimes: GraphTimes? { control.stepObserver as? GraphTimes }
}

/// The times of the steps of one graph.
final class GraphTimes: StepObserver, @unchecked Sendable {
  // Sendable because one thread at a time records, and all that is read is atomic.
  /// The graph's number among those of the run.
  let graph: Int
  let labels: [String]
  let logs: [LatencyLog]
  private let recorders: [LatencyRecorder]

  /// Makes empty logs. [control]
  init(graph: Int, labels: [String], capacity: Int) {
    self.graph = graph
    self.labels = labels
    let logs = labels.map { _ in LatencyLog(capacity: capacity) }
    self.logs = logs
    recorders = logs.map { $0.recorder() }
  }

  func record(step: Int, nanoseconds: Int64) { recorders[step].record(nanoseconds: nanoseconds) }
}

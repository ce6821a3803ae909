/// A named piece of work that can be run again and again.
struct Benchmark: Sendable {
  /// What the driver asks for, such as `lowpass/single/2`.
  let name: String
  /// Frames that one run processes.
  let frames: Int
  let channels: Int
  /// Gets everything ready, outside the measured time, and returns the work itself.
  let prepare: @Sendable () throws -> () throws -> Void
}

/// A benchmark that is ready to run.
struct PreparedBenchmark {
  let benchmark: Benchmark
  private let work: () throws -> Void

  /// Prepares and runs once, so that memory is mapped and caches are warm.
  init(_ benchmark: Benchmark) throws {
    self.benchmark = benchmark
    work = try benchmark.prepare()
    try work()
  }

  /// The shortest of several runs: what else the machine does only ever adds time.
  func run(repeats: Int) throws -> Duration {
    var shortest = Duration.seconds(Int64.max)
    for _ in 0..<max(repeats, 1) { shortest = min(shortest, try ContinuousClock().measure(work)) }
    return shortest
  }

  /// One line of JSON for a time.
  func line(_ duration: Duration) -> String {
    let seconds = Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    return """
      {"name": "\(benchmark.name)", "seconds": \(seconds), "frames": \(benchmark.frames), \
      "channels": \(benchmark.channels)}
      """
  }
}

import AudioCore
import Effects

/// What a plan says about itself: for people by `description`, for programs by its coding.
public struct PlanReport: Sendable, Hashable, Codable {
  /// One stage.
  public struct Stage: Sendable, Hashable, Codable {
    /// Its label, else its place in the graph.
    public var identity: String
    /// The effects in it, in order; more than one were fused.
    public var effects: [String]
    /// What runs: the algorithm of a cascade, else the kind of step.
    public var algorithm: String
    /// Second-order sections; nil for a stage that has none.
    public var sections: Int?
    /// At the stage's output rate.
    public var latencyFrames: Int
    /// Frames until it is silent; nil for a tail that never ends.
    public var tailFrames: Int?
    /// Multiplications and additions a second.
    public var operationsPerSecond: Double
    /// Whether its parameters can be changed while it runs.
    public var isLive: Bool
  }

  public var input: StreamFormat
  public var output: StreamFormat
  public var precision: Precision
  public var mode: KernelMode
  /// The instruction set of the kernels.
  public var kernels: String
  /// Frames in one piece.
  public var maximumFrames: Int
  public var stages: [Stage]
  /// Effects that change nothing and were left out.
  public var vanished: [String]
  /// At the output's rate.
  public var latencyFrames: Int
  /// Frames until it is silent; nil for a tail that never ends.
  public var tailFrames: Int?
  /// A runner's signal memory and delays; the states of the stages come on top.
  public var memoryBytes: Int
  /// Multiplications and additions a second.
  public var operationsPerSecond: Double
}

extension Plan: CustomStringConvertible {
  /// The plan as a report.
  public func explain() -> PlanReport {
    PlanReport(
      input: input, output: output, precision: options.precision, mode: options.mode, kernels: Kernels.level,
      maximumFrames: options.maximumFrames, stages: steps.compactMap(report), vanished: vanished,
      latencyFrames: latencyFrames,
      tailFrames: tail.frameCount, memoryBytes: memoryBytes, operationsPerSecond: operationsPerSecond)
  }

  private func report(_ step: Step) -> PlanReport.Stage? {
    switch step.work {
    case .stage(let stage):
      var sections: Int?
      if case .sections(let cascade) = stage.lowering { sections = cascade.sections.count }
      return PlanReport.Stage(
        identity: stage.identity, effects: stage.effects, algorithm: algorithm(of: stage), sections: sections,
        latencyFrames: stage.latencyFrames, tailFrames: stage.tail.frameCount,
        operationsPerSecond: stage.operationsPerFrame * stage.context.sampleRate, isLive: stage.isLive)
    case .sum:
      return PlanReport.Stage(
        identity: "sum", effects: [], algorithm: "sum of \(step.inputs.count)", sections: nil, latencyFrames: 0,
        tailFrames: 0,
        operationsPerSecond: 0, isLive: false)
    case .delay(let frames):
      return PlanReport.Stage(
        identity: "alignment", effects: [], algorithm: "delay of \(frames) frames", sections: nil,
        latencyFrames: frames,
        tailFrames: 0, operationsPerSecond: 0, isLive: false)
    case .copy: return nil
    }
  }

  private func algorithm(of stage: any PlannedStage) -> String {
    guard let cascade = stage as? CascadeStage else { return stage.algorithm ?? "effect" }
    guard !cascade.parts.isEmpty else { return "gain" }
    let design = SOSDesign(cascade: cascade.cascade, format: cascade.context.format)
    return options.precision == .double
      ? SOSCascade<Double>(design, in: cascade.context).algorithm(frames: options.maximumFrames)
      : SOSCascade<Float>(design, in: cascade.context).algorithm(frames: options.maximumFrames)
  }

  public var description: String { explain().description }
}

extension PlanReport: CustomStringConvertible {
  /// The report as lines for people.
  public var description: String {
    var lines = ["\(input) → \(output), \(precision.rawValue) precision, \(mode.rawValue) kernels on \(kernels)"]
    for (index, stage) in stages.enumerated() {
      var parts = [stage.effects.isEmpty ? stage.identity : stage.effects.joined(separator: " | ")]
      if stage.effects.count > 1 { parts.append("fused") }
      if let sections = stage.sections { parts.append(sections == 1 ? "1 section" : "\(sections) sections") }
      parts.append(stage.algorithm)
      if stage.latencyFrames > 0 && !stage.effects.isEmpty { parts.append("latency \(stage.latencyFrames) frames") }
      if stage.isLive { parts.append("live") }
      lines.append("  \(index + 1). " + parts.joined(separator: ", "))
    }
    if stages.isEmpty { lines.append("  nothing to do: the signal passes through") }
    if !vanished.isEmpty {
      lines.append("  left out, because they change nothing: " + vanished.joined(separator: ", "))
    }
    lines.append(
      "latency \(Self.time(latencyFrames, output)), tail "
        + (tailFrames.map { Self.time($0, output) } ?? "endless")
        + ", signal memory \(Self.rounded(Double(memoryBytes) / 1_024)) KiB, about \(Self.rounded(operationsPerSecond / 1e6)) million operations a second"
    )
    return lines.joined(separator: "\n")
  }

  private static func time(_ frames: Int, _ format: StreamFormat) -> String {
    frames == 0 ? "0" : "\(frames) frames (\(rounded(Double(frames) / format.sampleRate * 1_000)) ms)"
  }

  private static func rounded(_ value: Double) -> String {
    DesignError.shortest((value * 10).rounded() / 10)
  }
}

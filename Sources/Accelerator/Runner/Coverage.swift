import AudioCore
import AudioGraph

/// Which stages of a plan an accelerator can run.
public struct AcceleratorCoverage: Sendable, Hashable, Codable, CustomStringConvertible {
  /// A stage that has no kernel.
  public struct Gap: Sendable, Hashable, Codable {
    /// The stage's identity: its label, else its place.
    public var stage: String
    /// The effects in it.
    public var effects: [String]
    public var reason: String
  }

  /// Stages that have a kernel.
  public var covered: [String]
  /// Stages that have none, and with which the plan runs on the CPU.
  public var gaps: [Gap]

  /// Whether the whole plan can run on an accelerator.
  public var isComplete: Bool { gaps.isEmpty }

  public var description: String {
    if gaps.isEmpty { return "all stages have a GPU kernel" }
    return gaps.map { "\($0.effects.joined(separator: " | ")) (stage \($0.stage)) has no GPU kernel: \($0.reason)" }
      .joined(separator: "; ")
  }
}

extension Plan {
  /// What an accelerator could run of this plan. Known before any device is looked for.
  public var acceleratorCoverage: AcceleratorCoverage {
    var coverage = AcceleratorCoverage(covered: [], gaps: [])
    for stage in stages {
      if let reason = Self.gap(stage) {
        coverage.gaps.append(.init(stage: stage.identity, effects: stage.effects, reason: reason))
      } else {
        coverage.covered.append(stage.identity)
      }
    }
    return coverage
  }

  private static func gap(_ stage: any PlannedStage) -> String? {
    switch stage.lowering {
    case .identity, .gain, .compressor, .echo, .delay, .taps, .convolution: return nil
    case .sections(let cascade):
      if !(stage is CascadeStage) && stage.isLive { return "it is live, and not made of fused filters" }
      return cascade.sections.allSatisfy(\.isStable) ? nil : "it has a pole on or outside the unit circle"
    case .opaque: return "it has a processor of its own, which is not made of what has kernels"
    }
  }
}

extension Plan {
  /// - Throws: `AcceleratorError` of reason `.unsupported` that names each stage without a kernel.
  package func requireAcceleratorCoverage() throws(AcceleratorError) {
    let coverage = acceleratorCoverage
    guard coverage.isComplete else {
      throw AcceleratorError(
        .unsupported, subject: "the plan", problem: "\(coverage)",
        remedy: "Run it on the CPU, or leave these effects out")
    }
  }
}

extension ComputeContext {
  /// Opens the first GPU for a plan. A device is not looked for where the plan could not run on it. [control]
  /// - Throws: `AcceleratorError` that names the stages without a kernel, or what was looked for and how to get it.
  public static func open(for plan: Plan) throws(AcceleratorError) -> ComputeContext {
    try plan.requireAcceleratorCoverage()
    return try ComputeContext(try ComputeDevice.find())
  }
}

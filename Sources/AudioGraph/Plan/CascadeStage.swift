import AudioCore
import Effects
import FilterDesign

/// Filters made of sections, and static gains, fused into one stage.
struct CascadeStage: PlannedStage {
  /// The sections that came from one filter.
  struct Part: Sendable {
    let identity: String
    let name: String
    let design: SOSDesign
    let source: PartSource
  }

  var parts: [Part]
  /// The gains that were folded in, as one factor.
  var gain: Double
  /// The names of the folded gains.
  var gains: [String]
  let context: DesignContext

  var identity: String { parts.first?.identity ?? gains.first ?? "gain" }
  var effects: [String] { parts.map(\.name) + gains.map { _ in "gain" } }
  var outputs: [StreamFormat] { [context.format] }
  var latencyFrames: Int { 0 }
  var tail: Tail { parts.reduce(.none) { $0.followed(by: $1.design.tail) } }
  var isLive: Bool { parts.contains { $0.source.isLive } }
  var operationsPerFrame: Double {
    parts.isEmpty ? Double(context.format.channels) : parts.reduce(0) { $0 + $1.design.operationsPerFrame }
  }

  func maximumOutputFrames(for inputFrames: Int) -> Int? { nil }

  /// All sections with the gain folded in, and the roots they realise.
  var cascade: SectionCascade { .joined(parts.map(\.design.cascade), gain: gain) }

  var lowering: Lowering {
    parts.isEmpty ? (gain == 1 ? .identity : .gain(gain)) : .sections(cascade)
  }

  /// This stage and the next as one; nil where they cannot be fused.
  func fused(with next: CascadeStage) -> CascadeStage? {
    guard context == next.context else { return nil }
    var both = self
    both.parts += next.parts
    both.gain *= next.gain
    both.gains += next.gains
    return both
  }

  func makeRunning<S: Sample>(
    as type: S.Type, scope: ChangeScope, meters: [Meter]
  ) throws(DesignError) -> RunningStage<S> {
    guard !parts.isEmpty else {
      let design = GainDesign(factor: gain, format: context.format)
      return try EffectStage(
        identity: identity, effect: Gain(amplitude: gain), design: design, context: context, live: nil
      ).makeRunning(as: S.self, scope: scope, meters: meters)
    }
    guard isLive || scope == .all else {
      return RunningStage(SOSCascade<S>(SOSDesign(cascade: cascade, format: context.format), in: context))
    }
    return try CascadeMaker<S>(identities: parts.map(\.identity), context: context, gain: gain).makeRunning(
      identity: identity, sources: parts.map(\.source), context: context, outputs: context.format.channels,
      keepsFrameCount: true, meters: meters)
  }
}

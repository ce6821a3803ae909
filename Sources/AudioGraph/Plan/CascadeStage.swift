import AudioCore
import Effects
import FilterDesign

/// Filters made of sections, and static gains, fused into one stage.
package struct CascadeStage: PlannedStage {
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
  package let context: DesignContext

  package var identity: String { parts.first?.identity ?? gains.first ?? "gain" }
  package var effects: [String] { parts.map(\.name) + gains.map { _ in "gain" } }
  package var outputs: [StreamFormat] { [context.format] }
  package var latencyFrames: Int { 0 }
  package var tail: Tail { parts.reduce(.none) { $0.followed(by: $1.design.tail) } }
  package var isLive: Bool { parts.contains { $0.source.isLive } }
  package var operationsPerFrame: Double {
    parts.isEmpty ? Double(context.format.channels) : parts.reduce(0) { $0 + $1.design.operationsPerFrame }
  }

  package func maximumOutputFrames(for inputFrames: Int) -> Int? { nil }

  /// All sections with the gain folded in, and the roots they realise.
  package var cascade: SectionCascade { .joined(parts.map(\.design.cascade), gain: gain, carriers: carriers) }

  // Where it can, the gain goes into a part that does not change: a runner that takes new sections of a live part would lose it.
  private var carriers: [Bool] { parts.map { !$0.source.isLive } }

  package var lowering: Lowering {
    parts.isEmpty ? (gain == 1 ? .identity : .gain(gain)) : .sections(cascade)
  }

  /// This stage and the next as one; nil where they cannot be fused.
  func fused(with next: CascadeStage) -> CascadeStage? {
    guard context == next.context else { return nil }
    var both = self
    both.parts += next.parts
    both.gain *= next.gain
    both.gains += next.gains
    let canCarryGain = both.parts.isEmpty || both.parts.contains { !$0.source.isLive }
    return both.gains.isEmpty || canCarryGain ? both : nil
  }

  package func makeRunning<S: Sample>(
    as type: S.Type, scope: ChangeScope, meters: [Meter]
  ) throws(DesignError) -> RunningStage<S> {
    guard !parts.isEmpty else {
      let design = GainDesign(factor: gain, format: context.format)
      return try EffectStage(
        identity: identity, effect: Gain(amplitude: gain), design: design, context: context, live: nil
      ).makeRunning(as: S.self, scope: scope, meters: meters)
    }
    guard isLive || scope == .all else {
      let design = SOSDesign(cascade: cascade, format: context.format)
      let running = SOSCascade<S>(design, in: context)
      return RunningStage(running, bearer: CascadeBearer(running, design))
    }
    return try CascadeMaker<S>(identities: parts.map(\.identity), context: context, gain: gain, carriers: carriers)
      .makeRunning(
        identity: identity, sources: parts.map(\.source), context: context, outputs: context.format.channels,
        keepsFrameCount: true, meters: meters)
  }

  /// Where new coefficients of a live filter arrive for a runner that can't swap processors, and the sections that they are for.
  package struct Feed: Sendable {
    package let first: Int
    package let count: Int
    package let mailbox: Mailbox<DesignLetter>
  }

  /// Connects a runner that keeps its processors to the live handles of all parts. [control]
  /// - Throws: `DesignError` of reason `.structural` when a handle came to need another structure after compiling.
  package func attachFeeds() throws(DesignError) -> [Feed] {
    var feeds: [Feed] = []
    var first = 0
    for part in parts {
      let count = part.design.cascade.sections.count
      if let mailbox = try part.source.feed(context, part.design) {
        feeds.append(Feed(first: first, count: count, mailbox: mailbox))
      }
      first += count
    }
    return feeds
  }
}

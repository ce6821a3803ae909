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
    /// Connects a runner to the part's live handle; nil for a part that does not change.
    let attach: (@Sendable (DesignContext) throws(DesignError) -> Mailbox<SOSDesign>?)?
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
  package var isLive: Bool { parts.contains { $0.attach != nil } }
  package var takesEvents: Bool { false }
  package var operationsPerFrame: Double {
    parts.isEmpty ? Double(context.format.channels) : parts.reduce(0) { $0 + $1.design.operationsPerFrame }
  }

  package func maximumOutputFrames(for inputFrames: Int) -> Int? { nil }
  package func parameterIndex(_ name: String) -> Int? { nil }

  /// All sections with the gain folded in, and the roots they realise.
  var cascade: SectionCascade {
    // The gain goes into a part that does not change: a live part's new design would wipe it out.
    let carrier = parts.lastIndex { $0.attach == nil && !$0.design.cascade.sections.isEmpty }
    var result = SectionCascade.identity
    for (index, part) in parts.enumerated() {
      result = result.followed(
        by: index == carrier && gain != 1 ? part.design.cascade.scaled(by: gain) : part.design.cascade)
    }
    return result
  }

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
    let canCarryGain = both.parts.isEmpty || both.parts.contains { $0.attach == nil }
    return both.gains.isEmpty || canCarryGain ? both : nil
  }

  package func makeRunning<S: Sample>(as type: S.Type) throws(DesignError) -> RunningStage<S> {
    guard !parts.isEmpty else {
      let effect = Gain(amplitude: gain)
      return RunningStage(
        effect.makeProcessor(GainDesign(factor: gain, format: context.format), in: context, as: S.self))
    }
    let processor = SOSCascade<S>(SOSDesign(cascade: cascade, format: context.format), in: context)
    let feeds = try attachFeeds()
    if feeds.isEmpty { return RunningStage(processor) }
    return RunningStage(processor) {
      for feed in feeds { feed.mailbox.take { _ = processor.adopt($0, from: feed.first, of: feed.count) } }
    }
  }

  /// Where new coefficients of a live filter arrive, and the sections that they are for.
  package struct Feed: Sendable {
    package let first: Int
    package let count: Int
    package let mailbox: Mailbox<SOSDesign>
  }

  /// Connects a runner to the live handles of all parts. [control]
  /// - Throws: `DesignError` of reason `.structural` when a handle came to need another structure after compiling.
  package func attachFeeds() throws(DesignError) -> [Feed] {
    var feeds: [Feed] = []
    var first = 0
    for part in parts {
      let count = part.design.cascade.sections.count
      if let mailbox = try part.attach?(context) { feeds.append(Feed(first: first, count: count, mailbox: mailbox)) }
      first += count
    }
    return feeds
  }
}

import AudioCore
import Effects
import FilterDesign

/// Makes the changes of a fused stage: another cascade each time, since states of other coefficients do not fit.
struct CascadeMaker<S: Sample>: ChangeMaker {
  let identities: [String]
  let context: DesignContext
  /// The gains that were folded in.
  let gain: Double
  /// The parts that may carry it.
  let carriers: [Bool]

  func pieceFrames(_ link: ChangeLink<S>?) -> Int { Int(0.005 * context.sampleRate) }

  func segments(
    from link: ChangeLink<S>?, through recipes: [(recipe: StageRecipe, ramp: Ramp)], meters: [Meter]
  ) throws(DesignError) -> (segments: [StageChange<S>.Segment], link: ChangeLink<S>) {
    // Two are enough for a ramp of any length: one sounds while the other is loaded.
    var pair: [SOSCascade<S>] = []
    var counts: [Int] = []
    var segments: [StageChange<S>.Segment] = []
    var last: SOSCascade<S>?
    var bearer: StateBearer<S>?
    for (recipe, ramp) in recipes {
      let design = try design(recipe)
      let place = segments.count % 2
      // Twice the time in which its slowest pole falls 120 dB: the first half of it is faded in.
      let warmUp = 2 * (design.tail.frameCount ?? 0)
      if pair.count > place && counts[place] == design.cascade.sections.count {
        let cascade = pair[place]
        last = cascade
        segments.append(
          .init(
            ramp: ramp,
            target: .replace(
              cascade,
              prepare: {
                _ = cascade.adopt(design)
                cascade.reset()
              }, warmUp: warmUp), recipe: recipe, bearer: CascadeBearer(cascade, design)))
        bearer = segments.last?.bearer
        continue
      }
      let cascade = SOSCascade<S>(design, in: context)
      if pair.count > place {
        (pair[place], counts[place]) = (cascade, design.cascade.sections.count)
      } else {
        pair.append(cascade)
        counts.append(design.cascade.sections.count)
      }
      last = cascade
      bearer = CascadeBearer(cascade, design)
      segments.append(
        .init(ramp: ramp, target: .replace(cascade, prepare: nil, warmUp: warmUp), recipe: recipe, bearer: bearer))
    }
    guard let last else { preconditionFailure("a change without segments") }
    return (segments, ChangeLink(processor: last, bearer: bearer))
  }

  private func design(_ recipe: StageRecipe) throws(DesignError) -> SOSDesign {
    var parts: [SectionCascade] = []
    for (identity, part) in zip(identities, recipe) {
      guard !part.isBypassed, let filter = part.effect as? any SOSDesignable else {
        parts.append(.identity)
        continue
      }
      do throws(DesignError) {
        parts.append(try filter.cascade(sampleRate: context.sampleRate))
      } catch {
        throw error.at(stage: identity)
      }
    }
    return SOSDesign(cascade: .joined(parts, gain: gain, carriers: carriers), format: context.format)
  }
}

extension SectionCascade {
  /// Filters in series, with a gain in the last that may carry it, else in the last that has sections.
  static func joined(_ parts: [SectionCascade], gain: Double, carriers: [Bool]) -> SectionCascade {
    let carrier =
      parts.indices.last { carriers[$0] && !parts[$0].sections.isEmpty } ?? parts.lastIndex { !$0.sections.isEmpty }
    var result = SectionCascade.identity
    for (index, part) in parts.enumerated() {
      result = result.followed(by: index == carrier && gain != 1 ? part.scaled(by: gain) : part)
    }
    return carrier == nil && gain != 1 ? result.scaled(by: gain) : result
  }
}

import AudioCore
import ComplexModule
import RealModule

/// A filter in the z plane by its roots, from which sections are made.
struct DigitalFilter: Sendable, Hashable {
  var zeros: ConjugateRoots
  var poles: ConjugateRoots
  var gain: Double

  /// The filter as sections, beside its roots.
  ///
  /// Poles nearest the unit circle take the zeros nearest to them, which keeps each section's peak low, and run last, so
  /// that the resonant ones meet a signal that is filtered already. Each section is scaled so that the response up to it
  /// peaks at 1; the last one brings the gain to its value.
  func cascade() -> SectionCascade {
    let blocks = pairedBlocks()
    let points =
      poles.pairs.map(CirclePoint.init(towards:)) + [1, -1].map { CirclePoint(towards: Complex($0)) }
    var responses = [Double](repeating: 1, count: points.count)
    var remaining = gain
    var sections: [Biquad] = []
    for (index, block) in blocks.enumerated() {
      var scale = remaining
      if index < blocks.count - 1 {
        for (point, position) in zip(points, points.indices) { responses[position] *= block.magnitude(at: point) }
        let peak = responses.max() ?? 1
        scale = 1 / peak
        for position in responses.indices { responses[position] *= scale }
        remaining /= scale
      }
      sections.append(block.biquad(scale: scale))
    }
    if blocks.isEmpty, gain != 1 { sections = [Biquad.identity.scaled(by: gain)] }
    return SectionCascade(
      sections: sections, roots: ZerosPolesGain(zeros: zeros.all, poles: poles.all, gain: gain))
  }

  /// The sections' roots in the order in which they run.
  private func pairedBlocks() -> [Block] {
    var left = zeros
    let polePairs = poles.pairs.map { ConjugateRoots(pairs: [$0]) }
    let reals = poles.reals.sorted { abs($0) > abs($1) }
    let realPairs = stride(from: 0, to: reals.count, by: 2).map {
      ConjugateRoots(reals: Array(reals[$0..<min($0 + 2, reals.count)]))
    }
    let byRadius = (polePairs + realPairs).sorted { $0.radius > $1.radius }
    return byRadius.map { Block(poles: $0, zeros: left.takeNearest(to: $0)) }.reversed()
  }
}

/// What one section realises: up to two poles and up to two zeros.
private struct Block {
  var poles: ConjugateRoots
  var zeros: ConjugateRoots

  func magnitude(at point: CirclePoint) -> Double {
    let above = zeros.all.reduce(1) { $0 * point.minus($1).length }
    let below = poles.all.reduce(1) { $0 * point.minus($1).length }
    return above / below
  }

  func biquad(scale: Double) -> Biquad {
    let (b1, b2) = zeros.monic
    let (a1, a2) = poles.monic
    // With fewer zeros than poles the numerator starts later: each missing zero is one z⁻¹.
    switch poles.count - zeros.count {
    case 2: return Biquad(b0: 0, b1: 0, b2: scale, a1: a1, a2: a2)
    case 1: return Biquad(b0: 0, b1: scale, b2: scale * b1, a1: a1, a2: a2)
    default: return Biquad(b0: scale, b1: scale * b1, b2: scale * b2, a1: a1, a2: a2)
    }
  }
}

extension ConjugateRoots {
  fileprivate var radius: Double {
    max(pairs.map(\.length).max() ?? 0, reals.map { abs($0) }.max() ?? 0)
  }

  /// The lower coefficients of the polynomial `1 + c₁z⁻¹ + c₂z⁻²` of one or two roots.
  fileprivate var monic: (Double, Double) {
    if let root = pairs.first { return (-2 * root.real, root.lengthSquared) }
    if reals.count == 2 { return (-(reals[0] + reals[1]), reals[0] * reals[1]) }
    return (reals.first.map { -$0 } ?? 0, 0)
  }

  /// Removes and returns the zeros that suit a section's poles: as many as there are poles, nearest first.
  fileprivate mutating func takeNearest(to poles: ConjugateRoots) -> ConjugateRoots {
    let target = poles.pairs.first ?? Complex(poles.reals.first ?? 0)
    let pair = pairs.indices.min { (pairs[$0] - target).lengthSquared < (pairs[$1] - target).lengthSquared }
    if poles.count == 2, let pair {
      let nearestReal = reals.map { (Complex($0) - target).lengthSquared }.min()
      if reals.count < 2 || (pairs[pair] - target).lengthSquared <= nearestReal ?? .infinity {
        return ConjugateRoots(pairs: [pairs.remove(at: pair)])
      }
    }
    var taken = ConjugateRoots()
    while taken.reals.count < poles.count,
      let index = reals.indices.min(by: {
        (Complex(reals[$0]) - target).lengthSquared < (Complex(reals[$1]) - target).lengthSquared
      })
    {
      taken.reals.append(reals.remove(at: index))
    }
    return taken
  }
}

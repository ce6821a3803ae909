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
  /// Poles nearest the unit circle take the zeros nearest to them, which keeps each section's peak low. Sections run in the
  /// order that keeps what the filter passes near the level of the strongest component all the way: what one section
  /// buries in rounding noise no later one brings back. Each is scaled so that the response up to it peaks at 1; the last
  /// one brings the gain to its value.
  func cascade() -> SectionCascade {
    let points = pointsOfInterest()
    var left = pairedBlocks().map { block in (block, levels: points.map { Double.log(block.magnitude(at: $0)) }) }
    let whole = left.reduce([Double](repeating: 0, count: points.count)) { zip($0, $1.levels).map(+) }
    let loudest = whole.max() ?? 0
    let passed = whole.indices.filter { whole[$0] > loudest - 3 }

    var prefix = [Double](repeating: 0, count: points.count)
    var remaining = gain
    var sections: [Biquad] = []
    while !left.isEmpty {
      let candidates = left.map { zip(prefix, $0.levels).map(+) }
      var best = (index: 0, spread: Double.infinity)
      for (index, levels) in candidates.enumerated() {
        let spread = (levels.max() ?? 0) - (passed.map { levels[$0] }.min() ?? 0)
        // A margin above rounding, so that equal candidates keep their order whatever the cutoff.
        if spread < best.spread - 1e-6 { best = (index, spread) }
      }
      let block = left.remove(at: best.index).0
      let peak = candidates[best.index].max() ?? 0
      prefix = candidates[best.index].map { $0 - peak }
      let scale = left.isEmpty ? remaining : Double.exp(-peak)
      remaining /= scale
      sections.append(block.biquad(scale: scale))
    }
    if sections.isEmpty, gain != 1 { sections = [Biquad.identity.scaled(by: gain)] }
    return SectionCascade(
      sections: sections, roots: ZerosPolesGain(zeros: zeros.all, poles: poles.all, gain: gain))
  }

  /// Where a response may peak: at the natural frequencies of the poles, between neighbours, and at both ends.
  private func pointsOfInterest() -> [CirclePoint] {
    // In the s plane, where these points move with the cutoff and the order of the sections stays.
    let natural = poles.all.filter { $0.imaginary >= 0 }
      .map { ($0 - Complex(1)).length / ($0 + Complex(1)).length }
      .filter { $0 > 0 && $0.isFinite }.sorted()
    let between: [Double] = zip(natural, natural.dropFirst()).flatMap { [($0 + $1) / 2, ($0 * $1).squareRoot()] }
    let inside: [Complex<Double>] = (natural + between).map {
      Complex(1 - $0, 0) * Complex(1 + $0, 0) + Complex(0, 2 * $0)
    }
    return (inside + [Complex(1), Complex(-1)]).map(CirclePoint.init(towards:))
  }

  /// The sections' roots, the least resonant first.
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

import AudioCore
import ComplexModule
import RealModule

extension SectionCascade {
  /// How many frames pass until the impulse response stays a number of decibels below its peak: a bound, never too small.
  ///
  /// Two kinds of envelope are tried and the shortest answer taken. The residues give `|h[n]| ≤ Σ |cᵢ|·|pᵢ|ⁿ⁻¹` when no
  /// two poles nearly coincide. For every radius ρ between the outermost pole and the unit circle, Cauchy's inequality gives
  /// `|h[n]| ≤ M(ρ)·ρⁿ`, where M is the largest `|H|` on that circle, whatever the poles' multiplicity.
  ///
  /// - Parameter decibels: How far below the peak, such as 120; the sign does not matter.
  /// - Returns: The number of frames; `Int.max` for a filter that is not stable.
  public func decayFrames(to decibels: Double) -> Int {
    precondition(decibels.isFinite, "decibels is \(decibels)")
    let outermost = roots.poles.map(\.length).max() ?? 0
    guard outermost < 1 else { return .max }
    let radii: [Double] = (1...30).map { outermost + (1 - outermost) * Double.pow(2, -$0) }
    var envelopes = radii.filter { $0 > outermost && $0 < 1 }
      .map { DecayEnvelope(terms: [(roots.logarithmOfBound(onRadius: $0), Double.log($0))]) }
    if let residues = roots.residueEnvelope() { envelopes.append(residues) }

    // |H(e^{jω})| ≤ Σ|h| ≤ P·m + Σ_{n≥m} |h| for the peak P and any m: with m where the tail is half of |H|, P ≥ |H|/2m.
    // The first frames give another lower bound of P, the better one where the response begins with its peak.
    let loudest = roots.logarithmOfLargestResponse()
    let start = Double.log(impulseResponse(count: 2_048).reduce(0) { max($0, abs($1)) })
    let peaks: [Double] = envelopes.map { loudest - .log(2 * $0.summed.crossing(below: loudest - .log(2))) }
    guard let peak = (peaks + [start]).max() else { return .max }
    let level = peak - abs(decibels) / 20 * Double.log(10)
    let fewest = envelopes.map { $0.crossing(below: level) }.min() ?? .infinity
    return fewest < 1e18 ? Int(fewest) + 1 : .max
  }
}

/// A sum of decaying exponentials of a frame's number, each by the logarithms of its amplitude and of its ratio.
private struct DecayEnvelope {
  var terms: [(amplitude: Double, ratio: Double)]

  /// The sums of all frames from a frame on.
  var summed: DecayEnvelope {
    DecayEnvelope(terms: terms.map { ($0.amplitude - Double.log(-Double.expMinusOne($0.ratio)), $0.ratio) })
  }

  /// A whole number of frames, 1 or more, at which the sum has fallen to a level given by its logarithm.
  func crossing(below level: Double) -> Double {
    func isBelow(_ frame: Double) -> Bool {
      terms.reduce(0) { $0 + Double.exp($1.amplitude - level + $1.ratio * frame) } <= 1
    }
    var above = 1.0
    while !isBelow(above), above < 1e18 { above *= 2 }
    var below = above / 2
    while above - below > max(1, above * 1e-3) {
      let middle = ((above + below) / 2).rounded()
      if isBelow(middle) { above = middle } else { below = middle }
    }
    return above.rounded(.up)
  }
}

extension ZerosPolesGain {
  /// The partial fractions' envelope; nil when two poles lie so near each other that residues lose their digits.
  fileprivate func residueEnvelope() -> DecayEnvelope? {
    let constant = Double.log(abs(gain))
    var terms: [(amplitude: Double, ratio: Double)] = []
    for (index, pole) in poles.enumerated() {
      var amplitude = constant
      for zero in zeros { amplitude += Double.log((pole - zero).length) }
      for (other, partner) in poles.enumerated() where other != index {
        let distance = (pole - partner).length
        guard distance > 1e-9, pole.length > 1e-9 else { return nil }
        amplitude -= Double.log(distance)
      }
      let ratio = Double.log(pole.length)
      // The response begins one frame later than the powers of the poles.
      if amplitude > -.infinity { terms.append((amplitude - ratio, ratio)) }
    }
    return terms.isEmpty ? nil : DecayEnvelope(terms: terms)
  }

  /// `ln |H|` at its largest among the poles' angles and both ends of the spectrum.
  fileprivate func logarithmOfLargestResponse() -> Double {
    let points = (poles.filter { $0.imaginary >= 0 } + [1, -1]).map(CirclePoint.init(towards:))
    let values = points.map { point in
      zeros.reduce(0) { $0 + Double.log(point.minus($1).length) }
        - poles.reduce(0) { $0 + Double.log(point.minus($1).length) }
    }
    return Double.log(abs(gain)) + (values.max() ?? 0)
  }

  /// An upper bound of `ln |H|` on a circle: each conjugate pair of factors at its own extreme.
  fileprivate func logarithmOfBound(onRadius radius: Double) -> Double {
    var bound = Double.log(abs(gain))
    for zero in zeros {
      // Both factors of a pair are largest together at one of the two real points.
      bound += Double.log(radius * (radius + 2 * abs(zero.real)) + zero.lengthSquared) / 2
    }
    for pole in poles { bound -= Double.log(leastDistance(from: pole, onRadius: radius)) }
    return bound
  }
}

/// The square root of the least `|z − p|·|z − p*|` on a circle around a pole p: its share of the pair.
private func leastDistance(from pole: Complex<Double>, onRadius radius: Double) -> Double {
  let length = pole.length
  guard pole.imaginary != 0 else { return radius - length }
  // With x the cosine of the angle, the squared product is (2ρr·x − (ρ² + r²)·cos φ)² + (ρ² − r²)²·sin² φ.
  let cosine = (radius * radius + length * length) * (pole.real / length) / (2 * radius * length)
  if abs(cosine) <= 1 {
    return ((radius - length) * (radius + length) * abs(pole.imaginary) / length).squareRoot()
  }
  return Double.hypot(radius - abs(pole.real), pole.imaginary)
}

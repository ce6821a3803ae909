import AudioCore
import ComplexModule
import RealModule

extension SectionCascade {
  /// Whether every pole, of the roots and of the rounded sections, lies strictly inside the unit circle.
  public var isStable: Bool {
    roots.poles.allSatisfy { $0.length < 1 } && sections.allSatisfy(\.isStable)
  }

  /// The first samples of the response to a single 1.
  ///
  /// - Parameter count: How many samples, 0 or more.
  public func impulseResponse(count: Int) -> [Double] {
    precondition(count >= 0, "count is \(count)")
    var signal = [Double](repeating: 0, count: count)
    if count > 0 { signal[0] = 1 }
    for section in sections {
      var (first, second) = (0.0, 0.0)
      for index in signal.indices {
        let input = signal[index]
        let output = section.b0 * input + first
        first = section.b1 * input - section.a1 * output + second
        second = section.b2 * input - section.a2 * output
        signal[index] = output
      }
    }
    return signal
  }

  /// How many frames pass until the impulse response stays a number of decibels below its peak: a bound, never too small.
  ///
  /// For every radius ρ between the outermost pole and the unit circle, `|h[n]| ≤ M(ρ)·ρⁿ`, where M is the largest `|H|` on
  /// the circle of radius ρ (Cauchy's inequality); the smallest answer over a range of radii is taken. Poles that coincide
  /// need no case of their own.
  ///
  /// - Parameter decibels: How far below the peak, such as 120; the sign does not matter.
  /// - Returns: The number of frames; `Int.max` for a filter that is not stable.
  public func decayFrames(to decibels: Double) -> Int {
    precondition(decibels.isFinite, "decibels is \(decibels)")
    let outermost = roots.poles.map(\.length).max() ?? 0
    guard outermost < 1 else { return .max }
    let loudest = logarithmOfLoudestSample()
    var fewest = Double.infinity
    for exponent in 1...30 {
      let radius = outermost + (1 - outermost) * Double.pow(2, -exponent)
      guard radius > outermost, radius < 1 else { continue }
      let decay = -Double.log(radius)
      let bound = logarithmOfBound(onRadius: radius)
      // The peak P follows from the loudest |H(e^{jω})| ≤ Σ|h| ≤ P·(m + 1/(1 − ρ)), where m = ln(M/P)/(−ln ρ).
      var peak = loudest
      for _ in 0..<60 {
        let frames = max(0, (bound - peak) / decay) + 1 + 1 / (1 - radius)
        peak = loudest - Double.log(frames)
      }
      fewest = min(fewest, (bound - peak + abs(decibels) / 20 * Double.log(10)) / decay)
    }
    return fewest < 1e18 ? max(1, Int(fewest.rounded(.up)) + 1) : .max
  }

  /// `ln |H|` at its largest among the poles' angles and both ends of the spectrum.
  private func logarithmOfLoudestSample() -> Double {
    let points = (roots.poles.filter { $0.imaginary >= 0 } + [1, -1]).map(CirclePoint.init(towards:))
    let gain = Double.log(abs(roots.gain))
    let values = points.map { point in
      gain + roots.zeros.reduce(0) { $0 + Double.log(point.minus($1).length) }
        - roots.poles.reduce(0) { $0 + Double.log(point.minus($1).length) }
    }
    return values.max() ?? gain
  }

  /// An upper bound of `ln |H|` on a circle: each conjugate pair of factors at its own extreme.
  private func logarithmOfBound(onRadius radius: Double) -> Double {
    var bound = Double.log(abs(roots.gain))
    for zero in roots.zeros {
      // Both factors of a pair are largest together at one of the two real points.
      bound += Double.log(radius * (radius + 2 * abs(zero.real)) + zero.lengthSquared) / 2
    }
    for pole in roots.poles { bound -= Double.log(leastDistance(from: pole, onRadius: radius)) }
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

import AudioCore
import ComplexModule
import RealModule

/// A transfer function in the s plane: `H(s) = gain · Π(s − zeros) / Π(s − poles)`.
///
/// Frequencies are in units in which the bilinear transform is `s = (z − 1)/(z + 1)`, so a frequency f of the sample rate r
/// stands at `tan(πf/r)`; prototypes have their edge at 1.
struct AnalogFilter: Sendable, Hashable {
  var zeros = ConjugateRoots()
  var poles: ConjugateRoots
  var gain: Double

  /// How many zeros lie at infinity.
  var excess: Int { poles.count - zeros.count }

  func followed(by other: AnalogFilter) -> AnalogFilter {
    AnalogFilter(
      zeros: zeros.appending(other.zeros), poles: poles.appending(other.poles), gain: gain * other.gain)
  }

  /// The prototype with its edge moved to the response's, and the response's shape.
  func transformed(to edges: WarpedEdges) -> AnalogFilter {
    switch edges {
    case .lowPass(let edge): lowPass(at: edge)
    case .highPass(let edge): highPass(at: edge)
    case .bandPass(let square, let width): bandPass(centreSquared: square, width: width)
    case .bandStop(let square, let width): bandStop(centreSquared: square, width: width)
    }
  }

  /// `s → s/edge`.
  func lowPass(at edge: Double) -> AnalogFilter {
    AnalogFilter(
      zeros: zeros.map {
        $0.multiplied(by: edge)
      } real: {
        $0 * edge
      },
      poles: poles.map {
        $0.multiplied(by: edge)
      } real: {
        $0 * edge
      },
      gain: gain * Double.pow(edge, excess))
  }

  /// `s → edge/s`.
  private func highPass(at edge: Double) -> AnalogFilter {
    func inverted(_ roots: ConjugateRoots) -> ConjugateRoots {
      roots.map {
        (Complex(edge) / $0)
      } real: {
        edge / $0
      }
    }
    var result = AnalogFilter(
      zeros: inverted(zeros), poles: inverted(poles), gain: gain * ConjugateRoots.quotient(zeros, poles, at: 0))
    result.zeros.reals += Array(repeating: 0, count: excess)
    return result
  }

  /// `s → (s² + centre²)/(width · s)`.
  private func bandPass(centreSquared: Double, width: Double) -> AnalogFilter {
    func split(_ roots: ConjugateRoots) -> ConjugateRoots {
      bandRoots(
        roots.map {
          $0.multiplied(by: width / 2)
        } real: {
          $0 * width / 2
        }, centreSquared: centreSquared)
    }
    var result = AnalogFilter(zeros: split(zeros), poles: split(poles), gain: gain * Double.pow(width, excess))
    result.zeros.reals += Array(repeating: 0, count: excess)
    return result
  }

  /// `s → width · s/(s² + centre²)`.
  private func bandStop(centreSquared: Double, width: Double) -> AnalogFilter {
    func split(_ roots: ConjugateRoots) -> ConjugateRoots {
      bandRoots(
        roots.map {
          Complex(width / 2) / $0
        } real: {
          width / 2 / $0
        }, centreSquared: centreSquared)
    }
    var result = AnalogFilter(
      zeros: split(zeros), poles: split(poles), gain: gain * ConjugateRoots.quotient(zeros, poles, at: 0))
    let notch = Complex(0, centreSquared.squareRoot())
    result.zeros.pairs += Array(repeating: notch, count: excess)
    return result
  }

  /// The filter in the z plane by `s = (z − 1)/(z + 1)`: zeros at infinity come to z = −1.
  func bilinear() -> DigitalFilter {
    func mapped(_ roots: ConjugateRoots) -> ConjugateRoots {
      roots.map { root in
        let below = (1 - root.real) * (1 - root.real) + root.imaginary * root.imaginary
        let real = (1 - root.real) * (1 + root.real) - root.imaginary * root.imaginary
        return Complex(real / below, 2 * root.imaginary / below)
      } real: {
        (1 + $0) / (1 - $0)
      }
    }
    var result = DigitalFilter(
      zeros: mapped(zeros), poles: mapped(poles), gain: gain * ConjugateRoots.quotient(zeros, poles, at: 1))
    result.zeros.reals += Array(repeating: -1, count: excess)
    return result
  }
}

extension AnalogFilter {
  /// The prototype brought to a response and into the z plane, as sections.
  func designed(_ edges: WarpedEdges) throws(DesignError) -> SectionCascade {
    try transformed(to: edges).digital()
  }

  /// The filter in the z plane, as sections.
  ///
  /// - Throws: `DesignError` when an edge is so low or a band so narrow that a pole rounds onto the unit circle.
  func digital() throws(DesignError) -> SectionCascade {
    let cascade = bilinear().cascade()
    guard cascade.isStable, cascade.roots.gain.isFinite, cascade.roots.gain != 0 else {
      throw DesignError(
        .inconsistent,
        problem:
          "The frequencies lie so near 0 Hz, half the sample rate or each other that a pole rounds onto the unit circle",
        remedy: "Move them apart, or lower the sample rate")
    }
    return cascade
  }
}

/// The roots s of `s² − 2hs + centre² = 0` for each h.
private func bandRoots(_ halves: ConjugateRoots, centreSquared: Double) -> ConjugateRoots {
  let centre = centreSquared.squareRoot()
  var roots = ConjugateRoots()
  for half in halves.reals { roots.appendRoots(ofHalf: half, centre: centre) }
  for half in halves.pairs {
    if half.real == 0 {
      // On the imaginary axis to stay: both roots have imaginary parts of their own sign.
      let larger = half.imaginary + Double.hypot(half.imaginary, centre)
      roots.appendPair(Complex(0, larger))
      roots.appendPair(Complex(0, centreSquared / larger))
    } else {
      // √(h − c)·√(h + c) keeps what h² − c² would cancel; the smaller root follows from the product of both.
      let root = Complex.sqrt(half - Complex(centre)) * Complex.sqrt(half + Complex(centre))
      let plus = half + root
      let minus = half - root
      let larger = plus.lengthSquared > minus.lengthSquared ? plus : minus
      roots.appendPair(larger)
      roots.appendPair(Complex(centreSquared) / larger)
    }
  }
  return roots
}

extension ConjugateRoots {
  /// Takes in the roots of `s² − 2hs + centre²` for a real h.
  fileprivate mutating func appendRoots(ofHalf half: Double, centre: Double) {
    let discriminant = (half - centre) * (half + centre)
    if discriminant < 0 {
      pairs.append(Complex(half, (-discriminant).squareRoot()))
    } else {
      let larger = half + (half < 0 ? -1 : 1) * discriminant.squareRoot()
      reals.append(larger)
      reals.append(centre / larger * centre)
    }
  }
}

import ComplexModule
import RealModule

/// Roots of a polynomial with real coefficients: real ones, and one member of each conjugate pair.
///
/// Keeping one member alone makes both members exact mirror images through every transform.
struct ConjugateRoots: Sendable, Hashable {
  /// The members with a positive imaginary part.
  var pairs: [Complex<Double>] = []
  var reals: [Double] = []

  var count: Int { 2 * pairs.count + reals.count }

  /// Every root, both members of each pair.
  var all: [Complex<Double>] {
    pairs.flatMap { [$0, $0.conjugate] } + reals.map { Complex($0) }
  }

  /// Takes in a root with its mirror image, whichever half plane it was found in.
  mutating func appendPair(_ root: Complex<Double>) {
    pairs.append(root.imaginary < 0 ? root.conjugate : root)
  }

  /// Takes in both roots of `a x² + b x + c`, or the single one when `a` is 0.
  mutating func appendRoots(ofQuadratic a: Double, _ b: Double, _ c: Double) {
    guard a != 0 else {
      if b != 0 { reals.append(-c / b) }
      return
    }
    let half = b / (2 * a)
    let product = c / a
    let discriminant = (-product).addingProduct(half, half)
    if discriminant < 0 {
      pairs.append(Complex(-half, (-discriminant).squareRoot()))
    } else {
      // The root of larger magnitude first: the other follows from the product without cancellation.
      let larger = -half - (half < 0 ? -1 : 1) * discriminant.squareRoot()
      reals.append(larger)
      reals.append(larger == 0 ? 0 : product / larger)
    }
  }

  func appending(_ other: ConjugateRoots) -> ConjugateRoots {
    ConjugateRoots(pairs: pairs + other.pairs, reals: reals + other.reals)
  }

  func map(pair: (Complex<Double>) -> Complex<Double>, real: (Double) -> Double) -> ConjugateRoots {
    var mapped = ConjugateRoots(reals: reals.map(real))
    for root in pairs { mapped.appendPair(pair(root)) }
    return mapped
  }

  /// The factors of `Π(point − root)`: a real number for each real root, a squared distance for each pair.
  func factors(at point: Double) -> [Double] {
    pairs.map { root in
      let real = point - root.real
      return real * real + root.imaginary * root.imaginary
    } + reals.map { point - $0 }
  }

  /// `Π(point − zeros) / Π(point − poles)`, interleaved so that no partial product leaves the range of a Double.
  static func quotient(_ zeros: ConjugateRoots, _ poles: ConjugateRoots, at point: Double) -> Double {
    let above = zeros.factors(at: point)
    let below = poles.factors(at: point)
    var product = 1.0
    for index in 0..<max(above.count, below.count) {
      if index < above.count { product *= above[index] }
      if index < below.count { product /= below[index] }
    }
    return product
  }
}

import AudioCore
import ComplexModule
import RealModule

extension SectionCascade {
  /// `d ln H / dω` at a frequency, in seconds: its real part is the slope of the log magnitude, its imaginary part minus the group delay.
  ///
  /// By it the group delay of a sum of filters follows from those of its terms. Nil at a zero or pole on the unit circle.
  public func logarithmicSlope(at frequency: Frequency, sampleRate: Double) -> Complex<Double>? {
    precondition(sampleRate > 0 && sampleRate.isFinite, "sample rate is \(sampleRate)")
    let point = CirclePoint(frequency, sampleRate: sampleRate)
    var sum = Complex<Double>.zero
    for (root, sign) in roots.zeros.map({ ($0, 1.0) }) + roots.poles.map({ ($0, -1.0) }) {
      let distance = point.minus(root)
      guard distance.length > Self.coincidence else { return nil }
      // d ln(z − root)/dω = jz/(z − root), as dz/dω = jz.
      sum += Complex(sign) * Complex.i * point.z / distance
    }
    return Complex(sum.real / sampleRate, sum.imaginary / sampleRate)
  }
}

import AudioCore
import ComplexModule
import RealModule

extension SectionCascade {
  /// The response's derivative `dH/dω` at a frequency, in seconds; not finite at a pole on the unit circle.
  ///
  /// By it the group delay of a sum of filters follows from those of its terms, also where one of them is silent.
  public func responseSlope(at frequency: Frequency, sampleRate: Double) -> Complex<Double> {
    precondition(sampleRate > 0 && sampleRate.isFinite, "sample rate is \(sampleRate)")
    let point = CirclePoint(frequency, sampleRate: sampleRate)
    // dz/dω = jz, and z turns once in a sample rate.
    let turn = Complex(0, 1 / sampleRate) * point.z
    if let silent = roots.zeros.firstIndex(where: { point.minus($0).length <= Self.coincidence }) {
      // Of a product with one factor 0 only that factor's derivative is left, and nothing where two are 0.
      var others = roots
      others.zeros.remove(at: silent)
      return turn * SectionCascade(sections: [], roots: others).response(at: frequency, sampleRate: sampleRate)
    }
    var logarithmic = Complex<Double>.zero
    for zero in roots.zeros { logarithmic += turn / point.minus(zero) }
    for pole in roots.poles { logarithmic -= turn / point.minus(pole) }
    return response(at: frequency, sampleRate: sampleRate) * logarithmic
  }
}

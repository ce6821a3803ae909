import AudioCore
import ComplexModule
import RealModule

extension SectionCascade {
  /// The zeros in the z plane.
  public var zeros: [Complex<Double>] { roots.zeros }
  /// The poles in the z plane.
  public var poles: [Complex<Double>] { roots.poles }

  /// The distance at which a root and a point of the unit circle are one, but for rounding.
  static let coincidence = 4 * Double.ulpOfOne

  /// The response `H(e^{jω})` at a frequency, evaluated from the roots.
  ///
  /// - Parameters:
  ///   - frequency: In hertz; any finite number, as the response repeats with the sample rate.
  ///   - sampleRate: In hertz, above 0.
  public func response(at frequency: Frequency, sampleRate: Double) -> Complex<Double> {
    precondition(sampleRate > 0 && sampleRate.isFinite, "sample rate is \(sampleRate)")
    let point = CirclePoint(frequency, sampleRate: sampleRate)
    var product = Complex(roots.gain)
    // A zero on the unit circle at this frequency silences it, whatever its rounding leaves over.
    if roots.zeros.contains(where: { point.minus($0).length <= Self.coincidence }) { return .zero }
    // Zeros and poles in turn, so that no partial product leaves the range of a Double.
    for index in 0..<max(roots.zeros.count, roots.poles.count) {
      if index < roots.zeros.count { product *= point.minus(roots.zeros[index]) }
      if index < roots.poles.count { product /= point.minus(roots.poles[index]) }
    }
    return product
  }

  /// The magnitude `|H|` at a frequency, as a linear factor.
  public func magnitude(at frequency: Frequency, sampleRate: Double) -> Double {
    response(at: frequency, sampleRate: sampleRate).length
  }

  /// The magnitude at a frequency in decibels; minus infinity where a zero lies on the unit circle.
  public func magnitudeInDecibels(at frequency: Frequency, sampleRate: Double) -> Double {
    20 * Double.log10(magnitude(at: frequency, sampleRate: sampleRate))
  }

  /// The phase at a frequency in radians, −π to π; 0 where the response is 0.
  public func phase(at frequency: Frequency, sampleRate: Double) -> Double {
    let value = response(at: frequency, sampleRate: sampleRate)
    return value == .zero ? 0 : Double.atan2(y: value.imaginary, x: value.real)
  }

  /// The phase at each frequency in radians, without the jumps of 2π.
  ///
  /// - Parameter frequencies: In rising order and near enough to each other that the phase turns less than π between two.
  public func unwrappedPhase(at frequencies: [Frequency], sampleRate: Double) -> [Double] {
    var previous: Double?
    return frequencies.map { frequency in
      var angle = phase(at: frequency, sampleRate: sampleRate)
      if let previous { angle = previous + (angle - previous).remainder(dividingBy: 2 * .pi) }
      previous = angle
      return angle
    }
  }

  /// The group delay `−dφ/dω` at a frequency, in seconds; nil where it is undefined, at a zero or pole on the unit circle.
  public func groupDelay(at frequency: Frequency, sampleRate: Double) -> Double? {
    precondition(sampleRate > 0 && sampleRate.isFinite, "sample rate is \(sampleRate)")
    let point = CirclePoint(frequency, sampleRate: sampleRate)
    var frames = 0.0
    for (root, sign) in roots.poles.map({ ($0, 1.0) }) + roots.zeros.map({ ($0, -1.0) }) {
      let distance = point.minus(root)
      guard distance.length > Self.coincidence else { return nil }
      // d arg(z − root)/dω is the real part of z/(z − root), which is one half for every root on the circle.
      let isOnCircle = abs(root.lengthSquared - 1) < 4 * Double.ulpOfOne
      frames += sign * (isOnCircle ? 0.5 : (point.z / distance).real)
    }
    return frames / sampleRate
  }
}

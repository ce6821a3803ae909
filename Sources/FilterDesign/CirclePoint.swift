import AudioCore
import ComplexModule
import RealModule

/// A point of the unit circle, which knows its distance to a root without cancellation near z = 1 and z = −1.
struct CirclePoint {
  /// 1 in the right half of the circle, −1 in the left one: the real point that distances are measured from.
  private let pole: Double
  /// The real part less `pole`, and the imaginary part.
  private let offset: Complex<Double>

  /// The point of a frequency at a sample rate; any finite frequency, periodic beyond the sample rate.
  init(_ frequency: Frequency, sampleRate: Double) {
    let turn = frequency.hertz.remainder(dividingBy: sampleRate)
    if abs(turn) <= sampleRate / 4 {
      self.init(pole: 1, angle: 2 * .pi * (turn / sampleRate))
    } else {
      let fromNyquist = (turn < 0 ? -sampleRate / 2 : sampleRate / 2) - turn
      self.init(pole: -1, angle: 2 * .pi * (fromNyquist / sampleRate))
    }
  }

  /// The point in the direction of a root.
  init(towards root: Complex<Double>) {
    let angle = Double.atan2(y: root.imaginary, x: abs(root.real))
    self.init(pole: root.real < 0 ? -1 : 1, angle: angle)
  }

  /// The point at an angle from `pole`, turning towards the imaginary axis.
  private init(pole: Double, angle: Double) {
    let half = Double.sin(angle / 2)
    self.pole = pole
    offset = Complex(-2 * pole * half * half, Double.sin(angle))
  }

  /// The point as a complex number.
  var z: Complex<Double> { Complex(pole + offset.real, offset.imaginary) }

  /// `z − root`.
  func minus(_ root: Complex<Double>) -> Complex<Double> {
    Complex((pole - root.real) + offset.real, offset.imaginary - root.imaginary)
  }
}

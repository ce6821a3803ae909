import AudioCore
import RealModule

extension SectionCascade {
  /// A first-order low-pass: 3.01 dB down at its cutoff, 6 dB an octave.
  ///
  /// - Throws: `DesignError` that names `cutoff` or `sampleRate`.
  public static func firstOrderLowPass(_ cutoff: Frequency, sampleRate: Double) throws(DesignError) -> SectionCascade {
    try butterworth(.lowPass(cutoff), order: 1, sampleRate: sampleRate)
  }

  /// A first-order high-pass: 3.01 dB down at its cutoff, 6 dB an octave.
  ///
  /// - Throws: `DesignError` that names `cutoff` or `sampleRate`.
  public static func firstOrderHighPass(_ cutoff: Frequency, sampleRate: Double) throws(DesignError) -> SectionCascade {
    try butterworth(.highPass(cutoff), order: 1, sampleRate: sampleRate)
  }

  /// A first-order all-pass: 1 at 0 Hz, a quarter turn at the frequency, −1 at half the sample rate.
  ///
  /// - Throws: `DesignError` that names `cutoff` or `sampleRate`.
  public static func firstOrderAllPass(_ frequency: Frequency, sampleRate: Double) throws(DesignError) -> SectionCascade
  {
    try linkwitzRileyAllPass(frequency, order: 2, sampleRate: sampleRate)
  }

  /// A first-order shelf that brings what lies below its frequency to `gain`; half of it in decibels at the frequency.
  ///
  /// - Parameter gain: In decibels, −200 to 200.
  /// - Throws: `DesignError` that names `frequency`, `gain` or `sampleRate`.
  public static func firstOrderLowShelf(
    _ frequency: Frequency, gain: Double, sampleRate: Double
  ) throws(DesignError) -> SectionCascade {
    try firstOrderShelf(frequency, gain: gain, sampleRate: sampleRate) { root in
      AnalogFilter(zeros: ConjugateRoots(reals: [-root]), poles: ConjugateRoots(reals: [-1 / root]), gain: 1)
    }
  }

  /// A first-order shelf that brings what lies above its frequency to `gain`; half of it in decibels at the frequency.
  ///
  /// - Parameter gain: In decibels, −200 to 200.
  /// - Throws: `DesignError` that names `frequency`, `gain` or `sampleRate`.
  public static func firstOrderHighShelf(
    _ frequency: Frequency, gain: Double, sampleRate: Double
  ) throws(DesignError) -> SectionCascade {
    try firstOrderShelf(frequency, gain: gain, sampleRate: sampleRate) { root in
      AnalogFilter(
        zeros: ConjugateRoots(reals: [-1 / root]), poles: ConjugateRoots(reals: [-root]), gain: root * root)
    }
  }

  /// Places a shelf whose root distances are the square root of the gain, which makes boost and cut mirror images.
  private static func firstOrderShelf(
    _ frequency: Frequency, gain: Double, sampleRate: Double, prototype: (Double) -> AnalogFilter
  ) throws(DesignError) -> SectionCascade {
    try DesignError.require(sampleRate: sampleRate)
    try DesignError.require(frequency: frequency, below: sampleRate)
    try DesignError.require(gain, in: -200...200, parameter: "gain", unit: "dB")
    let root = Double.exp(gain / 40 * Double.log(10))
    return try prototype(root).lowPass(at: warped(frequency, sampleRate)).digital()
  }
}

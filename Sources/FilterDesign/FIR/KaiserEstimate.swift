import AudioCore
import RealModule

/// Kaiser's formulas between the length of a windowed filter, its attenuation and the width of its transition.
///
/// Kaiser, *Nonrecursive digital filter design using the I0-sinh window function*, 1974; as Oppenheim and Schafer
/// give them.
public enum KaiserEstimate {
  /// How many taps, and which Kaiser window, an attenuation and a transition ask for.
  ///
  /// - Parameters:
  ///   - attenuation: Of the stop band, and of the pass band's ripple, 8 to 300 dB.
  ///   - transitionWidth: From the pass band to the stop band, above 0 Hz and below half the sample rate.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter.
  public static func taps(
    attenuation: Double, transitionWidth: Frequency, sampleRate: Double
  ) throws(DesignError) -> (taps: Int, beta: Double) {
    try DesignError.require(sampleRate: sampleRate)
    try DesignError.require(attenuation, in: 8...300, parameter: "attenuation", unit: "dB")
    try DesignError.require(frequency: transitionWidth, below: sampleRate, parameter: "transitionWidth")
    let width = transitionWidth.hertz / (sampleRate / 2)
    let count = ((attenuation - 7.95) / 2.285 / (.pi * width) + 1).rounded(.up)
    guard count <= Double(tapLimit) else {
      throw DesignError(
        .outOfRange, parameter: "transitionWidth", value: DesignError.shortest(transitionWidth.hertz) + " Hz",
        problem: "asks for more than \(tapLimit) taps", remedy: "Widen the transition or lower the attenuation")
    }
    return (Int(count), beta(attenuation: attenuation))
  }

  /// The shape of the Kaiser window that reaches an attenuation in decibels; 0 up to 21 dB.
  public static func beta(attenuation: Double) -> Double {
    if attenuation > 50 { return 0.1102 * (attenuation - 8.7) }
    if attenuation <= 21 { return 0 }
    return 0.5842 * Double.pow(attenuation - 21, 0.4) + 0.07886 * (attenuation - 21)
  }

  /// The attenuation in decibels that a count of taps and a transition reach.
  ///
  /// - Throws: `DesignError` that names `taps`, `transitionWidth` or `sampleRate`.
  public static func attenuation(
    taps: Int, transitionWidth: Frequency, sampleRate: Double
  ) throws(DesignError) -> Double {
    try DesignError.require(sampleRate: sampleRate)
    try DesignError.require(taps: taps)
    try DesignError.require(frequency: transitionWidth, below: sampleRate, parameter: "transitionWidth")
    return 2.285 * Double(taps - 1) * .pi * (transitionWidth.hertz / (sampleRate / 2)) + 7.95
  }
}

import AudioCore
import ComplexModule
import RealModule

/// The taps of a finite impulse response filter, the first one applied to the newest sample.
public struct FIRTaps: Sendable, Hashable {
  /// The impulse response, of 1 to 1 048 576 finite numbers.
  public let taps: [Double]

  /// Makes a filter from its impulse response.
  ///
  /// - Throws: `DesignError` that names `taps`, for a count out of range or a number that is not finite.
  public init(_ taps: [Double]) throws(DesignError) {
    try DesignError.require(taps: taps.count)
    if let index = taps.firstIndex(where: { !$0.isFinite }) {
      throw DesignError(
        .outOfRange, parameter: "taps", value: "\(taps[index]) at \(index)", problem: "is not a finite number",
        remedy: "Give finite taps")
    }
    self.taps = taps
  }

  /// Taps of a design that were checked by it.
  init(designed taps: [Double]) { self.taps = taps }

  /// Whether the taps read the same backwards.
  public var isSymmetric: Bool { zip(taps, taps.reversed()).allSatisfy { $0 == $1 } }

  /// Whether the taps read the same backwards with the sign turned.
  public var isAntisymmetric: Bool { zip(taps, taps.reversed()).allSatisfy { $0 == -$1 } }

  /// Whether every frequency is delayed alike, as the taps are symmetric or antisymmetric.
  public var isLinearPhase: Bool { isSymmetric || isAntisymmetric }

  /// The delay of a linear-phase filter in whole frames, `(count − 1)/2` rounded down; 0 for other filters.
  ///
  /// An even count delays by half a frame more.
  public var latencyFrames: Int { isLinearPhase ? (taps.count - 1) / 2 : 0 }

  /// The response `H(e^{jω})` at a frequency.
  ///
  /// - Parameters:
  ///   - frequency: In hertz; any finite number, as the response repeats with the sample rate.
  ///   - sampleRate: In hertz, above 0.
  public func response(at frequency: Frequency, sampleRate: Double) -> Complex<Double> {
    sums(at: frequency, sampleRate: sampleRate).response
  }

  /// The magnitude `|H|` at a frequency, as a linear factor.
  public func magnitude(at frequency: Frequency, sampleRate: Double) -> Double {
    response(at: frequency, sampleRate: sampleRate).length
  }

  /// The magnitude at a frequency in decibels; minus infinity where the response is 0.
  public func magnitudeInDecibels(at frequency: Frequency, sampleRate: Double) -> Double {
    20 * Double.log10(magnitude(at: frequency, sampleRate: sampleRate))
  }

  /// The phase at a frequency in radians, −π to π; 0 where the response is 0.
  public func phase(at frequency: Frequency, sampleRate: Double) -> Double {
    let value = response(at: frequency, sampleRate: sampleRate)
    return value == .zero ? 0 : Double.atan2(y: value.imaginary, x: value.real)
  }

  /// The group delay `−dφ/dω` at a frequency, in seconds; nil where the response is 0 and the filter's phase not
  /// linear.
  public func groupDelay(at frequency: Frequency, sampleRate: Double) -> Double? {
    if isLinearPhase { return Double(taps.count - 1) / 2 / sampleRate }
    let (response, ramped) = sums(at: frequency, sampleRate: sampleRate)
    return response == .zero ? nil : (ramped / response).real / sampleRate
  }

  private func sums(at frequency: Frequency, sampleRate: Double) -> (response: Complex<Double>, ramped: Complex<Double>)
  { Self.sums(taps, at: frequency, sampleRate: sampleRate) }

  /// `Σ h_n z^−n` and `Σ n h_n z^−n`.
  package static func sums(
    _ taps: [Double], at frequency: Frequency, sampleRate: Double
  ) -> (response: Complex<Double>, ramped: Complex<Double>) {
    precondition(sampleRate > 0 && sampleRate.isFinite, "sample rate is \(sampleRate)")
    let angle = 2 * .pi * (frequency.hertz.remainder(dividingBy: sampleRate) / sampleRate)
    let delay = Complex(Double.cos(angle), -Double.sin(angle))
    var (sum, ramped) = (Complex<Double>.zero, Complex<Double>.zero)
    for (index, tap) in taps.enumerated().reversed() {
      sum = sum * delay + Complex(tap)
      ramped = ramped * delay + Complex(Double(index) * tap)
    }
    return (sum, ramped)
  }
}

import AudioCore
import ComplexModule
import RealModule

extension FIRTaps {
  /// Which magnitude a minimum-phase filter gets.
  public enum MinimumPhaseMagnitude: String, Sendable, Hashable, Codable, CaseIterable {
    /// The magnitude of the original, with as many taps.
    case full
    /// The square root of the original's magnitude, with half as many taps, rounded up: SciPy's default, `half=True`.
    case squareRoot
  }

  /// The filter with its zeros moved inside the unit circle: the least delay for a magnitude.
  ///
  /// The phase is the Hilbert transform of the logarithm of the magnitude (Oppenheim and Schafer, *Discrete-Time Signal
  /// Processing*, section 13.3), computed by a Fourier transform at least 256 times as long as the taps. Zeros of a
  /// linear-phase filter
  /// on the unit circle, where that logarithm has poles, are found and divided out before, and their phase is put
  /// back in closed form.
  ///
  /// - Parameter magnitude: Of the original, or its square root; the latter truncates what in general is endless.
  /// - Throws: `DesignError` that names `taps`: fewer than 3, more than 8192, all 0, or not linear-phase.
  public func minimumPhase(_ magnitude: MinimumPhaseMagnitude = .full) throws(DesignError) -> FIRTaps {
    guard (3...8_192).contains(taps.count) else {
      throw DesignError(
        .outOfRange, parameter: "taps", value: "\(taps.count)", problem: "is out of range: 3 to 8192",
        remedy: "Choose a filter inside the range")
    }
    guard isLinearPhase, taps.contains(where: { $0 != 0 }) else {
      throw DesignError(
        .unsupported, parameter: "taps",
        problem: "are not symmetric, or all 0: the zeros on the unit circle are unknown",
        remedy: "Give a filter of linear phase")
    }
    var size = 4_096
    while size < 256 * taps.count { size *= 2 }
    let amplitude = self.amplitude(size)
    let zeros = UnitCircleZeros(self, amplitude: amplitude)
    let isHalf = magnitude == .squareRoot
    let power = isHalf ? 0.5 : 1.0
    let phase = Self.hilbert(zeros.smoothLogarithm(amplitude))
    // Each pair of zeros on the circle turns the phase by a straight line, and the sign where it is crossed.
    let spectrum = (0..<size).map { k -> Complex<Double> in
      let position = k <= size / 2 ? k : k - size
      let turn = zeros.phase(position, of: size) + phase[k]
      return Complex(length: Double.pow(abs(amplitude[k]), power), phase: turn * power)
    }
    let wave = FourierTransform(count: size).inverse(spectrum)
    let count = isHalf ? (taps.count + 1) / 2 : taps.count
    return try FIRTaps(wave.prefix(count).map(\.real))
  }

  /// The real amplitude around the circle, the delay of linear phase taken out.
  private func amplitude(_ size: Int) -> [Double] {
    let padded = taps.map { Complex($0) } + [Complex<Double>](repeating: .zero, count: size - taps.count)
    let isSymmetric = self.isSymmetric
    return FourierTransform(count: size).forward(padded).enumerated().map { k, value in
      let angle = .pi * (Double((taps.count - 1) * k % (2 * size)) / Double(size))
      let turned = value * Complex(Double.cos(angle), Double.sin(angle))
      return isSymmetric ? turned.real : turned.imaginary
    }
  }

  /// The phase of the minimum-phase response whose logarithm of the magnitude is given.
  private static func hilbert(_ logarithm: [Double]) -> [Double] {
    let transform = FourierTransform(count: logarithm.count)
    var cepstrum = transform.inverse(logarithm.map { Complex($0) }).map { Complex($0.real) }
    let half = cepstrum.count / 2
    cepstrum[0] = .zero
    cepstrum[half] = .zero
    for n in (half + 1)..<cepstrum.count { cepstrum[n] = -cepstrum[n] }
    return transform.forward(cepstrum).map(\.imaginary)
  }
}

/// The zeros of a linear-phase filter on the unit circle, where its amplitude changes its sign.
private struct UnitCircleZeros {
  /// Angles above 0 and below π, rising; each stands for a conjugate pair.
  private var angles: [Double] = []
  private var isZeroAtOne = false
  private var isZeroAtMinusOne = false

  init(_ filter: FIRTaps, amplitude: [Double]) {
    let (half, taps) = (amplitude.count / 2, filter.taps)
    let isSymmetric = filter.isSymmetric
    isZeroAtOne = !isSymmetric
    isZeroAtMinusOne = isSymmetric == (taps.count % 2 == 0)
    let middle = Double(taps.count - 1) / 2
    func value(_ angle: Double) -> Double {
      var sum = 0.0
      for n in 0..<(taps.count / 2) {
        let turn = (middle - Double(n)) * angle
        sum += 2 * taps[n] * (isSymmetric ? Double.cos(turn) : Double.sin(turn))
      }
      return taps.count % 2 == 1 ? sum + taps[taps.count / 2] : sum
    }
    for k in 1..<(half - 1) where (amplitude[k] < 0) != (amplitude[k + 1] < 0) {
      let step = 2 * .pi / Double(amplitude.count)
      var (low, high) = (Double(k) * step, Double(k + 1) * step)
      var (atLow, atHigh) = (amplitude[k], amplitude[k + 1])
      // Regula falsi as Illinois has it.
      for _ in 0..<12 where atHigh != atLow {
        let angle = (low * atHigh - high * atLow) / (atHigh - atLow)
        let found = value(angle)
        if (found < 0) == (atHigh < 0) {
          (high, atHigh, atLow) = (angle, found, atLow / 2)
        } else {
          (low, atLow, high, atHigh) = (high, atHigh, angle, found)
        }
      }
      angles.append(abs(atLow) < abs(atHigh) ? low : high)
    }
  }

  /// The logarithm of the amplitude without these zeros, around the circle.
  func smoothLogarithm(_ amplitude: [Double]) -> [Double] {
    let size = amplitude.count
    let half = size / 2
    let floor = amplitude.reduce(0) { max($0, abs($1)) } * 1e-18
    let cosines = angles.map { 2 * Double.cos($0) }
    var values = (0...half).map { k -> Double in
      let angle = 2 * .pi * (Double(k) / Double(size))
      var logarithm = Double.log(max(abs(amplitude[k]), floor))
      let cosine = 2 * Double.cos(angle)
      var product = 1.0
      for zero in cosines {
        product *= abs(cosine - zero)
        if product < 1e-200 || product > 1e200 {
          logarithm -= Double.log(max(product, 1e-300))
          product = 1
        }
      }
      if isZeroAtOne { product *= 2 * Double.sin(angle / 2) }
      if isZeroAtMinusOne { product *= 2 * Double.cos(angle / 2) }
      return logarithm - Double.log(max(product, 1e-300))
    }
    // At a zero itself the quotient is 0/0: its neighbours tell it.
    let step = 2 * .pi / Double(size)
    for k in angles.map({ Int(($0 / step).rounded()) }) where k >= 2 && k <= half - 2 {
      values[k] = (4 * (values[k - 1] + values[k + 1]) - values[k - 2] - values[k + 2]) / 6
    }
    if isZeroAtOne { values[0] = (4 * values[1] - values[2]) / 3 }
    if isZeroAtMinusOne { values[half] = (4 * values[half - 1] - values[half - 2]) / 3 }
    return values + values[1..<half].reversed()
  }

  /// The phase of the product of `1 − exp(j(θ − ω))` over these zeros at a bin from −size/2 to size/2.
  func phase(_ bin: Int, of size: Int) -> Double {
    let angle = 2 * .pi * (Double(abs(bin)) / Double(size))
    var phase = -Double(angles.count) * angle
    phase += .pi * Double(angles.count { $0 < angle })
    if isZeroAtOne { phase += (.pi - angle) / 2 }
    if isZeroAtMinusOne { phase -= angle / 2 }
    return bin < 0 ? -phase : phase
  }
}

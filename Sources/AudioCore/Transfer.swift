import ComplexModule
import RealModule

/// What a linear stage does to one frequency: the complex response and its derivative by angular frequency.
///
/// With the derivative beside it the group delay of any sum or loop is exact, without differences of phases.
public struct Transfer: Sendable, Hashable {
  /// The response: output over input.
  public var value: Complex<Double>
  /// Its derivative by angular frequency, in seconds.
  public var slope: Complex<Double>

  public init(value: Complex<Double>, slope: Complex<Double>) {
    self.value = value
    self.slope = slope
  }

  /// A factor that is the same at every frequency.
  public init(gain: Double) { self.init(value: Complex(gain), slope: 0) }

  /// A delay in seconds, at a frequency in hertz.
  public init(delay seconds: Double, at hertz: Double) {
    value = Complex(length: 1, phase: -2 * .pi * hertz * seconds)
    slope = value * Complex(0, -seconds)
  }

  /// Taps, the first of them without delay.
  public init(taps: [Double], at hertz: Double, sampleRate: Double) {
    self.init(gain: 0)
    for (index, tap) in taps.enumerated() {
      self = plus(Transfer(delay: Double(index) / sampleRate, at: hertz).times(tap))
    }
  }

  /// A second-order section.
  public init(section: Biquad, at hertz: Double, sampleRate: Double) {
    let numerator = Transfer(taps: [section.b0, section.b1, section.b2], at: hertz, sampleRate: sampleRate)
    let denominator = Transfer(taps: [1, section.a1, section.a2], at: hertz, sampleRate: sampleRate)
    self = numerator.over(denominator)
  }

  /// The stage that passes the signal on.
  public static let one = Transfer(gain: 1)

  /// This, then another.
  public func times(_ other: Transfer) -> Transfer {
    Transfer(value: value * other.value, slope: slope * other.value + value * other.slope)
  }

  /// This and a factor.
  public func times(_ factor: Double) -> Transfer {
    Transfer(value: value * Complex(factor), slope: slope * Complex(factor))
  }

  /// This beside another, summed.
  public func plus(_ other: Transfer) -> Transfer {
    Transfer(value: value + other.value, slope: slope + other.slope)
  }

  /// This divided by another; not finite where that one is 0.
  public func over(_ other: Transfer) -> Transfer {
    let quotient = value / other.value
    return Transfer(value: quotient, slope: (slope - quotient * other.slope) / other.value)
  }

  /// What comes out of a loop whose every round passes through this and a factor: `H / (1 - f·H)`.
  public func repeated(feedback: Double) -> Transfer {
    over(Transfer.one.plus(times(-feedback)))
  }
}

/// A design that runs by a processor of its own and is linear all the same, so that a graph with it has a frequency response.
public protocol LinearDesign: EffectDesign {
  /// What it does to a frequency, 0 to half the sample rate; nil where these parameters make it treat channels differently or change
  /// with time.
  func transfer(at frequency: Frequency) -> Transfer?
}

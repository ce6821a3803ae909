import ComplexModule
import RealModule

/// A rational transfer function by its finite zeros, its poles and its gain.
///
/// In the z plane `H(z) = gain · Π(z − zeros) / Π(z − poles)`. Complex roots stand in conjugate pairs, both members listed.
public struct ZerosPolesGain: Sendable, Hashable {
  public var zeros: [Complex<Double>]
  public var poles: [Complex<Double>]
  public var gain: Double

  /// Makes a transfer function from its roots.
  public init(zeros: [Complex<Double>], poles: [Complex<Double>], gain: Double) {
    self.zeros = zeros
    self.poles = poles
    self.gain = gain
  }

  /// The function that is 1 everywhere.
  public static let identity = ZerosPolesGain(zeros: [], poles: [], gain: 1)

  /// The product of two functions: the filters in series.
  public func followed(by other: ZerosPolesGain) -> ZerosPolesGain {
    ZerosPolesGain(zeros: zeros + other.zeros, poles: poles + other.poles, gain: gain * other.gain)
  }
}

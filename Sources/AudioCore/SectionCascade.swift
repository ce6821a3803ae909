/// A linear filter as second-order sections in series, beside the zeros and poles they were made from.
///
/// The two describe the same function: the gain is in the sections too. Zeros and poles are kept from the design and never
/// found again from coefficients, so that a response can be evaluated without the rounding of the sections.
public struct SectionCascade: Sendable, Hashable {
  /// The sections in the order in which they run.
  public var sections: [Biquad]
  /// Zeros, poles and gain in the z plane.
  public var roots: ZerosPolesGain

  /// Makes a cascade from sections and the roots they realise.
  public init(sections: [Biquad], roots: ZerosPolesGain) {
    self.sections = sections
    self.roots = roots
  }

  /// The filter that changes nothing.
  public static let identity = SectionCascade(sections: [], roots: .identity)

  /// Both filters in series.
  public func followed(by other: SectionCascade) -> SectionCascade {
    SectionCascade(sections: sections + other.sections, roots: roots.followed(by: other.roots))
  }

  /// The filter scaled by a linear factor, which goes into the last section's numerator.
  public func scaled(by gain: Double) -> SectionCascade {
    var result = self
    result.roots.gain *= gain
    if let last = sections.last {
      result.sections[sections.count - 1] = last.scaled(by: gain)
    } else {
      result.sections = [Biquad.identity.scaled(by: gain)]
    }
    return result
  }
}

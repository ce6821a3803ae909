import AudioCore

extension FIRTaps {
  /// What an equiripple design approximates.
  public enum EquirippleType: String, Sendable, Hashable, Codable, CaseIterable {
    /// A constant gain in each band; symmetric taps.
    case bandpass
    /// A gain that rises with the frequency: the desired number times the frequency over the sample rate;
    /// antisymmetric taps.
    case differentiator
    /// A constant gain turned by 90 degrees; antisymmetric taps.
    case hilbert
  }

  /// The largest count of taps of an equiripple design, whose cost grows with its square.
  private static var equirippleLimit: Int { 2_048 }

  /// The linear-phase filter of least largest weighted error over bands, by Parks and McClellan's exchange. Equal to
  /// `scipy.signal.remez` on its grid of 16 points for each cosine.
  ///
  /// Parks and McClellan, *Chebyshev approximation for nonrecursive digital filters with linear phase*, 1972.
  ///
  /// - Parameters:
  ///   - bands: Two edges for each band, strictly rising, from 0 Hz to half the sample rate; between bands nothing is
  ///     asked for.
  ///   - desired: One number for each band.
  ///   - weights: One for each band, above 0; nil is 1 each.
  ///   - taps: 3 to 2048; odd where symmetric taps are to pass half the sample rate.
  ///   - type: What is approximated.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter; `.unsupported` where the exchange does not converge.
  public static func parksMcClellan(
    bands: [Frequency], desired: [Double], weights: [Double]? = nil, taps: Int, type: EquirippleType = .bandpass,
    sampleRate: Double
  ) throws(DesignError) -> FIRTaps {
    try DesignError.require(Double(taps), in: 3...Double(equirippleLimit), parameter: "taps")
    let weights = try DesignError.require(
      bands: bands, desiredCount: bands.count / 2, desired: desired, weights: weights, sampleRate: sampleRate,
      strictly: true)
    for weight in weights {
      try DesignError.require(weight, aboveZeroTo: .greatestFiniteMagnitude, parameter: "weights")
    }
    if type == .bandpass, let last = bands.last, last.hertz == sampleRate / 2, let gain = desired.last, gain != 0 {
      try DesignError.require(
        oddTaps: taps, because: "symmetric taps are then silent at half the sample rate, where this response passes")
    }
    let grid = EquirippleGrid(
      edges: bands.map { $0.hertz / sampleRate }, desired: desired, weights: weights, taps: taps, type: type)
    guard let cosines = EquirippleExchange(grid).cosines() else {
      throw DesignError(
        .unsupported, parameter: "bands", problem: "does not converge with \(taps) taps",
        remedy: "Change the count of taps, or widen the transitions")
    }
    return FIRTaps(designed: grid.taps(cosines))
  }
}

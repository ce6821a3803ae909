import AudioCore

/// The shape of a window: the weights that taper a filter or a frame towards its ends.
///
/// Names and parameters are those of the literature, and of `scipy.signal.windows`, which these windows equal within
/// 1e-12.
public enum Window: Sendable, Hashable {
  /// All ones: no taper.
  case boxcar
  /// A triangle whose ends are not zero.
  case triang
  /// A triangle whose ends are zero.
  case bartlett
  /// The raised cosine, `0.5 − 0.5 cos`.
  case hann
  /// The raised cosine on a pedestal, `0.54 − 0.46 cos`.
  case hamming
  /// Three cosine terms, 0.42, 0.5 and 0.08.
  case blackman
  /// Four cosine terms, the minimum one of Nuttall's as Heinzel gives it.
  case nuttall
  /// Four cosine terms, side lobes 92 dB down.
  case blackmanharris
  /// Five cosine terms: amplitudes read right between two bins.
  case flattop
  /// The convolution of two half cosines.
  case bohman
  /// The piecewise cubic of de la Vallée Poussin.
  case parzen
  /// The Bartlett-Hann window.
  case barthann
  /// Half a sine.
  case cosine
  /// Kaiser's window; `beta`, 0 to 5000, trades the width of the main lobe for its side lobes.
  case kaiser(beta: Double)
  /// A Gaussian; `std` is its standard deviation in samples, above 0.
  case gaussian(std: Double)
  /// `exp(−½ |n/sig|^(2p))`; `p` above 0 is its power, `sig` above 0 its width in samples.
  case generalGaussian(p: Double, sig: Double)
  /// `alpha − (1 − alpha) cos`; `alpha` from 0 to 1.
  case generalHamming(alpha: Double)
  /// A sum of cosines with these weights, the constant first.
  case generalCosine([Double])
  /// Dolph and Chebyshev's: side lobes all `attenuation` dB down, above 0 to 300, the main lobe as narrow as that
  /// allows.
  case chebwin(attenuation: Double)
  /// A flat top between cosine flanks, which take the part `alpha` of the whole, 0 to 1.
  case tukey(alpha: Double)
  /// `exp(−|n − center|/tau)`, both in samples, `tau` above 0; nil is the middle.
  case exponential(tau: Double, center: Double? = nil)
  /// Taylor's: `nbar` side lobes (1 to 64) near `sll` dB down (above 0 to 300); `norm` makes the middle 1.
  case taylor(nbar: Int = 4, sll: Double = 30, norm: Bool = true)
  /// The first discrete prolate spheroidal sequence; `nw`, above 0 and below half the length, is its half bandwidth
  /// in bins.
  case dpss(nw: Double)
  /// The main lobe of a sinc.
  case lanczos
  /// The Kaiser-Bessel derived window of transform codecs, of even length, whose squares overlap to 1.
  case kaiserBesselDerived(beta: Double)
}

/// The largest count of taps or of a window's samples.
let tapLimit = 1_048_576

extension Window {
  /// The samples of the window.
  ///
  /// - Parameters:
  ///   - count: 1 to 1 048 576. A window of one sample is 1.
  ///   - periodic: Whether the window is one period of a periodic one, as frames of a Fourier transform want it,
  ///     instead of symmetric,
  ///     as filters do.
  /// - Throws: `DesignError` that names `count` or the parameter of the window.
  public func samples(_ count: Int, periodic: Bool = false) throws(DesignError) -> [Double] {
    guard (1...tapLimit).contains(count) else {
      throw DesignError(
        .outOfRange, parameter: "count", value: "\(count)",
        problem: "is out of range: 1 to \(tapLimit) samples", remedy: "Choose a count inside the range")
    }
    let length = periodic && count > 1 ? count + 1 : count
    try validate(length: length, periodic: periodic)
    if count == 1 { return [1] }
    return Array(symmetric(length).prefix(count))
  }

  /// Checks the parameters for a symmetric window of a length.
  private func validate(length: Int, periodic: Bool) throws(DesignError) {
    let most = Double.greatestFiniteMagnitude
    switch self {
    case .boxcar, .triang, .bartlett, .hann, .hamming, .blackman, .nuttall, .blackmanharris, .flattop, .bohman, .parzen,
      .barthann, .cosine, .lanczos:
      break
    case .kaiser(let beta):
      try DesignError.require(beta, in: 0...5_000, parameter: "beta")
    case .gaussian(let std):
      try DesignError.require(std, aboveZeroTo: most, parameter: "std")
    case .generalGaussian(let p, let sig):
      try DesignError.require(p, aboveZeroTo: most, parameter: "p")
      try DesignError.require(sig, aboveZeroTo: most, parameter: "sig")
    case .generalHamming(let alpha), .tukey(let alpha):
      try DesignError.require(alpha, in: 0...1, parameter: "alpha")
    case .generalCosine(let weights):
      guard !weights.isEmpty, weights.allSatisfy(\.isFinite) else {
        throw DesignError(
          .outOfRange, parameter: "weights", value: "\(weights)",
          problem: "is out of range: one finite number or more", remedy: "Give the weight of each cosine")
      }
    case .chebwin(let attenuation):
      try DesignError.require(attenuation: attenuation)
    case .exponential(let tau, let center):
      try DesignError.require(tau, aboveZeroTo: most, parameter: "tau")
      if let center { try DesignError.require(center, in: -most...most, parameter: "center") }
    case .taylor(let nbar, let sll, _):
      try DesignError.require(Double(nbar), in: 1...64, parameter: "nbar")
      try DesignError.require(sll, aboveZeroTo: 300, parameter: "sll", unit: "dB")
    case .dpss(let nw):
      guard length == 1 || (nw > 0 && nw < Double(length) / 2) else {
        throw DesignError(
          .outOfRange, parameter: "nw", value: DesignError.shortest(nw),
          problem: "is out of range: above 0 and below \(DesignError.shortest(Double(length) / 2)) (half the length)",
          remedy: "Choose a value inside the range, or a longer window")
      }
    case .kaiserBesselDerived(let beta):
      try DesignError.require(beta, in: 0...5_000, parameter: "beta")
      guard !periodic, length % 2 == 0 else {
        throw DesignError(
          .inconsistent, parameter: "count", value: "\(periodic ? length - 1 : length)",
          problem: "does not fit: the Kaiser-Bessel derived window is symmetric and of an even length",
          remedy: "Choose an even count and periodic = false")
      }
    }
  }
}

import AudioCore
import FilterDesign
import Testing

/// One window of `Vectors/firwindows.json`.
struct WindowVector: Decodable, CustomStringConvertible {
  var name: String
  var parameters: [Double]
  var count: Int
  var periodic: Bool
  var samples: [Double]

  var description: String { "\(name) \(parameters) of \(count)\(periodic ? ", periodic" : "")" }

  /// The shape that the name and the parameters mean.
  func window() throws -> Window {
    let p = parameters
    switch name {
    case "boxcar": return .boxcar
    case "triang": return .triang
    case "bartlett": return .bartlett
    case "hann": return .hann
    case "hamming": return .hamming
    case "blackman": return .blackman
    case "nuttall": return .nuttall
    case "blackmanharris": return .blackmanharris
    case "flattop": return .flattop
    case "bohman": return .bohman
    case "parzen": return .parzen
    case "barthann": return .barthann
    case "cosine": return .cosine
    case "lanczos": return .lanczos
    case "kaiser": return .kaiser(beta: p[0])
    case "gaussian": return .gaussian(std: p[0])
    case "general_gaussian": return .generalGaussian(p: p[0], sig: p[1])
    case "general_hamming": return .generalHamming(alpha: p[0])
    case "general_cosine": return .generalCosine(p)
    case "chebwin": return .chebwin(attenuation: p[0])
    case "tukey": return .tukey(alpha: p[0])
    case "exponential": return .exponential(tau: p[0])
    case "taylor": return .taylor(nbar: Int(p[0]), sll: p[1], norm: p[2] == 1)
    case "dpss": return .dpss(nw: p[0])
    default:
      try #require(name == "kaiser_bessel_derived")
      return .kaiserBesselDerived(beta: p[0])
    }
  }
}

/// One value of `Vectors/firbessel.json`: `exp(−x) I0(x)`.
struct BesselVector: Decodable {
  var x: Double
  var scaled: Double
}

/// One estimate of `Vectors/firkaiser.json`; `reached` is the attenuation of 101 taps.
struct KaiserVector: Decodable {
  var attenuation: Double
  var width: Double
  var taps: Int
  var beta: Double
  var reached: Double
}

/// One filter of `Vectors/firdesigns.json`.
struct FIRVector: Decodable, CustomStringConvertible {
  var kind: String
  var taps: Int
  var values: [Double]
  var edges: [Double]
  var response: String?
  var scaled: Bool?
  var window: String?
  var zero: Bool?
  var desired: [Double]?
  var antisymmetric: Bool?
  var weights: [Double]?
  var type: String?

  var description: String { "\(kind) \(response ?? type ?? "") \(taps) taps \(edges)" }

  func design() throws -> FIRTaps {
    let frequencies = edges.map { Frequency($0) }
    switch kind {
    case "firwin":
      let window = window == "kaiser" ? Window.kaiser(beta: 8.6) : .hamming
      let scaled = scaled ?? true
      if let shape = try Response(named: #require(response), edges: edges) {
        return try .windowedSinc(shape, taps: taps, window: window, sampleRate: vectorRate, scaled: scaled)
      }
      return try .multiband(
        edges: frequencies, passesZero: zero ?? true, taps: taps, window: window, sampleRate: vectorRate,
        scaled: scaled)
    case "firwin2":
      return try .frequencySampling(
        frequencies: frequencies, gains: #require(desired), taps: taps, antisymmetric: antisymmetric ?? false,
        sampleRate: vectorRate)
    case "remez":
      let kind = try #require(FIRTaps.EquirippleType(rawValue: type ?? ""))
      return try .parksMcClellan(
        bands: frequencies, desired: #require(desired), weights: weights, taps: taps, type: kind, sampleRate: vectorRate
      )
    default:
      try #require(kind == "firls")
      return try .leastSquares(
        bands: frequencies, desired: #require(desired), weights: weights, taps: taps, sampleRate: vectorRate)
    }
  }
}

/// The largest difference between partners.
func largestDifference(_ found: [Double], _ expected: [Double]) -> Double {
  guard found.count == expected.count else { return .infinity }
  // NaN counts as infinitely far.
  return zip(found, expected).map { abs($0 - $1) }.map { $0.isNaN ? .infinity : $0 }.max() ?? 0
}

import AudioCore
import ComplexModule
import FilterDesign
import Foundation
import RealModule
import Testing

/// The sample rate of every vector.
let vectorRate = 48_000.0

/// One design of `Vectors/designs.json`.
struct DesignVector: Decodable, CustomStringConvertible {
  var family: String
  var response: String
  var order: Int
  var edges: [Double]
  var ripple: Double?
  var attenuation: Double?
  /// One member of each conjugate pair, and the real poles.
  var poles: [[Double]]
  var frequencies: [Double]
  /// Levels in decibels, nil below −120.
  var decibels: [Double?]

  var description: String { "\(family) \(response) order \(order) \(edges)" }

  func design() throws -> SectionCascade {
    let shape = try #require(Response(named: response, edges: edges))
    switch family {
    case "butterworth": return try .butterworth(shape, order: order, sampleRate: vectorRate)
    case "chebyshev1":
      return try .chebyshev1(shape, order: order, ripple: #require(ripple), sampleRate: vectorRate)
    case "chebyshev2":
      return try .chebyshev2(shape, order: order, attenuation: #require(attenuation), sampleRate: vectorRate)
    case "elliptic":
      return try .elliptic(
        shape, order: order, ripple: #require(ripple), attenuation: #require(attenuation), sampleRate: vectorRate)
    case "linkwitzriley": return try .linkwitzRiley(shape, order: order, sampleRate: vectorRate)
    case "bessel-phase": return try .bessel(shape, order: order, norm: .phase, sampleRate: vectorRate)
    case "bessel-delay": return try .bessel(shape, order: order, norm: .delay, sampleRate: vectorRate)
    default:
      #expect(family == "bessel-mag")
      return try .bessel(shape, order: order, norm: .magnitude, sampleRate: vectorRate)
    }
  }
}

/// One section of `Vectors/cookbook.json`.
struct CookbookVector: Decodable {
  var kind: String
  var frequency: Double
  var shape: String
  var value: Double
  var gain: Double
  /// b0, b1, b2, a1, a2.
  var section: [Double]
}

/// One specification of `Vectors/orders.json`.
struct OrderVector: Decodable {
  var family: String
  var response: String
  var pass: [Double]
  var stop: [Double]
  var ripple: Double
  var attenuation: Double
  var order: Int
  var edges: [Double]
}

extension Response {
  init?(named name: String, edges: [Double]) {
    switch name {
    case "lowpass": self = .lowPass(Frequency(edges[0]))
    case "highpass": self = .highPass(Frequency(edges[0]))
    case "bandpass": self = .bandPass(Frequency(edges[0]), Frequency(edges[1]))
    case "bandstop": self = .bandStop(Frequency(edges[0]), Frequency(edges[1]))
    default: return nil
    }
  }

  var edges: [Double] {
    switch self {
    case .lowPass(let cutoff), .highPass(let cutoff): [cutoff.hertz]
    case .bandPass(let low, let high), .bandStop(let low, let high): [low.hertz, high.hertz]
    }
  }
}

func vectors<Vector: Decodable>(_ name: String, as type: Vector.Type) throws -> [Vector] {
  let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Vectors"))
  return try JSONDecoder().decode([Vector].self, from: Data(contentsOf: url))
}

/// The largest distance between partners, each root taking the nearest one left.
func multisetDistance(_ found: [Complex<Double>], _ expected: [Complex<Double>]) -> Double {
  guard found.count == expected.count else { return .infinity }
  var left = expected
  var largest = 0.0
  for root in found {
    guard let index = left.indices.min(by: { (left[$0] - root).length < (left[$1] - root).length }) else { break }
    largest = max(largest, (left.remove(at: index) - root).length)
  }
  return largest
}

/// The response of the sections alone.
func sectionResponse(_ cascade: SectionCascade, at frequency: Double, sampleRate: Double) -> Complex<Double> {
  let angle = -2 * Double.pi * frequency / sampleRate
  let delay = Complex(Double.cos(angle), Double.sin(angle))
  return cascade.sections.reduce(Complex(1)) { product, section in
    let above = Complex(section.b0) + delay * (Complex(section.b1) + delay * Complex(section.b2))
    let below = Complex(1) + delay * (Complex(section.a1) + delay * Complex(section.a2))
    return product * above / below
  }
}

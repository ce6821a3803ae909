import AudioCore
import ComplexModule
import FilterDesign
import Foundation
import RealModule
import Testing

@Suite("Reference vectors")
struct ReferenceVectorTests {
  @Test("Poles within 1e-10 times the order and levels within 1e-6 dB of SciPy")
  func designs() throws {
    let cases = try vectors("designs", as: DesignVector.self)
    #expect(cases.count > 1_000)
    var (worstPole, worstLevel) = (0.0, 0.0)
    for vector in cases {
      let filter = try vector.design()
      let expected = vector.poles.flatMap { pole -> [Complex<Double>] in
        let root = Complex(pole[0], pole[1])
        return pole[1] == 0 ? [root] : [root, root.conjugate]
      }
      let apart = multisetDistance(filter.poles, expected)
      #expect(apart <= 1e-10 * Double(vector.order), "\(vector): poles \(apart) apart")
      worstPole = max(worstPole, apart)
      for (frequency, level) in zip(vector.frequencies, vector.decibels) {
        let found = filter.magnitudeInDecibels(at: Frequency(frequency), sampleRate: vectorRate)
        if let level {
          #expect(abs(found - level) <= 1e-6, "\(vector) at \(frequency) Hz: \(found) dB, not \(level)")
          worstLevel = max(worstLevel, abs(found - level))
        } else {
          #expect(found < -119.999, "\(vector) at \(frequency) Hz")
        }
      }
      #expect(filter.isStable, "\(vector)")
    }
    print("largest deviations: poles \(worstPole), levels \(worstLevel) dB")
  }

  @Test("Cookbook sections within 1e-12 of the cookbook's own formulas, relative to the largest coefficient")
  func cookbook() throws {
    var worst = 0.0
    for vector in try vectors("cookbook", as: CookbookVector.self) {
      let kind = try #require(CookbookKind(rawValue: vector.kind))
      let shape: CookbookShape =
        switch vector.shape {
        case "q": .q(vector.value)
        case "slope": .slope(vector.value)
        default: .bandwidth(vector.value)
        }
      let filter = try SectionCascade.cookbook(
        kind, frequency: Frequency(vector.frequency), shape: shape, gain: vector.gain, sampleRate: vectorRate)
      let section = try #require(filter.sections.first)
      let found = [section.b0, section.b1, section.b2, section.a1, section.a2]
      let scale = vector.section.map { abs($0) }.max() ?? 1
      for (value, expected) in zip(found, vector.section) {
        #expect(abs(value - expected) <= 1e-12 * scale, "\(vector)")
        worst = max(worst, abs(value - expected) / scale)
      }
    }
    print("largest deviation of a cookbook coefficient: \(worst)")
  }

  @Test("Orders equal to SciPy's, natural frequencies within 1e-6 of theirs")
  func orders() throws {
    var worst = 0.0
    for vector in try vectors("orders", as: OrderVector.self) {
      let pass = try #require(Response(named: vector.response, edges: vector.pass))
      let stop = try #require(Response(named: vector.response, edges: vector.stop))
      let estimate =
        switch vector.family {
        case "butterworth": FilterOrder.butterworth
        case "chebyshev1": FilterOrder.chebyshev1
        case "chebyshev2": FilterOrder.chebyshev2
        default: FilterOrder.elliptic
        }
      let found = try estimate(pass, stop, vector.ripple, vector.attenuation, vectorRate)
      #expect(found.order == vector.order, "\(vector)")
      for (edge, expected) in zip(found.response.edges, vector.edges) {
        #expect(abs(edge - expected) <= 1e-6 * expected, "\(vector): \(edge), not \(expected)")
        worst = max(worst, abs(edge - expected) / expected)
      }
    }
    print("largest relative deviation of a natural frequency: \(worst)")
  }
}

import AudioCore
import EffectCatalog
import Effects
import FilterDesign

/// A generator that gives the same numbers for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Graphs as the operators make them, of the effects that the test catalog has.
enum RandomGraph {
  static func make(depth: Int, using random: inout SeededGenerator) -> Graph {
    switch depth == 0 ? 0 : Int.random(in: 0...5, using: &random) {
    case 1, 2:
      (0..<Int.random(in: 1...3, using: &random)).reduce(make(depth: depth - 1, using: &random)) { graph, _ in
        graph.followed(by: make(depth: depth - 1, using: &random))
      }
    case 3, 4:
      (0..<Int.random(in: 1...3, using: &random)).reduce(make(depth: depth - 1, using: &random)) { graph, _ in
        graph.summed(with: make(depth: depth - 1, using: &random))
      }
    case 5:
      .labelled(label(using: &random), make(depth: depth - 1, using: &random))
    default:
      Int.random(in: 0..<20, using: &random) == 0 ? .passthrough : .effect(AnyEffect(effect(using: &random)))
    }
  }

  private static func label(using random: inout SeededGenerator) -> String {
    ["tone", "A1", "gain", "pass", "two words", "quo\"te", "back\\slash", "Übung", "", "\\\"", "a-b"].randomElement(
      using: &random) ?? ""
  }

  private static func effect(using random: inout SeededGenerator) -> any Effect {
    func number(_ range: ClosedRange<Double>) -> Double {
      let value = Double.random(in: range, using: &random)
      return Bool.random(using: &random) ? value : value.rounded()
    }
    func frequency() -> Frequency { .hertz(number(1...20_000)) }
    func order() -> Int { Int.random(in: 1...24, using: &random) }
    func response() -> Response {
      switch Int.random(in: 0..<4, using: &random) {
      case 0: .lowPass(frequency())
      case 1: .highPass(frequency())
      case 2: .bandPass(frequency(), frequency())
      default: .bandStop(frequency(), frequency())
      }
    }
    func shape(slope: Bool = false) -> CookbookShape {
      switch Int.random(in: slope ? 0..<3 : 0..<2, using: &random) {
      case 0: .q(number(1...100))
      case 1: .bandwidth(number(1...4))
      default: .slope(number(1...9))
      }
    }
    switch Int.random(in: 0..<15, using: &random) {
    case 0: return Butterworth(response(), order: order())
    case 1: return Chebyshev1(response(), order: order(), ripple: number(1...3))
    case 2: return Chebyshev2(response(), order: order(), attenuation: number(20...100))
    case 3: return Elliptic(response(), order: order(), ripple: number(1...3), attenuation: number(20...100))
    case 4: return Bessel(response(), order: order(), norm: BesselNorm.allCases.randomElement(using: &random) ?? .phase)
    case 5: return LowPass(frequency(), corner: .shape(shape()))
    case 6: return HighPass(frequency(), order: order())
    case 7: return Peak(frequency(), gain: number(-120...120), shape: shape())
    case 8: return LowShelf(frequency(), gain: number(-20...20), shape: shape(slope: true))
    case 9: return Notch(frequency(), q: number(1...50))
    case 10: return Gain(decibels: number(-60...20))
    case 11: return Gain(amplitude: number(0...5))
    case 12: return Gain(power: number(0...1e12))
    case 13: return CrossoverAllPass(frequency(), order: 2 * Int.random(in: 1...12, using: &random))
    default:
      return Every(
        time: number(0...10), share: number(0...100), count: Int.random(in: 1...1_000_000, using: &random),
        shape: Bool.random(using: &random) ? "sine" : "square", on: Bool.random(using: &random),
        file: label(using: &random))
    }
  }
}

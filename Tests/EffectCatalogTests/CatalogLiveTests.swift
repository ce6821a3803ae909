import EffectCatalog
import SwiftletDSP
import TestSupport
import Testing

/// Every parameter of every effect that has a name, changed while it runs: a new effect cannot be forgotten.
@Suite struct CatalogLiveTests {
  /// What an effect's documentation says of itself.
  private static let exceptions: [String: LawExceptions] = ["compressor": .remembers]

  /// Forms that no parameter but a text leads to.
  private static let others = ["fir": ["fir:edges=\"500 4000\",taps=101"]]

  @Test(arguments: Catalog.standard.entries.map(\.name)) func everyParameterOf(name: String) throws {
    let entry = try #require(Catalog.standard.entry(named: name))
    func check<E: Effect>(_ effect: E) throws {
      let others = try (Self.others[name] ?? []).map { try Self.effect($0) as? E }.compactMap(\.self)
      try checkLiveLaws(of: effect, and: others, exceptions: Self.exceptions[name] ?? [])
    }
    try check(try effect(entry))
  }

  /// The entry's example, which is of use where a prototype would change nothing.
  private func effect(_ entry: CatalogEntry) throws -> any Effect {
    if entry.prototype is Convolution {
      let taps: [Float] = (0..<400).map { place in
        let size: Float = place % 3 == 0 ? 0.3 : -0.1
        return size / Float(1 + place)
      }
      return Convolution(try ImpulseResponse(Wave([taps], sampleRate: 48_000)), mix: 0.4)
    }
    return try Self.effect(entry.example)
  }

  private static func effect(_ expression: String) throws -> any Effect {
    guard case .effect(let effect) = try EffectExpression.parse(expression) else { return Gain(decibels: 0) }
    return effect.base
  }
}

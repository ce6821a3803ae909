import AudioCore
import EffectCatalog
import Effects
import Testing

@Suite struct CatalogTests {
  private let catalog = Catalog.standard

  @Test func everyExampleParses() throws {
    for entry in catalog.entries {
      guard case .effect(let effect) = try EffectExpression.parse(entry.example) else {
        Issue.record("\(entry.example) is one effect")
        continue
      }
      #expect(type(of: effect.base) == type(of: entry.prototype), "\(entry.example)")
    }
  }

  @Test func namesAndAliasesFindTheirEntry() {
    for entry in catalog.entries {
      for name in [entry.name, entry.name.uppercased()] + entry.aliases.map(\.name) {
        #expect(catalog.entry(named: name)?.name == entry.name)
      }
    }
    #expect(catalog.entry(named: "low-pass")?.name == "lowpass")
    #expect(catalog.entry(named: "flanger of doom") == nil)
  }

  @Test func defaultsAreThoseOfThePrototype() throws {
    // A table that tells another default than the recipe has would let help pages lie.
    func check<E: Effect>(_ effect: E) {
      for row in E.parameters where row.applies(effect) {
        guard let value = row.get(effect), let stated = row.info.defaultValue else { continue }
        #expect(value == stated, "\(E.name) \(row.info.name)")
      }
    }
    for entry in catalog.entries { check(entry.prototype) }
  }

  @Test func presetsOfAliasesNameParametersThatExist() {
    for entry in catalog.entries {
      let names = Set(entry.parameters.map(\.name))
      for alias in entry.aliases {
        #expect(names.isSuperset(of: alias.fixed.keys) && names.isSuperset(of: alias.defaults.keys), "\(alias.name)")
      }
    }
  }

  @Test func nearestNames() {
    #expect(catalog.nearestName(to: "peek") == "peak")
    #expect(catalog.nearestName(to: "lowpas") == "lowpass")
    #expect(catalog.nearestName(to: "hihgpass") == "highpass")
    #expect(catalog.nearestName(to: "butter") == "butterworth")
    #expect(catalog.nearestName(to: "zzzzzz") == nil)
    #expect(catalog.nearestName(to: "") == nil)
    #expect(catalog.nearestName(to: String(repeating: "peak", count: 10_000)) == nil)
  }

  @Test func effectTypesAreNamedAsTheTypesAre() {
    #expect(catalog.effectTypes.count == catalog.entries.count)
    for (name, type) in catalog.effectTypes { #expect(type.name == name) }
  }

  @Test func usageShowsWhatMayBeLeftOut() {
    #expect(catalog.entry(named: "peak")?.usage == "peak:frequency=Hz,[q=X|bandwidth=octaves],gain=dB")
    #expect(catalog.entry(named: "gain")?.usage == "gain:[gain=dB|amplitude=X|power=X]")
  }
}

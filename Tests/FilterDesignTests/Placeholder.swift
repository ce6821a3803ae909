import AudioCore
import FilterDesign
import Testing
import RealModule
import ComplexModule

@Test func smoke() throws {
  let r = 48000.0
  for n in [1, 2, 5, 8, 24] {
    for resp in [Response.lowPass(1000), .highPass(1000), .bandPass(1000, 3000), .bandStop(1000, 3000)] {
      let c = try SectionCascade.butterworth(resp, order: n, sampleRate: r)
      print(n, resp, c.sections.count, c.magnitudeInDecibels(at: 1000, sampleRate: r), c.magnitudeInDecibels(at: 1732, sampleRate: r),
        c.groupDelay(at: 500, sampleRate: r) ?? -1)
    }
  }
  for k in CookbookKind.allCases {
    let c = try SectionCascade.cookbook(k, frequency: 1000, shape: .q(2), gain: 6, sampleRate: r)
    print(k, c.sections[0], c.magnitudeInDecibels(at: 1000, sampleRate: r))
  }
  let c = try SectionCascade.butterworth(.bandPass(1000, 3000), order: 3, sampleRate: r)
  print(c.sections)
}

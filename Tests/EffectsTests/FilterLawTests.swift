import SwiftletDSP
import TestSupport
import Testing

// Each frequency is a share of the sample rate, so that it is legal at every rate.
private func at(_ share: Double, _ rate: Double) -> Frequency { Frequency(share * rate) }

@Suite struct FilterLawTests {
  @Test func butterworth() throws { try checkLaws { Butterworth(.highPass(at(0.002, $0)), order: 5) } }
  @Test func butterworthBand() throws { try checkLaws { Butterworth(.bandStop(at(0.02, $0), at(0.1, $0)), order: 3) } }
  @Test func chebyshev1() throws { try checkLaws { Chebyshev1(.lowPass(at(0.1, $0)), order: 6, ripple: 0.5) } }
  @Test func chebyshev2() throws {
    try checkLaws { Chebyshev2(.bandPass(at(0.05, $0), at(0.2, $0)), order: 4, attenuation: 60) }
  }
  @Test func elliptic() throws { try checkLaws { Elliptic(.lowPass(at(0.2, $0)), order: 7) } }
  @Test func bessel() throws { try checkLaws { Bessel(.lowPass(at(0.15, $0)), order: 8, norm: .magnitude) } }
  @Test func linkwitzRiley() throws { try checkLaws { LinkwitzRiley(.highPass(at(0.05, $0)), order: 8) } }
  @Test func crossoverAllPass() throws { try checkLaws { CrossoverAllPass(at(0.05, $0), order: 4) } }
  @Test func lowPass() throws { try checkLaws { LowPass(at(0.02, $0)) } }
  @Test func lowPassOfOrder() throws { try checkLaws { LowPass(at(0.02, $0), order: 3) } }
  @Test func highPass() throws { try checkLaws { HighPass(at(0.02, $0), corner: .shape(.bandwidth(1.5))) } }
  @Test func bandPass() throws { try checkLaws { BandPass(at(0.03, $0), q: 4) } }
  @Test func bandPassSkirt() throws { try checkLaws { BandPassSkirt(at(0.03, $0), q: 2) } }
  @Test func notch() throws { try checkLaws { Notch(at(0.01, $0), shape: .bandwidth(0.5)) } }
  @Test func allPass() throws { try checkLaws { AllPass(at(0.1, $0)) } }
  @Test func peak() throws { try checkLaws { Peak(at(0.02, $0), gain: 6) } }
  @Test func lowShelf() throws { try checkLaws { LowShelf(at(0.005, $0), gain: -9, slope: 1) } }
  @Test func highShelf() throws { try checkLaws { HighShelf(at(0.2, $0), gain: 4.5, shape: .bandwidth(2)) } }
  @Test func gain() throws { try checkLaws { _ in Gain(decibels: -4.2) } }
}

import AudioCore
import ComplexModule
import FilterDesign
import RealModule
import Testing

private let rate = 48_000.0
private let halfPower = -10 * Double.log10(2)

@Suite("Closed forms")
struct ClosedFormTests {
  @Test("A Butterworth filter of any order is 3.01 dB down at its edges", arguments: 1...24)
  func butterworthEdges(order: Int) throws {
    let shapes: [Response] = [.lowPass(700), .highPass(700), .bandPass(300, 9_000), .bandStop(300, 9_000)]
    for shape in shapes {
      let filter = try SectionCascade.butterworth(shape, order: order, sampleRate: rate)
      for edge in shape.edges {
        let level = filter.magnitudeInDecibels(at: Frequency(edge), sampleRate: rate)
        #expect(abs(level - halfPower) < 1e-10, "\(shape)")
      }
      #expect(filter.isStable)
    }
  }

  @Test("A Butterworth low-pass falls without a rise at high orders too", arguments: 13...24)
  func monotone(order: Int) throws {
    let filter = try SectionCascade.butterworth(.lowPass(1_000), order: order, sampleRate: rate)
    let levels = (0...480).map { filter.magnitude(at: Frequency(Double($0) * 50), sampleRate: rate) }
    #expect(zip(levels, levels.dropFirst()).allSatisfy { $0 >= $1 - 1e-13 })
    #expect(abs(levels[0] - 1) < 1e-12)
    #expect(levels[480] == 0)
  }

  @Test("Ripple and attenuation are met at the edges and held inside the bands", arguments: 1...24)
  func equalRipple(order: Int) throws {
    let first = try SectionCascade.chebyshev1(.lowPass(2_000), order: order, ripple: 0.5, sampleRate: rate)
    #expect(abs(first.magnitudeInDecibels(at: 2_000, sampleRate: rate) + 0.5) < 1e-9)
    let second = try SectionCascade.chebyshev2(.highPass(2_000), order: order, attenuation: 70, sampleRate: rate)
    #expect(abs(second.magnitudeInDecibels(at: 2_000, sampleRate: rate) + 70) < 1e-8)
    let both = try SectionCascade.elliptic(
      .lowPass(2_000), order: order, ripple: 0.5, attenuation: 70, sampleRate: rate)
    #expect(abs(both.magnitudeInDecibels(at: 2_000, sampleRate: rate) + 0.5) < 1e-9)
    for step in 0...100 {
      let inside = Frequency(Double(step) * 20)
      for filter in [first, both] {
        let level = filter.magnitudeInDecibels(at: inside, sampleRate: rate)
        #expect(level < 1e-9 && level > -0.5 - 1e-9)
      }
      #expect(second.magnitudeInDecibels(at: inside, sampleRate: rate) < -70 + 1e-8)
    }
    #expect(first.isStable && second.isStable && both.isStable)
  }

  @Test("The stop band of an elliptic filter touches its attenuation and no more", arguments: [4, 5, 8])
  func ellipticStopBand(order: Int) throws {
    let filter = try SectionCascade.elliptic(
      .lowPass(4_000), order: order, ripple: 1, attenuation: 50, sampleRate: rate)
    let levels = (0...20_000).map {
      filter.magnitudeInDecibels(at: Frequency(4_000 + Double($0)), sampleRate: rate)
    }
    let firstNull = try #require(levels.indices.dropFirst().first { levels[$0] < -50 })
    let highest = try #require(levels[firstNull...].max())
    #expect(abs(highest + 50) < 1e-3)
  }

  @Test("The magnitude norm of a Bessel filter is 3.01 dB down at its edge", arguments: 1...24)
  func besselMagnitude(order: Int) throws {
    let filter = try SectionCascade.bessel(.lowPass(1_000), order: order, norm: .magnitude, sampleRate: rate)
    #expect(abs(filter.magnitudeInDecibels(at: 1_000, sampleRate: rate) - halfPower) < 1e-9)
    #expect(filter.isStable)
  }

  @Test("The delay norm of a Bessel filter delays by the reciprocal of its edge", arguments: 1...24)
  func besselDelay(order: Int) throws {
    let filter = try SectionCascade.bessel(.lowPass(100), order: order, norm: .delay, sampleRate: rate)
    let delay = try #require(filter.groupDelay(at: 0, sampleRate: rate))
    // The bilinear transform moves the edge to tan(πf/r), and the slope at 0 Hz with it.
    let expected = 1 / (2 * rate * Double.tan(.pi * 100 / rate))
    #expect(abs(delay / expected - 1) < 1e-10)
  }

  @Test("The phase norm of a Bessel filter is half-way through its turn at its edge", arguments: 1...12)
  func besselPhase(order: Int) throws {
    let filter = try SectionCascade.bessel(.lowPass(1_000), order: order, norm: .phase, sampleRate: rate)
    let phases = filter.unwrappedPhase(at: (0...1_000).map { Frequency(Double($0)) }, sampleRate: rate)
    let turn = try #require(phases.last)
    // Half of the turn by construction for order 1; near it for the others, as the asymptotes alone are matched.
    if order == 1 { #expect(abs(turn + .pi / 4) < 1e-12) }
    #expect(abs(turn / (-Double(order) * .pi / 4) - 1) < 0.06)
  }

  @Test("A Linkwitz-Riley crossover adds up to its all-pass", arguments: Array(stride(from: 2, through: 24, by: 2)))
  func linkwitzRiley(order: Int) throws {
    let low = try SectionCascade.linkwitzRiley(.lowPass(1_200), order: order, sampleRate: rate)
    let high = try SectionCascade.linkwitzRiley(.highPass(1_200), order: order, sampleRate: rate)
    let allPass = try SectionCascade.linkwitzRileyAllPass(1_200, order: order, sampleRate: rate)
    #expect(allPass.poles.count == order / 2)
    for frequency in [Frequency(5), 300, 1_200, 1_900, 8_000, 23_900] {
      let below = low.response(at: frequency, sampleRate: rate)
      let above = high.response(at: frequency, sampleRate: rate)
      let sum = order % 4 == 0 ? below + above : below - above
      #expect((sum - allPass.response(at: frequency, sampleRate: rate)).length < 1e-11)
      #expect(abs(sum.length - 1) < 1e-11)
    }
    #expect(abs(low.magnitudeInDecibels(at: 1_200, sampleRate: rate) - 2 * halfPower) < 1e-9)
  }

  @Test(
    "A Linkwitz-Riley band is a Butterworth band twice",
    arguments: [Response.bandPass(200, 3_000), .bandStop(200, 3_000)])
  func linkwitzRileyBand(response: Response) throws {
    let band = try SectionCascade.linkwitzRiley(response, order: 4, sampleRate: rate)
    let once = try SectionCascade.butterworth(response, order: 2, sampleRate: rate)
    for frequency in [Frequency(50), 200, 900, 3_000, 12_000] {
      let half = once.response(at: frequency, sampleRate: rate)
      #expect((band.response(at: frequency, sampleRate: rate) - half * half).length < 1e-12)
    }
    #expect(abs(band.magnitudeInDecibels(at: 200, sampleRate: rate) - 2 * halfPower) < 1e-9)
  }

  @Test("Peak and shelves reach the gain that was asked", arguments: [-24.0, -6, 0, 6, 12])
  func gains(gain: Double) throws {
    let low = Frequency(1e-6)
    let nyquist = Frequency(rate / 2)
    let peak = try SectionCascade.cookbook(.peak, frequency: 1_000, shape: .q(2), gain: gain, sampleRate: rate)
    let lowShelf = try SectionCascade.cookbook(
      .lowShelf, frequency: 300, shape: .slope(0.7), gain: gain, sampleRate: rate)
    let highShelf = try SectionCascade.cookbook(
      .highShelf, frequency: 300, shape: .slope(1), gain: gain, sampleRate: rate)
    let firstLow = try SectionCascade.firstOrderLowShelf(300, gain: gain, sampleRate: rate)
    let firstHigh = try SectionCascade.firstOrderHighShelf(300, gain: gain, sampleRate: rate)
    func check(_ filter: SectionCascade, _ frequency: Frequency, _ level: Double) {
      #expect(abs(filter.magnitudeInDecibels(at: frequency, sampleRate: rate) - level) < 1e-9)
    }
    check(peak, 1_000, gain)
    check(peak, low, 0)
    check(peak, nyquist, 0)
    for shelf in [lowShelf, firstLow] {
      check(shelf, low, gain)
      check(shelf, 300, gain / 2)
      check(shelf, nyquist, 0)
    }
    for shelf in [highShelf, firstHigh] {
      check(shelf, low, 0)
      check(shelf, 300, gain / 2)
      check(shelf, nyquist, gain)
    }
  }

  @Test("All-pass filters pass all, notches nothing")
  func allPassAndNotch() throws {
    let allPass = try SectionCascade.cookbook(.allPass, frequency: 2_000, shape: .q(3), sampleRate: rate)
    let first = try SectionCascade.firstOrderAllPass(2_000, sampleRate: rate)
    for frequency in [Frequency(0), 30, 2_000, 15_000, 24_000] {
      #expect(abs(allPass.magnitude(at: frequency, sampleRate: rate) - 1) < 1e-13)
      #expect(abs(first.magnitude(at: frequency, sampleRate: rate) - 1) < 1e-13)
    }
    #expect(abs(first.phase(at: 2_000, sampleRate: rate) + .pi / 2) < 1e-12)
    let notch = try SectionCascade.cookbook(.notch, frequency: 2_000, shape: .q(3), sampleRate: rate)
    #expect(notch.magnitudeInDecibels(at: 2_000, sampleRate: rate) < -250)
    #expect(notch.groupDelay(at: 2_000, sampleRate: rate) == nil)
  }

  @Test("First-order filters are 3.01 dB down at their cutoff")
  func firstOrder() throws {
    let low = try SectionCascade.firstOrderLowPass(2_000, sampleRate: rate)
    let high = try SectionCascade.firstOrderHighPass(2_000, sampleRate: rate)
    for filter in [low, high] {
      #expect(abs(filter.magnitudeInDecibels(at: 2_000, sampleRate: rate) - halfPower) < 1e-12)
      #expect(filter.sections.count == 1 && filter.sections[0].a2 == 0 && filter.sections[0].b2 == 0)
    }
  }
}

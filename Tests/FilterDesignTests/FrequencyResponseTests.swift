import AudioCore
import ComplexModule
import FilterDesign
import RealModule
import Testing

private let rate = 48_000.0

/// Filters of every family and shape, from mild to extreme.
private func assortment() throws -> [SectionCascade] {
  let shapes: [Response] = [
    .lowPass(19.2), .lowPass(5_000), .highPass(400), .highPass(23_000), .bandPass(900, 1_100), .bandPass(40, 18_000),
    .bandStop(900, 1_100), .bandStop(40, 18_000),
  ]
  var filters: [SectionCascade] = []
  for shape in shapes {
    for order in [1, 2, 3, 6, 9, 12] {
      filters.append(try .butterworth(shape, order: order, sampleRate: rate))
      filters.append(try .chebyshev1(shape, order: order, ripple: 1, sampleRate: rate))
      filters.append(try .chebyshev2(shape, order: order, attenuation: 60, sampleRate: rate))
      filters.append(try .elliptic(shape, order: order, ripple: 0.5, attenuation: 80, sampleRate: rate))
      filters.append(try .bessel(shape, order: order, sampleRate: rate))
    }
  }
  for kind in CookbookKind.allCases {
    filters.append(try .cookbook(kind, frequency: 700, shape: .q(5), gain: 9, sampleRate: rate))
    filters.append(try .cookbook(kind, frequency: 9_000, shape: .q(0.4), gain: -9, sampleRate: rate))
  }
  return filters
}

@Suite("Frequency response")
struct FrequencyResponseTests {
  @Test("The product of the sections is the response of the roots")
  func sections() throws {
    for filter in try assortment() {
      // Sections near z = ±1 keep fewer digits of their poles than the roots do: the tolerance follows the distance.
      let margin = filter.poles.map { (Complex(1) - $0).length * (Complex(1) + $0).length }.min() ?? 1
      let damping = filter.poles.map { 1 - $0.length }.min() ?? 1
      let tolerance = 1e-13 + 4e-15 / (margin * damping)
      let strongest =
        [20.0, 100, 400, 1_000, 3_000, 9_000, 20_000].map {
          filter.magnitude(at: Frequency($0), sampleRate: rate)
        }.max() ?? 1
      for frequency in [20.0, 100, 400, 990, 1_000, 3_000, 9_000, 20_000] {
        let exact = filter.response(at: Frequency(frequency), sampleRate: rate)
        let found = sectionResponse(filter, at: frequency, sampleRate: rate)
        #expect(
          (exact - found).length <= tolerance * max(strongest, 1), "\(filter.roots.poles.count) poles, \(frequency) Hz")
      }
    }
  }

  @Test("Roots stand in exact conjugate pairs, and every section is stable")
  func pairs() throws {
    for filter in try assortment() {
      for roots in [filter.zeros, filter.poles] {
        let upper = roots.filter { $0.imaginary > 0 }
        let lower = roots.filter { $0.imaginary < 0 }.map(\.conjugate)
        #expect(Set(upper) == Set(lower) && upper.count == lower.count)
      }
      #expect(filter.isStable)
      #expect(filter.sections.count == (filter.poles.count + 1) / 2)
    }
  }

  @Test("No section's output is far above or below the signal on the way")
  func levels() throws {
    for filter in try assortment() where filter.sections.count > 1 {
      for count in 1..<filter.sections.count {
        let prefix = SectionCascade(sections: Array(filter.sections.prefix(count)), roots: .identity)
        let peak =
          (0...4_000).map { step in
            sectionResponse(prefix, at: Double(step) * 6, sampleRate: rate).length
          }.max() ?? 0
        #expect(peak < 2 && peak > 0.05, "\(filter.poles.count) poles, \(count) sections: \(peak)")
      }
    }
  }

  @Test("Group delay is the slope of the phase")
  func groupDelay() throws {
    for filter in try assortment() {
      for frequency in [25.0, 330, 1_234, 7_777, 21_000] {
        guard filter.magnitudeInDecibels(at: Frequency(frequency), sampleRate: rate) > -200 else { continue }
        let step = 0.002
        let phases = filter.unwrappedPhase(
          at: [-2.0, -1, 1, 2].map { Frequency(frequency + $0 * step) }, sampleRate: rate)
        let slope = (8 * (phases[2] - phases[1]) - (phases[3] - phases[0])) / (12 * step)
        let delay = try #require(filter.groupDelay(at: Frequency(frequency), sampleRate: rate))
        #expect(
          abs(-slope / (2 * .pi) - delay) < 1e-9 + 1e-6 * abs(delay), "\(filter.poles.count) poles, \(frequency) Hz")
      }
    }
  }

  @Test("Group delay is undefined where a zero lies on the unit circle, and half a frame a zero beside it")
  func groupDelayAtZeros() throws {
    let low = try SectionCascade.butterworth(.lowPass(1_000), order: 1, sampleRate: rate)
    #expect(low.groupDelay(at: 24_000, sampleRate: rate) == nil)
    #expect(low.groupDelay(at: 23_999, sampleRate: rate) != nil)
    #expect(low.magnitude(at: 24_000, sampleRate: rate) == 0)
    let moving = SectionCascade(
      sections: [Biquad(b0: 1, b1: 1, b2: 0, a1: 0, a2: 0)], roots: ZerosPolesGain(zeros: [-1], poles: [.zero], gain: 1)
    )
    let delay = try #require(moving.groupDelay(at: 20_000, sampleRate: rate))
    #expect(abs(delay * rate - 0.5) < 1e-12)
  }

  @Test("The unwrapped phase has no jumps and agrees with the phase")
  func unwrapped() throws {
    let filter = try SectionCascade.butterworth(.lowPass(4_000), order: 12, sampleRate: rate)
    let frequencies = (0..<2_300).map { Frequency(Double($0) * 10) }
    let phases = filter.unwrappedPhase(at: frequencies, sampleRate: rate)
    #expect(zip(phases, phases.dropFirst()).allSatisfy { abs($0 - $1) < 0.2 })
    #expect(try #require(phases.last) < -5 * .pi)
    for (frequency, angle) in zip(frequencies, phases) {
      let direct = filter.phase(at: frequency, sampleRate: rate)
      #expect(abs((angle - direct).remainder(dividingBy: 2 * .pi)) < 1e-9)
    }
  }

  @Test("The response repeats with the sample rate and is conjugate at negative frequencies")
  func periodic() throws {
    let filter = try SectionCascade.elliptic(.lowPass(4_000), order: 5, ripple: 1, attenuation: 60, sampleRate: rate)
    let value = filter.response(at: 3_500, sampleRate: rate)
    #expect((filter.response(at: 51_500, sampleRate: rate) - value).length < 1e-12)
    #expect((filter.response(at: -3_500, sampleRate: rate) - value.conjugate).length < 1e-12)
    #expect((filter.response(at: 44_500, sampleRate: rate) - value.conjugate).length < 1e-12)
  }

  @Test("The impulse response has the response as its transform")
  func impulse() throws {
    let filter = try SectionCascade.chebyshev1(.bandPass(2_000, 6_000), order: 4, ripple: 1, sampleRate: rate)
    let impulse = filter.impulseResponse(count: 4_000)
    for frequency in [0.0, 1_500, 3_000, 8_000, 24_000] {
      var sum = Complex<Double>.zero
      for (index, value) in impulse.enumerated() {
        let angle = -2 * .pi * frequency / rate * Double(index)
        sum += Complex(value * Double.cos(angle), value * Double.sin(angle))
      }
      #expect((sum - filter.response(at: Frequency(frequency), sampleRate: rate)).length < 1e-11)
    }
    #expect(SectionCascade.identity.impulseResponse(count: 3) == [1, 0, 0])
    #expect(filter.impulseResponse(count: 0).isEmpty)
  }

  @Test("The running sections keep the response of wide bands of high order, within 1e-9 of their peak")
  func wideBands() throws {
    let filters: [SectionCascade] = [
      try .butterworth(.bandStop(40, 18_000), order: 24, sampleRate: rate),
      try .butterworth(.bandPass(40, 18_000), order: 24, sampleRate: rate),
      try .chebyshev1(.bandStop(40, 18_000), order: 12, ripple: 1, sampleRate: rate),
      try .elliptic(.bandStop(60, 16_000), order: 8, ripple: 1, attenuation: 90, sampleRate: rate),
      try .bessel(.bandPass(30, 20_000), order: 20, sampleRate: rate),
      try .linkwitzRiley(.bandPass(30, 15_000), order: 24, sampleRate: rate),
    ]
    for filter in filters {
      let impulse = filter.impulseResponse(count: filter.decayFrames(to: 240))
      for frequency in [5.0, 25, 50, 1_000, 12_000, 21_000] {
        let turn = Complex(length: 1, phase: -2 * .pi * frequency / rate)
        let sum = impulse.reversed().reduce(Complex<Double>.zero) { $0 * turn + Complex($1) }
        let exact = filter.response(at: Frequency(frequency), sampleRate: rate)
        #expect((sum - exact).length < 1e-9, "\(filter.poles.count) poles, \(frequency) Hz")
      }
    }
  }

  @Test("The decay bound is finite, true, and not more than six times the decay")
  func decay() throws {
    var loosest = 0.0
    for filter in try assortment() {
      for decibels in [60.0, 120] {
        let bound = filter.decayFrames(to: decibels)
        try #require(bound < 10_000_000)
        let impulse = filter.impulseResponse(count: bound + 4_000)
        let peak = impulse.map { abs($0) }.max() ?? 0
        let threshold = peak * Double.exp(-decibels / 20 * Double.log(10))
        let last = impulse.lastIndex { abs($0) > threshold } ?? 0
        #expect(last < bound, "\(filter.poles.count) poles: \(last) of \(bound)")
        if last > 100 { loosest = max(loosest, Double(bound) / Double(last)) }
      }
    }
    print("loosest decay bound: \(loosest)")
    #expect(loosest < 6)
    let unstable = SectionCascade(sections: [], roots: ZerosPolesGain(zeros: [], poles: [Complex(1.01)], gain: 1))
    #expect(unstable.decayFrames(to: 60) == .max)
    #expect(!unstable.isStable)
    #expect(SectionCascade.identity.decayFrames(to: -60) >= 1)
    let quarter = try SectionCascade.firstOrderLowPass(Frequency(rate / 4), sampleRate: rate)
    #expect(quarter.decayFrames(to: 120) >= 2 && quarter.decayFrames(to: 120) < 50)
  }
}

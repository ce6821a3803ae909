import AudioCore
import FilterDesign
import Testing

private let rate = 48_000.0

/// Expects a design error and the parameter it names.
private func expectError<Value>(
  _ parameter: String?, _ reason: DesignError.Reason = .outOfRange, sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws(DesignError) -> Value
) {
  do {
    _ = try body()
    Issue.record("no error", sourceLocation: sourceLocation)
  } catch {
    #expect(error.parameter == parameter, sourceLocation: sourceLocation)
    #expect(error.reason == reason, sourceLocation: sourceLocation)
    #expect(!error.problem.isEmpty && !error.remedy.isEmpty, sourceLocation: sourceLocation)
  }
}

@Suite("Design errors")
struct DesignErrorTests {
  @Test("A frequency outside of 0 to half the sample rate", arguments: [0, -1, 24_000, 30_000, Double.nan, .infinity])
  func frequencies(hertz: Double) {
    let edge = Frequency(hertz)
    for shape in [Response.lowPass(edge), .highPass(edge)] {
      expectError("cutoff") { () throws(DesignError) in
        try SectionCascade.butterworth(shape, order: 2, sampleRate: rate)
      }
      expectError("cutoff") { () throws(DesignError) in
        try SectionCascade.chebyshev1(shape, order: 2, ripple: 1, sampleRate: rate)
      }
      expectError("cutoff") { () throws(DesignError) in
        try SectionCascade.chebyshev2(shape, order: 2, attenuation: 40, sampleRate: rate)
      }
      expectError("cutoff") { () throws(DesignError) in
        try SectionCascade.elliptic(shape, order: 2, ripple: 1, attenuation: 40, sampleRate: rate)
      }
      expectError("cutoff") { () throws(DesignError) in try SectionCascade.bessel(shape, order: 2, sampleRate: rate) }
      expectError("cutoff") { () throws(DesignError) in
        try SectionCascade.linkwitzRiley(shape, order: 2, sampleRate: rate)
      }
    }
    expectError("cutoff") { () throws(DesignError) in
      try SectionCascade.linkwitzRileyAllPass(edge, order: 2, sampleRate: rate)
    }
    expectError("low") { () throws(DesignError) in
      try SectionCascade.butterworth(.bandPass(edge, 1_000), order: 2, sampleRate: rate)
    }
    expectError("high") { () throws(DesignError) in
      try SectionCascade.butterworth(.bandStop(1_000, edge), order: 2, sampleRate: rate)
    }
    expectError("frequency") { () throws(DesignError) in
      try SectionCascade.cookbook(.peak, frequency: edge, shape: .q(1), gain: 1, sampleRate: rate)
    }
    expectError("frequency") { () throws(DesignError) in
      try SectionCascade.firstOrderLowShelf(edge, gain: 1, sampleRate: rate)
    }
  }

  @Test("A sample rate that is not a finite number above 0", arguments: [0, -48_000, Double.nan, .infinity])
  func sampleRates(rate: Double) {
    expectError("sampleRate") { () throws(DesignError) in
      try SectionCascade.butterworth(.lowPass(100), order: 2, sampleRate: rate)
    }
    expectError("sampleRate") { () throws(DesignError) in
      try SectionCascade.cookbook(.notch, frequency: 100, shape: .q(1), sampleRate: rate)
    }
    expectError("sampleRate") { () throws(DesignError) in
      try FilterOrder.elliptic(pass: .lowPass(1), stop: .lowPass(2), ripple: 1, attenuation: 40, sampleRate: rate)
    }
  }

  @Test("Edges in the wrong order")
  func bandEdges() {
    for (low, high) in [(2_000.0, 1_000.0), (1_000, 1_000)] {
      for shape in [Response.bandPass(Frequency(low), Frequency(high)), .bandStop(Frequency(low), Frequency(high))] {
        expectError("low", .inconsistent) { () throws(DesignError) in
          try SectionCascade.butterworth(shape, order: 2, sampleRate: rate)
        }
      }
    }
  }

  @Test("An order outside of 1 to 24", arguments: [-3, 0, 25, 1_000])
  func orders(order: Int) {
    let shape = Response.lowPass(1_000)
    expectError("order") { () throws(DesignError) in
      try SectionCascade.butterworth(shape, order: order, sampleRate: rate)
    }
    expectError("order") { () throws(DesignError) in
      try SectionCascade.chebyshev1(shape, order: order, ripple: 1, sampleRate: rate)
    }
    expectError("order") { () throws(DesignError) in
      try SectionCascade.chebyshev2(shape, order: order, attenuation: 40, sampleRate: rate)
    }
    expectError("order") { () throws(DesignError) in
      try SectionCascade.elliptic(shape, order: order, ripple: 1, attenuation: 40, sampleRate: rate)
    }
    expectError("order") { () throws(DesignError) in try SectionCascade.bessel(shape, order: order, sampleRate: rate) }
    expectError("order") { () throws(DesignError) in
      try SectionCascade.linkwitzRiley(shape, order: order, sampleRate: rate)
    }
  }

  @Test("An odd Linkwitz-Riley order", arguments: [1, 3, 5, 23])
  func oddOrders(order: Int) {
    expectError("order") { () throws(DesignError) in
      try SectionCascade.linkwitzRiley(.lowPass(1_000), order: order, sampleRate: rate)
    }
    expectError("order") { () throws(DesignError) in
      try SectionCascade.linkwitzRileyAllPass(1_000, order: order, sampleRate: rate)
    }
  }

  @Test("Ripple, attenuation, q, slope, bandwidth and gain outside their domains")
  func shapes() {
    let shape = Response.lowPass(1_000)
    for ripple in [0, -1, 101, Double.nan, .infinity] {
      expectError("ripple") { () throws(DesignError) in
        try SectionCascade.chebyshev1(shape, order: 3, ripple: ripple, sampleRate: rate)
      }
    }
    for attenuation in [0, -40, 301, Double.nan, .infinity] {
      expectError("attenuation") { () throws(DesignError) in
        try SectionCascade.chebyshev2(shape, order: 3, attenuation: attenuation, sampleRate: rate)
      }
    }
    for attenuation in [0.5, 1] {
      expectError("attenuation", .inconsistent) { () throws(DesignError) in
        try SectionCascade.elliptic(shape, order: 3, ripple: 1, attenuation: attenuation, sampleRate: rate)
      }
    }
    for value in [0, -1, Double.nan, .infinity] {
      expectError("q") { () throws(DesignError) in
        try SectionCascade.cookbook(.lowPass, frequency: 100, shape: .q(value), sampleRate: rate)
      }
      expectError("slope") { () throws(DesignError) in
        try SectionCascade.cookbook(.lowShelf, frequency: 100, shape: .slope(value), gain: 6, sampleRate: rate)
      }
      expectError("bandwidth") { () throws(DesignError) in
        try SectionCascade.cookbook(.notch, frequency: 100, shape: .bandwidth(value), sampleRate: rate)
      }
    }
    expectError("slope") { () throws(DesignError) in
      try SectionCascade.cookbook(.highShelf, frequency: 100, shape: .slope(3), gain: 24, sampleRate: rate)
    }
    expectError("slope", .inconsistent) { () throws(DesignError) in
      try SectionCascade.cookbook(.peak, frequency: 100, shape: .slope(1), gain: 24, sampleRate: rate)
    }
    expectError("bandwidth") { () throws(DesignError) in
      try SectionCascade.cookbook(.notch, frequency: 23_999, shape: .bandwidth(4), sampleRate: rate)
    }
    for gain in [Double.nan, .infinity, 201] {
      expectError("gain") { () throws(DesignError) in
        try SectionCascade.cookbook(.peak, frequency: 100, shape: .q(1), gain: gain, sampleRate: rate)
      }
    }
  }

  @Test("A filter whose poles round onto the unit circle is refused, not returned")
  func degenerate() {
    expectError(nil, .inconsistent) { () throws(DesignError) in
      try SectionCascade.butterworth(.lowPass(1e-9), order: 4, sampleRate: rate)
    }
    expectError(nil, .inconsistent) { () throws(DesignError) in
      try SectionCascade.butterworth(.bandPass(1_000, 1_000.000_000_000_001), order: 4, sampleRate: rate)
    }
  }

  @Test("Every design in the domain is stable or refused, whatever its edges")
  func sweep() {
    let edges = [1e-7, 1e-4, 0.01, 1, 19, 400, 12_000, 20_000, 23_990, 23_999.9999]
    for low in edges {
      for high in edges where high > low {
        for order in [1, 2, 7, 16, 24] {
          let (low, high) = (Frequency(low), Frequency(high))
          for shape in [Response.lowPass(low), .highPass(high), .bandPass(low, high), .bandStop(low, high)] {
            let filters: [SectionCascade?] = [
              try? SectionCascade.butterworth(shape, order: order, sampleRate: rate),
              try? SectionCascade.chebyshev1(shape, order: order, ripple: 0.01, sampleRate: rate),
              try? SectionCascade.chebyshev2(shape, order: order, attenuation: 120, sampleRate: rate),
              try? SectionCascade.elliptic(shape, order: order, ripple: 0.01, attenuation: 0.02, sampleRate: rate),
              try? SectionCascade.elliptic(shape, order: order, ripple: 3, attenuation: 300, sampleRate: rate),
              try? SectionCascade.bessel(shape, order: order, norm: .delay, sampleRate: rate),
            ]
            for filter in filters.compactMap({ $0 }) {
              let coefficients = filter.sections.flatMap { [$0.b0, $0.b1, $0.b2, $0.a1, $0.a2] }
              #expect(filter.isStable && coefficients.allSatisfy(\.isFinite), "\(shape) order \(order)")
              #expect(filter.magnitude(at: 100, sampleRate: rate) < 1.01, "\(shape) order \(order)")
            }
          }
        }
      }
    }
  }

  @Test("Specifications that contradict themselves")
  func specifications() {
    expectError("stop", .inconsistent) { () throws(DesignError) in
      try FilterOrder.butterworth(
        pass: .lowPass(2_000), stop: .lowPass(1_000), ripple: 1, attenuation: 40, sampleRate: rate)
    }
    expectError("stop", .inconsistent) { () throws(DesignError) in
      try FilterOrder.butterworth(
        pass: .lowPass(2_000), stop: .highPass(1_000), ripple: 1, attenuation: 40, sampleRate: rate)
    }
    expectError("stop", .inconsistent) { () throws(DesignError) in
      try FilterOrder.chebyshev1(
        pass: .bandPass(500, 900), stop: .bandPass(600, 1_000), ripple: 1, attenuation: 40, sampleRate: rate)
    }
    expectError("stop", .inconsistent) { () throws(DesignError) in
      try FilterOrder.chebyshev2(
        pass: .bandStop(500, 900), stop: .bandStop(400, 1_000), ripple: 1, attenuation: 40, sampleRate: rate)
    }
    expectError("attenuation", .inconsistent) { () throws(DesignError) in
      try FilterOrder.elliptic(
        pass: .lowPass(1_000), stop: .lowPass(2_000), ripple: 3, attenuation: 3, sampleRate: rate)
    }
  }
}

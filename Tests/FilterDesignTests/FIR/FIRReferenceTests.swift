import AudioCore
import FilterDesign
import Testing

@Suite("FIR reference vectors")
struct FIRReferenceTests {
  @Test("Windows within 1e-12 of SciPy")
  func windows() throws {
    var worst = (0.0, "")
    for vector in try vectors("firwindows", as: WindowVector.self) {
      let found = try vector.window().samples(vector.count, periodic: vector.periodic)
      let apart = largestDifference(found, vector.samples)
      #expect(apart <= 1e-12, "\(vector): \(apart)")
      if apart > worst.0 { worst = (apart, vector.description) }
    }
    print("largest deviation of a window: \(worst)")
  }

  @Test("I0 within 1e-15 of its value, relative")
  func bessel() throws {
    for vector in try vectors("firbessel", as: BesselVector.self) {
      let apart = abs(BesselI0.scaled(vector.x) / vector.scaled - 1)
      #expect(apart <= 1e-15, "I0(\(vector.x)): \(apart)")
    }
    #expect(BesselI0.value(0) == 1)
    #expect(BesselI0.value(-3) == BesselI0.value(3))
    #expect(abs(BesselI0.value(1) / 1.2660658777520084 - 1) <= 1e-15)
  }

  @Test("Designs: windowed within 1e-12, least squares and equiripple within 1e-8 of SciPy")
  func designs() throws {
    var worst = [String: Double]()
    for vector in try vectors("firdesigns", as: FIRVector.self) {
      let found = try vector.design()
      let apart = largestDifference(found.taps, vector.values)
      let allowed = vector.kind.hasPrefix("firwin") ? 1e-12 : 1e-8
      #expect(apart <= allowed, "\(vector): \(apart)")
      #expect(found.isLinearPhase, "\(vector)")
      #expect(found.latencyFrames == (vector.taps - 1) / 2)
      worst[vector.kind] = max(worst[vector.kind] ?? 0, apart)
    }
    print("largest deviations of FIR designs: \(worst)")
  }

  @Test("Kaiser's estimates equal to SciPy's")
  func kaiser() throws {
    for vector in try vectors("firkaiser", as: KaiserVector.self) {
      let width = Frequency(vector.width)
      let found = try KaiserEstimate.taps(
        attenuation: vector.attenuation, transitionWidth: width, sampleRate: vectorRate)
      #expect(found.taps == vector.taps)
      #expect(abs(found.beta - vector.beta) <= 1e-12)
      let reached = try KaiserEstimate.attenuation(taps: 101, transitionWidth: width, sampleRate: vectorRate)
      #expect(abs(reached - vector.reached) <= 1e-10)
    }
  }
}

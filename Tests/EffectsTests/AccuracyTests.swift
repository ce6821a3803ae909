import FilterDesign
import RealModule
import SwiftletDSP
import TestSupport
import Testing

/// Filters whose poles crowd at z = 1, where Float arithmetic is off by percents.
@Suite struct AccuracyTests {
  static let nasty: [(effect: any Effect, rate: Double)] = [
    (Butterworth(.highPass(20), order: 8), 48_000),
    (Butterworth(.lowPass(10), order: 8), 48_000),
    (Butterworth(.highPass(5), order: 2), 192_000),
    (Peak(30, gain: 6, q: 10), 192_000),
  ]

  /// A step, a low tone and noise: what excites the slow poles.
  private static func signal(_ rate: Double, frames: Int) -> [Float] {
    var generator = SeededGenerator(seed: 7)
    return (0..<frames).map { n in
      Float(0.1 + 0.3 * Double.sin(2 * .pi * 40 * Double(n) / rate)) + Float.random(in: -0.1...0.1, using: &generator)
    }
  }

  /// The sections by direct form II transposed in the widest arithmetic at hand, an independent form of the recurrence.
  private static func reference(_ cascade: SectionCascade, _ input: [Float]) -> [Double] {
    #if arch(x86_64)
      typealias Wide = Float80
    #else
      typealias Wide = Double
    #endif
    var signal = input.map { Wide($0) }
    for section in cascade.sections {
      let (b0, b1, b2) = (Wide(section.b0), Wide(section.b1), Wide(section.b2))
      let (a1, a2) = (Wide(section.a1), Wide(section.a2))
      var (s1, s2) = (Wide(0), Wide(0))
      for n in signal.indices {
        let x = signal[n]
        let y = b0 * x + s1
        s1 = b1 * x - a1 * y + s2
        s2 = b2 * x - a2 * y
        signal[n] = y
      }
    }
    return signal.map { Double($0) }
  }

  @Test(arguments: 0..<4, KernelMode.allCases) func mixedPrecisionIsExact(index: Int, mode: KernelMode) throws {
    let (effect, rate) = Self.nasty[index]
    let frames = 200_000
    let input = Self.signal(rate, frames: frames)
    let mono = try Plan.compile(effect.graph, for: StreamFormat(sampleRate: rate, channels: 1))
    let exact = Self.reference(try mono.cascade(), input)
    for channels in [1, 2, 8] {
      let plan = try Plan.compile(
        effect.graph, for: StreamFormat(sampleRate: rate, channels: channels),
        options: PlanOptions(maximumFrames: 8_192, precision: .mixed, mode: mode))
      let output = run(plan, Array(repeating: input, count: channels))
      for channel in 0..<channels { #expect(relativeError(output[channel], exact) < -140) }
    }
  }

  @Test func aPeakHasItsGainAtItsCentre() throws {
    for gain in [-12.0, -3, 0, 6, 18] {
      let plan = try Plan.compile(Peak(1_000, gain: gain), for: StreamFormat(sampleRate: 48_000, channels: 1))
      let level = try #require(try plan.frequencyResponse(at: [1_000]).magnitudeDecibels[0])
      #expect(abs(level - gain) < 1e-9)
    }
  }

  @Test func gainsMeanWhatTheySay() throws {
    func factor(_ gain: Gain) throws -> Double { try gain.factor() }
    #expect(try factor(Gain(decibels: 20)) == 10)
    #expect(try factor(Gain(decibels: -.infinity)) == 0)
    #expect(try factor(Gain(amplitude: -2)) == -2)
    #expect(try factor(Gain(power: 4)) == 2)
    #expect(try factor(Gain(power: 0)) == 0)
    #expect(throws: DesignError.self) { try Gain(power: -1).factor() }
    #expect(throws: DesignError.self) { try Gain(decibels: .nan).factor() }
  }

  @Test func aLowPassOfSomeOrderIsButterworth() throws {
    let format = StreamFormat(sampleRate: 48_000, channels: 1)
    let a = try LowPass(500, order: 5).design(in: DesignContext(format: format))
    let b = try Butterworth(.lowPass(500), order: 5).design(in: DesignContext(format: format))
    #expect(a == b)
  }
}

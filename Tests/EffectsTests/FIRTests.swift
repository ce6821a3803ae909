import EffectCatalog
import Foundation
import SwiftletDSP
import TestSupport
import Testing

@Suite struct FIRTests {
  private static func cutoff(_ share: Double, _ rate: Double) -> Frequency { Frequency(share * rate) }

  // Direct form, two levels on the fixed grid, and what `.fast` makes of each.
  @Test(arguments: [31, 200, 701]) func linearPhaseObeysTheLaws(taps: Int) throws {
    try checkLaws { FIR(.lowPass(Self.cutoff(0.1, $0)), taps: taps) }
  }

  @Test func minimumPhaseObeysTheLaws() throws {
    try checkLaws { FIR(.lowPass(Self.cutoff(0.1, $0)), taps: 31, phase: .minimum) }
  }

  @Test func equirippleObeysTheLaws() throws {
    try checkLaws {
      FIR(.response(.highPass(Self.cutoff(0.2, $0))), method: .equiripple, taps: 51, width: Self.cutoff(0.05, $0))
    }
  }

  @Test func givenTapsObeyTheLaws() throws {
    try checkLaws { _ in FIR(taps: [0.5, 0.25, -0.125, 0.75, 0.0625]) }
  }

  @Test func latencyIsHalfTheLengthOfLinearPhaseAlone() throws {
    let format = StreamFormat(sampleRate: 48_000, channels: 1)
    func latency(_ filter: FIR) throws -> Int { try Plan.compile(filter, for: format).latencyFrames }
    #expect(try latency(FIR(.lowPass(1_000), taps: 255)) == 127)
    #expect(try latency(FIR(.lowPass(1_000), taps: 256)) == 127)
    #expect(try latency(FIR(.lowPass(1_000), taps: 255, phase: .minimum)) == 0)
    #expect(try latency(FIR(taps: [1, 2, 3])) == 0)
    #expect(try latency(FIR(taps: [1, 2, 1])) == 1)
    #expect(try latency(FIR(taps: [1, 0, -1])) == 1)
  }

  @Test func aRenderedFilterIsNotDelayed() throws {
    // A tone in the pass band comes out where it went in.
    let tone = (0..<4_800).map { Float(Double.sin(2 * .pi * 500 * Double($0) / 48_000)) }
    let wave = try Wave([tone], sampleRate: 48_000)
    let output = try (wave | FIR(.lowPass(4_000), taps: 301, window: .blackman)).render(tail: .trim)
    for frame in 400..<4_400 { #expect(abs(output[0, frame] - tone[frame]) < 2e-4) }
  }

  @Test func aMinimumPhaseFilterKeepsItsMagnitude() throws {
    let (linear, minimum) = (FIR(.lowPass(3_000), taps: 101), FIR(.lowPass(3_000), taps: 101, phase: .minimum))
    let (a, b) = (try linear.design(sampleRate: 48_000), try minimum.design(sampleRate: 48_000))
    for hertz in stride(from: 100.0, through: 4_000, by: 300) {
      let difference =
        a.magnitudeInDecibels(at: Frequency(hertz), sampleRate: 48_000)
        - b.magnitudeInDecibels(at: Frequency(hertz), sampleRate: 48_000)
      #expect(abs(difference) < 0.01)
    }
  }

  @Test func aSingleTapOfOneVanishes() throws {
    let plan = try Plan.compile(FIR(taps: [1]), for: StreamFormat(sampleRate: 48_000, channels: 2))
    #expect(plan.stages.isEmpty)
  }

  @Test func theResponseIsThatOfTheTaps() throws {
    let filter = FIR(.bandPass(2_000, 5_000), taps: 129)
    let plan = try Plan.compile(filter, for: StreamFormat(sampleRate: 48_000, channels: 1))
    let taps = try filter.design(sampleRate: 48_000)
    let response = try plan.frequencyResponse(at: [1_000, 3_000, 6_000])
    for (index, hertz) in [1_000.0, 3_000, 6_000].enumerated() {
      let level = taps.magnitudeInDecibels(at: Frequency(hertz), sampleRate: 48_000)
      #expect(abs(try #require(response.magnitudeDecibels[index]) - level) < 1e-9)
      #expect(abs(try #require(response.groupDelay[index]) - 64 / 48_000.0) < 1e-9)
    }
    #expect(try plan.taps() == taps.taps)
  }

  @Test func explainNamesTheAlgorithm() throws {
    let format = StreamFormat(sampleRate: 48_000, channels: 1)
    #expect("\(try Plan.compile(FIR(.lowPass(1_000), taps: 31), for: format))".contains("direct form of 31 taps"))
    let long = try Plan.compile(
      FIR(.lowPass(1_000), taps: 1_023), for: format, options: PlanOptions(maximumFrames: 16_384, mode: .fast))
    #expect("\(long)".contains("overlap-save, "))
  }

  @Test func mistakesAreRefusedByName() throws {
    func parameter(_ filter: FIR) -> String? {
      do throws(DesignError) {
        _ = try filter.design(in: DesignContext(format: StreamFormat(sampleRate: 48_000, channels: 1)))
        return nil
      } catch {
        return error.parameter
      }
    }
    #expect(parameter(FIR(.highPass(1_000), taps: 100)) == "taps")
    #expect(parameter(FIR(.lowPass(30_000), taps: 101)) == "edges")
    #expect(parameter(FIR(taps: [])) == "taps")
    #expect(parameter(FIR(taps: [1, .nan])) == "taps")
    #expect(parameter(FIR(.taps(.file("missing.txt")))) == "file")
    #expect(parameter(.kaiser(.lowPass(1_000), attenuation: 500, width: 100)) == "attenuation")
    #expect(parameter(FIR(.response(.lowPass(100)), method: .equiripple, width: 400)) == "width")
    #expect(parameter(FIR(.bands([0, 1_000], gains: [1], weights: nil))) == "method")
  }

  struct Vectors: Decodable {
    struct Filter: Decodable {
      var expression: String
      var taps: [Double]
      var output: [Double]
    }
    var input: [Double]
    var filters: [Filter]

    static func read() throws -> Vectors {
      let url = try #require(Bundle.module.url(forResource: "fir", withExtension: "json", subdirectory: "Vectors"))
      return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: url))
    }
  }

  @Test func tapsFromSciPyFilterAsSciPyDoes() throws {
    let vectors = try Vectors.read()
    #expect(vectors.filters.count == 9)
    for filter in vectors.filters {
      guard case .effect(let effect) = try EffectExpression.parse(filter.expression) else { continue }
      let taps = try #require(effect.base as? FIR).design(sampleRate: 48_000).taps
      let largest = filter.taps.map(abs).max() ?? 0
      #expect(taps.count == filter.taps.count, "\(filter.expression)")
      #expect(zip(taps, filter.taps).allSatisfy { abs($0 - $1) < 1e-6 * largest }, "\(filter.expression)")
      for mode in KernelMode.allCases {
        let plan = try Plan.compile(
          FIR(taps: filter.taps), for: StreamFormat(sampleRate: 48_000, channels: 1),
          options: PlanOptions(precision: .double, mode: mode))
        let latency = plan.latencyFrames
        #expect(latency == filter.taps.count / 2, "\(filter.expression)")
        let padded = vectors.input + [Double](repeating: 0, count: latency)
        let output = Array(run(plan, [padded])[0][latency...])
        #expect(relativeError(output, filter.output) < -250, "\(filter.expression)")
      }
    }
  }
}

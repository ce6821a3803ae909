import Resampling
import SwiftletDSP
import TestSupport
import Testing

@Suite struct ResamplingTests {
  private static func tone(_ hertz: Double, rate: Double, frames: Int) -> [Double] {
    (0..<frames).map { Double.sin(2 * .pi * hertz * Double($0) / rate) }
  }

  @Test(arguments: [(44_100.0, 48_000.0), (48_000, 44_100), (48_000, 96_000), (96_000, 22_050)])
  func tonesStayWhereTheyAre(from: Double, to: Double) throws {
    let wave = try Wave([Self.tone(1_000, rate: from, frames: 20_000)], sampleRate: from)
    let output = try wave.resampled(to: to)
    #expect(output.sampleRate == to)
    #expect(output.frames == Int((20_000 * to / from).rounded(.up)))
    let inside = (output.frames / 4)..<(3 * output.frames / 4)
    let expected = Self.tone(1_000, rate: to, frames: output.frames)
    #expect(relativeError(inside.map { output[0, $0] }, Array(expected[inside])) < -130)
  }

  @Test func theSameRateIsTheSameWave() throws {
    let wave = try Wave([[1, 2, 3] as [Float]], sampleRate: 48_000)
    #expect(try wave.resampled(to: 48_000)[0, 2] == 3)
  }

  @Test func ratesThatCannotBeAreRefused() throws {
    let wave = try Wave([[1, 2, 3] as [Float]], sampleRate: 48_000)
    for rate in [0, -1, .nan, .infinity, 1e9] { #expect(throws: DesignError.self) { try wave.resampled(to: rate) } }
  }

  // A damaged header may state any rate.
  @Test func aResponseThatWouldFillMemoryAtAnotherRateIsRefused() throws {
    let response = try ImpulseResponse([[Float](repeating: 1, count: 1_000)], sampleRate: 1, resampler: SoxrResampler())
    let wave = try Wave([[1, 2, 3] as [Float]], sampleRate: 48_000)
    let error = #expect(throws: DesignError.self) { try (wave | Convolution(response)).render() }
    #expect(error?.parameter == "response" && error?.value == "1 Hz")
  }

  @Test func aResponseKeepsItsLevelAtAnotherRate() throws {
    // A low-pass as an impulse response: through streams of either rate a tone in its pass band keeps its level.
    let taps = try FIR(.lowPass(5_000), taps: 501).design(sampleRate: 44_100).taps
    let response = try ImpulseResponse([taps.map(Float.init)], sampleRate: 44_100, resampler: SoxrResampler())
    for rate in [44_100.0, 48_000, 96_000] {
      let wave = try Wave([Self.tone(1_000, rate: rate, frames: 20_000)], sampleRate: rate)
      let output = try (wave | Convolution(response)).render(tail: .trim)
      let power = (8_000..<16_000).reduce(0.0) { $0 + output[0, $1] * output[0, $1] } / 8_000
      #expect(abs(10 * Double.log10(2 * power)) < 0.02, "\(rate)")
    }
  }
}

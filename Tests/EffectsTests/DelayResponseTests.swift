import ComplexModule
import RealModule
import SwiftletDSP
import TestSupport
import Testing

private let mono = StreamFormat(sampleRate: 48_000, channels: 1)

/// The response by its definition: the Fourier sum of the impulse response, and of the same times n for the group delay.
private func measured(_ plan: Plan, at hertz: Double) -> (value: Complex<Double>, delay: Double) {
  var impulse = [Double](repeating: 0, count: (plan.tail.frameCount ?? 0) * 3 / 2 + 100)
  impulse[0] = 1
  var sum = Complex<Double>.zero
  var ramped = Complex<Double>.zero
  for (index, sample) in run(plan, [impulse])[0].enumerated() where sample != 0 {
    let term = Complex<Double>(length: 1, phase: -2 * .pi * hertz * Double(index) / 48_000) * Complex(sample)
    sum += term
    ramped += term * Complex(Double(index) / 48_000)
  }
  return (sum, (ramped / sum).real)
}

@Suite struct DelayResponseTests {
  @Test(arguments: [
    Delay(seconds: 0.001, feedback: 0, mix: 0.5),
    Delay(seconds: 0.005, feedback: 0.6, mix: 0.3),
    Delay(seconds: 77.3 / 48_000, feedback: -0.5, mix: 1),
    Delay(seconds: 1.5 / 48_000, feedback: 0.4, mix: 0.7),
    Delay(.seconds(0.004), feedback: 0.7, mix: 0.6, lowPass: 3_000, highPass: 100),
  ])
  func isThatOfTheImpulseResponse(_ delay: Delay) throws {
    let plan = try Plan.compile(delay, for: mono, options: PlanOptions(precision: .double))
    for hertz in [0.0, 20, 123.4, 1_000, 7_777, 20_000] {
      let (value, seconds) = measured(plan, at: hertz)
      #expect((try plan.response(at: Frequency(hertz)) - value).length < 1e-5)
      let response = try plan.frequencyResponse(at: [Frequency(hertz)])
      #expect(abs(try #require(response.groupDelay[0]) - seconds) < 1e-6)
    }
  }

  @Test func isAskedOfAWholeGraph() throws {
    let chain = LowPass(1_000) | (Delay(seconds: 0.002, feedback: 0.5, mix: 1) + Gain(decibels: -6))
    let plan = try Plan.compile(chain, for: mono, options: PlanOptions(precision: .double))
    let (value, _) = measured(plan, at: 440)
    #expect((try plan.response(at: 440) - value).length < 1e-5)
  }

  @Test(arguments: [
    Delay(.seconds(0.01), mode: .pingPong), Delay(.seconds(0.01), mode: .cross),
    Delay(.seconds(0.01), rate: 1, depth: 0.001),
  ])
  func isRefusedWhereThereIsNone(_ delay: Delay) throws {
    let plan = try Plan.compile(delay, for: StreamFormat(sampleRate: 48_000, channels: 2))
    let error = #expect(throws: DesignError.self) { try plan.response(at: 1_000) }
    #expect(error?.reason == .unsupported)
  }
}

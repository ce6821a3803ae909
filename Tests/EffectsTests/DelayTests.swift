import RealModule
import SwiftletDSP
import TestSupport
import Testing

private let stereo = StreamFormat(sampleRate: 48_000, channels: 2)
private let mono = StreamFormat(sampleRate: 48_000, channels: 1)

private func output(_ delay: Delay, _ input: [[Double]], rate: Double = 48_000) throws -> [[Double]] {
  let format = StreamFormat(sampleRate: rate, channels: input.count)
  return run(try Plan.compile(delay, for: format, options: PlanOptions(precision: .double)), input)
}

private func sine(_ share: Double, frames: Int) -> [Double] {
  (0..<frames).map { Double.sin(2 * .pi * share * Double($0)) }
}

@Suite struct DelayMemoryTests {
  @Test func noLineIsLargerThanTheAddressesThatThereAre() {
    #expect(!DelayLine.isPossible(channels: 1 << 20, capacity: 1 << 29))
    #expect(DelayLine.isPossible(channels: 2, capacity: 96_000))
  }

  /// 755 GB, which few machines have.
  @Test(.disabled(if: DelayLine.isPossible(channels: 4_096, capacity: 60 * 384_000), "there is memory for it"))
  func aLineThatFitsIntoNoMemoryIsRefused() {
    let wide = StreamFormat(sampleRate: 384_000, channels: 4_096)
    #expect {
      _ = try Plan.compile(Delay(seconds: 60), for: wide, options: PlanOptions(maximumFrames: 64))
    } throws: { error in
      let error = error as? DesignError
      return error?.parameter == "time" && "\(error as Any)".contains("memory")
    }
  }
}

@Suite struct DelayLawTests {
  @Test func straight() throws {
    try checkLaws(of: { Delay(seconds: 300 / $0, feedback: 0.6, mix: 0.4) })
  }
  @Test func betweenFrames() throws {
    try checkLaws(of: { Delay(seconds: 77.3 / $0, feedback: -0.5, mix: 1) })
  }
  @Test func veryShort() throws {
    try checkLaws(of: { Delay(seconds: 1.5 / $0, feedback: 0.3) })
  }
  @Test func oneFrame() throws {
    try checkLaws(of: { Delay(seconds: 1 / $0, feedback: 0.9) })
  }
  @Test func filtered() throws {
    try checkLaws(
      of: {
        Delay(.seconds(120 / $0), feedback: 0.8, lowPass: Frequency(0.1 * $0), highPass: Frequency(0.002 * $0))
      })
  }
  @Test func moving() throws {
    try checkLaws(
      of: { Delay(.seconds(200 / $0), feedback: 0.5, rate: 3, depth: 60 / $0) },
      exceptions: .remembers)
  }
  @Test func pingPong() throws {
    try checkLaws(
      of: { Delay(.seconds(90 / $0), feedback: 0.7, mode: .pingPong) }, exceptions: .couplesChannels)
  }
  @Test func cross() throws {
    try checkLaws(
      of: { Delay(.seconds(90.5 / $0), feedback: 0.7, mode: .cross, lowPass: Frequency(0.2 * $0)) },
      exceptions: .couplesChannels)
  }
}

@Suite struct DelayTests {
  @Test(arguments: Delay.Mode.allCases, [false, true]) func isItsDefinition(mode: Delay.Mode, isFiltered: Bool) throws {
    var delay = Delay(.seconds(0.01), feedback: -0.7, mix: 0.4, mode: mode)
    var model = DelayModel(frames: 480, feedback: -0.7, mix: 0.4, mode: mode)
    if isFiltered {
      delay.lowPass = 3_000
      delay.highPass = 100
      model.filters =
        try SectionCascade.firstOrderLowPass(3_000, sampleRate: 48_000).sections
        + SectionCascade.firstOrderHighPass(100, sampleRate: 48_000).sections
    }
    let input = noise(channels: 3, frames: 6_000, as: Double.self)
    let expected = model.run(input)
    let result = try output(delay, input)
    for channel in 0..<3 { #expect(relativeError(result[channel], expected[channel]) < -270) }
  }

  @Test func repeatsAreThePowersOfTheFeedback() throws {
    let wave = try Wave([[1.0]], sampleRate: 48_000)
    let result = try (wave | Delay(.milliseconds(10), feedback: 0.5, mix: 1)).render()
    for frame in 0..<result.frames {
      let isRepeat = frame > 0 && frame % 480 == 0
      #expect(result[0, frame] == (isRepeat ? Double.pow(0.5, Double(frame / 480 - 1)) : 0))
    }
    // The tail is run out to -120 dB, and not much further.
    let last = result.frames / 480
    #expect(Double.pow(0.5, Double(last)) <= 1e-6 && Double.pow(0.5, Double(last - 3)) > 1e-6)
  }

  /// The error of the interpolation stays below -84 dB up to 0.4 of the sample rate.
  @Test(arguments: [0.001, 0.05, 0.2, 0.3, 0.4], [100.5, 33.25, 4_000.37]) func readsBetweenFrames(
    share: Double, frames: Double
  ) throws {
    let input = sine(share, frames: 6_000)
    let result = try output(Delay(seconds: frames / 48_000, feedback: 0, mix: 1), [input])[0]
    let settled = Int(frames) + 40
    let expected = (settled..<6_000).map { Double.sin(2 * .pi * share * (Double($0) - frames)) }
    #expect(relativeError(Array(result[settled...]), expected) < -84)
  }

  @Test(arguments: [0.01, 0.2, 0.38]) func theTimeSwings(share: Double) throws {
    let input = sine(share, frames: 48_000)
    let delay = Delay(.seconds(0.01), feedback: 0, mix: 1, rate: 2, depth: 0.005)
    let result = try output(delay, [input])[0]
    let expected = (1_000..<48_000).map { n -> Double in
      let frames = 480 + 240 * Double.sin(2 * .pi * 2 / 48_000 * Double(n))
      return Double.sin(2 * .pi * share * (Double(n) - frames))
    }
    #expect(relativeError(Array(result[1_000...]), expected) < -80)
  }

  @Test func notesLastTheirTimeAtTheTempo() throws {
    let expected = [("1/8", 0.25), ("1/8t", 0.5 / 3), ("1/8d", 0.375), ("1/4", 0.5), ("1/1", 2), ("3/16", 0.375)]
    for (text, seconds) in expected {
      let length = try #require(NoteLength(text))
      #expect(abs(length.seconds(at: 120) - seconds) < 1e-15, "\(text)")
      #expect(length.description == text)
      let input = noise(frames: 30_000, as: Double.self)
      #expect(
        try output(Delay(.note(length), feedback: 0.5), input) == output(Delay(seconds: seconds, feedback: 0.5), input))
    }
    for (text, same) in [("1/8.", "1/8d"), ("1/8 dotted", "1/8d"), ("1/8T", "1/8t"), ("1/8 triplet", "1/8t")] {
      #expect(NoteLength(text)?.description == same)
    }
    for text in ["", "1", "1/", "/8", "0/8", "1/0", "1/8x", "1/8dd", "-1/8", "1/257", "1/8/2", "1.5/8", "9999/1"] {
      #expect(NoteLength(text) == nil, "\(text)")
    }
  }

  @Test func mistakesAreNamed() throws {
    func check(_ delay: Delay, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation) {
      #expect(sourceLocation: sourceLocation) {
        try Plan.compile(delay, for: stereo)
      } throws: { error in
        words.allSatisfy { String(describing: error).contains($0) }
      }
    }
    check(Delay(seconds: 0.1, feedback: 1), "feedback = 100 %", "-99 to 99 %", "never fall silent")
    check(Delay(seconds: 0.1, feedback: -1.5), "feedback = -150 %")
    check(Delay(seconds: 0.1, feedback: .nan), "feedback")
    check(Delay(seconds: 0.1, mix: 1.1), "mix = 1.1", "0 to 1")
    check(Delay(seconds: 0), "time = 0 s", "one frame")
    check(Delay(seconds: 61), "time = 61 s", "to 60 s")
    check(Delay(seconds: .nan), "time")
    check(Delay(seconds: .infinity), "time")
    let long = try #require(NoteLength("200/1"))
    check(Delay(.note(long)), "time = 200/1 (400 s at 120 beats a minute)")
    check(Delay(.seconds(0.1), tempo: 10), "tempo = 10")
    check(Delay(.seconds(0.1), lowPass: 30_000), "lowpass = 30000 Hz")
    check(Delay(.seconds(0.1), highPass: 0), "highpass = 0 Hz")
    check(Delay(.seconds(0.001), depth: 0.002), "depth = 0.002 s", "the time less 32 frames")
    check(Delay(.seconds(0.1), rate: 0), "rate = 0 Hz")
    check(Delay(.seconds(0.1), depth: 2), "depth = 2 s")
  }

  @Test func silenceStaysSilent() throws {
    let delay = Delay(.seconds(0.003), feedback: 0.9, lowPass: 2_000, rate: 1, depth: 0.001)
    #expect(try output(delay, [[Double](repeating: 0, count: 5_000)])[0].allSatisfy { $0 == 0 })
  }

  @Test func aStepAtFullScaleStaysBounded() throws {
    let delay = Delay(.seconds(0.001), feedback: 0.99, mix: 1)
    let plan = try Plan.compile(delay, for: mono)
    let runner = try PlanRunner<Float>(plan)
    let result = run(runner, [[Float](repeating: 1, count: 200_000)], blocks: [200_000])[0]
    #expect(result.allSatisfy { $0 <= 100 } && runner.overflowCount == 0)
    #expect(try #require(result.last) > 98)
  }

  @Test func theTailFadesIntoZerosWithoutDenormals() throws {
    let plan = try Plan.compile(Delay(.seconds(0.001), feedback: 0.5, mix: 1), for: mono)
    var input = [Float](repeating: 0, count: 60_000)
    input[0] = 1
    let result = run(plan, [input])[0]
    #expect(result.allSatisfy { $0 == 0 || $0.isNormal })
    #expect(result.suffix(48).allSatisfy { $0 == 0 })
  }

  @Test func aPureDelayHasAResponse() throws {
    let plan = try Plan.compile(Delay(seconds: 0.001, feedback: 0, mix: 1), for: mono)
    #expect(abs(try plan.response(at: 250).phase + .pi / 2) < 1e-9)
  }
}

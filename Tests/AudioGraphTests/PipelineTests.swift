import SwiftletDSP
import TestSupport
import Testing

@Suite struct PipelineTests {
  @Test func theLineThatUsersWrite() throws {
    let wave = try Wave(noise(channels: 2, frames: 4_800, as: Float.self), sampleRate: 48_000)
    let out = try (wave | Butterworth(.highPass(80), order: 4) | Peak(1_000, gain: 6)).render()
    #expect(out.channels == 2 && out.frames > wave.frames)
  }

  @Test func theTailIsRunOutOrTrimmed() throws {
    let wave = try Wave([[Float(1)]], sampleRate: 48_000)
    let long = try (wave | LowPass(100)).render()
    let short = try (wave | LowPass(100)).render(tail: .trim)
    #expect(short.frames == 1 && short[0, 0] == long[0, 0])
    #expect(abs(long[0, long.frames - 1]) <= 1e-6 * (long.samples(0).map(abs).max() ?? 0))
    #expect(throws: DesignError.self) { try (wave | Integrator()).render() }
    #expect(try (wave | Integrator()).render(tail: .trim).frames == 1)
  }

  // Its poles lie so near the unit circle that it rings for two weeks.
  @Test func aTailOfDaysIsRefusedBeforeItIsRun() throws {
    let wave = try Wave([[Float(1)]], sampleRate: 48_000)
    let ringing = BandPass(23_999.999, q: 312)
    let error = #expect(throws: DesignError.self) { try (wave | ringing).render() }
    #expect(error?.parameter == "tail" && error?.problem == "is longer than a day")
    #expect(try (wave | ringing).render(tail: .trim).frames == 1)
  }

  @Test func aResultThatFitsIntoNoMemoryIsRefused() throws {
    let wave = try Wave([[Float]](repeating: [1], count: 4_096), sampleRate: 3_072_000)
    let error = #expect(throws: DesignError.self) { try (wave | Delay(seconds: 60, feedback: 0.99)).render() }
    #expect(error?.problem == "is more than there is memory for")
  }

  @Test func anEmptyWaveStaysEmpty() throws {
    let wave = try Wave([[Float]()], sampleRate: 48_000)
    #expect(try (wave | LowPass(100)).render().frames == 0)
  }

  @Test func wavesDoNotTouchEachOther() throws {
    let chain = LowPass(500) | (HighPass(20) + Peak(100, gain: 3))
    let a = try Wave(noise(frames: 1_000, seed: 1, as: Float.self), sampleRate: 48_000)
    let b = try Wave(noise(frames: 1_000, seed: 2, as: Float.self), sampleRate: 96_000)
    let first = try (a | chain).render()
    _ = try (b | chain).render()
    #expect(try (a | chain).render() == first)
    // Reuse at another rate is the same as a fresh chain.
    let fresh = try (b | LowPass(500) | (HighPass(20) + Peak(100, gain: 3))).render()
    #expect(try (b | chain).render() == fresh)
  }

  @Test func progressAndCancellation() throws {
    let wave = try Wave(noise(frames: 100_000, as: Float.self), sampleRate: 48_000)
    var seen: [Int] = []
    _ = try (wave | LowPass(500)).render(RenderOptions(tail: .trim, progress: { seen.append($0.framesDone) }))
    #expect(seen.last == 100_000 && seen == seen.sorted() && seen.count > 1)
    #expect(throws: CancellationError.self) {
      try (wave | LowPass(500)).render(RenderOptions(isCancelled: { seen.count > 1 }))
    }
  }

  @Test func doubleWavesStayDouble() throws {
    let wave = try Wave(noise(frames: 1_000, as: Double.self), sampleRate: 48_000)
    let out: Wave<Double> = try (wave | LowPass(500)).render(tail: .trim)
    let single = try (wave.converted(to: Float.self) | LowPass(500)).render(tail: .trim)
    #expect(relativeError(single.samples(0), out.samples(0)) < -140)
  }

  @Test func aPipelineDoesNotFollowALaterChange() throws {
    let wave = try Wave(noise(frames: 1_000, as: Float.self), sampleRate: 48_000)
    var filter = LowPass(500)
    let pipeline = wave | filter
    let before = try pipeline.render()
    filter.frequency = 5_000
    #expect(try pipeline.render() == before)
  }

  @Test func tagsTravel() throws {
    var wave = try Wave([[Float(1)]], sampleRate: 48_000)
    wave.metadata.title = "One"
    #expect(try (wave | Gain(decibels: -1)).render().metadata.title == "One")
  }
}

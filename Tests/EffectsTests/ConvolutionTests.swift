import Foundation
import SwiftletDSP
import TestSupport
import Testing

@Suite struct ConvolutionTests {
  private static func response(_ channels: Int, frames: Int, rate: Double, seed: UInt64 = 1) throws -> ImpulseResponse {
    let samples: [[Float]] = noise(channels: channels, frames: frames, seed: seed).map { channel in
      channel.enumerated().map { $1 * Float(Double.exp(-6 * Double($0) / Double(frames))) }
    }
    return try ImpulseResponse(samples, sampleRate: rate)
  }

  @Test(arguments: [1, 40, 900, 5_000]) func obeysTheLaws(frames: Int) throws {
    // Laws are checked at many rates; the live change is between two effects for the same rate.
    for rate in [8_000.0, 48_000] {
      let effect = Convolution(try Self.response(1, frames: frames, rate: rate), mix: 0.4, gain: -3)
      let plan = try Plan.compile(effect, for: StreamFormat(sampleRate: rate, channels: 2))
      #expect(plan.latencyFrames == 0)
    }
    let resampler = Keeping()
    let samples: [[Float]] = noise(frames: frames, seed: 4)
    let response = try ImpulseResponse(samples, sampleRate: 48_000, resampler: resampler)
    try checkLaws { _ in Convolution(response, mix: 0.4, gain: -3) }
  }

  /// A resampler that leaves samples as they are, so that one response serves every rate.
  private struct Keeping: ResponseResampler {
    func resampled(_ channels: [[Double]], from rate: Double, to other: Double) -> [[Double]] { channels }
  }

  @Test func aDelayThatIsAllowedIsReported() throws {
    let response = try ImpulseResponse(noise(frames: 3_000), sampleRate: 48_000, resampler: Keeping())
    try checkLaws { _ in Convolution(response, latencyFrames: 256) }
    let plan = try Plan.compile(
      Convolution(response, latencyFrames: 256), for: StreamFormat(sampleRate: 48_000, channels: 1))
    #expect(plan.latencyFrames == 256)
    #expect(!"\(plan)".contains("direct form"))
    // What a renderer gives is the same.
    let wave = try Wave([noise(frames: 5_000, as: Double.self)[0]], sampleRate: 48_000)
    let delayed = try (wave | Convolution(response, latencyFrames: 256)).render()
    let direct = try (wave | Convolution(response)).render()
    #expect(delayed.frames == direct.frames)
    let pairs = (0..<direct.frames).map { (delayed[0, $0], direct[0, $0]) }
    #expect(relativeError(pairs.map(\.0), pairs.map(\.1)) < -270)
  }

  private static func impulse(_ channels: Int, at place: Int) -> [[Double]] {
    (0..<channels).map { [Double](repeating: 0, count: 40).replacing(0, by: $0 == place ? 1 : 0) }
  }

  @Test func layoutsLeadWhereTheySay() throws {
    func output(_ samples: [[Float]], channels: Int, at place: Int, mix: Double = 1) throws -> [[Double]] {
      let effect = Convolution(try ImpulseResponse(samples, sampleRate: 48_000), mix: mix)
      let plan = try Plan.compile(
        effect, for: StreamFormat(sampleRate: 48_000, channels: channels), options: PlanOptions(precision: .double))
      return run(plan, Self.impulse(channels, at: place)).map { Array($0[..<2]) }
    }
    #expect(try output([[1, 2]], channels: 2, at: 1) == [[0, 0], [1, 2]])
    #expect(try output([[1, 2], [3, 4]], channels: 2, at: 1) == [[0, 0], [3, 4]])
    #expect(try output([[1, 2], [3, 4]], channels: 1, at: 0) == [[1, 2], [3, 4]])
    let true4: [[Float]] = [[1, 2], [3, 4], [5, 6], [7, 8]]
    #expect(try output(true4, channels: 2, at: 0) == [[1, 2], [3, 4]])
    #expect(try output(true4, channels: 2, at: 1) == [[5, 6], [7, 8]])
    #expect(try output(true4, channels: 4, at: 2)[2] == [5, 6])
    // Half of it is the input as it is, straight on.
    #expect(try output(true4, channels: 2, at: 1, mix: 0.5) == [[2.5, 3], [4, 4]])
    #expect(throws: DesignError.self) { try output([[1], [1], [1]], channels: 2, at: 0) }
  }

  @Test func levelAndLengthAreBroughtToOrder() throws {
    func responses(_ effect: Convolution) throws -> [[Double]] {
      try effect.design(in: DesignContext(format: StreamFormat(sampleRate: 48_000, channels: 2))).responses
    }
    let samples: [[Float]] = [[0, 0, 0.001, 3, -4, 0.001, 0]]
    let response = try ImpulseResponse(samples, sampleRate: 48_000)
    #expect(try responses(Convolution(response, normalization: .peak))[0][4] == -1)
    let energy = try responses(Convolution(response, normalization: .energy))[0].reduce(0) { $0 + $1 * $1 }
    #expect(abs(energy - 1) < 1e-12)
    #expect(try responses(Convolution(response, trim: -60)) == [[3, -4]])
    #expect(try responses(Convolution(response, trim: -80)).first?.count == 4)
    #expect(abs(try responses(Convolution(response, gain: 20))[0][3] - 30) < 1e-12)
    let silent = try ImpulseResponse([[0, 0]], sampleRate: 48_000)
    #expect(try responses(Convolution(silent, normalization: .energy, trim: -60)) == [[0, 0]])
  }

  @Test func whatCannotBeIsRefused() throws {
    let format = StreamFormat(sampleRate: 44_100, channels: 2)
    func error(_ effect: Convolution) -> String? {
      do throws(DesignError) {
        _ = try Plan.compile(effect, for: format)
        return nil
      } catch {
        return error.description
      }
    }
    let response = try ImpulseResponse([[1]], sampleRate: 48_000)
    #expect(error(Convolution(response))?.contains("48000 Hz is not the rate of the stream") == true)
    #expect(error(Convolution(.file("hall.wav")))?.contains("hall.wav was named, but nobody has read it") == true)
    #expect(error(Convolution(response, mix: 2))?.contains("mix") == true)
    #expect(throws: DesignError.self) { try ImpulseResponse([], sampleRate: 48_000) }
    #expect(throws: DesignError.self) { try ImpulseResponse([[]], sampleRate: 48_000) }
    #expect(throws: DesignError.self) { try ImpulseResponse([[1], [1, 2]], sampleRate: 48_000) }
    #expect(throws: DesignError.self) { try ImpulseResponse([[.nan]], sampleRate: 48_000) }
    #expect(throws: DesignError.self) { try ImpulseResponse([[1]], sampleRate: 0) }
  }

  @Test func aResponseIsAValue() throws {
    let a = try Self.response(2, frames: 50, rate: 48_000)
    let b = try Self.response(2, frames: 50, rate: 48_000)
    #expect(a == b && a.hashValue == b.hashValue)
    #expect(try a != Self.response(2, frames: 50, rate: 44_100))
    #expect(try a != Self.response(2, frames: 50, rate: 48_000, seed: 9))
    #expect(ImpulseResponse.file("a.wav") != .file("b.wav"))
    let effect = Convolution(a, mix: 0.3, normalization: .energy, trim: -90, latencyFrames: 64)
    let read = try JSONDecoder().decode(Convolution.self, from: JSONEncoder().encode(effect))
    #expect(read == effect)
    let named = Convolution(.file("hall.wav"))
    #expect(try JSONDecoder().decode(Convolution.self, from: JSONEncoder().encode(named)) == named)
  }

  @Test func aLiveMixDoesNotClick() throws {
    let live = Live(Convolution(try Self.response(1, frames: 2_000, rate: 48_000), mix: 1))
    let plan = try Plan.compile(live, for: StreamFormat(sampleRate: 48_000, channels: 1))
    let runner = try PlanRunner<Float>(plan)
    let tone = [(0..<20_000).map { Float(Double.sin(2 * .pi * 100 * Double($0) / 48_000)) }]
    let before = run(runner, [Array(tone[0][..<8_000])], blocks: [8_000])[0]
    try live.update { $0.mix = 0.2 }
    let after = run(runner, [Array(tone[0][8_000...])], blocks: unevenBlocks(total: 12_000))[0]
    let steady = zip(before[4_000...], before[4_001...]).map { abs($1 - $0) }.max() ?? 0
    let changing = zip(after, after.dropFirst()).map { abs($1 - $0) }.max() ?? 0
    #expect(changing < 2 * max(steady, 0.02))
    // Another length is another structure: a fresh processor is faded to.
    try live.update { $0.trim = -20 }
    let shorter = run(runner, tone, blocks: unevenBlocks(total: 20_000))[0]
    #expect(zip(shorter, shorter.dropFirst()).map { abs($1 - $0) }.max() ?? 1 < 2 * max(steady, 0.02))
  }

  /// A file's content comes with its name, also while numbers are on their way.
  @Test(arguments: [0, 0.1]) func anotherFileIsTakenLive(seconds: Double) throws {
    let first = try ImpulseResponse([[1, 0.5]], sampleRate: 48_000, path: "first.wav")
    let second = try ImpulseResponse([[0, 0, 0.25]], sampleRate: 48_000, path: "second.wav")
    let live = Live(Convolution(first))
    let plan = try Plan.compile(live, for: StreamFormat(sampleRate: 48_000, channels: 1))
    let runner = try PlanRunner<Float>(plan)
    let input = [[Float](repeating: 1, count: 10_000)]
    #expect(run(runner, input, blocks: [10_000])[0].last == 1.5)
    try live.update(over: seconds) { ($0.response, $0.mix) = (second, 0.5) }
    let output = run(runner, input, blocks: unevenBlocks(total: 10_000))[0]
    #expect(abs(output[9_999] - (0.5 + 0.5 * 0.25)) < 1e-6)
    #expect(throws: DesignError.self) { try live.update { $0.response = .file("third.wav") } }
    #expect(live.value.response == second)
  }
}

extension [Double] {
  fileprivate func replacing(_ index: Int, by value: Double) -> [Double] {
    var copy = self
    copy[index] = value
    return copy
  }
}

import Accelerator
import SwiftletDSP

/// Compressors, echoes and convolutions on a device against the same plans on the CPU.
struct EffectCheck {
  var context: ComputeContext
  var isQuick: Bool

  private struct Case {
    var name: String
    var item: any Connectable
    var channels = 2
    /// The largest error's power over that of the signal, in Float and in Double.
    var bounds = (1e-12, 1e-24)
    /// Done before the last block.
    var change: (() throws -> Void)?
  }

  func run() throws -> (cases: Int, failures: Int) {
    var total = (cases: 0, failures: 0)
    let blocks = isQuick ? [1, 1_500, 700] : [1, 2, 511, 1_024, 4_097, 64, 64, 64, 60_000]
    for item in try isQuick ? few() : few() + many() + changes() {
      for isDouble in [false, true] where !isDouble || context.device.hasDouble {
        let isGood = try isDouble ? check(item, Double.self, blocks) : check(item, Float.self, blocks)
        total.cases += 1
        total.failures += isGood ? 0 : 1
      }
    }
    return total
  }

  /// Small cases for a checker that follows every access.
  func runForRaces() throws -> (cases: Int, failures: Int) {
    let cases = try few() + changes()
    let failures = try cases.filter { try !check($0, Float.self, [5, 1_100]) }.count
    return (cases.count, failures)
  }

  private func few() throws -> [Case] {
    [
      Case(
        name: "compressor, mean square, linked, key and look-ahead",
        item: Compressor(threshold: -40, detector: .rms, lookahead: 0.001).keyed(by: Gain(decibels: 3)),
        bounds: (1e-12, 1e-20)),
      Case(
        name: "limiter, peak, each channel", item: Compressor(threshold: -30, ratio: .infinity, knee: 0, link: false),
        bounds: (1e-12, 1e-20)),
      Case(
        name: "ping-pong between frames with filters",
        item: Delay(.seconds(0.004_01), feedback: 0.7, mix: 0.5, mode: .pingPong, lowPass: 5_000, highPass: 100)),
      Case(name: "echo", item: Delay(.seconds(0.25), feedback: -0.6, mix: 0.5)),
      Case(
        name: "a time that moves", item: Delay(.seconds(0.005), feedback: 0.5, mix: 0.5, rate: 3, depth: 0.003),
        bounds: (1e-12, 1e-20)),
      Case(name: "700 taps", item: Convolution(try response(1, 700), gain: -20)),
      Case(name: "true stereo of 2,500 taps", item: Convolution(try response(4, 2_500), gain: -20)),
    ]
  }

  /// Fades between what is in two places of a table.
  private func changes() throws -> [Case] {
    let echo = Live(Delay(.seconds(0.004_01), feedback: 0.7, mix: 0.5, mode: .cross))
    let taps = Live(FIR(taps: (0..<70).map { 1 / Double($0 + 1) }))
    let others = FIR(taps: (0..<70).map { 1 / Double(71 - $0) })
    let room = Live(Convolution(try response(2, 2_500), gain: -20))
    let other = Convolution(try response(2, 2_500), gain: -26)
    // The CPU fades to taps on another way, as long.
    return [
      Case(
        name: "an echo with a new time", item: echo, bounds: (1e-12, 1e-20),
        change: { try echo.update { $0.time = .seconds(0.01) } }),
      Case(name: "new taps", item: taps, bounds: (0.1, 0.1), change: { try taps.update { $0 = others } }),
      Case(name: "new responses", item: room, bounds: (0.1, 0.1), change: { try room.update { $0 = other } }),
    ]
  }

  private func many() throws -> [Case] {
    [
      Case(name: "64 linked channels", item: Compressor(threshold: -30), channels: 64, bounds: (1e-12, 1e-20)),
      Case(
        name: "echo round 8 channels", item: Delay(.seconds(0.05), feedback: 0.9, mix: 0.5, mode: .cross), channels: 8),
      Case(name: "480,000 taps", item: Convolution(try response(1, 480_000), gain: -40), channels: 2),
      Case(name: "64 channels of 5,000 taps", item: Convolution(try response(64, 5_000), gain: -20), channels: 64),
      Case(name: "one channel into 6", item: Convolution(try response(6, 20_000), gain: -30), channels: 1),
    ]
  }

  private func response(_ channels: Int, _ frames: Int) throws -> ImpulseResponse {
    var noise = Noise(seed: 3)
    let samples = (0..<channels).map { _ in
      (0..<frames).map { Float(noise.next()) * Float(frames - $0) / Float(frames) }
    }
    return try ImpulseResponse(samples, sampleRate: 48_000)
  }

  private func check<S: Sample>(_ item: Case, _ type: S.Type, _ blocks: [Int]) throws -> Bool {
    let isDouble = S.sampleType == .float64
    let plan = try Plan.compile(
      item.item, for: StreamFormat(sampleRate: 48_000, channels: item.channels),
      options: PlanOptions(precision: isDouble ? .double : .mixed))
    let runner = try GPUPlanRunner<S>(plan, on: context)
    let reference = try PlanRunner<S>(plan)
    let capacity = blocks.max() ?? 1
    let input = SampleBuffer<S>(channels: item.channels, capacity: capacity)
    let output = SampleBuffer<S>(channels: plan.output.channels, capacity: capacity)
    let expected = SampleBuffer<S>(channels: plan.output.channels, capacity: capacity)
    var noise = Noise(seed: 7)
    var error = 0.0
    var power = 0.0
    for (index, frames) in blocks.enumerated() {
      if index == blocks.count - 1 { try item.change?() }
      for channel in 0..<item.channels {
        for frame in 0..<frames { input[channel, frame] = S(noise.next() / (index % 2 == 0 ? 1 : 8)) }
      }
      try input.withBlock(frames: frames) { block in
        try output.withBlock(frames: frames) { _ = try runner.process(block, into: $0) }
        expected.withBlock(frames: frames) { _ = reference.process(block, into: $0) }
      }
      for channel in 0..<plan.output.channels {
        for frame in 0..<frames {
          let difference = Double(output[channel, frame]) - Double(expected[channel, frame])
          error += difference * difference
          power += Double(expected[channel, frame]) * Double(expected[channel, frame])
        }
      }
    }
    guard error > (isDouble ? item.bounds.1 : item.bounds.0) * power || power == 0 else { return true }
    ErrorOutput.write("\(item.name), \(S.self): power ratio \(error / power)\n")
    return false
  }
}

/// White noise from -0.5 to 0.5, the same on every machine.
struct Noise {
  private var word: UInt32
  init(seed: UInt32) { word = seed }

  mutating func next() -> Double {
    word = word &* 1_664_525 &+ 1_013_904_223
    return Double(Int32(bitPattern: word)) * 0x1p-32
  }
}

import RealModule
import SwiftletDSP

/// A small generator with a seed, so that every run of a test sees the same numbers.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0xD1B5_4A32_D192_ED03 }

  // SplitMix64.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// White noise in ±0.5, different in each channel.
public func noise<S: Sample>(channels: Int = 1, frames: Int, seed: UInt64 = 1, as type: S.Type = S.self) -> [[S]]
where S.RawSignificand: FixedWidthInteger {
  var generator = SeededGenerator(seed: seed)
  return (0..<channels).map { _ in (0..<frames).map { _ in S(Float.random(in: -0.5...0.5, using: &generator)) } }
}

/// The block sizes 1, 7, 14 … that the laws are tested with: each k·7 mod 509, never 0.
public func unevenBlocks(total: Int) -> [Int] {
  var sizes: [Int] = []
  var left = total
  var k = 0
  while left > 0 {
    let size = min(left, k == 0 ? 1 : max(1, k * 7 % 509))
    sizes.append(size)
    left -= size
    k += 1
  }
  return sizes
}

/// Relative RMS error in decibels; minus infinity when equal. Silence against silence is equal.
public func relativeError<A: BinaryFloatingPoint, B: BinaryFloatingPoint>(_ result: [A], _ reference: [B]) -> Double {
  precondition(result.count == reference.count, "\(result.count) against \(reference.count) samples")
  var error = 0.0
  var power = 0.0
  for (a, b) in zip(result, reference) {
    let difference = Double(a) - Double(b)
    error += difference * difference
    power += Double(b) * Double(b)
  }
  if error == 0 { return -.infinity }
  if power == 0 { return .infinity }
  return 10 * Double.log10(error / power)
}

/// Runs planar samples through a plan in blocks of the sizes given and returns what comes out.
public func run<S: Sample>(_ runner: PlanRunner<S>, _ input: [[S]], blocks: [Int]) -> [[S]] {
  let frames = input.first?.count ?? 0
  precondition(blocks.reduce(0, +) == frames, "blocks of \(blocks.reduce(0, +)) frames for \(frames)")
  let plan = runner.plan
  let largest = max(blocks.max() ?? 1, 1)
  let source = SampleBuffer<S>(channels: plan.input.channels, capacity: largest)
  // As many pieces as the block is cut into, each with its most frames.
  let pieces = (largest + plan.options.maximumFrames - 1) / plan.options.maximumFrames
  let target = SampleBuffer<S>(
    channels: plan.output.channels, capacity: max(largest, pieces * plan.maximumOutputFrames))
  var output = [[S]](repeating: [], count: plan.output.channels)
  var position = 0
  for size in blocks {
    for channel in input.indices {
      for frame in 0..<size { source[channel, frame] = input[channel][position + frame] }
    }
    let produced = source.withBlock(frames: size) { block in
      target.withBlock(frames: plan.keepsFrameCount ? size : target.capacity) { runner.process(block, into: $0) }
    }
    for channel in output.indices {
      for frame in 0..<produced { output[channel].append(target[channel, frame]) }
    }
    position += size
  }
  return output
}

/// Runs planar samples through a fresh runner of a plan in one block.
public func run<S: Sample>(_ plan: Plan, _ input: [[S]]) -> [[S]] {
  // Only a live handle that was given another structure makes this fail.
  guard let runner = try? PlanRunner<S>(plan) else { preconditionFailure("a runner of \(plan)") }
  return run(runner, input, blocks: [input.first?.count ?? 0])
}

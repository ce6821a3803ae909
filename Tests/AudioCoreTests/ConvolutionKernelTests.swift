import AudioCore
import TestSupport
import Testing

/// Every way to compute a convolution, chosen by hand, against its definition.
@Suite struct ConvolutionKernelTests {
  typealias Stage = ConvolutionScheme.Stage

  private static func levels(_ partitions: [Int], taps: Int, head: Int? = nil) -> ConvolutionScheme {
    var stages: [Stage] = []
    var tap = partitions[0]
    for (level, partition) in partitions.enumerated() {
      let end = level + 1 < partitions.count ? 2 * partitions[level + 1] : taps
      let count = max(1, (end - tap + partition - 1) / partition)
      stages.append(
        Stage(frame: 2 * partition, partition: partition, count: count, firstTap: tap, isDeferred: level > 0))
      tap += count * partition
    }
    return ConvolutionScheme(headTaps: partitions[0], stages: stages, grid: .fixed, latencyFrames: 0)
  }

  private static func following(_ frame: Int, partition: Int, taps: Int, hop: Int) -> ConvolutionScheme {
    let count = (taps + partition - 1) / partition
    return ConvolutionScheme(
      headTaps: 0,
      stages: [Stage(frame: frame, partition: partition, count: count, firstTap: 0, isDeferred: false)],
      grid: .following(hop: hop), latencyFrames: 0)
  }

  static func schemes(taps: Int) -> [ConvolutionScheme] {
    var schemes = [
      levels([64], taps: taps), levels([64, 256], taps: taps), levels([64, 512, 2_048], taps: taps),
      levels([128, 1_024], taps: taps), following(1_024, partition: 512, taps: taps, hop: 512),
      following(128, partition: 64, taps: taps, hop: 64),
    ]
    if taps < 4_000 {
      schemes += [.direct(taps: taps), following(8_192, partition: taps, taps: taps, hop: 8_193 - taps)]
    }
    // Hops of whole cache lines, several of them in a block.
    if taps < 1_000 { schemes.append(following(1_024, partition: taps, taps: taps, hop: (1_025 - taps) / 16 * 16)) }
    return schemes
  }

  /// Runs planar samples through a kernel in blocks.
  static func run<S: Sample>(_ kernel: ConvolutionKernel<S>, _ input: [[S]], blocks: [Int]) -> [[S]] {
    let frames = input[0].count
    let source = SampleBuffer<S>(channels: input.count, capacity: max(frames, 1))
    let target = SampleBuffer<S>(channels: kernel.routes.outputs, capacity: max(frames, 1))
    for (channel, samples) in input.enumerated() {
      for (frame, sample) in samples.enumerated() { source[channel, frame] = sample }
    }
    var done = 0
    for size in blocks {
      source.withBlock(offset: done, frames: size) { block in
        target.withBlock(offset: done, frames: size) { kernel.process(block, into: $0) }
      }
      done += size
    }
    return (0..<kernel.routes.outputs).map { channel in (0..<frames).map { target[channel, $0] } }
  }

  private static func decaying(_ taps: Int, seed: UInt64) -> [Double] {
    noise(frames: taps, seed: seed, as: Double.self)[0].enumerated().map {
      $1 * (1 - 0.9 * Double($0) / Double(taps))
    }
  }

  /// The definition, at every frame that is a multiple of `step`.
  static func definition(_ input: [Double], _ taps: [Double], step: Int = 1) -> [Double] {
    stride(from: 0, to: input.count, by: step).map { n in
      var sum = 0.0
      for k in 0...min(n, taps.count - 1) { sum += taps[k] * input[n - k] }
      return sum
    }
  }

  @Test(arguments: [1, 2, 63, 64, 65, 500, 3_000]) func everySchemeIsExact(taps: Int) {
    let response = Self.decaying(taps, seed: 3)
    let input = noise(frames: 9_000, as: Float.self)
    let exact = Self.definition(input[0].map(Double.init), response)
    for scheme in Self.schemes(taps: taps) {
      let mixed = PreparedResponses([response], scheme: scheme, precision: .mixed)
      var whole: [Float]?
      for blocks in [[9_000], unevenBlocks(total: 9_000)] {
        let kernel = ConvolutionKernel<Float>(mixed, routes: .alike(channels: 1), precision: .mixed, fadeFrames: 100)
        let output = Self.run(kernel, input, blocks: blocks)[0]
        #expect(relativeError(output, exact) < -140, "\(taps) taps, \(scheme)")
        if scheme.grid == .fixed, let whole { #expect(output == whole, "\(taps) taps, \(scheme)") }
        whole = output
      }
      let single = PreparedResponses([response], scheme: scheme, precision: .single)
      let kernel = ConvolutionKernel<Float>(single, routes: .alike(channels: 1), precision: .single, fadeFrames: 100)
      #expect(
        relativeError(Self.run(kernel, input, blocks: [9_000])[0], exact) < -115, "\(taps) taps, \(scheme), single")
      let double = ConvolutionKernel<Double>(mixed, routes: .alike(channels: 1), precision: .double, fadeFrames: 100)
      #expect(
        relativeError(Self.run(double, [input[0].map(Double.init)], blocks: [9_000])[0], exact) < -270,
        "\(taps) taps, \(scheme), double")
    }
  }

  /// Where input and output lie, and how the blocks fall, decides which memory a transform reads and writes.
  @Test func overlapSaveInPlaceIsTheSame() {
    let (taps, frames) = (300, 9_000)
    let response = Self.decaying(taps, seed: 4)
    let input = noise(channels: 2, frames: frames, as: Float.self)
    let scheme = Self.following(1_024, partition: taps, taps: taps, hop: 720)
    for (precision, bound) in [(Precision.single, -115.0), (.mixed, -140)] {
      for routes in [ConvolutionRoutes.alike(channels: 2), .each(channels: 2), .trueStereo] {
        let responses = (0..<routes.responses).map { Self.decaying(taps, seed: UInt64(20 + $0)) }
        let prepared = PreparedResponses(
          routes.responses == 1 ? [response] : responses, scheme: scheme, precision: precision)
        for blocks in [[frames], unevenBlocks(total: frames), [1_500, 100, 5_000, 2_400]] {
          let apart = Self.run(
            ConvolutionKernel<Float>(prepared, routes: routes, precision: precision, fadeFrames: 100), input,
            blocks: blocks)
          let kernel = ConvolutionKernel<Float>(prepared, routes: routes, precision: precision, fadeFrames: 100)
          let memory = SampleBuffer<Float>(channels: 2, capacity: frames)
          for channel in 0..<2 { for frame in 0..<frames { memory[channel, frame] = input[channel][frame] } }
          var done = 0
          for size in blocks {
            memory.withBlock(offset: done, frames: size) { kernel.process($0, into: $0) }
            done += size
          }
          for channel in 0..<2 {
            let inPlace = (0..<frames).map { memory[channel, $0] }
            #expect(relativeError(inPlace, apart[channel]) < bound, "\(precision), \(routes), \(blocks.count) blocks")
          }
        }
      }
    }
  }

  @Test func aLongResponseIsExactInBlocksOfAnyLength() {
    let (taps, frames, step) = (65_536, 80_000, 53)
    let response = Self.decaying(taps, seed: 5)
    let input = noise(frames: frames, as: Float.self)
    let exact = Self.definition(input[0].map(Double.init), response, step: step)
    let planned = KernelMode.allCases.map {
      ConvolutionPlanner(taps: taps, maximumFrames: 509, precision: .mixed, mode: $0).scheme()
    }
    for scheme in Self.schemes(taps: taps) + planned {
      // Blocks of 1 to 508 frames; transforms of single frames are left to the schemes that stand on a grid.
      let blocks = scheme.grid == .fixed ? unevenBlocks(total: frames) : Array(repeating: 500, count: 160)
      let prepared = PreparedResponses([response], scheme: scheme, precision: .mixed)
      let kernel = ConvolutionKernel<Float>(prepared, routes: .alike(channels: 1), precision: .mixed, fadeFrames: 100)
      let output = Self.run(kernel, input, blocks: blocks)[0]
      let sampled = stride(from: 0, to: frames, by: step).map { output[$0] }
      #expect(relativeError(sampled, exact) < -140, "\(scheme)")
    }
  }

  @Test func routesLeadWhereTheySay() {
    let input = noise(channels: 2, frames: 4_000, as: Double.self)
    let responses = (0..<4).map { Self.decaying(700, seed: UInt64(10 + $0)) }
    func through(_ input: Int, _ response: Int, _ signal: [[Double]]) -> [Double] {
      Self.definition(signal[input], responses[response])
    }
    func sum(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }
    for scheme in Self.schemes(taps: 700) {
      let prepared = PreparedResponses(responses, scheme: scheme, precision: .double)
      func output(_ routes: ConvolutionRoutes, _ input: [[Double]]) -> [[Double]] {
        Self.run(
          ConvolutionKernel<Double>(prepared, routes: routes, precision: .double, fadeFrames: 10), input,
          blocks: unevenBlocks(total: 4_000))
      }
      let full = output(.trueStereo, input)
      #expect(relativeError(full[0], sum(through(0, 0, input), through(1, 2, input))) < -270, "\(scheme)")
      #expect(relativeError(full[1], sum(through(0, 1, input), through(1, 3, input))) < -270, "\(scheme)")
      let each = output(.each(channels: 2), input)
      #expect(relativeError(each[1], through(1, 1, input)) < -270, "\(scheme)")
      let spread = output(.spread(outputs: 3), [input[0]])
      #expect(relativeError(spread[2], through(0, 2, input)) < -270, "\(scheme)")
    }
  }

  @Test func aDelayMovesTheResponse() {
    let response = Self.decaying(5_000, seed: 8)
    let input = noise(frames: 8_000, as: Double.self)
    let exact = Self.definition(input[0], response)
    for delay in [1, 63, 64, 100, 256, 3_000] {
      for mode in KernelMode.allCases {
        let scheme = ConvolutionPlanner(
          taps: 5_000, maximumFrames: 512, precision: .double, mode: mode, latencyFrames: delay
        ).scheme()
        let prepared = PreparedResponses([response], scheme: scheme, precision: .double)
        let kernel = ConvolutionKernel<Double>(
          prepared, routes: .alike(channels: 1), precision: .double, fadeFrames: 10)
        let output = Self.run(kernel, input, blocks: unevenBlocks(total: 8_000))[0]
        #expect(output.prefix(delay).allSatisfy { abs($0) < 1e-13 }, "\(scheme)")
        #expect(relativeError(Array(output[delay...]), Array(exact[..<(8_000 - delay)])) < -270, "\(scheme)")
        if delay >= 64 { #expect(scheme.headTaps == 0, "\(scheme)") }
      }
    }
  }

  @Test func changesFadeWithoutAStep() {
    // A constant input: the output goes from one sum of taps to the other, and between them along a line.
    let fade = 400
    for scheme in Self.schemes(taps: 600) {
      func prepared(_ level: Double) -> PreparedResponses {
        PreparedResponses([[Double](repeating: level / 600, count: 600)], scheme: scheme, precision: .double)
      }
      let kernel = ConvolutionKernel<Double>(
        prepared(1), routes: .alike(channels: 1), precision: .double, fadeFrames: fade)
      let ones = [[Double](repeating: 1, count: 1_037)]
      _ = Self.run(kernel, ones, blocks: [700, 337])
      kernel.adopt(prepared(3))
      kernel.adopt(prepared(2))
      let long = [[Double](repeating: 1, count: 15_000)]
      let output = Self.run(kernel, long, blocks: unevenBlocks(total: 15_000))[0]
      let steps = zip(output, output.dropFirst()).map { abs($1 - $0) }
      // The eased ramp is steepest in its middle: 1.875 times as steep as a straight line, here over a distance of 2.
      #expect((steps.max() ?? 1) < 2.01 * 1.875 / Double(fade), "\(scheme)")
      #expect(abs((output.last ?? 0) - 2) < 1e-12 && (output.max() ?? 0) > 2.9, "\(scheme)")
      // After a reset the last ones given are there at once.
      kernel.adopt(prepared(5))
      kernel.reset()
      let fresh = ConvolutionKernel<Double>(
        prepared(5), routes: .alike(channels: 1), precision: .double, fadeFrames: fade)
      #expect(Self.run(kernel, ones, blocks: [1_037]) == Self.run(fresh, ones, blocks: [1_037]), "\(scheme)")
    }
  }

  @Test func fadesKnowNoCuts() {
    let input = noise(frames: 12_000, as: Float.self)
    let (a, b) = (Self.decaying(3_000, seed: 20), Self.decaying(3_000, seed: 21))
    for scheme in Self.schemes(taps: 3_000) where scheme.grid == .fixed {
      func output(_ blocks: [Int]) -> [Float] {
        let kernel = ConvolutionKernel<Float>(
          PreparedResponses([a], scheme: scheme, precision: .mixed), routes: .alike(channels: 1), precision: .mixed,
          fadeFrames: 333)
        let before = Self.run(kernel, input.map { Array($0[..<1_000]) }, blocks: [1_000])[0]
        kernel.adopt(PreparedResponses([b], scheme: scheme, precision: .mixed))
        return before + Self.run(kernel, input.map { Array($0[1_000...]) }, blocks: blocks)[0]
      }
      let whole = output([11_000])
      #expect(whole == output(unevenBlocks(total: 11_000)), "\(scheme)")
      let exact = Self.definition(input[0].map(Double.init), b)
      #expect(relativeError(Array(whole[7_000...]), Array(exact[7_000...])) < -140, "\(scheme)")
    }
  }

  @Test func savedStateGoesOnWithTheSameBits() throws {
    let input = noise(channels: 2, frames: 30_000, as: Float.self)
    let response = Self.decaying(3_000, seed: 30)
    for scheme in Self.schemes(taps: 3_000) {
      func kernel() -> ConvolutionKernel<Float> {
        ConvolutionKernel(
          PreparedResponses([response], scheme: scheme, precision: .mixed), routes: .alike(channels: 2),
          precision: .mixed, fadeFrames: 10)
      }
      for cut in [0, 100, 9_001, 25_600, 29_000] {
        let first = kernel()
        let before = scheme.grid == .fixed ? unevenBlocks(total: cut) : [cut]
        _ = Self.run(first, input.map { Array($0[..<cut]) }, blocks: before)
        var writer = StateWriter()
        first.saveState(into: &writer)
        let second = kernel()
        _ = Self.run(second, input.map { Array($0[..<777]) }, blocks: [777])
        var reader = StateReader(writer.bytes)
        try second.restoreState(from: &reader)
        #expect(reader.isAtEnd)
        let rest = input.map { Array($0[cut...]) }
        let blocks = [rest[0].count]
        #expect(Self.run(second, rest, blocks: blocks) == Self.run(first, rest, blocks: blocks), "\(scheme) at \(cut)")
      }
    }
  }

  @Test func nothingAllocatesNotEvenAChange() {
    for scheme in Self.schemes(taps: 3_000) {
      func prepared(_ seed: UInt64) -> PreparedResponses {
        PreparedResponses([Self.decaying(3_000, seed: seed)], scheme: scheme, precision: .mixed)
      }
      let kernel = ConvolutionKernel<Float>(
        prepared(1), routes: .alike(channels: 2), precision: .mixed, fadeFrames: 500)
      let changes = [prepared(2), prepared(3), prepared(4)]
      let input = SampleBuffer<Float>(channels: 2, capacity: 512)
      let output = SampleBuffer<Float>(channels: 2, capacity: 512)
      input.withBlock(frames: 512) { block in
        output.withBlock(frames: 512) { target in
          kernel.process(block, into: target)
          let count = countAllocations {
            for change in changes {
              kernel.adopt(change)
              for _ in 0..<40 { kernel.process(block, into: target) }
            }
          }
          #expect(count ?? 0 == 0, "\(scheme)")
        }
      }
    }
  }
}

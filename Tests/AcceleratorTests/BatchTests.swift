import Accelerator
import AudioCore
import SwiftletDSP
import TestSupport
import Testing

/// Many waves on a device: one launch for all of a format, each with the bits that it has alone.
@Suite(.serialized, .enabled(if: Processor.isThere, "needs OpenCL: make test installs PoCL")) struct DeviceBatchTests {
  private static let chain = Butterworth(.highPass(80), order: 6) | Peak(1_000, gain: 6) | Gain(decibels: -1)
  /// Many tiles in some waves and one frame in others, cut into several launches.
  private static let options = AcceleratorOptions(
    threshold: DispatchThreshold(float: 0, double: 0), maximumFrames: 5_000)

  private func waves<S: Sample>(_ lengths: [Int], channels: Int, rate: Double = 48_000, as type: S.Type) throws
    -> [Wave<S>]
  {
    try lengths.enumerated().map { index, frames in
      let samples = noise(channels: channels, frames: frames, seed: UInt64(index), as: Float.self)
      return try Wave(samples.map { $0.map { S($0) } }, sampleRate: rate)
    }
  }

  private func checkAgainstOneAtATime<S: Sample>(
    _ type: S.Type, _ accelerator: AcceleratorOptions = options, bound: Double
  ) throws {
    let context = try Processor.open()
    let waves =
      try waves([700, 12_345, 0, 1, 5_000, 512, 10_000, 10_030, 12_345, 31], channels: 2, as: type)
      + (try self.waves([3_000, 20], channels: 1, rate: 44_100, as: type))
    let options = BatchOptions(tail: .trim)
    let results = try Batch(waves, through: Self.chain).render(
      on: .gpu, options, accelerator: accelerator, context: context)
    for (wave, result) in zip(waves, results) {
      let made = try result.get()
      let alone = try (wave | Self.chain).render(
        on: .gpu, RenderOptions(tail: .trim), accelerator: accelerator, context: context)
      #expect(made == alone, "\(wave.frames) frames")
      let single = try Batch([wave], through: Self.chain).render(
        on: .gpu, options, accelerator: accelerator, context: context)
      #expect(try single[0].get() == made)
      let expected = try (wave | Self.chain).render(RenderOptions(tail: .trim))
      #expect(made.frames == expected.frames)
      for channel in 0..<wave.channels where wave.frames > 0 {
        #expect(relativeError(made.samples(channel), expected.samples(channel)) <= bound)
      }
    }
  }

  @Test func floatsHaveTheBitsOfOneAtATime() throws { try checkAgainstOneAtATime(Float.self, bound: -120) }
  /// The last piece of a wave, or all of it, may be shorter than the dispatch threshold.
  @Test(arguments: [nil, DispatchThreshold(float: 600, double: 600), DispatchThreshold(float: .max, double: .max)])
  func whatIsTooShortForAScanHasThemToo(threshold: DispatchThreshold?) throws {
    let options = AcceleratorOptions(threshold: threshold, maximumFrames: 5_000)
    try checkAgainstOneAtATime(Float.self, options, bound: -120)
    try checkAgainstOneAtATime(Double.self, options, bound: -240)
  }
  @Test func doublesHaveTheBitsOfOneAtATime() throws { try checkAgainstOneAtATime(Double.self, bound: -240) }

  @Test func allOfAFormatAreOneLaunch() throws {
    let context = try Processor.open()
    let waves = try waves([700, 4_000, 1, 512], channels: 2, as: Float.self)
    let before = context.statistics
    let results = try Batch(waves, through: Self.chain).render(
      on: .gpu, BatchOptions(tail: .trim), accelerator: Self.options, context: context)
    #expect(results.allSatisfy { (try? $0.get()) != nil })
    #expect(context.statistics.launches == before.launches + 1)
  }

  @Test func anErrorNamesItsItemAndLeavesTheOthers() throws {
    let context = try Processor.open()
    var waves = try waves([700, 4_000], channels: 1, as: Float.self)
    // Above half of this one's rate.
    waves.insert(contentsOf: try self.waves([300], channels: 1, rate: 8_000, as: Float.self), at: 1)
    let seen = Locked<BatchProgress?>(nil)
    let options = BatchOptions(progress: { state in seen.withLock { $0 = state } })
    let results = try Batch(waves, through: LowPass(5_000)).render(on: .gpu, options, context: context)
    for (index, result) in results.enumerated() {
      switch result {
      case .success(let wave): #expect(index != 1 && wave.frames >= waves[index].frames)
      case .failure(let error): #expect(index == 1 && error.index == 1 && error.reason is DesignError)
      }
    }
    let last = try #require(seen.withLock { $0 })
    #expect(last.itemsDone == 3 && last.itemsFailed == 1 && last.framesDone == 5_000 && last.fraction == 1)
  }

  @Test func whatHasNoKernelIsAnErrorOrRunsOnTheCPU() throws {
    let context = try Processor.open()
    let waves = try waves([700, 400], channels: 1, as: Float.self)
    let batch = Batch(waves, through: LowPass(5_000) | Opaque())
    for result in try batch.render(on: .gpu, context: context) {
      #expect(throws: BatchError.self) { try result.get() }
    }
    for (wave, result) in zip(waves, try batch.render(on: .auto, context: context)) {
      #expect(try result.get() == (wave | LowPass(5_000) | Opaque()).render())
    }
  }

  @Test func otherChainsRunOneAfterAnother() throws {
    let context = try Processor.open()
    let waves = try waves([700, 4_000], channels: 1, as: Float.self)
    let chain = LowPass(5_000) + HighPass(8_000)
    for (wave, result) in zip(waves, try Batch(waves, through: chain).render(on: .gpu, context: context)) {
      let expected = try (wave | chain).render()
      #expect(relativeError(try result.get().samples(0), expected.samples(0)) <= -120)
    }
  }

  @Test func whatOverflowsIsContainedAsOnTheCPU() throws {
    let context = try Processor.open()
    var channels = noise(channels: 1, frames: 3_000, as: Float.self)
    for frame in 1_000..<1_050 { channels[0][frame] = .greatestFiniteMagnitude }
    let loud = try Wave(channels, sampleRate: 48_000)
    let quiet = try waves([2_000], channels: 1, as: Float.self)[0]
    let chain = LowPass(1_000) | Gain(decibels: 6)
    let results = try Batch([loud, quiet], through: chain).render(on: .gpu, context: context)
    #expect(try results[0].get() == (loud | chain).render())
    #expect(relativeError(try results[1].get().samples(0), try (quiet | chain).render().samples(0)) <= -120)
  }

  @Test func cancellingEndsWhatIsNotFinished() throws {
    let context = try Processor.open()
    let waves = try waves([20_000, 300], channels: 1, as: Float.self)
    let pieces = Locked(0)
    let options = BatchOptions(
      progress: { _ in pieces.withLock { $0 += 1 } }, isCancelled: { pieces.withLock { $0 } > 1 })
    let results = try Batch(waves, through: Self.chain).render(
      on: .gpu, options, accelerator: Self.options, context: context)
    let last = try #require(results.first)
    #expect(throws: BatchError.self) { try last.get() }
  }
}

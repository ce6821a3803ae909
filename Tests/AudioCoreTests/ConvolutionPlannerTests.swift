import AudioCore
import Testing

@Suite struct ConvolutionPlannerTests {
  private func scheme(
    _ taps: Int, _ mode: KernelMode, frames: Int = 512, precision: Precision = .mixed, latency: Int = 0
  ) -> ConvolutionScheme {
    ConvolutionPlanner(taps: taps, maximumFrames: frames, precision: precision, mode: mode, latencyFrames: latency)
      .scheme()
  }

  @Test func shortFiltersRunInDirectForm() {
    for mode in KernelMode.allCases {
      for taps in [1, 2, 16, 32] { #expect(scheme(taps, mode) == .direct(taps: taps)) }
    }
  }

  @Test func everyTapHasItsPlace() {
    for taps in [1, 47, 48, 64, 65, 127, 128, 129, 1_000, 4_096, 65_536, 480_000] {
      for mode in KernelMode.allCases {
        for frames in [1, 64, 500, 16_384] {
          for latency in [0, 1, 64, 1_000] {
            let scheme = scheme(taps, mode, frames: frames, latency: latency)
            #expect(scheme.tapCapacity >= taps + latency, "\(taps), \(mode), \(frames), \(latency)")
            // Each stage begins where the one before ends.
            var tap = scheme.stages.first?.firstTap ?? 0
            for stage in scheme.stages {
              #expect(stage.firstTap == tap && stage.count > 0)
              if stage.isDeferred { #expect(stage.firstTap >= 2 * stage.partition) }
              tap += stage.count * stage.partition
            }
            if scheme.grid == .fixed, let first = scheme.stages.first {
              #expect(first.firstTap == first.partition)
              #expect(scheme.headTaps == (latency >= first.partition ? 0 : first.partition))
            }
          }
        }
      }
    }
  }

  @Test func theFixedGridDoesNotLookAtBlocks() {
    for taps in [100, 3_000, 96_000] {
      #expect(scheme(taps, .invariant, frames: 1) == scheme(taps, .invariant, frames: 16_384))
    }
  }

  @Test func longResponsesTakeMoreThanOneLevel() {
    #expect(scheme(96_000, .invariant).stages.count >= 2)
    #expect(scheme(96_000, .invariant).stages.dropFirst().allSatisfy { $0.isDeferred })
  }

  @Test func wholeBlocksAreTransformedWhereTheyAreLong() throws {
    let preferred = try #require(
      ConvolutionPlanner(taps: 1_024, maximumFrames: 512, precision: .mixed, mode: .fast).preferredFrames())
    let best = scheme(1_024, .fast, frames: preferred)
    guard case .following(let hop) = best.grid else {
      Issue.record("\(best)")
      return
    }
    // Pieces of equal lengths, but for rounding.
    #expect(best.stages[0].count == 1 && (preferred + hop - 1) / hop * hop - preferred < hop / 50)
    #expect(ConvolutionPlanner(taps: 16, maximumFrames: 512, precision: .mixed, mode: .fast).preferredFrames() == nil)
    #expect(
      ConvolutionPlanner(taps: 1_024, maximumFrames: 512, precision: .mixed, mode: .invariant).preferredFrames() == nil)
  }

  @Test func schemesExplainThemselves() {
    #expect("\(ConvolutionScheme.direct(taps: 31))" == "direct form of 31 taps")
    #expect("\(scheme(1_024, .fast, frames: 14_338))".hasPrefix("overlap-save, "))
    #expect("\(scheme(96_000, .invariant))".contains("level partitions: direct form of "))
  }
}

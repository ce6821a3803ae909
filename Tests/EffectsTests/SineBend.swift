import RealModule
import SwiftletDSP
import TestSupport

/// How much a change bends a 100 Hz sine at full scale: its largest second difference.
enum SineBend {
  /// Against the largest that the input and the steady outputs before and after have.
  static func largest<E: Effect>(from old: E, to new: E, at frame: Int) throws -> Double {
    let format = StreamFormat(sampleRate: 48_000, channels: 1)
    let options = PlanOptions(maximumFrames: 512, precision: .double)
    // A sudden beginning would bend more than all that follows, and come back in echoes.
    let onset = Ramp(frames: 24_000)
    let sine = (0..<frame + 144_000).map {
      onset.share(at: $0) * Double.sin(2 * .pi * 100 / format.sampleRate * Double($0))
    }
    let live = Live(old)
    let runner = try PlanRunner<Double>(Plan.compile(live, for: format, options: options))
    let before = run(runner, [Array(sine[..<frame])], blocks: [frame])[0]
    try live.update { $0 = new }
    let after = run(runner, [Array(sine[frame...])], blocks: [144_000])[0]
    let steady = max(
      roughness(sine[frame...]), roughness(before.suffix(24_000)), roughness(after.suffix(24_000)))
    return roughness((before.suffix(10) + after)[...]) / steady
  }

  private static func roughness(_ samples: ArraySlice<Double>) -> Double {
    var largest = 0.0
    for n in samples.indices.dropFirst(2) {
      largest = max(largest, abs(samples[n] - 2 * samples[n - 1] + samples[n - 2]))
    }
    return largest
  }
}

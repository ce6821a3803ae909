import AudioCore
import Synchronization

/// The peaks of input and output since somebody last looked.
final class LevelMeter: Sendable {
  private let inputPeak = Atomic<UInt32>(0)
  private let outputPeak = Atomic<UInt32>(0)

  /// Notes the peak of a block. [worker]
  func input(_ block: borrowing AudioBlock<Float>) { note(block, in: inputPeak) }
  /// Notes the peak of a block. [worker]
  func output(_ block: borrowing AudioBlock<Float>) { note(block, in: outputPeak) }

  /// The peaks since the last call, full scale 1. Any thread may ask.
  func take() -> (input: Float, output: Float) {
    (
      Float(bitPattern: inputPeak.exchange(0, ordering: .relaxed)),
      Float(bitPattern: outputPeak.exchange(0, ordering: .relaxed))
    )
  }

  // Numbers that are not negative are ordered as their bits are.
  private func note(_ block: borrowing AudioBlock<Float>, in peak: borrowing Atomic<UInt32>) {
    var highest: UInt32 = 0
    for channel in 0..<block.channels {
      // SAFETY: the address holds `frames` samples while the block is lent.
      let samples = block.unsafeChannel(channel)
      for frame in 0..<block.frames { highest = max(highest, samples[frame].bitPattern & 0x7FFF_FFFF) }
    }
    // Infinities and NaN are larger than all numbers: they count as full scale and beyond.
    if highest > Float.greatestFiniteMagnitude.bitPattern { highest = Float.greatestFiniteMagnitude.bitPattern }
    peak.max(highest, ordering: .relaxed)
  }
}

import SwiftletDSP

/// What a stream in memory is to do wrong.
struct StreamFault: Error, Equatable {}

/// A source of samples that are there already.
final class ArraySource<S: Sample>: AudioSource {
  let format: StreamFormat
  var frameCount: Int? { samples[0].count }
  /// The frame at which reading fails; nil where it does not.
  var failing: Int?
  private let samples: [[S]]
  private var position = 0

  init(_ samples: [[S]], format: StreamFormat) {
    self.samples = samples
    self.format = format
  }

  func read(into block: borrowing AudioBlock<S>) throws -> Int {
    let count = min(block.frames, samples[0].count - position)
    if let failing, position + count > failing { throw StreamFault() }
    for channel in samples.indices {
      block.withChannel(channel) { span in for frame in 0..<count { span[frame] = samples[channel][position + frame] } }
    }
    position += count
    return count
  }
}

/// A sink that keeps everything.
final class ArraySink<S: Sample>: AudioSink {
  var samples: [[S]]
  /// The frame at which writing fails; nil where it does not.
  var failing: Int?
  init(channels: Int) { samples = Array(repeating: [], count: channels) }
  func write(_ block: borrowing AudioBlock<S>) throws {
    if let failing, samples[0].count + block.frames > failing { throw StreamFault() }
    for channel in samples.indices {
      block.withChannel(channel) { span in for frame in 0..<span.count { samples[channel].append(span[frame]) } }
    }
  }
}

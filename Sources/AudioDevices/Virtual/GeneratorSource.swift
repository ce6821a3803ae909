import AudioCore

/// Samples from a function of their place: tones, noise, silence, for ever or for a number of frames.
public final class GeneratorSource: AudioSource {
  public let format: StreamFormat
  public let frameCount: Int?
  /// The frame that comes next.
  public private(set) var position = 0
  private let sample: (_ frame: Int, _ channel: Int) -> Float

  /// Makes a source.
  ///
  /// - Parameters:
  ///   - frameCount: Its length; nil when it never ends.
  ///   - sample: The sample at a frame of a channel; called on the thread that reads.
  public init(
    format: StreamFormat, frameCount: Int? = nil, _ sample: @escaping (_ frame: Int, _ channel: Int) -> Float
  ) {
    self.format = format
    self.frameCount = frameCount
    self.sample = sample
  }

  public func read(into block: borrowing AudioBlock<Float>) -> Int {
    let count = min(block.frames, frameCount.map { $0 - position } ?? block.frames)
    for channel in 0..<block.channels {
      block.withChannel(channel) { samples in
        for frame in 0..<count { samples[frame] = sample(position + frame, channel) }
      }
    }
    position += count
    return count
  }
}

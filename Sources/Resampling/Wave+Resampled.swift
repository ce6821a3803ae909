import AudioCore

extension Wave {
  /// The recording at another sample rate, by libsoxr's best quality.
  ///
  /// It has as many frames as the ratio gives, rounded up, and nothing is delayed. What lies above half the lower rate is taken out.
  /// - Parameter sampleRate: In hertz, 1 to 3 072 000.
  /// - Throws: `DesignError` of reason `.format` for a rate that cannot be.
  public func resampled(to sampleRate: Double) throws(DesignError) -> Wave {
    var format = self.format
    format.sampleRate = sampleRate
    try format.validate()
    if sampleRate == self.sampleRate { return self }
    var channels: [[Double]] = []
    for channel in 0..<self.channels {
      channels.append(
        withBlock { block in
          block.withChannel(channel) { samples in samples.indices.map { Double(samples[$0]) } }
        })
    }
    let resampled = try SoxrResampler().resampled(channels, from: self.sampleRate, to: sampleRate)
    let storage = SampleBuffer<S>(channels: self.channels, capacity: resampled[0].count)
    for (channel, samples) in resampled.enumerated() {
      storage.withBlock(frames: samples.count) { block in
        block.withChannel(channel) { target in
          for (frame, sample) in samples.enumerated() { target[frame] = S(sample) }
        }
      }
    }
    return Wave(storage: storage, format: format, frames: storage.capacity, metadata: metadata)
  }
}

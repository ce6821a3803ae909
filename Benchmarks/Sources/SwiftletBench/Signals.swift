import SwiftletDSP

/// The sample rate of every benchmark.
let sampleRate = 48_000.0

/// White noise at -20 dB, the same in every run.
func noise<S: Sample>(
  channels: Int, frames: Int, as type: S.Type = S.self, rate: Double = sampleRate
) throws -> Wave<S> {
  var state: UInt64 = 0x9E37_79B9_7F4A_7C15
  return try Wave(format: StreamFormat(sampleRate: rate, channels: channels), frames: frames) { block in
    for channel in 0..<channels {
      block.withChannel(channel) { samples in
        for frame in samples.indices {
          // Marsaglia's xorshift.
          state ^= state << 13
          state ^= state >> 7
          state ^= state << 17
          samples[frame] = S(Double(Int64(bitPattern: state)) * 0x1p-63 * 0.1)
        }
      }
    }
  }
}

/// Noise that falls 1,000 dB a second: after one second nothing is left in a filter but denormal numbers or zeros.
func decayingNoise<S: Sample>(channels: Int, frames: Int, as type: S.Type = S.self) throws -> Wave<S> {
  var wave = try noise(channels: channels, frames: frames, as: S.self)
  let factor = 0.997_604
  wave.withMutableBlock { block in
    for channel in 0..<channels {
      block.withChannel(channel) { samples in
        var gain = 1.0
        for frame in samples.indices {
          samples[frame] = S(Double(samples[frame]) * gain)
          gain *= factor
        }
      }
    }
  }
  return wave
}

// A dry sound in a room: an impulse response is made, written, read back and convolved with, without latency.
import Foundation
import Swiftlet

// Half a second of decaying noise at 44.1 kHz, another in each ear, stands for a recorded room.
var generator = SystemRandomNumberGenerator()
let room = try Wave<Float>(format: StreamFormat(sampleRate: 44_100, channels: 2), frames: 22_050) { block in
  for channel in 0..<block.channels {
    block.withChannel(channel) { samples in
      for frame in samples.indices {
        samples[frame] = Float.random(in: -0.25...0.25, using: &generator) * Float(exp(-9 * Double(frame) / 22_050))
      }
    }
  }
}
try room.write(to: "room.wav", encoding: .s24)

// A file brings its resampler: the stream may have another rate.
let reverb = Convolution(try .read("room.wav"), mix: 0.4, normalization: .energy, trim: -80)
let click = try Wave<Float>([[1] + [Float](repeating: 0, count: 4_799)], sampleRate: 48_000)

let plan = try Plan.compile(reverb, for: click.format)
print(plan)

// The tail is run out: the result is longer than the click.
let wet = try (click | reverb).render()
print("\(click.frames) frames of mono in, \(wet.frames) of \(wet.channels) channels out")

// The same by name, behind a linear-phase filter.
let named = try EffectExpression.parse("fir:highpass,200Hz,taps=301 | convolve:room.wav,mix=40%", resources: .files)
print(try Plan.compile(named, for: click.format))

// A file of any length in constant memory. The output appears under its name only when all of it was written.
import Swiftlet

let noise = try Wave<Float>(format: StreamFormat(sampleRate: 44_100, channels: 2), frames: 10 * 44_100) { block in
  var generator = SystemRandomNumberGenerator()
  for channel in 0..<block.channels {
    block.withChannel(channel) { samples in
      for frame in samples.indices { samples[frame] = Float.random(in: -0.25...0.25, using: &generator) }
    }
  }
}
try noise.write(to: "noise.wav", encoding: .s24)

let reader = try AudioFileReader<Float>(path: "noise.wav")
let telephone = StreamProcessor<Float>(Butterworth(.bandPass(300, 3_400), order: 4) | Gain(decibels: 3))
// The file is opened once the graph is known to be right and its output format is known.
let (report, file) = try telephone.run(from: reader) { format in
  try AudioFileWriter<Float>(path: "telephone.flac", format: format, encoding: .s16)
}
try file.commit()

let result = try AudioFileInfo(path: "telephone.flac")
print("\(report.framesRead) frames read, \(report.framesWritten) written")
print("\(result.container), \(result.encoding), \(result.sampleRate) Hz, \(result.channels) channels")

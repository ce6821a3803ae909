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
let writer = try AudioFileWriter<Float>(path: "telephone.flac", format: reader.format, encoding: .s16)
let telephone = Butterworth(.bandPass(300, 3_400), order: 4) | Gain(decibels: 3)
let report = try StreamProcessor<Float>(telephone).run(from: reader, to: writer)
try writer.commit()
print("\(report.framesRead) frames read, \(report.framesWritten) written")
print(try AudioFileInfo(path: "telephone.flac"))

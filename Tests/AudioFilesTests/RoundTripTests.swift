import AudioCore
import AudioFiles
import Foundation
import Testing

@Suite struct RoundTripTests {
  static let lossless: [(Container, SampleEncoding)] = Container.allCases.filter(\.isWritable).flatMap { container in
    container.encodings().filter(\.isLossless).map { (container, $0) }
  }
  static let lossy: [(Container, SampleEncoding)] = Container.allCases.filter(\.isWritable).flatMap { container in
    container.encodings().filter { !$0.isLossless }.map { (container, $0) }
  }

  @Test(arguments: lossless) func integersComeBackBitForBit(container: Container, encoding: SampleEncoding) throws {
    let scratch = try Scratch()
    let path = scratch["a." + container.extensions[0]]
    let rates = [48_000, 44_100, 8_000]
    for channels in [1, 2, 6] {
      guard let rate = rates.first(where: { container.holds(encoding, sampleRate: $0, channels: channels) }) else {
        continue
      }
      let bits = encoding.integerBits ?? (encoding == .f32 ? 24 : 50)
      let wave = try grid(bits: bits, channels: channels, frames: 5_003, rate: Double(rate))
      try wave.write(to: path, encoding: encoding, dither: .none)
      let back = try Wave<Double>.read(path)
      // These two store a rounded period instead of the rate.
      let tolerance = container == .voc || container == .htk ? 0.05 : 0
      #expect(back.channels == channels && abs(back.sampleRate / Double(rate) - 1) <= tolerance)
      // Block codecs pad the last block with silence.
      #expect(back.frames >= wave.frames, "\(container) \(encoding) \(channels)")
      let same = (0..<channels).allSatisfy { Array(back.samples($0).prefix(wave.frames)) == wave.samples($0) }
      #expect(same, "\(container) \(encoding) \(channels)")
      #expect(back.metadata.encoding == encoding.rawValue)
    }
    #expect(scratch.names.count <= 1)
  }

  @Test(arguments: lossy) func codecsKeepTheTone(container: Container, encoding: SampleEncoding) throws {
    let scratch = try Scratch()
    let path = scratch["a." + (encoding == .opus ? "opus" : container.extensions[0])]
    guard let rate = [48_000, 44_100, 8_000].first(where: { container.holds(encoding, sampleRate: $0, channels: 1) })
    else {
      return
    }
    let wave = try tone(channels: 1, frames: rate, rate: Double(rate))
    try wave.write(to: path, encoding: encoding)
    let back = try Wave<Float>.read(path)
    #expect(back.frames >= wave.frames * 9 / 10)
    let power = back.samples(0).reduce(0.0) { $0 + Double($1 * $1) } / Double(back.frames)
    #expect(power > 0.08 && power < 0.17, "\(container) \(encoding): \(power) for 0.125")
  }

  @Test func sixteenBitsAreExactInFloatAndDouble() throws {
    let scratch = try Scratch()
    let wave = try grid(bits: 16, channels: 2, frames: 70_001)
    try wave.write(to: scratch["a.wav"], encoding: .s16, dither: .none)
    let narrow = try Wave<Float>.read(scratch["a.wav"])
    #expect(try Wave<Double>.read(scratch["a.wav"]) == wave)
    #expect(narrow.converted(to: Double.self) == wave)
    // A source of 16 bits, written as 16 bits, gets no dither unless it is asked for.
    try narrow.write(to: scratch["b.wav"])
    #expect(try Wave<Double>.read(scratch["b.wav"]) == wave)
  }

  @Test func lengthsZeroOneTwo() throws {
    let scratch = try Scratch()
    for frames in 0...2 {
      for name in ["a.wav", "a.flac", "a.aiff", "a.caf", "a.w64", "a.au"] {
        let wave = try grid(bits: 16, channels: 3, frames: frames)
        try wave.write(to: scratch[name], encoding: .s16, dither: .none)
        // An empty FLAC has no frame to read; its header alone says what it is.
        let back = try Wave<Double>.read(scratch[name])
        #expect(back.frames == frames, "\(name)")
      }
    }
  }

  @Test func tagsComeBack() throws {
    let scratch = try Scratch()
    var wave = try tone(channels: 2, frames: 4_800)
    for tag in Metadata.Tag.allCases { wave.metadata.tags[tag] = "\(tag.rawValue) — ü" }
    // libsndfile adds its own name to the software, and makes dots of what is not ASCII in the copyright of AIFF.
    let plain: [Metadata.Tag: String] = [
      .software: "Tune (libsndfile)", .copyright: "(c) 2024", .date: "2024", .trackNumber: "7", .genre: "Rock",
    ]
    wave.metadata.tags.merge(plain) { $1 }
    for name in ["a.wav", "a.flac", "a.ogg", "a.opus", "a.mp3", "a.caf", "a.rf64", "a.aiff", "a.w64", "a.au"] {
      let writer = try AudioFileWriter<Float>(path: scratch[name], format: wave.format, metadata: wave.metadata)
      try wave.withBlock { try writer.write($0) }
      try writer.commit()
      let back = try AudioFileReader<Float>(path: scratch[name]).metadata
      for (tag, text) in wave.metadata.tags {
        // What does not come back was named.
        #expect(back.tags[tag] == (writer.droppedTags.contains(tag) ? nil : text), "\(name) \(tag)")
      }
    }
  }

  @Test func layoutsComeBack() throws {
    let scratch = try Scratch()
    for layout in [ChannelLayout.mono, .stereo, .surround51, .surround71, .discrete(3)] {
      for name in ["a.wav", "a.caf", "a.rf64"] {
        let wave = try Wave<Float>(format: StreamFormat(sampleRate: 48_000, layout: layout), frames: 100)
        let writer = try AudioFileWriter<Float>(path: scratch[name], format: wave.format)
        try wave.withBlock { try writer.write($0) }
        try writer.commit()
        let back = try AudioFileReader<Float>(path: scratch[name])
        if name == "a.wav" || writer.keepsLayout { #expect(back.format.layout == layout, "\(name) \(layout)") }
      }
    }
  }

  @Test func seekReadsFromTheFrame() throws {
    let scratch = try Scratch()
    let wave = try grid(bits: 24, channels: 2, frames: 1_000)
    try wave.write(to: scratch["a.wav"], encoding: .s24)
    let reader = try AudioFileReader<Double>(path: scratch["a.wav"])
    try reader.seek(to: 777)
    let buffer = SampleBuffer<Double>(channels: 2, capacity: 500)
    #expect(try buffer.withBlock(frames: 500) { try reader.read(into: $0) } == 223)
    #expect(buffer[1, 0] == wave[1, 777])
    #expect(throws: AudioFileError.self) { try reader.seek(to: 1_001) }
  }

  @Test func lengthDecidesBetweenRIFFAndRF64() throws {
    let scratch = try Scratch()
    let wave = try grid(bits: 24, channels: 2, frames: 1_000)
    for (expected, kind) in [(nil, "RIFF"), (1_000, "RIFF"), (1 << 32, "RF64")] as [(Int?, String)] {
      let writer = try AudioFileWriter<Double>(
        path: scratch["a.wav"], format: wave.format, encoding: .s24, dither: .none, expectedFrames: expected)
      try wave.withBlock { try writer.write($0) }
      try writer.commit()
      let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch["a.wav"]))
      #expect(String(decoding: bytes[0..<4], as: UTF8.self) == kind)
      #expect(try Wave<Double>.read(scratch["a.wav"]) == wave)
    }
  }

  @Test func equalSoundsGiveEqualFiles() throws {
    let scratch = try Scratch()
    let wave = try tone(channels: 2, frames: 1_000)
    for name in ["wav", "aiff", "caf", "flac"] {
      let encoding: SampleEncoding = name == "flac" ? .s24 : .f32
      try wave.write(to: scratch["a." + name], encoding: encoding)
      let first = try Data(contentsOf: URL(fileURLWithPath: scratch["a." + name]))
      usleep(1_100_000)
      try wave.write(to: scratch["a." + name], encoding: encoding)
      #expect(try Data(contentsOf: URL(fileURLWithPath: scratch["a." + name])) == first, "\(name)")
    }
  }

  @Test func aFileOfUnknownLengthKeepsNoTimeOfDay() throws {
    let scratch = try Scratch()
    let wave = try tone(channels: 2, frames: 1_000)
    let writer = try AudioFileWriter<Float>(path: scratch["a.wav"], format: wave.format, encoding: .f32)
    try wave.withBlock { try writer.write($0) }
    try writer.commit()
    let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch["a.wav"]))
    #expect(bytes.prefix(4) == Data("RIFF".utf8))
    if let peak = bytes.range(of: Data("PEAK".utf8)) {
      #expect(bytes[(peak.upperBound + 8)..<(peak.upperBound + 12)] == Data(count: 4))
    }
    #expect(try Wave<Float>.read(scratch["a.wav"]) == wave)
  }

  @Test func markersAndLoopsAreKept() throws {
    let scratch = try Scratch()
    let cue =
      OddWAV.little(UInt32(1)) + OddWAV.little(UInt32(7)) + OddWAV.little(UInt32(20)) + Array("data".utf8)
      + OddWAV.little(UInt32(0)) + OddWAV.little(UInt32(0)) + OddWAV.little(UInt32(20))
    let sampler = [0, 0, 20_833, 60, 0, 0, 0, 1, 0, 0, 0, 5, 30, 0, 0].flatMap { OddWAV.little(UInt32($0)) }
    let bytes = OddWAV.riff(
      OddWAV.chunk("fmt ", OddWAV.fmt()) + OddWAV.chunk("cue ", cue) + OddWAV.chunk("smpl", sampler)
        + OddWAV.chunk("data", OddWAV.samples(50)))
    try Data(bytes).write(to: URL(fileURLWithPath: scratch["a.wav"]))
    let wave = try Wave<Double>.read(scratch["a.wav"])
    let reader = try AudioFileReader<Double>(path: scratch["a.wav"])
    #expect(!reader.chunks.isEmpty)
    let writer = try AudioFileWriter<Double>(
      path: scratch["b.wav"], format: reader.format, metadata: reader.metadata, chunks: reader.chunks,
      expectedFrames: 50)
    try wave.withBlock { try writer.write($0) }
    try writer.commit()
    #expect(writer.keepsChunks)
    #expect(try AudioFileReader<Double>(path: scratch["b.wav"]).chunks == reader.chunks)
    #expect(try Wave<Double>.read(scratch["b.wav"]) == wave)
  }
}

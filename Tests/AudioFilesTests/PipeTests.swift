import AudioCore
import AudioFiles
import Foundation
import Testing

@Suite struct PipeTests {
  init() { signal(SIGPIPE, SIG_IGN) }

  /// Lends the reading end of a pipe into which a thread writes bytes in pieces of odd sizes.
  private func fed<R>(_ bytes: [UInt8], _ body: (Int32) throws -> R) throws -> R {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let writing = ends[1]
    let thread = Thread {
      var place = 0
      while place < bytes.count {
        let end = min(bytes.count, place + 1 + place * 7 % 4_099)
        let sent = bytes[place..<end].withUnsafeBytes { write(writing, $0.baseAddress, $0.count) }
        if sent <= 0 { break }
        place += sent
      }
      close(writing)
    }
    thread.start()
    defer { close(ends[0]) }
    return try body(ends[0])
  }

  /// All bytes that a piece of work writes into a pipe.
  private func caught(_ body: (Int32) throws -> Void) throws -> [UInt8] {
    let pipe = Pipe()
    let box = Box()
    let reading = pipe.fileHandleForReading
    let done = DispatchSemaphore(value: 0)
    Thread {
      box.bytes = Array(reading.readDataToEndOfFile())
      done.signal()
    }.start()
    try body(pipe.fileHandleForWriting.fileDescriptor)
    try pipe.fileHandleForWriting.close()
    done.wait()
    return box.bytes
  }

  // Written before the semaphore is signalled, read after it.
  private final class Box: @unchecked Sendable { var bytes: [UInt8] = [] }

  private func readAll(_ source: some AudioSource<Double>, channels: Int, block: Int = 777) throws -> [[Double]] {
    var samples = [[Double]](repeating: [], count: channels)
    let buffer = SampleBuffer<Double>(channels: channels, capacity: block)
    while true {
      let got = try buffer.withBlock(frames: block) { try source.read(into: $0) }
      for channel in 0..<channels { for frame in 0..<got { samples[channel].append(buffer[channel, frame]) } }
      if got < block { return samples }
    }
  }

  @Test(arguments: PCMFormat.allCases) func rawComesBack(pcm: PCMFormat) throws {
    let bits = pcm.integerBits ?? (pcm == .f32le ? 24 : 50)
    let wave = try grid(bits: bits, channels: 3, frames: 20_011)
    let bytes = try caught { descriptor in
      let writer = try RawWriter<Double>(descriptor: descriptor, pcm: pcm, format: wave.format, dither: .none)
      try wave.withBlock { try writer.write($0) }
      #expect(writer.framesWritten == 20_011 && writer.clippedSamples == 0)
    }
    #expect(bytes.count == 20_011 * 3 * pcm.byteCount)
    let back = try fed(bytes) { descriptor in
      try readAll(RawReader<Double>(descriptor: descriptor, pcm: pcm, format: wave.format), channels: 3)
    }
    #expect(back == (0..<3).map { wave.samples($0) })
  }

  @Test func aPartOfAFrameIsAnError() throws {
    let format = StreamFormat(sampleRate: 48_000, channels: 2)
    do {
      _ = try fed([UInt8](repeating: 1, count: 4_003)) {
        try readAll(RawReader<Double>(descriptor: $0, pcm: .s16le, format: format), channels: 2)
      }
      Issue.record("a partial frame was taken")
    } catch let error as AudioFileError { #expect(error.reason == .truncated) }
  }

  @Test func aBrokenPipeIsAnError() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    close(ends[0])
    defer { close(ends[1]) }
    let wave = try tone(channels: 1, frames: 10)
    do {
      let writer = try RawWriter<Float>(descriptor: ends[1], pcm: .f32le, format: wave.format)
      try wave.withBlock { try writer.write($0) }
      Issue.record("nobody reads")
    } catch let error as AudioFileError { #expect(error.reason == .brokenPipe) }
  }

  @Test func halfPrecisionIsRefused() {
    for name in ["f16le", "F16", "s17le"] {
      do {
        _ = try PCMFormat.named(name)
        Issue.record("\(name) was taken")
      } catch { #expect(error.reason == (name == "s17le" ? .encoding : .sampleType)) }
    }
    #expect(throws: Never.self) { try PCMFormat.named("S24LE") }
  }

  @Test func tagsTravelThroughAPipe() throws {
    let wave = try tone(channels: 2, frames: 100)
    var tags: [Metadata.Tag: String] = [.title: "Naïve", .artist: "odd", .date: "2024", .comment: ""]
    let bytes = try caught { descriptor in
      let writer = try PipeWAVWriter<Float>(
        descriptor: descriptor, format: wave.format, tags: tags.merging([.license: "free"]) { $1 })
      #expect(writer.droppedTags == [.license])
      try wave.withBlock { try writer.write($0) }
      try writer.finish()
    }
    tags[.comment] = nil
    try fed(bytes) { descriptor in
      let reader = try PipeReader<Double>(descriptor: descriptor)
      #expect(reader.metadata.tags == tags)
      #expect(try readAll(reader, channels: 2)[0].count == 100)
    }
  }

  @Test(arguments: [ChannelLayout.mono, .stereo, .surround51, .discrete(3)])
  func wavOnAPipeComesBack(layout: ChannelLayout) throws {
    for encoding in [SampleEncoding.s16, .s24, .s32, .f32, .f64] {
      let noise = try grid(bits: encoding.integerBits ?? 24, channels: layout.count, frames: 9_001)
      let format = StreamFormat(sampleRate: 44_100, layout: layout)
      let bytes = try caught { descriptor in
        let writer = try PipeWAVWriter<Double>(
          descriptor: descriptor, format: format, encoding: encoding, dither: .none)
        try noise.withBlock { try writer.write($0) }
        try writer.finish()
      }
      #expect(bytes.count > 9_001 * layout.count)
      try fed(bytes) { descriptor in
        let reader = try PipeReader<Double>(descriptor: descriptor)
        #expect(
          reader.isStreaming && reader.format == format && reader.encoding == encoding && reader.frameCount == nil)
        #expect(try readAll(reader, channels: layout.count) == (0..<layout.count).map { noise.samples($0) })
      }
      // What a pipe carries is a file that others can read.
      let scratch = try Scratch()
      try Data(bytes).write(to: URL(fileURLWithPath: scratch["a.wav"]))
      let file = try Wave<Double>.read(scratch["a.wav"])
      #expect(file.format.layout == layout && file.samples(0) == noise.samples(0))
    }
  }

  @Test func aRegularFileLearnsItsLength() throws {
    let scratch = try Scratch()
    let noise = try grid(bits: 24, channels: 1, frames: 333)
    let descriptor = open(scratch["a.wav"], O_RDWR | O_CREAT, 0o600)
    defer { close(descriptor) }
    let writer = try PipeWAVWriter<Double>(descriptor: descriptor, format: noise.format, encoding: .s24, dither: .none)
    try noise.withBlock { try writer.write($0) }
    try writer.finish()
    #expect(try Wave<Double>.read(scratch["a.wav"]) == noise)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch["a.wav"]))
    #expect(Array(bytes[4..<8]) == OddWAV.little(UInt32(bytes.count - 8)))
    #expect(Array(bytes[40..<44]) == OddWAV.little(UInt32(999)))
  }

  @Test func oddWAVsArriveThroughAPipe() throws {
    for name in ["plain", "odd chunk", "unknown length", "zero length", "rf64", "big endian", "truncated"] {
      let bytes = OddWAV.all.first { $0.name == name }?.bytes ?? []
      try fed(bytes) { descriptor in
        let reader = try PipeReader<Double>(descriptor: descriptor)
        let samples = try readAll(reader, channels: 1)
        #expect(samples[0] == (0..<50).map { Double(Int16(truncatingIfNeeded: $0 * 317)) / 32_768 }, "\(name)")
        if name == "odd chunk" { #expect(reader.metadata.title == "odd") }
      }
    }
  }

  @Test func otherContainersArriveThroughAPipe() throws {
    let scratch = try Scratch()
    let noise = try grid(bits: 16, channels: 2, frames: 30_000)
    for name in ["a.flac", "a.aiff", "a.au", "a.caf", "a.w64"] {
      try noise.write(to: scratch[name], encoding: .s16, dither: .none)
      try fed(Array(Data(contentsOf: URL(fileURLWithPath: scratch[name])))) { descriptor in
        let reader = try PipeReader<Double>(descriptor: descriptor)
        #expect(!reader.isStreaming)
        #expect(try readAll(reader, channels: 2) == [noise.samples(0), noise.samples(1)], "\(name)")
      }
    }
  }

  @Test func damagedStreamsAreErrorsAtMost() throws {
    for (_, bytes) in OddWAV.all {
      for length in stride(from: 0, through: bytes.count, by: 3) {
        try fed(Array(bytes[..<length])) { descriptor in
          do {
            let reader = try PipeReader<Double>(descriptor: descriptor)
            _ = try readAll(reader, channels: reader.format.channels)
          } catch is AudioFileError {}
        }
      }
    }
  }
}

import AudioCore
import AudioFiles
import Testing

@Suite struct DitherTests {
  private func written(_ wave: Wave<Double>, _ encoding: SampleEncoding, _ dither: Dither) throws -> Wave<Double> {
    let scratch = try Scratch()
    try wave.write(to: scratch["a.wav"], encoding: encoding, dither: dither)
    return try Wave<Double>.read(scratch["a.wav"])
  }

  @Test(arguments: [SampleEncoding.u8, .s16, .s24]) func noiseIsTriangular(encoding: SampleEncoding) throws {
    let bits = encoding.integerBits ?? 0
    let step = 1 / Double(1 << (bits - 1))
    let frames = 200_000
    // A third of a step above zero: without dither it would vanish.
    let wave = try Wave([[Double](repeating: step / 3, count: frames)], sampleRate: 48_000)
    let steps = try written(wave, encoding, .auto).samples(0).map { $0 / step }
    let mean = steps.reduce(0, +) / Double(frames)
    let variance = steps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(frames)
    // Triangular noise makes mean and variance of the error independent of the signal: 1/6 from the dither, 1/12 from
    // rounding.
    #expect(abs(mean - 1 / 3.0) < 0.01, "mean \(mean)")
    #expect(abs(variance - 0.25) < 0.01, "variance \(variance)")
    #expect(steps.allSatisfy { abs($0) <= 2 })
  }

  @Test func equalSeedsGiveEqualFiles() throws {
    let wave = try tone(channels: 2, frames: 10_000).converted(to: Double.self)
    #expect(try written(wave, .s16, .auto) == written(wave, .s16, .tpdf))
    #expect(try written(wave, .s16, .tpdf) != written(wave, .s16, Dither(.tpdf, seed: 7)))
    #expect(try written(wave, .s16, .tpdf) != written(wave, .s16, .none))
  }

  @Test func channelsAndBlocksDoNotShareNoise() throws {
    let scratch = try Scratch()
    let wave = try Wave<Double>(format: StreamFormat(sampleRate: 48_000, channels: 2), frames: 9_000)
    let whole = try written(wave, .s16, .tpdf)
    #expect(whole.samples(0) != whole.samples(1))
    let writer = try AudioFileWriter<Double>(path: scratch["a.wav"], format: wave.format, encoding: .s16, dither: .tpdf)
    var place = 0
    while place < 9_000 {
      let end = min(9_000, place + 1 + place * 7 % 509)
      try wave.withBlock { try $0.withFrames(place..<end) { try writer.write($0) } }
      place = end
    }
    try writer.commit()
    #expect(try Wave<Double>.read(scratch["a.wav"]) == whole)
  }

  @Test func autoDithersOnlyWhenDepthShrinks() {
    #expect(Dither.auto.applies(to: .s16, sourceBits: 24))
    #expect(!Dither.auto.applies(to: .s16, sourceBits: 16))
    #expect(!Dither.auto.applies(to: .s24, sourceBits: 16))
    #expect(!Dither.auto.applies(to: .f32, sourceBits: 53))
    #expect(!Dither.auto.applies(to: .s32, sourceBits: 53))
    #expect(!Dither.auto.applies(to: .vorbis, sourceBits: 24))
    #expect(Dither.tpdf.applies(to: .s16, sourceBits: 16))
    #expect(!Dither.none.applies(to: .u8, sourceBits: 53))
  }
}

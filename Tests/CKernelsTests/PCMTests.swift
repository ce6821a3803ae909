import CKernels
import Testing

extension KernelTests {
  @Suite struct PCM {
    static let integerFormats = [(SK_PCM_S16, 16), (SK_PCM_S24, 24), (SK_PCM_S32, 32)]
    static let channelCounts = [1, 2, 3, 6]

    /// Converts to interleaved bytes, from doubles or from floats.
    static func encode(
      _ planes: [[Double]], _ format: sk_pcm_format, floats: Bool = false, dither: inout [sk_dither]
    ) -> (bytes: [UInt8], clipped: Int) {
      let frames = planes[0].count
      var bytes = [UInt8](repeating: 0xAA, count: frames * planes.count * sk_pcm_bytes(format))
      let clipped = dither.withUnsafeMutableBufferPointer { streams in
        let noise = streams.isEmpty ? nil : streams.baseAddress
        return floats
          ? withTable(planes.map { $0.map(Float.init) }) {
            sk_pcm_from_f32(format, &bytes, planes.count, $0, 0, frames, noise)
          }
          : withTable(planes) { sk_pcm_from_f64(format, &bytes, planes.count, $0, 0, frames, noise) }
      }
      return (bytes, clipped)
    }

    static func encode(_ planes: [[Double]], _ format: sk_pcm_format, floats: Bool = false) -> (
      bytes: [UInt8], clipped: Int
    ) {
      var none: [sk_dither] = []
      return encode(planes, format, floats: floats, dither: &none)
    }

    static func decode(_ bytes: [UInt8], _ format: sk_pcm_format, channels: Int, floats: Bool = false) -> [[Double]] {
      let frames = bytes.count / channels / sk_pcm_bytes(format)
      func read<T: BinaryFloatingPoint>(_: T.Type) -> [[Double]] {
        let memory = UnsafeMutableBufferPointer<T>.allocate(capacity: channels * frames + 1)
        defer { memory.deallocate() }
        memory.initialize(repeating: 0)
        let outs = (0..<channels).map { c in memory.baseAddress.map { UnsafeMutableRawPointer($0 + c * frames) } }
        let known =
          floats
          ? sk_pcm_to_f32(format, bytes, channels, outs, 0, frames)
          : sk_pcm_to_f64(format, bytes, channels, outs, 0, frames)
        #expect(known)
        return (0..<channels).map { c in (0..<frames).map { Double(memory[c * frames + $0]) } }
      }
      return floats ? read(Float.self) : read(Double.self)
    }

    static func withTable<T: BinaryFloatingPoint, R>(_ planes: [[T]], _ body: ([UnsafeRawPointer?]) -> R) -> R {
      let joined = planes.flatMap { $0 }
      return joined.withUnsafeBytes { buffer in
        body(planes.indices.map { c in buffer.baseAddress.map { $0 + c * planes[0].count * MemoryLayout<T>.stride } })
      }
    }

    @Test func integersRoundTrip() {
      var noise = Noise(1)
      KernelTests.forEachLevel { level in
        for (format, bits) in Self.integerFormats {
          for channels in Self.channelCounts {
            for frames in [2, 7, 64, 255, 256, 257, 1000] {
              var bytes = (0..<frames * channels * bits / 8).map { _ in UInt8.random(in: 0...255, using: &noise) }
              // The least and the greatest integer.
              for b in 0..<bits / 8 {
                bytes[b] = b == bits / 8 - 1 ? 0x80 : 0
                bytes[bytes.count - 1 - b] = b == 0 ? 0x7F : 0xFF
              }
              let planes = Self.decode(bytes, format, channels: channels)
              #expect(planes[0][0] == -1)
              let back = Self.encode(planes, format)
              #expect(back.bytes == bytes && back.clipped == 0, "\(level) \(bits) bits \(channels) x \(frames)")
              guard bits < 32 else { continue }
              let viaFloat = Self.encode(
                Self.decode(bytes, format, channels: channels, floats: true), format, floats: true)
              #expect(viaFloat.bytes == bytes && viaFloat.clipped == 0, "\(level) \(bits) bits through float")
            }
          }
        }
      }
    }

    @Test func valuesHaveTheirMeaning() {
      KernelTests.forEachLevel { level in
        #expect(Self.decode([0x00, 0x40, 0x00, 0xC0], SK_PCM_S16, channels: 1) == [[0.5, -0.5]], "\(level)")
        #expect(
          Self.decode([1, 0, 0, 0xFF, 0xFF, 0xFF], SK_PCM_S24, channels: 2) == [[0x1p-23], [-0x1p-23]], "\(level)")
        #expect(Self.decode([0, 0, 0, 0x20], SK_PCM_S32, channels: 1, floats: true) == [[0.25]], "\(level)")
        #expect(Self.encode([[0.5], [-1]], SK_PCM_S16).bytes == [0x00, 0x40, 0x00, 0x80], "\(level)")
      }
    }

    @Test func floatsPassUnchanged() {
      var noise = Noise(2)
      let values = noise.samples(333) + [2.5, -1e30, .infinity]
      KernelTests.forEachLevel { level in
        for channels in Self.channelCounts {
          let planes = Array(repeating: values, count: channels)
          for format in [SK_PCM_F32, SK_PCM_F64] {
            for floats in [false, true] {
              let expected = format == SK_PCM_F32 || floats ? planes.map { $0.map { Double(Float($0)) } } : planes
              let (bytes, clipped) = Self.encode(planes, format, floats: floats)
              #expect(clipped == 0)
              #expect(Self.decode(bytes, format, channels: channels, floats: floats) == expected, "\(level)")
            }
          }
        }
      }
    }

    @Test func roundingIsToNearestEven() {
      KernelTests.forEachLevel { level in
        for (format, bits) in Self.integerFormats where bits < 32 {
          let unit = 1 / Double(1 << (bits - 1))
          let steps = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49, 0.51]
          for floats in [false, true] {
            let bytes = Self.encode([steps.map { $0 * unit }], format, floats: floats).bytes
            let back = Self.decode(bytes, format, channels: 1)[0].map { $0 / unit }
            #expect(back == [0, 2, 2, 0, -2, -2, 0, 1], "\(level) \(bits) bits")
          }
        }
      }
    }

    @Test func tooLoudSamplesSaturateAndAreCounted() {
      KernelTests.forEachLevel { level in
        for (format, bits) in Self.integerFormats {
          let top = 1 - 1 / Double(1 << (bits - 1))
          let loud = [1, 1.5, -1, -1.5, .infinity, -.infinity, .nan, 1e30, -1e30, 0.25]
          for channels in Self.channelCounts {
            for floats in [false, true] {
              let input = Array(repeating: Array(repeating: loud, count: 40).flatMap { $0 }, count: channels)
              let (bytes, clipped) = Self.encode(input, format, floats: floats)
              #expect(clipped == 8 * 40 * channels, "\(level) \(bits) bits")
              let back = Self.decode(bytes, format, channels: channels)
              let expected: [Double] = [top, top, -1, -1, top, -1, 0, top, -1, 0.25]
              for plane in back { #expect(Array(plane[..<10]) == expected, "\(level)") }
            }
          }
        }
      }
    }

    @Test func unknownFormatsAreRefused() {
      let unknown = sk_pcm_format(rawValue: 9)
      #expect(sk_pcm_bytes(unknown) == 0)
      #expect(!sk_pcm_to_f32(unknown, [0 as UInt8], 1, [], 0, 1))
      #expect(sk_pcm_from_f64(unknown, nil, 1, [], 0, 1, nil) == 0)
    }

    /// Noise of the 16-bit dither in units of the least significant bit, before rounding, seen through a wide
    /// quantiser.
    @Test func ditherIsTriangularNoise() {
      let frames = 200_000
      KernelTests.forEachLevel { level in
        var dither = [sk_dither(), sk_dither()]
        sk_dither_seed(&dither, 2, 42)
        // Half a bit above a step: rounding splits the noise at its quantiles.
        let bytes = Self.encode(
          Array(repeating: Array(repeating: 0.5 * 0x1p-15, count: frames), count: 2), SK_PCM_S16, dither: &dither
        ).bytes
        let planes = Self.decode(bytes, SK_PCM_S16, channels: 2).map { $0.map { $0 * 0x1p15 } }
        for plane in planes {
          let mean = plane.reduce(0, +) / Double(frames)
          let variance = plane.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(frames)
          // The total error of triangular dither is unbiased with variance (1/6 + 1/12) wherever the signal lies.
          #expect(abs(mean - 0.5) < 0.01, "\(level) mean \(mean)")
          #expect(abs(variance - 0.25) < 0.01, "\(level) variance \(variance)")
          // P(noise > 1/2) = P(noise < -1/2) = 1/8 puts a sample of 0 on -1 or 1; beyond lies nothing.
          #expect(plane.allSatisfy { $0 >= -1 && $0 <= 2 })
        }
        let product = zip(planes[0], planes[1]).reduce(0) { $0 + ($1.0 - 0.5) * ($1.1 - 0.5) } / Double(frames)
        #expect(abs(product) < 0.005, "\(level) channels correlate: \(product)")
        let lagged =
          zip(planes[0], planes[0].dropFirst()).reduce(0) { $0 + ($1.0 - 0.5) * ($1.1 - 0.5) } / Double(frames)
        #expect(abs(lagged) < 0.005, "\(level) neighbours correlate: \(lagged)")

        var silent = [sk_dither()]
        sk_dither_seed(&silent, 1, 7)
        let zero = Self.decode(
          Self.encode([Array(repeating: 0, count: frames)], SK_PCM_S24, floats: true, dither: &silent).bytes,
          SK_PCM_S24,
          channels: 1)[0]
        let ones = Double(zero.count { abs($0) == 0x1p-23 }) / Double(frames)
        #expect(abs(ones - 0.25) < 0.01, "\(level) tails \(ones)")
      }
    }

    @Test func ditherDependsOnTheSeedAlone() {
      var noise = Noise(5)
      let planes = (0..<3).map { _ in noise.samples(1000) }
      var outputs: [[UInt8]] = []
      KernelTests.forEachLevel { _ in
        var dither = [sk_dither(), sk_dither(), sk_dither()]
        sk_dither_seed(&dither, 3, 1)
        outputs.append(Self.encode(planes, SK_PCM_S16, dither: &dither).bytes)
        sk_dither_seed(&dither, 3, 1)
        var cut: [UInt8] = []
        var at = 0
        for block in noise.partition(1000) {
          cut += Self.encode(planes.map { Array($0[at..<at + block]) }, SK_PCM_S16, dither: &dither).bytes
          at += block
        }
        outputs.append(cut)
      }
      #expect(outputs.allSatisfy { $0 == outputs[0] })
      var other = [sk_dither(), sk_dither(), sk_dither()]
      sk_dither_seed(&other, 3, 2)
      #expect(Self.encode(planes, SK_PCM_S16, dither: &other).bytes != outputs[0])
    }
  }
}

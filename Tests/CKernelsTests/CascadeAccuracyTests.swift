import CKernels
import Foundation
import Testing

extension KernelTests {
  @Suite struct CascadeAccuracy {
    static let channelCounts = [1, 2, 3, 5, 6, 8, 16, 33, 64]
    static let lengths = [0, 1, 2, 7, 63, 64, 65, 255, 256, 1000, 4099]

    /// The allowed relative RMS error in dB. Rounding to float lies near -150; float arithmetic near -130 a section,
    /// which a cascade of many random sections amplifies.
    static func bound(_ precision: sk_precision) -> Double {
      precision == SK_F64 ? -220 : precision == SK_F32_MIXED ? -140 : -65
    }

    @Test(arguments: channelCounts)
    func everyShapeFollowsTheReference(channels: Int) throws {
      var noise = Noise(UInt64(channels))
      for count in 0...17 {
        let sections = Reference.randomSections(count, &noise)
        for frames in Self.lengths where frames * channels * count <= 150_000 {
          let input = (0..<channels).map { _ in noise.samples(frames) }
          let expected = input.map { Reference.filter(sections, $0) }
          let blocks = noise.partition(frames)
          for precision in KernelTests.precisions {
            for mode in KernelTests.modes {
              KernelTests.forEachLevel { level in
                let shape =
                  "\(level) precision \(precision.rawValue) mode \(mode.rawValue) \(count) x \(channels) x \(frames)"
                do {
                  let whole = try Cascade(sections, channels: channels, precision: precision, mode: mode)
                    .process(input, blocks: [frames])
                  #expect(Reference.error(whole, expected) < Self.bound(precision), "\(shape)")
                  let cut = try Cascade(sections, channels: channels, precision: precision, mode: mode)
                    .process(input, blocks: blocks, inPlace: true, moving: true)
                  #expect(Reference.error(cut, expected) < Self.bound(precision), "\(shape) in \(blocks)")
                } catch {
                  Issue.record(error, "\(shape)")
                }
              }
            }
          }
        }
      }
    }

    /// Poles close to z = 1, where the plain form loses its digits.
    static let nastyFilters: [(String, [Section])] = [
      ("20 Hz high-pass of order 8 at 48 kHz", butterworth(8, 20, 48_000, highPass: true)),
      ("10 Hz low-pass of order 8 at 48 kHz", butterworth(8, 10, 48_000, highPass: false)),
      ("5 Hz high-pass of order 2 at 192 kHz", butterworth(2, 5, 192_000, highPass: true)),
      ("30 Hz peak with Q 10 at 192 kHz", [peak(30, 10, 6, 192_000)]),
      ("eight of these peaks", Array(repeating: peak(30, 10, 6, 192_000), count: 8)),
      ("1 kHz low-pass of order 8 at 48 kHz", butterworth(8, 1000, 48_000, highPass: false)),
    ]

    @Test(arguments: nastyFilters.indices)
    func doubleArithmeticHoldsForNastyFilters(index: Int) throws {
      let (name, sections) = Self.nastyFilters[index]
      var noise = Noise(7)
      let frames = 60_000
      for channels in [1, 2, 5, 9] {
        let input: [[Double]] = (0..<channels).map { channel in
          noise.samples(frames).enumerated().map { frame, sample -> Double in
            let tone = 0.3 * sin(Double(frame + channel) * 0.013)
            return Double(Float(0.1 * sample + tone + 0.1))
          }
        }
        let expected = input.map { Reference.filter(sections, $0) }
        KernelTests.forEachLevel { level in
          for mode in KernelTests.modes {
            for (precision, bound) in [(SK_F64, -170.0), (SK_F32_MIXED, -145), (SK_F32_SINGLE, -100)] {
              do {
                let output = try Cascade(sections, channels: channels, precision: precision, mode: mode)
                  .process(input, blocks: noise.partition(frames))
                let error = Reference.error(output, expected)
                #expect(error < bound, "\(level) \(name) precision \(precision.rawValue) mode \(mode.rawValue)")
              } catch {
                Issue.record(error)
              }
            }
          }
        }
      }
    }

    static func butterworth(_ order: Int, _ cutoff: Double, _ rate: Double, highPass: Bool) -> [Section] {
      let k = tan(.pi * cutoff / rate)
      return (0..<order / 2).map { i in
        let q = 0.5 / cos(.pi * Double(2 * i + 1) / Double(2 * order))
        let d = 1 + k / q + k * k
        let b = highPass ? 1 / d : k * k / d
        return [b, highPass ? -2 * b : 2 * b, b, 2 * (k * k - 1) / d, (1 - k / q + k * k) / d]
      }
    }

    static func peak(_ frequency: Double, _ q: Double, _ decibels: Double, _ rate: Double) -> Section {
      let amplitude = pow(10, decibels / 40)
      let w = 2 * Double.pi * frequency / rate
      let alpha = sin(w) / (2 * q)
      let a0 = 1 + alpha / amplitude
      let middle = -2 * cos(w) / a0
      return [(1 + alpha * amplitude) / a0, middle, (1 - alpha * amplitude) / a0, middle, (1 - alpha / amplitude) / a0]
    }
  }
}

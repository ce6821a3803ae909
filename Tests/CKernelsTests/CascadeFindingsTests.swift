import CKernels
import Testing

extension KernelTests {
  @Suite struct CascadeFindings {
    /// NaN and infinity count as 0, wherever they stand, and are told of.
    @Test(arguments: [1, 2, 3, 5, 8, 9, 17, 33])
    func whatIsNotFiniteEntersAsZero(channels: Int) throws {
      var noise = Noise(200 + UInt64(channels))
      for count in [0, 1, 2, 3, 4, 5, 9] {
        let sections = Reference.randomSections(count, &noise)
        for frames in [1, 7, 40, 700] {
          let clean = (0..<channels).map { _ in noise.samples(frames) }
          var (dirty, zeroed) = (clean, clean)
          for value in [Double.nan, .infinity, -.infinity] {
            let (channel, frame) = (
              Int.random(in: 0..<channels, using: &noise), Int.random(in: 0..<frames, using: &noise)
            )
            dirty[channel][frame] = value
            zeroed[channel][frame] = 0
          }
          KernelTests.forEachLevel { level in
            for precision in KernelTests.precisions {
              for mode in KernelTests.modes {
                for inPlace in [false, true] {
                  do {
                    let cascades = try (0..<2).map { _ in
                      try Cascade(sections, channels: channels, precision: precision, mode: mode)
                    }
                    let output = try cascades[0].process(dirty, blocks: [frames], inPlace: inPlace)
                    let expected = try cascades[1].process(zeroed, blocks: [frames], inPlace: inPlace)
                    let shape =
                      "\(level) precision \(precision.rawValue) mode \(mode.rawValue) \(count) x \(channels) x \(frames)"
                    #expect(output == expected, "\(shape)")
                    #expect(cascades[0].state == cascades[1].state, "\(shape)")
                    #expect(cascades[0].met == SK_CLEANED_INPUT.rawValue, "\(shape)")
                    #expect(cascades[1].met == SK_ALL_FINITE.rawValue, "\(shape)")
                  } catch {
                    Issue.record(error)
                  }
                }
              }
            }
          }
        }
      }
    }

    /// An output that is not finite never goes unnoticed: overflow inside a section, and in the rounding to float alone.
    @Test(arguments: [1, 2, 3, 5, 8, 9, 17, 33])
    func overflowIsNoticed(channels: Int) throws {
      var noise = Noise(300 + UInt64(channels))
      for count in [1, 2, 3, 4, 7] {
        for frames in [1, 9, 300] {
          var input = (0..<channels).map { _ in noise.samples(frames) }
          let channel = Int.random(in: 0..<channels, using: &noise)
          let frame = Int.random(in: 0..<frames, using: &noise)
          input[channel][frame] = 0x1p100
          KernelTests.forEachLevel { level in
            for (precision, factor) in [(SK_F32_SINGLE, 0x1p50), (SK_F32_MIXED, 0x1p50), (SK_F64, 0x1p1000)] {
              for place in [0, count - 1] {
                var sections = Array(repeating: [1.0, 0, 0, -0.5, 0], count: count)
                sections[place][0] = factor
                do {
                  let cascade = try Cascade(sections, channels: channels, precision: precision, mode: SK_FAST)
                  let output = try cascade.process(input, blocks: [frames])
                  let shape = "\(level) precision \(precision.rawValue) \(count) x \(channels) x \(frames)"
                  #expect(!output[channel][frame].isFinite, "\(shape)")
                  #expect(cascade.met == SK_SUSPECT_OUTPUT.rawValue, "\(shape)")
                } catch {
                  Issue.record(error)
                }
              }
            }
          }
        }
      }
    }
  }
}

import CKernels
import Testing

extension KernelTests {
  @Suite struct CascadeInvariance {
    /// Invariant output is the same, bit by bit, however the stream is cut, in place or not, on whichever channel.
    @Test(arguments: [1, 2, 3, 5, 8, 9, 17, 33])
    func blocksAndChannelsDoNotChangeABit(channels: Int) throws {
      var noise = Noise(100 + UInt64(channels))
      let frames = 2500
      let signal = noise.samples(frames)
      let input = Array(repeating: signal, count: channels)
      for count in [1, 2, 3, 4, 5, 7, 8, 9, 16, 17] {
        let sections = Reference.randomSections(count, &noise)
        for precision in KernelTests.precisions {
          KernelTests.forEachLevel { level in
            let shape = "\(level) precision \(precision.rawValue) \(count) sections \(channels) channels"
            do {
              func run(_ blocks: [Int], inPlace: Bool = false, moving: Bool = false) throws -> [[UInt64]] {
                try Cascade(sections, channels: channels, precision: precision, mode: SK_INVARIANT)
                  .process(input, blocks: blocks, inPlace: inPlace, moving: moving).map { $0.map(\.bitPattern) }
              }
              let whole = try run([frames])
              #expect(whole.allSatisfy { $0 == whole[0] }, "\(shape): channels differ")
              #expect(try run(noise.partition(frames)) == whole, "\(shape): blocks differ")
              #expect(try run(noise.partition(frames), inPlace: true) == whole, "\(shape): in place differs")
              #expect(try run(noise.partition(frames), moving: true) == whole, "\(shape): moved state differs")
              #expect(
                try run(Array(repeating: 1, count: 50) + [frames - 50]) == whole, "\(shape): single frames differ")
            } catch {
              Issue.record(error, "\(shape)")
            }
          }
        }
      }
    }

    /// One channel alone has the bits it has among others.
    @Test func companyDoesNotChangeABit() throws {
      var noise = Noise(3)
      let frames = 700
      let input = (0..<21).map { _ in noise.samples(frames) }
      let sections = Reference.randomSections(5, &noise)
      for precision in KernelTests.precisions {
        KernelTests.forEachLevel { level in
          do {
            let together = try Cascade(sections, channels: 21, precision: precision, mode: SK_INVARIANT)
              .process(input, blocks: [frames])
            for c in input.indices {
              let alone = try Cascade(sections, channels: 1, precision: precision, mode: SK_INVARIANT)
                .process([input[c]], blocks: [frames])
              #expect(alone[0] == together[c], "\(level) precision \(precision.rawValue) channel \(c)")
            }
          } catch {
            Issue.record(error)
          }
        }
      }
    }

    /// Levels agree bit by bit where they all fuse multiplication and addition; SSE2 cannot.
    @Test func levelsAgreeWhereTheyFuse() throws {
      #if arch(x86_64)
        guard sk_level_available(SK_LEVEL_AVX2) else { return }
      #endif
      var noise = Noise(4)
      let frames = 1200
      for channels in [1, 2, 3, 7, 18] {
        let input = (0..<channels).map { _ in noise.samples(frames) }
        let sections = Reference.randomSections(6, &noise)
        for precision in KernelTests.precisions {
          var outputs: [[[Double]]] = []
          KernelTests.forEachLevel { level in
            guard level != "sse2" else { return }
            do {
              outputs.append(
                try Cascade(sections, channels: channels, precision: precision, mode: SK_INVARIANT)
                  .process(input, blocks: [frames]))
            } catch {
              Issue.record(error)
            }
          }
          #expect(outputs.allSatisfy { $0 == outputs[0] }, "precision \(precision.rawValue) \(channels) channels")
        }
      }
    }

    @Test func fastOutputIsTheSameInPlace() throws {
      var noise = Noise(5)
      for channels in [1, 2, 7] {
        for count in [1, 2, 6] {
          let input = (0..<channels).map { _ in noise.samples(1500) }
          let sections = Reference.randomSections(count, &noise)
          for precision in KernelTests.precisions {
            KernelTests.forEachLevel { level in
              do {
                let apart = try Cascade(sections, channels: channels, precision: precision, mode: SK_FAST)
                  .process(input, blocks: [700, 800])
                let inPlace = try Cascade(sections, channels: channels, precision: precision, mode: SK_FAST)
                  .process(input, blocks: [700, 800], inPlace: true)
                #expect(apart == inPlace, "\(level) precision \(precision.rawValue)")
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

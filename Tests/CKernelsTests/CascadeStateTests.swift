import CKernels
import Testing

extension KernelTests {
  @Suite struct CascadeState {
    @Test func objectsThatCannotBeAreRefused() {
      #expect(sk_sos_create(Int.max / 4, 1, SK_F64, SK_FAST) == nil)
      #expect(sk_sos_create(1, Int.max / 4, SK_F64, SK_FAST) == nil)
      #expect(sk_sos_create(1 << 40, 1 << 40, SK_F64, SK_FAST) == nil)
      #expect(sk_sos_create(1, 1, sk_precision(rawValue: 3), SK_FAST) == nil)
      #expect(sk_sos_create(1, 1, SK_F64, sk_mode(rawValue: 2)) == nil)
      sk_sos_destroy(nil)
    }

    @Test func noSectionsCopy() throws {
      var noise = Noise(1)
      let input = [noise.samples(100), noise.samples(100)]
      for precision in KernelTests.precisions {
        let cascade = try Cascade([], channels: 2, precision: precision, mode: SK_FAST)
        #expect(try cascade.process(input, blocks: [40, 60]) == input)
        #expect(try cascade.process(input, blocks: [40, 60], inPlace: true) == input)
        #expect(cascade.algorithm(frames: 64) == "copy")
        #expect(cascade.state.isEmpty)
      }
    }

    @Test func aNewCascadePassesItsInput() throws {
      var noise = Noise(2)
      let input = [noise.samples(300)]
      KernelTests.forEachLevel { level in
        for precision in KernelTests.precisions {
          for mode in KernelTests.modes {
            do {
              let cascade = try Cascade(
                [[1, 0, 0, 0, 0], [1, 0, 0, 0, 0]], channels: 1, precision: precision, mode: mode)
              #expect(try cascade.process(input, blocks: [300]) == input, "\(level)")
              #expect(cascade.memory > 0)
            } catch {
              Issue.record(error)
            }
          }
        }
      }
    }

    @Test func resetGoesBackToSilence() throws {
      var noise = Noise(3)
      let input = (0..<3).map { _ in noise.samples(500) }
      let sections = Reference.randomSections(4, &noise)
      KernelTests.forEachLevel { level in
        for precision in KernelTests.precisions {
          for mode in KernelTests.modes {
            do {
              let cascade = try Cascade(sections, channels: 3, precision: precision, mode: mode)
              let first = try cascade.process(input, blocks: [200, 300])
              cascade.reset()
              #expect(cascade.state.allSatisfy { $0 == 0 })
              #expect(try cascade.process(input, blocks: [200, 300]) == first, "\(level)")
            } catch {
              Issue.record(error)
            }
          }
        }
      }
    }

    /// New coefficients act on the running state: the same stream as a reference that changes them in mid-stream.
    @Test func coefficientsChangeWithoutAReset() throws {
      var noise = Noise(4)
      for channels in [1, 2, 5, 8] {
        let input = (0..<channels).map { _ in noise.samples(900) }
        let before = Reference.randomSections(6, &noise)
        let change = Reference.randomSections(2, &noise)
        let after = Array(before[..<3]) + change + before[5...]
        var expected: [[UInt64]]?
        KernelTests.forEachLevel { level in
          // The scalar level is the reference of the ones that fuse as it does.
          guard level != "sse2" else { return }
          do {
            let cascade = try Cascade(before, channels: channels, precision: SK_F64, mode: SK_INVARIANT)
            let head = try cascade.process(input.map { Array($0[..<450]) }, blocks: [450])
            cascade.set(change, at: 3)
            let tail = try cascade.process(input.map { Array($0[450...]) }, blocks: [450])
            let bits = zip(head, tail).map { ($0 + $1).map(\.bitPattern) }
            if sk_level_available(SK_LEVEL_AVX2) || sk_level_available(SK_LEVEL_NEON) {
              #expect(bits == expected ?? bits, "\(level)")
            }
            expected = bits
            // Saved state and the later sections alone give the same tail.
            let other = try Cascade(after, channels: channels, precision: SK_F64, mode: SK_INVARIANT)
            _ = try Cascade(before, channels: channels, precision: SK_F64, mode: SK_INVARIANT)
              .process(input.map { Array($0[..<450]) }, blocks: [450])
            let start = try Cascade(before, channels: channels, precision: SK_F64, mode: SK_INVARIANT)
            _ = try start.process(input.map { Array($0[..<450]) }, blocks: [450])
            other.state = start.state
            #expect(try other.process(input.map { Array($0[450...]) }, blocks: [450]) == tail, "\(level)")
          } catch {
            Issue.record(error)
          }
        }
      }
    }

    /// Float arithmetic changes its form with the coefficients, without a click and with its saved state.
    @Test func theFormOfFloatArithmeticChangesWithoutAClick() throws {
      var noise = Noise(6)
      let gentle = CascadeAccuracy.butterworth(4, 2_000, 48_000, highPass: false)
      let nasty = CascadeAccuracy.butterworth(4, 30, 48_000, highPass: true)
      for channels in [1, 2, 9] {
        let input = (0..<channels).map { _ in noise.samples(2000) }
        func run(_ precision: sk_precision, moving: Bool) throws -> [[Double]] {
          var output = Array(repeating: [Double](), count: channels)
          let cascade = try Cascade(gentle, channels: channels, precision: precision, mode: SK_INVARIANT)
          for (index, sections) in [gentle, nasty].enumerated() {
            cascade.set(sections, at: 0)
            let part = try cascade.process(input.map { Array($0[index * 1000..<(index + 1) * 1000]) }, blocks: [1000])
            for c in 0..<channels { output[c] += part[c] }
            if moving { cascade.state = cascade.state }
          }
          return output
        }
        let expected = try run(SK_F64, moving: false)
        KernelTests.forEachLevel { level in
          do {
            let output = try run(SK_F32_SINGLE, moving: false)
            #expect(Reference.error(output, expected) < -90, "\(level) \(channels)")
            #expect(try run(SK_F32_SINGLE, moving: true) == output, "\(level) \(channels)")
          } catch {
            Issue.record(error)
          }
        }
      }
    }

    @Test func sectionsOutsideTheCascadeAreIgnored() throws {
      var noise = Noise(5)
      let input = [noise.samples(100)]
      let cascade = try Cascade([[0.5, 0, 0, 0, 0]], channels: 1, precision: SK_F64, mode: SK_FAST)
      cascade.set([[9, 0, 0, 0, 0]], at: 1)
      cascade.set([[9, 0, 0, 0, 0], [9, 0, 0, 0, 0]], at: 0)
      #expect(try cascade.process(input, blocks: [100]) == [input[0].map { 0.5 * $0 }])
    }

    @Test func denormalsAreOffBetweenTheTwoCalls() {
      var numbers: [Float] = [.leastNormalMagnitude, 0.5]
      let mode = sk_denormals_off()
      // Through memory that a C function sees, so that the product is computed here and not by the compiler.
      numbers.withUnsafeMutableBufferPointer { sk_add_f32($0.baseAddress, $0.baseAddress, 0) }
      let flushed = numbers[0] * numbers[1]
      sk_denormals_restore(mode)
      #expect(flushed == 0)
      #expect(numbers[0] * numbers[1] != 0)
    }

    /// A decaying tail ends in zeros, not in denormals, and the caller's own arithmetic keeps its denormals.
    @Test func theTailFlushesToZero() throws {
      let sections = Array(repeating: [0.1, 0, 0, -0.5, 0.1], count: 3)
      for channels in [1, 2, 9] {
        let input = Array(repeating: [1.0] + Array(repeating: 0.0, count: 5999), count: channels)
        KernelTests.forEachLevel { level in
          for precision in KernelTests.precisions {
            for mode in KernelTests.modes {
              do {
                let output = try Cascade(sections, channels: channels, precision: precision, mode: mode)
                  .process(input, blocks: [1000, 1000, 4000])
                let smallest = precision == SK_F64 ? Double.leastNormalMagnitude : Double(Float.leastNormalMagnitude)
                let denormals = output.joined().count { (value: Double) in value != 0 && abs(value) < smallest }
                let ends = output.map { $0[5999] }
                #expect(denormals == 0, "\(level)")
                #expect(ends == Array(repeating: 0, count: channels), "\(level)")
              } catch {
                Issue.record(error)
              }
            }
          }
        }
        #expect(Double.leastNormalMagnitude / 2 != 0)
      }
    }

    @Test func theAlgorithmIsNamed() throws {
      KernelTests.forEachLevel { level in
        for channels in [1, 2, 8, 33] {
          for frames in [1, 64, 4096] {
            do {
              let sections = Array(repeating: [1.0, 0, 0, 0, 0], count: 8)
              let cascade = try Cascade(sections, channels: channels, precision: SK_F32_MIXED, mode: SK_INVARIANT)
              let names = cascade.algorithm(frames: frames).split(separator: "+").map {
                String($0.filter { $0 != " " })
              }
              #expect(Set(names).isSubset(of: ["scalar", "channels", "wavefront"]), "\(level)")
              #expect(level != "scalar" || names == ["scalar"])
            } catch {
              Issue.record(error)
            }
          }
        }
      }
    }
  }
}

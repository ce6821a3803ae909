import CKernels
import Testing

extension KernelTests {
  /// Dynamics take what is not finite as 0 and tell of it, wherever it stands in a run.
  @Suite struct DynamicsContainment {
    private static let lengths = [1, 7, 8, 33, 64, 129, 512, 1_024, 1_100]
    private static let window = sk_one_pole(pole: 0.99, rest: 0.01)

    /// Noise with something in one place, and with 0 there.
    private func inputs(_ n: Int, _ place: Int, _ bad: Double) -> (bad: [Double], clean: [Double]) {
      var noise = Noise(11)
      var samples = noise.samples(n)
      samples[place] = 0
      let clean = samples
      samples[place] = bad
      return (samples, clean)
    }

    private func forEachCase(_ body: (_ what: String, _ bad: [Double], _ clean: [Double], _ place: Int) -> Void) {
      for n in Self.lengths {
        KernelTests.forEachLevel { level in
          for (place, value) in [(0, Double.nan), (n / 2, -.infinity), (n - 1, .infinity)] {
            let (bad, clean) = inputs(n, place, value)
            body("\(level) \(n) \(place)", bad, clean, place)
          }
        }
      }
    }

    @Test func levels() {
      /// What a kernel makes of an input, what it tells, and its state.
      func run<L: BinaryFloatingPoint>(
        _ n: Int, _ kernel: (UnsafeMutablePointer<L>, UnsafeMutablePointer<Double>, Bool) -> sk_signal
      ) -> [(levels: [L], met: sk_signal, state: [Double])] {
        [false, true].map { louder in
          var levels = [L](repeating: 0.25, count: n)
          var state = [Double](repeating: 0, count: Int(SK_MEAN_SQUARE_STATE))
          let met = kernel(&levels, &state, louder)
          return (levels, met, state)
        }
      }
      func check<L: BinaryFloatingPoint>(
        _ what: String, _ n: Int, dirty: (UnsafeMutablePointer<L>, UnsafeMutablePointer<Double>, Bool) -> sk_signal,
        clean: (UnsafeMutablePointer<L>, UnsafeMutablePointer<Double>, Bool) -> sk_signal
      ) {
        for (dirty, clean) in zip(run(n, dirty), run(n, clean)) {
          #expect(dirty.levels == clean.levels && dirty.state == clean.state, "\(what)")
          #expect(dirty.met == SK_CLEANED_INPUT && clean.met == SK_ALL_FINITE, "\(what)")
        }
      }
      forEachCase { what, bad, clean, _ in
        let n = bad.count
        let (floats, cleanFloats) = (bad.map(Float.init), clean.map(Float.init))
        check(what, n, dirty: { sk_level_f64($0, bad, n, $2) }, clean: { sk_level_f64($0, clean, n, $2) })
        check(what, n, dirty: { sk_level_f32($0, floats, n, $2) }, clean: { sk_level_f32($0, cleanFloats, n, $2) })
        check(
          what, n, dirty: { sk_level_single($0, floats, n, $2) }, clean: { sk_level_single($0, cleanFloats, n, $2) })
        check(
          what, n, dirty: { sk_mean_square_f64($0, bad, n, $1, Self.window, $2) },
          clean: { sk_mean_square_f64($0, clean, n, $1, Self.window, $2) })
        check(
          what, n, dirty: { sk_mean_square_f32($0, floats, n, $1, Self.window, $2) },
          clean: { sk_mean_square_f32($0, cleanFloats, n, $1, Self.window, $2) })
        check(
          what, n, dirty: { sk_root_mean_square_single($0, floats, n, $1, Self.window, $2) },
          clean: { sk_root_mean_square_single($0, cleanFloats, n, $1, Self.window, $2) })
      }
    }

    @Test func gains() {
      let (still, whole, half) = (sk_glide(value: 0, values: nil), sk_glide(value: 1, values: nil), 0.5)
      let share = sk_glide(value: half, values: nil)
      forEachCase { what, bad, clean, place in
        let n = bad.count
        let (floats, cleanFloats) = (bad.map(Float.init), clean.map(Float.init))
        var noise = Noise(4)
        var reduction = noise.samples(n).map { abs($0) }
        for mix in [whole, share] {
          var (found, expected) = ([Double](repeating: 9, count: n), [Double](repeating: 9, count: n))
          #expect(sk_apply_reduction_f64(&found, bad, reduction, n, still, mix, false) == SK_CLEANED_INPUT, "\(what)")
          #expect(sk_apply_reduction_f64(&expected, clean, reduction, n, still, mix, true) == SK_ALL_FINITE, "\(what)")
          #expect(found == expected && found[place] == 0, "\(what)")
          var (single, expectedSingle) = ([Float](repeating: 9, count: n), [Float](repeating: 9, count: n))
          let shorter = reduction.map(Float.init)
          #expect(
            sk_apply_reduction_single(&single, floats, shorter, n, still, mix, false) == SK_CLEANED_INPUT, "\(what)")
          #expect(
            sk_apply_reduction_single(&expectedSingle, cleanFloats, shorter, n, still, mix, true) == SK_ALL_FINITE,
            "\(what)")
          #expect(single == expectedSingle, "\(what)")
          #expect(sk_apply_reduction_f32(&single, floats, reduction, n, still, mix, false) == SK_CLEANED_INPUT)
          #expect(
            sk_apply_reduction_f32(&expectedSingle, cleanFloats, reduction, n, still, mix, true) == SK_ALL_FINITE)
          #expect(single == expectedSingle, "\(what)")
        }
        // A gain that lifts one sample out of its range.
        reduction[place] = 1e5
        var loud = clean
        loud[place] = .greatestFiniteMagnitude / 4
        var out = [Double](repeating: 0, count: n)
        #expect(sk_apply_gain_f64(&out, loud, reduction, n, true) == SK_SUSPECT_OUTPUT, "\(what)")
        #expect(!out[place].isFinite, "\(what)")
        var loudFloats = cleanFloats
        loudFloats[place] = .greatestFiniteMagnitude / 4
        var floatsOut = [Float](repeating: 0, count: n)
        #expect(sk_apply_gain_f32(&floatsOut, loudFloats, reduction, n, true) == SK_SUSPECT_OUTPUT, "\(what)")
        #expect(
          sk_apply_gain_single(&floatsOut, loudFloats, reduction.map(Float.init), n, false) == SK_SUSPECT_OUTPUT,
          "\(what)")
      }
    }
  }
}

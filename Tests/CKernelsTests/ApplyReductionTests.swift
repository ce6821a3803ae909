import CKernels
import Testing

extension KernelTests {
  /// A reduction applied in one pass has the bits of its gains made and applied, at every level, in place too.
  @Suite struct ApplyReduction {
    private static let lengths = [0, 1, 7, 8, 9, 31, 64, 511, 512, 513, 1_300]

    /// A steady gain, with the whole signal and a share of it, and one that moves.
    private static func forEachGlide(_ n: Int, _ body: (_ makeUp: sk_glide, _ mix: sk_glide) -> Void) {
      body(sk_glide(value: 0.7, values: nil), sk_glide(value: 1, values: nil))
      body(sk_glide(value: 0.7, values: nil), sk_glide(value: 0.4, values: nil))
      let makeUps = (0..<n).map { 0.001 * Double($0) }
      let mixes = (0..<n).map { 1 / (1 + Double($0)) }
      makeUps.withUnsafeBufferPointer { makeUps in
        mixes.withUnsafeBufferPointer { mixes in
          body(sk_glide(value: 0, values: makeUps.baseAddress), sk_glide(value: 0, values: mixes.baseAddress))
        }
      }
    }

    /// Calls `apply` apart and in place.
    private func outputs<S: BinaryFloatingPoint>(
      _ input: [S], _ apply: (UnsafeMutablePointer<S>, UnsafePointer<S>) -> Void
    ) -> [[S]] {
      var apart = [S](repeating: 0, count: input.count)
      var inPlace = input
      apart.withUnsafeMutableBufferPointer { target in
        input.withUnsafeBufferPointer { source in
          guard let target = target.baseAddress, let source = source.baseAddress else { return }
          apply(target, source)
        }
      }
      inPlace.withUnsafeMutableBufferPointer { both in
        guard let both = both.baseAddress else { return }
        apply(both, both)
      }
      return [apart, inPlace]
    }

    @Test func hasTheBitsOfItsGains() {
      for n in Self.lengths {
        KernelTests.forEachLevel { level in
          var noise = Noise(3)
          let doubles = noise.samples(n)
          let singles = doubles.map(Float.init)
          let reduction = noise.samples(n).map { 4 * abs($0) }
          let shorter = reduction.map(Float.init)
          Self.forEachGlide(n) { makeUp, mix in
            var gains = reduction
            var shorterGains = shorter
            sk_reduction_gain(&gains, n, makeUp, mix)
            sk_reduction_gain_single(&shorterGains, n, makeUp, mix)
            for (found, expected) in zip(
              outputs(singles) { sk_apply_reduction_single($0, $1, shorter, n, makeUp, mix, true) },
              outputs(singles) { sk_apply_gain_single($0, $1, shorterGains, n, false) })
            { #expect(found == expected, "\(level) \(n) single") }
            for (found, expected) in zip(
              outputs(singles) { sk_apply_reduction_f32($0, $1, reduction, n, makeUp, mix, true) },
              outputs(singles) { sk_apply_gain_f32($0, $1, gains, n, false) })
            { #expect(found == expected, "\(level) \(n) f32") }
            for (found, expected) in zip(
              outputs(doubles) { sk_apply_reduction_f64($0, $1, reduction, n, makeUp, mix, true) },
              outputs(doubles) { sk_apply_gain_f64($0, $1, gains, n, false) })
            { #expect(found == expected, "\(level) \(n) f64") }
          }
        }
      }
    }
  }
}

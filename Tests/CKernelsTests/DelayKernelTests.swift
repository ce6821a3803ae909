import CKernels
import Testing

extension KernelTests {
  @Suite struct Delays {
    private static let lengths = [0, 1, 2, 7, 31, 32, 33, 64, 100, 257]

    /// Everything that the delay kernels give for one length, in one piece or cut in two.
    private static func outputs(_ n: Int, cut: Int) -> [Double] {
      var noise = Noise(3)
      let line = noise.samples(1_000)
      let tap = noise.samples(n)
      let other = noise.samples(n)
      let samples = noise.samples(n)
      let floats = samples.map(Float.init)
      let coefficients = noise.samples(Int(SK_DELAY_TAPS))
      let table = noise.samples(Int(SK_DELAY_TAPS) * (Int(SK_DELAY_PHASES) + 1))
      var result: [Double] = []
      for (from, to) in [(0, cut), (cut, n)] {
        let count = to - from
        var read = [Double](repeating: 0, count: count)
        sk_delay_read(&read, Array(line[from...]), coefficients, coefficients.count, count)
        var places = [Int32](repeating: 0, count: count)
        var fractions = read
        var sweep = sk_delay_sweep(center: 300.25, depth: 200, phase: 0.1, increment: 0.01, index: UInt64(from))
        sk_delay_places(&places, &fractions, &sweep, 400 + from, 900, count)
        var moving = read
        sk_delay_read_moving(&moving, line, places, fractions, table, count)
        var faded = Array(tap[from..<to])
        let values = (from..<to).map { 0.25 + 0.001 * Double($0) }
        values.withUnsafeBufferPointer {
          sk_crossfade(&faded, Array(other[from..<to]), count, sk_glide(value: 0, values: $0.baseAddress))
        }
        result += read + fractions + moving + faded + places.map(Double.init)
        func mixed(_ glide: sk_glide) -> [Double] {
          var fed = read
          var result: [Double] = []
          sk_delay_feed_f64(&fed, Array(samples[from..<to]), Array(tap[from..<to]), count, glide)
          result += fed
          sk_delay_feed_f32(&fed, Array(floats[from..<to]), Array(tap[from..<to]), count, glide)
          result += fed
          sk_delay_feed_f32(&fed, nil, Array(tap[from..<to]), count, glide)
          result += fed
          var mixed = Array(floats[from..<to])
          sk_mix_wet_f32(&mixed, Array(floats[from..<to]), Array(tap[from..<to]), count, glide)
          var mixedDoubles = Array(samples[from..<to])
          sk_mix_wet_f64(&mixedDoubles, Array(samples[from..<to]), Array(tap[from..<to]), count, glide)
          return result + mixed.map(Double.init) + mixedDoubles
        }
        result += values.withUnsafeBufferPointer { mixed(sk_glide(value: 0, values: $0.baseAddress)) }
        let still = mixed(sk_glide(value: 0.25, values: nil))
        let same = [Double](repeating: 0.25, count: count)
        // Values that are all the same are one value.
        #expect(same.withUnsafeBufferPointer { mixed(sk_glide(value: 0, values: $0.baseAddress)) } == still)
        result += still
        var sum = read
        sk_accumulate_f32(&sum, Array(floats[from..<to]), count, 0.3)
        sk_accumulate_f64(&sum, Array(samples[from..<to]), count, 0.3)
        result += sum
      }
      return result
    }

    @Test func levelsAgree() {
      for n in Self.lengths {
        var reference: [Double] = []
        KernelTests.forEachLevel { level in
          let found = Self.outputs(n, cut: 0)
          if reference.isEmpty { reference = found }
          // SSE2 rounds products, where the others fuse; a Float may then fall on the other side.
          #expect(zip(found, reference).allSatisfy { abs($0 - $1) <= 2e-7 * max(1, abs($1)) }, "\(level) \(n)")
          if level != "sse2" { #expect(found == reference, "\(level) \(n)") }
        }
      }
    }

    @Test func cutsChangeNoBit() {
      KernelTests.forEachLevel { level in
        for n in Self.lengths where n > 1 {
          // In another order, so the bits are compared as sets of equal counts.
          let whole = Self.outputs(n, cut: 0).map(\.bitPattern).sorted()
          for cut in [1, n / 2, n - 1] {
            #expect(Self.outputs(n, cut: cut).map(\.bitPattern).sorted() == whole, "\(level) \(n) at \(cut)")
          }
        }
      }
    }

    @Test func theSweepIsASine() {
      KernelTests.forEachLevel { level in
        var places = [Int32](repeating: 0, count: 256)
        var fractions = [Double](repeating: 0, count: 256)
        var sweep = sk_delay_sweep(center: 2_000, depth: 1_000, phase: 0, increment: 1 / 256, index: 0)
        sk_delay_places(&places, &fractions, &sweep, 10_000, 20_000, 256)
        for (n, quarter) in [(0, 2_000.0), (64, 3_000), (128, 2_000), (192, 1_000)] {
          let point = Double(places[n]) + Double(SK_DELAY_TAPS / 2 - 1) + fractions[n]
          #expect(abs(Double(10_000 + n) - point - quarter) < 1e-4, "\(level) \(n)")
        }
      }
    }
  }
}

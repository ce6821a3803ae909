import CKernels
import Testing

extension KernelTests {
  @Suite struct Samples {
    static let bad: [Double] = [.nan, -.nan, .signalingNaN, .infinity, -.infinity]
    static let lengths = [0, 1, 2, 7, 16, 63, 64, 65, 127, 128, 129, 255, 256, 300, 1000]

    @Test func everyBadSampleIsFoundWhereverItIs() {
      KernelTests.forEachLevel { level in
        for n in Self.lengths where n <= 300 {
          var doubles = (0..<n).map { $0 % 2 == 0 ? Double.greatestFiniteMagnitude : -Double($0) }
          var floats = (0..<n).map { $0 % 2 == 0 ? Float.greatestFiniteMagnitude : -Float($0) }
          #expect(sk_first_nonfinite_f64(doubles, n) == n, "\(level)")
          #expect(sk_first_nonfinite_f32(floats, n) == n, "\(level)")
          for at in 0..<n {
            let value = Self.bad[at % Self.bad.count]
            let (oldDouble, oldFloat) = (doubles[at], floats[at])
            doubles[at] = value
            floats[at] = Float(value)
            #expect(sk_first_nonfinite_f64(doubles, n) == at, "\(level) \(n)")
            #expect(sk_first_nonfinite_f32(floats, n) == at, "\(level) \(n)")
            var clean = [Double](repeating: 7, count: n)
            var cleanFloats = floats
            let floatCopy = floats
            #expect(sk_sanitize_f64(&clean, doubles, n) == 1)
            #expect(sk_sanitize_f32(&cleanFloats, floatCopy, n) == 1)
            (doubles[at], floats[at]) = (0, 0)
            #expect(clean == doubles && cleanFloats == floats, "\(level) \(n) \(at)")
            (doubles[at], floats[at]) = (oldDouble, oldFloat)
          }
        }
      }
    }

    @Test func sanitisingCountsAndWorksInPlace() {
      KernelTests.forEachLevel { level in
        for n in Self.lengths {
          var samples = (0..<n).map { $0 % 3 == 1 ? Float.nan : Float($0) }
          let count = samples.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { sk_sanitize_f32($0, $0, n) } ?? 0
          }
          let clean: [Float] = (0..<n).map { $0 % 3 == 1 ? 0 : Float($0) }
          #expect(count == (n + 1) / 3, "\(level)")
          #expect(samples == clean, "\(level)")
        }
      }
    }

    @Test func gainsMultiplyInDoubleAndRoundOnce() {
      var noise = Noise(1)
      KernelTests.forEachLevel { level in
        for n in Self.lengths {
          let doubles = noise.samples(n)
          let floats = doubles.map(Float.init)
          var out = [Double](repeating: 0, count: n)
          var outFloats = [Float](repeating: 0, count: n)
          sk_gain_f64(&out, doubles, n, 0.3)
          sk_gain_f32(&outFloats, floats, n, 0.3)
          #expect(out == doubles.map { $0 * 0.3 }, "\(level)")
          #expect(outFloats == floats.map { Float(Double($0) * 0.3) }, "\(level)")
          sk_gain_ramp_f64(&out, doubles, n, 0.3, 0.001, 77)
          sk_gain_ramp_f32(&outFloats, floats, n, 0.3, 0.001, 77)
          let ramp = (0..<n).map { 0.3 + 0.001 * Double(77 + $0) }
          #expect(out == zip(doubles, ramp).map { $0 * $1 }, "\(level)")
          #expect(outFloats == zip(floats, ramp).map { Float(Double($0) * $1) }, "\(level)")
        }
      }
    }

    @Test func rampsDoNotDependOnBlocks() {
      var noise = Noise(2)
      let n = 777
      let input = noise.samples(n).map(Float.init)
      KernelTests.forEachLevel { level in
        var whole = [Float](repeating: 0, count: n)
        sk_gain_ramp_f32(&whole, input, n, 1, -1 / 777, 0)
        var cut: [Float] = []
        for block in noise.partition(n) {
          var part = [Float](repeating: 0, count: block)
          sk_gain_ramp_f32(&part, Array(input[cut.count..<cut.count + block]), block, 1, -1 / 777, UInt64(cut.count))
          cut += part
        }
        #expect(cut == whole, "\(level)")
      }
    }

    @Test func addingAndMixing() {
      var noise = Noise(3)
      KernelTests.forEachLevel { level in
        for n in Self.lengths {
          let a = noise.samples(n)
          let b = noise.samples(n)
          var sum = a
          var mixed = a
          var floatSum = a.map(Float.init)
          var floatMixed = floatSum
          let floatAddend = b.map(Float.init)
          sk_add_f64(&sum, b, n)
          sk_mix_f64(&mixed, b, n, 0.7)
          sk_add_f32(&floatSum, floatAddend, n)
          sk_mix_f32(&floatMixed, floatAddend, n, 0.7)
          let exactMix: [Double] = zip(a, b).map { $0 + 0.7 * $1 }
          let exactFloatSum: [Float] = zip(a, b).map { Float($0) + Float($1) }
          #expect(sum == zip(a, b).map { $0 + $1 }, "\(level)")
          #expect(floatSum == exactFloatSum, "\(level)")
          for i in 0..<n {
            #expect(abs(mixed[i] - exactMix[i]) < 1e-15, "\(level)")
            #expect(abs(Double(floatMixed[i]) - exactMix[i]) < 1e-7, "\(level)")
          }
        }
      }
    }

    @Test func peaksAndSums() {
      var noise = Noise(4)
      KernelTests.forEachLevel { level in
        for n in Self.lengths {
          let doubles = noise.samples(n)
          let floats = doubles.map(Float.init)
          #expect(sk_peak_f64(doubles, n) == doubles.map(abs).max() ?? 0, "\(level)")
          #expect(sk_peak_f32(floats, n) == floats.map(abs).max() ?? 0, "\(level)")
          let power = doubles.reduce(0) { $0 + $1 * $1 }
          #expect(abs(sk_sum_squares_f64(doubles, n) - power) <= 1e-13 * power, "\(level)")
          #expect(abs(sk_sum_squares_f32(floats, n) - power) <= 1e-13 * power, "\(level)")
        }
        #expect(sk_peak_f32([0.5, .nan, -0.75, .nan], 4) == 0.75, "\(level)")
        #expect(sk_peak_f64([-.infinity, .nan], 2) == .infinity, "\(level)")
      }
    }
  }
}

import CKernels
import Testing

private func noise(_ count: Int, seed: UInt64) -> [Double] {
  var generator = Noise(seed)
  return (0..<count).map { _ in Double(Float.random(in: -0.5...0.5, using: &generator)) }
}

private func error(_ result: [Double], _ reference: [Double]) -> Double {
  let power = reference.reduce(0) { $0 + $1 * $1 }
  let difference = zip(result, reference).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  return difference == 0 ? 0 : (difference / power).squareRoot()
}

/// The convolution of two frames modulo z^n + 1, by its definition.
private func negacyclic(_ signal: [Double], _ taps: [Double]) -> [Double] {
  let count = signal.count
  return (0..<count).map { n in
    var sum = 0.0
    for (k, tap) in taps.enumerated() { sum += tap * (n >= k ? signal[n - k] : -signal[n - k + count]) }
    return sum
  }
}

extension KernelTests {
  @Suite struct Convolution {
    @Test func productsOfSpectraAreNegacyclicConvolutions() {
      KernelTests.forEachLevel { level in
        var frames = SK_TRANSFORM_MINIMUM
        while frames <= 16_384 {
          let (x, h) = (noise(frames, seed: 1), noise(min(frames, 300), seed: 2))
          let expected = negacyclic(x, h)
          let double = Self.throughSpectra(x, [h, h]) { $0.map { $0 / 2 } }
          #expect(error(double, expected) < 1e-14, "\(level), \(frames) doubles")
          let single = Self.throughSpectra(x.map(Float.init), h.map(Float.init))
          #expect(error(single.map(Double.init), expected) < 1e-6, "\(level), \(frames) floats")
          frames *= 2
        }
      }
    }

    /// In one go it is what forward, product and inverse give, from any place on.
    @Test func convolvingIsForwardProductAndInverse() {
      KernelTests.forEachLevel { level in
        var frames = SK_TRANSFORM_MINIMUM
        while frames <= 1 << 17 {
          let (x, h) = (noise(frames, seed: 1).map(Float.init), noise(frames, seed: 2).map(Float.init))
          let expected = Self.throughSpectra(x, h)
          guard let transform = sk_transform_create(frames, false) else { return }
          defer { sk_transform_destroy(transform) }
          var (response, scratch) = (x, x)
          sk_transform_forward_f32(transform, h, &response)
          for first in [0, 16, frames / 2 + 16, frames - 16] {
            var result = [Float](repeating: .nan, count: frames - first)
            sk_transform_convolve_f32(transform, x, response, &scratch, &result, first)
            let difference = error(
              result.map { Double($0) / Double(frames / 2) }, expected[first...].map(Double.init))
            #expect(difference < 1e-6, "\(level), \(frames) numbers from \(first)")
          }
          frames *= 2
        }
      }
    }

    /// The mean of the convolutions with some responses, summed as spectra.
    private static func throughSpectra(
      _ x: [Double], _ responses: [[Double]], _ scaled: ([Double]) -> [Double]
    ) -> [Double] {
      let frames = x.count
      guard let transform = sk_transform_create(frames, true) else { return [] }
      defer { sk_transform_destroy(transform) }
      func spectrum(_ values: [Double]) -> UnsafeMutablePointer<Double> {
        let memory = UnsafeMutablePointer<Double>.allocate(capacity: frames)
        sk_transform_forward_f64(
          transform, values + [Double](repeating: 0, count: frames - values.count), memory)
        return memory
      }
      let signal = spectrum(x)
      let others = responses.map(spectrum)
      defer { for memory in others + [signal] { memory.deallocate() } }
      var sum = [Double](repeating: .nan, count: frames)
      var result = sum
      var signals: [UnsafePointer<Double>?] = responses.map { _ in UnsafePointer(signal) }
      var factors: [UnsafePointer<Double>?] = others.map { UnsafePointer($0) }
      sk_spectrum_accumulate_f64(&sum, &signals, &factors, 1, frames, true)
      signals.removeFirst()
      factors.removeFirst()
      sk_spectrum_accumulate_f64(&sum, &signals, &factors, signals.count, frames, false)
      sk_transform_inverse_f64(transform, &sum, &result)
      return scaled(result.map { $0 / Double(frames / 2) })
    }

    private static func throughSpectra(_ x: [Float], _ h: [Float]) -> [Float] {
      let frames = x.count
      guard let transform = sk_transform_create(frames, false) else { return [] }
      defer { sk_transform_destroy(transform) }
      var (signal, response) = (x, x)
      sk_transform_forward_f32(transform, x, &signal)
      sk_transform_forward_f32(transform, h + [Float](repeating: 0, count: frames - h.count), &response)
      var (sum, result) = (x, x)
      signal.withUnsafeBufferPointer { signal in
        response.withUnsafeBufferPointer { response in
          var (one, other) = ([signal.baseAddress], [response.baseAddress])
          sk_spectrum_accumulate_f32(&sum, &one, &other, 1, frames, true)
        }
      }
      sk_transform_inverse_f32(transform, &sum, &result)
      return result.map { $0 / Float(frames / 2) }
    }

    @Test func sumsTakeManyProducts() {
      // Counts around the group of four that one pass takes, in order: the bits of a sum do not depend on the grouping.
      KernelTests.forEachLevel { level in
        let frames = 2_048
        let spectra = (0..<11).map { noise(frames, seed: UInt64($0 + 1)) }
        for count in 1...9 {
          var (whole, parts) = (spectra[10], spectra[10])
          let memory = spectra.map { spectrum in
            let copy = UnsafeMutablePointer<Double>.allocate(capacity: frames)
            copy.initialize(from: spectrum, count: frames)
            return copy
          }
          defer { for copy in memory { copy.deallocate() } }
          var signals: [UnsafePointer<Double>?] = memory[..<count].map { UnsafePointer($0) }
          var responses: [UnsafePointer<Double>?] = memory[1...count].map { UnsafePointer($0) }
          sk_spectrum_accumulate_f64(&whole, &signals, &responses, count, frames, true)
          for index in 0..<count {
            sk_spectrum_accumulate_f64(&parts, &signals[index], &responses[index], 1, frames, index == 0)
          }
          #expect(whole == parts, "\(level), \(count) products")
          let half = frames / 2
          var real = 0.0
          for index in 0..<count {
            real += spectra[index][5] * spectra[index + 1][5]
            real -= spectra[index][5 + half] * spectra[index + 1][5 + half]
          }
          #expect(abs(whole[5] - real) < 1e-12, "\(level), \(count) products")
        }
      }
    }

    @Test func theDirectFormIsExactAndKnowsNoCuts() {
      KernelTests.forEachLevel { level in
        for count in [1, 2, 3, 8, 31, 64] {
          let taps = noise(count, seed: 3)
          for frames in [0, 1, 2, 7, 8, 9, 63, 64, 65, 200] {
            let input = noise(count - 1 + frames, seed: 4)
            var (whole, cut) = ([Double](repeating: 0, count: frames), [Double](repeating: 0, count: frames))
            input.withUnsafeBufferPointer { input in
              guard let start = input.baseAddress.map({ $0 + count - 1 }) else { return }
              sk_direct_f64(&whole, start, taps, count, frames)
              var done = 0
              while done < frames {
                let piece = min(frames - done, 1 + done % 5)
                cut.withUnsafeMutableBufferPointer { cut in
                  sk_direct_f64(cut.baseAddress.map { $0 + done }, start + done, taps, count, piece)
                }
                done += piece
              }
            }
            #expect(whole == cut, "\(level), \(count) taps, \(frames) frames")
            let expected = (0..<frames).map { n in
              (0..<count).reduce(0.0) { $0 + taps[$1] * input[n + count - 1 - $1] }
            }
            #expect(zip(whole, expected).allSatisfy { abs($0 - $1) < 1e-13 }, "\(level), \(count) taps")
            var single = [Float](repeating: 0, count: frames)
            input.map(Float.init).withUnsafeBufferPointer { input in
              sk_direct_f32(&single, input.baseAddress.map { $0 + count - 1 }, taps.map(Float.init), count, frames)
            }
            #expect(zip(single, expected).allSatisfy { abs(Double($0) - $1) < 1e-5 }, "\(level), \(count) taps")
          }
        }
      }
    }

    @Test func conversions() {
      KernelTests.forEachLevel { level in
        let a = noise(77, seed: 5)
        var out = a
        var floats = [Float](repeating: 0, count: 77)
        sk_narrow(&floats, a, 77)
        #expect(floats == a.map(Float.init), "\(level)")
        sk_widen(&out, floats, 77)
        #expect(out == floats.map(Double.init), "\(level)")
      }
    }

    @Test func lengthsThatNoTransformHasAreRefused() {
      for frames in [0, 1, 64, 127, 129, 192, 1 << 25] { #expect(sk_transform_create(frames, true) == nil) }
    }
  }
}

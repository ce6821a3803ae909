import CKernels
import Foundation
import Testing

extension KernelTests {
  @Suite struct Dynamics {
    private static let lengths = [0, 1, 2, 7, 8, 9, 31, 64, 500, 512, 513, 1_300]
    private static func onePole(_ frames: Double) -> sk_one_pole {
      sk_one_pole(pole: exp(-1 / frames), rest: -expm1(-1 / frames))
    }

    @Test func logarithmsAndPowersHaveTheirStatedError() {
      KernelTests.forEachLevel { level in
        let exponents: [Double] = (0..<40_000).map { -995 + 1_990 * Double($0) / 40_000 }
        var powers = exponents
        sk_exp2(&powers, powers.count)
        #expect(zip(powers, exponents).allSatisfy { abs($0 / exp2($1) - 1) <= 5e-11 }, "\(level)")
        // Near 1 and over the whole range.
        let nearOne: [Double] = (0..<40_000).map { 0.5 + 1.5 * Double($0) / 40_000 }
        let values = powers + nearOne
        var logarithms = values
        sk_log2(&logarithms, values.count)
        #expect(zip(logarithms, values).allSatisfy { abs($0 - log2($1)) <= 2e-10 }, "\(level)")
        var special = [0, Double.leastNonzeroMagnitude, -1, 1, Double.greatestFiniteMagnitude]
        sk_log2(&special, special.count)
        #expect(special[0] <= -999 && special[1] <= -999 && special[2] <= -999 && special[3] == 0, "\(level)")
        #expect(abs(special[4] - 1_024) < 1e-10, "\(level)")
        var beyond = [-5_000.0, 5_000, 0]
        sk_exp2(&beyond, 3)
        #expect(beyond[0] > 0 && beyond[0] < 1e-300 && beyond[1].isFinite && beyond[2] == 1, "\(level)")
      }
    }

    /// Attack and release as they are defined, one frame after another.
    private static func smoothed(_ input: [Double], attack: sk_one_pole, release: sk_one_pole) -> [Double] {
      var (held, smooth) = (0.0, 0.0)
      return input.map { x in
        held = max(x, release.pole * held + release.rest * x)
        smooth = attack.pole * smooth + attack.rest * held
        return smooth
      }
    }

    @Test(arguments: [(0.5, 1.0), (240, 2_400), (5, 100_000)]) func smoothingIsItsRecursion(
      attack: Double, release: Double
    ) {
      var noise = Noise(9)
      let input = noise.samples(1_300).map { max(0, $0) }
      let (attack, release) = (Self.onePole(attack), Self.onePole(release))
      let expected = Self.smoothed(input, attack: attack, release: release)
      KernelTests.forEachLevel { level in
        var state = [Double](repeating: 0, count: Int(SK_REDUCTION_STATE))
        var whole = input
        let largest = sk_smooth_reduction(&whole, whole.count, &state, attack, release)
        #expect(largest == whole.max(), "\(level)")
        #expect(zip(whole, expected).allSatisfy { abs($0 - $1) <= 1e-13 }, "\(level)")
        // Cut anywhere it gives the same bits.
        var cutState = [Double](repeating: 0, count: Int(SK_REDUCTION_STATE))
        var pieces: [Double] = []
        var at = 0
        var size = 1
        while at < input.count {
          var piece = Array(input[at..<min(input.count, at + size)])
          _ = sk_smooth_reduction(&piece, piece.count, &cutState, attack, release)
          pieces += piece
          at += piece.count
          size = size * 3 % 101 + 1
        }
        #expect(pieces == whole && cutState == state, "\(level)")
      }
    }

    @Test(arguments: [(0.0, 5.0), (0.3, 50), (1, 2_000), (240, 300), (48_000, 48_000)]) func newTimesGoOnFromTheResult(
      attack: Double, release: Double
    ) {
      var noise = Noise(5)
      let input = noise.samples(700).map { max(0, $0) }
      let old = (attack: Self.onePole(50), release: Self.onePole(900))
      let new = (attack: Self.onePole(max(attack, 1e-9)), release: Self.onePole(release))
      let before = Array(input[..<300])
      var held = 0.0
      for x in before { held = max(x, old.release.pole * held + old.release.rest * x) }
      KernelTests.forEachLevel { level in
        var (state, next) = ([Double](repeating: 0, count: Int(SK_REDUCTION_STATE)), [Double](repeating: 9, count: 24))
        var past = before
        _ = sk_smooth_reduction(&past, past.count, &state, old.attack, old.release)
        sk_reduction_go_on(&next, state, new.attack)
        var found = Array(input[300...])
        _ = sk_smooth_reduction(&found, found.count, &next, new.attack, new.release)
        var (hold, smooth) = (held, past[299])
        let expected = input[300...].map { x in
          hold = max(x, new.release.pole * hold + new.release.rest * x)
          smooth = new.attack.pole * smooth + new.attack.rest * hold
          return smooth
        }
        // Of a fast attack the first eight hold some of the past, which it forgets at once.
        let first = new.attack.pole < 0.5 ? 8 : 0
        let errors = zip(found, expected).map { abs($0 - $1) }
        #expect(errors[first...].allSatisfy { $0 <= 1e-4 }, "\(level) \(attack)")
        if first == 0 { #expect(errors.allSatisfy { $0 <= 1e-12 }, "\(level) \(attack)") }
      }
      var (state, next) = ([Double](repeating: 0, count: Int(SK_MEAN_SQUARE_STATE)), [Double](repeating: 9, count: 16))
      var levels = [Double](repeating: 0, count: 300)
      sk_mean_square_f64(&levels, before, 300, &state, Self.onePole(100), false)
      sk_mean_square_go_on(&next, state)
      let last = levels[299]
      sk_mean_square_f64(&levels, before, 300, &next, Self.onePole(1_000), false)
      #expect(abs(levels[0] - (exp(-0.001) * last - expm1(-0.001) * before[0] * before[0])) <= 1e-15)
    }

    @Test func levelsOfTheMachineAgree() {
      for n in Self.lengths {
        var reference: [Double] = []
        KernelTests.forEachLevel { level in
          var noise = Noise(2)
          let (left, right) = (noise.samples(n), noise.samples(n).map(Float.init))
          var state = [Double](repeating: 0, count: 2 * Int(SK_MEAN_SQUARE_STATE))
          var found = [Double](repeating: 0, count: n)
          var result: [Double] = []
          sk_level_f64(&found, left, n, false)
          sk_level_f32(&found, right, n, true)
          result += found
          sk_mean_square_f64(&found, left, n, &state, Self.onePole(100), false)
          sk_mean_square_f32(&found, right, n, &state, Self.onePole(100), true)
          result += found
          for step in [0, 0.001] {
            let moving = (0..<n).map { -4 + step * Double($0) }
            let knees = moving.map { $0 + 5 }
            let slopes = [Double](repeating: 0.9, count: n)
            func outputs(_ threshold: sk_glide, _ knee: sk_glide, _ slope: sk_glide) -> [Double] {
              var curve = sk_dynamics_curve(threshold: threshold, knee: knee, slope: slope)
              var reduction = found
              sk_static_reduction(&reduction, n, true, &curve)
              var result = reduction
              sk_reduction_gain(&reduction, n, threshold, slope)
              result += reduction
              var out = [Float](repeating: 0, count: n)
              sk_apply_gain_f32(&out, right, reduction, n, false)
              return result + out.map(Double.init)
            }
            let moved = moving.withUnsafeBufferPointer { moving in
              knees.withUnsafeBufferPointer { knees in
                slopes.withUnsafeBufferPointer { slopes in
                  outputs(
                    sk_glide(value: 0, values: moving.baseAddress), sk_glide(value: 0, values: knees.baseAddress),
                    sk_glide(value: 0, values: slopes.baseAddress))
                }
              }
            }
            result += moved
            guard step == 0, n > 0 else { continue }
            // Values that are all the same are one value.
            let still = outputs(
              sk_glide(value: -4, values: nil), sk_glide(value: 1, values: nil), sk_glide(value: 0.9, values: nil))
            #expect(still == moved, "\(level) \(n)")
          }
          if reference.isEmpty { reference = result }
          #expect(zip(result, reference).allSatisfy { abs($0 - $1) <= 2e-7 * max(1, abs($1)) }, "\(level) \(n)")
          if level != "sse2" { #expect(result == reference, "\(level) \(n)") }
        }
      }
    }
  }
}

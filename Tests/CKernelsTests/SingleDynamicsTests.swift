import CKernels
import Foundation
import Testing

/// Dynamics in float against their definitions in double.
extension KernelTests {
  @Suite struct SingleDynamics {
    private static func onePole(_ frames: Double) -> sk_one_pole {
      sk_one_pole(pole: exp(-1 / frames), rest: -expm1(-1 / frames))
    }

    @Test func logarithmsAndPowersHaveTheirStatedError() {
      KernelTests.forEachLevel { level in
        let exponents = (0..<40_000).map { Float(-125 + 250 * Double($0) / 40_000) }
        var powers = exponents
        sk_exp2_single(&powers, powers.count)
        #expect(zip(powers, exponents).allSatisfy { abs(Double($0) / exp2(Double($1)) - 1) <= 2e-7 }, "\(level)")
        let values = powers + (0..<40_000).map { Float(0.5 + 1.5 * Double($0) / 40_000) }
        var logarithms = values
        sk_log2_single(&logarithms, values.count)
        #expect(
          zip(logarithms, values).allSatisfy { abs(Double($0) - log2(Double($1))) <= 1e-7 + Double($0.ulp) },
          "\(level)")
        var special: [Float] = [0, .leastNonzeroMagnitude, -1, 1, .greatestFiniteMagnitude]
        sk_log2_single(&special, special.count)
        #expect(special == [-126, -126, -126, 0, 128], "\(level)")
        var beyond: [Float] = [-5_000, 5_000, 0]
        sk_exp2_single(&beyond, 3)
        #expect(beyond[0] > 0 && beyond[0] < 1e-37 && beyond[1].isFinite && beyond[2] == 1, "\(level)")
      }
    }

    /// Also beyond 4,096 frames, where float would not hold it.
    @Test(arguments: [(0.5, 1.0), (240, 2_400), (5, 4_000), (5, 100_000), (200_000, 2_000_000)])
    func smoothingIsItsRecursion(attack: Double, release: Double) {
      var noise = Noise(9)
      // Loud, then nearly quiet, so that both directions are taken.
      let input = noise.samples(30_000).enumerated().map { Float(max(0, $1) * ($0 < 15_000 ? 8 : 0.1)) }
      let (attack, release) = (Self.onePole(attack), Self.onePole(release))
      var (held, smooth) = (0.0, 0.0)
      let expected = input.map { sample in
        held = max(Double(sample), release.pole * held + release.rest * Double(sample))
        smooth = attack.pole * smooth + attack.rest * held
        return smooth
      }
      KernelTests.forEachLevel { level in
        var state = [Double](repeating: 0, count: Int(SK_REDUCTION_STATE))
        var whole = input
        let largest = sk_smooth_reduction_single(&whole, whole.count, &state, attack, release)
        #expect(abs(largest - Double(whole.max() ?? 0)) <= 1e-6 * largest, "\(level)")
        #expect(zip(whole, expected).allSatisfy { abs(Double($0) - $1) <= 2e-5 * max($1, 0.001) }, "\(level)")
        var cutState = [Double](repeating: 0, count: Int(SK_REDUCTION_STATE))
        var pieces: [Float] = []
        var size = 1
        while pieces.count < input.count {
          var piece = Array(input[pieces.count..<min(input.count, pieces.count + size)])
          _ = sk_smooth_reduction_single(&piece, piece.count, &cutState, attack, release)
          pieces += piece
          size = size * 3 % 101 + 1
        }
        #expect(pieces == whole && cutState == state, "\(level)")
      }
    }

    @Test func levelsOfTheMachineAgree() {
      for n in [0, 1, 2, 7, 8, 9, 31, 64, 500, 512, 513, 1_300] {
        var reference: [Float] = []
        KernelTests.forEachLevel { level in
          var noise = Noise(2)
          let (left, right) = (noise.samples(n).map(Float.init), noise.samples(n).map(Float.init))
          var state = [Double](repeating: 0, count: Int(SK_MEAN_SQUARE_STATE))
          var found = [Float](repeating: 0, count: n)
          sk_level_single(&found, left, n, false)
          var result = found
          sk_root_mean_square_single(&found, right, n, &state, Self.onePole(100), true)
          result += found
          for step in [0, 0.001] {
            let moving = (0..<n).map { -4 + step * Double($0) }
            let knees = moving.map { $0 + 5 }
            let slopes = [Double](repeating: 0.9, count: n)
            func outputs(_ threshold: sk_glide, _ knee: sk_glide, _ slope: sk_glide) -> [Float] {
              var curve = sk_dynamics_curve(threshold: threshold, knee: knee, slope: slope)
              var reduction = found
              sk_static_reduction_single(&reduction, n, false, &curve)
              var result = reduction
              sk_reduction_gain_single(&reduction, n, threshold, slope)
              result += reduction
              var out = [Float](repeating: 0, count: n)
              sk_apply_gain_single(&out, right, reduction, n, false)
              return result + out
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
          #expect(zip(result, reference).allSatisfy { abs($0 - $1) <= 2e-6 * max(1, abs($1)) }, "\(level) \(n)")
          // All that fuse multiplication and addition give the same bits.
          if level != "sse2" { #expect(result == reference, "\(level) \(n)") }
        }
      }
    }
  }
}

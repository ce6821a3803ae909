import CKernels
import Testing

/// All suites of the kernels: one after the other, since the level is shared by the process.
@Suite(.serialized) enum KernelTests {
  /// The levels that this processor runs.
  static let levels = (0..<UInt32(SK_LEVEL_COUNT)).map { sk_level(rawValue: $0) }.filter { sk_level_available($0) }
  static let precisions = [SK_F32_SINGLE, SK_F32_MIXED, SK_F64]
  static let modes = [SK_INVARIANT, SK_FAST]

  /// Runs `body` under every level, then goes back to the level that was in use.
  static func forEachLevel(_ body: (String) -> Void) {
    let before = sk_current_level()
    for level in levels {
      #expect(sk_force_level(level))
      body(String(cString: sk_level_name(level)))
    }
    #expect(sk_force_level(before))
  }
}

extension KernelTests {
  @Suite struct Levels {
    @Test func scalarAndTheCurrentLevelAreAvailable() {
      #expect(sk_level_available(SK_LEVEL_SCALAR))
      #expect(sk_level_available(sk_current_level()))
    }

    @Test func unavailableLevelsAreRefused() {
      let before = sk_current_level()
      for raw in 0..<UInt32(SK_LEVEL_COUNT + 3) {
        let level = sk_level(rawValue: raw)
        #expect(sk_force_level(level) == sk_level_available(level))
      }
      #expect(sk_force_level(before))
      #expect(sk_current_level() == before)
    }

    @Test func namesAreDistinct() {
      let names = (0..<UInt32(SK_LEVEL_COUNT)).map { String(cString: sk_level_name(sk_level(rawValue: $0))) }
      #expect(Set(names).count == names.count)
      #expect(String(cString: sk_level_name(sk_level(rawValue: 99))) == "unknown")
    }
  }
}

/// Reproducible random numbers (splitmix64).
struct Noise: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Samples in -1 ..< 1 that a float holds exactly.
  mutating func samples(_ count: Int) -> [Double] {
    (0..<count).map { _ in Double(Float.random(in: -1..<1, using: &self)) }
  }

  /// Block lengths that add up to `count`, some short, some long.
  mutating func partition(_ count: Int) -> [Int] {
    var left = count
    var blocks: [Int] = []
    while left > 0 {
      let longest = Bool.random(using: &self) ? 20 : 700
      let block = min(left, Int.random(in: 1...longest, using: &self))
      blocks.append(block)
      left -= block
    }
    return blocks
  }
}

import AudioCore
import RealModule

/// The attack and release of a reduction that is held, falls with the release and rises with the attack.
struct EnvelopeTimes: Sendable, Equatable {
  let attack: OnePole
  let release: OnePole

  /// - Parameters:
  ///   - attack: Frames in which the reduction grows by 63.2 %.
  ///   - release: Frames in which it falls by 63.2 %, no fewer.
  init(attack: Double, release: Double) {
    self.attack = OnePole(timeConstant: attack)
    self.release = OnePole(timeConstant: Self.heldFall(attack: attack, release: release))
  }

  /// The time constant of the hold for which hold and attack in series fall by 63.2 % in the release: the root of
  /// `(h·exp(-r/h) - a·exp(-r/a)) / (h - a) = 1/e`, which lies between 0 and the release.
  private static func heldFall(attack a: Double, release r: Double) -> Double {
    guard a > 0, r > a else { return r > a ? r : 0 }
    func left(_ h: Double) -> Double {
      // Where both are one, the double pole.
      if abs(h - a) < 1e-9 * a { return (1 + r / a) * Double.exp(-r / a) }
      return (h * Double.exp(-r / h) - a * Double.exp(-r / a)) / (h - a)
    }
    var (low, high) = (0.0, r)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if left(middle) < Double.exp(-1.0) { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

extension OnePole {
  /// The low-pass of a time constant in frames; 0 changes nothing.
  init(timeConstant frames: Double) {
    self.init(
      pole: frames > 0 ? Double.exp(-1 / frames) : 0, rest: frames > 0 ? -Double.expMinusOne(-1 / frames) : 1)
  }
}

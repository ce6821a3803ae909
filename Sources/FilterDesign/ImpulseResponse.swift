import AudioCore
import ComplexModule

extension SectionCascade {
  /// Whether every pole, of the roots and of the rounded sections, lies strictly inside the unit circle.
  public var isStable: Bool {
    roots.poles.allSatisfy { $0.length < 1 } && sections.allSatisfy(\.isStable)
  }

  /// The first samples of the response to a single 1.
  ///
  /// - Parameter count: How many samples, 0 or more.
  public func impulseResponse(count: Int) -> [Double] {
    precondition(count >= 0, "count is \(count)")
    var signal = [Double](repeating: 0, count: count)
    if count > 0 { signal[0] = 1 }
    for section in sections {
      var (first, second) = (0.0, 0.0)
      for index in signal.indices {
        let input = signal[index]
        let output = section.b0 * input + first
        first = section.b1 * input - section.a1 * output + second
        second = section.b2 * input - section.a2 * output
        signal[index] = output
      }
    }
    return signal
  }
}

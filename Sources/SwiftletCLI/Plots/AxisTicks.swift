import RealModule

/// Where an axis has its marks.
enum AxisTicks {
  /// A mark on a frequency axis.
  struct FrequencyMark: Hashable {
    var hertz: Double
    /// A whole power of ten.
    var isDecade: Bool
    /// Whether the number is written beside it.
    var isLabelled: Bool
  }

  /// Marks at 1 to 9 in every decade of a range, labelled at 1, 2 and 5; all of them inside one decade, and only 1
  /// where there are many.
  static func frequencies(from low: Double, to high: Double) -> [FrequencyMark] {
    guard low > 0, high > low, high.isFinite else { return [] }
    let decades = Int(Double.log10(low).rounded(.down))...Int(Double.log10(high).rounded(.down))
    let digits: [Int] =
      switch Double.log10(high / low) {
      case ...1.01: Array(1...9)
      case 4.5...: [1]
      default: [1, 2, 5]
      }
    return decades.flatMap { decade in
      (1...9).compactMap { digit in
        let hertz = Double(digit) * NumberText.power(of: 10, decade)
        guard hertz >= low * (1 - 1e-9), hertz <= high * (1 + 1e-9) else { return nil }
        return FrequencyMark(
          hertz: hertz, isDecade: digit == 1, isLabelled: digits.contains(digit))
      }
    }
  }

  /// Evenly spaced round numbers inside a range: about so many of them, steps from a list times a power of ten.
  static func linear(from low: Double, to high: Double, about count: Int, steps: [Double] = [1, 2, 5, 10]) -> [Double] {
    guard high > low, (high - low).isFinite, count > 0 else { return [] }
    let rough = (high - low) / Double(count)
    let magnitude = NumberText.power(of: 10, Int(Double.log10(rough).rounded(.down)))
    let step = (steps.map { $0 * magnitude }.min { abs($0 - rough) < abs($1 - rough) }) ?? rough
    let first = Int((low / step - 1e-9).rounded(.up))
    let last = Int((high / step + 1e-9).rounded(.down))
    return first > last ? [] : (first...last).map { Double($0) * step }
  }

  /// Marks for decibels: steps of 1, 3, 6, 10, 20 or more, as people read levels.
  static func decibels(from low: Double, to high: Double, about count: Int) -> [Double] {
    let span = high - low
    guard span.isFinite, span > 0 else { return [] }
    let steps: [Double] = [0.1, 0.2, 0.5, 1, 2, 3, 6, 10, 20, 40, 100, 200, 500, 1_000]
    let step = steps.first { span / $0 <= Double(count) } ?? span
    let (first, last) = (Int((low / step).rounded(.up)), Int((high / step).rounded(.down)))
    return first > last ? [] : (first...last).map { Double($0) * step }
  }

  /// Decimals that tell a list of evenly spaced numbers apart.
  static func decimals(for ticks: [Double]) -> Int {
    guard ticks.count > 1 else { return ticks.first.map { $0 == $0.rounded() ? 0 : 2 } ?? 0 }
    return (0...6).first { decimals in
      let scale = NumberText.power(of: 10, decimals)
      return ticks.allSatisfy { abs(($0 * scale).rounded() - $0 * scale) < 1e-6 * max(1, abs($0 * scale)) }
    } ?? 6
  }
}

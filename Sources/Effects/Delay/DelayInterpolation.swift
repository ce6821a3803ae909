import AudioCore
import FilterDesign
import RealModule

/// Windowed-sinc interpolation between the frames of a delay line.
///
/// With its full reach of 16 frames to each side the response differs from that of the exact delay by less than -84 dB up to 0.4 of the
/// sample rate. No response is above 1.0001, so that a feedback stays what it was set to.
enum DelayInterpolation {
  // Of Kaiser's window: its side lobes lie below the error above.
  private static let beta = 9.0

  /// Writes the `2 * reach` coefficients for a point a fraction of a frame, 0 to 1, behind the middle one. Allocates nothing.
  static func write(_ coefficients: UnsafeMutableBufferPointer<Double>, fraction: Double, reach: Int) {
    precondition(coefficients.count >= 2 * reach && reach > 0, "\(coefficients.count) places for reach \(reach)")
    var sum = 0.0
    for place in 0..<2 * reach {
      let x = Double(place - reach + 1) - fraction
      let distance = abs(x) / Double(reach)
      var value = 0.0
      if distance < 1 {
        let sinc = x == 0 ? 1 : Double.sin(.pi * x) / (.pi * x)
        value = sinc * BesselI0.value(beta * (1 - distance * distance).squareRoot())
      }
      coefficients[place] = value
      sum += value
    }
    // The gain at 0 Hz is 1.
    for place in 0..<2 * reach { coefficients[place] /= sum }
  }

  /// The same as a list.
  static func coefficients(fraction: Double, reach: Int) -> [Double] {
    [Double](unsafeUninitializedCapacity: 2 * reach) { memory, count in
      memory.initialize(repeating: 0)
      write(memory, fraction: fraction, reach: reach)
      count = 2 * reach
    }
  }

  /// The rows for moving taps, for the fractions 0 to 1.
  static let table: [Double] = {
    let taps = 2 * DelayTap.widestReach
    return [Double](unsafeUninitializedCapacity: (DelayTap.phases + 1) * taps) { memory, count in
      for phase in 0...DelayTap.phases {
        write(
          UnsafeMutableBufferPointer(rebasing: memory[phase * taps..<(phase + 1) * taps]),
          fraction: Double(phase) / Double(DelayTap.phases), reach: DelayTap.widestReach)
      }
      count = memory.count
    }
  }()
}

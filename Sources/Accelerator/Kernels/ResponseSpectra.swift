import RealModule

/// The spectra of a response's partitions as convolution.h takes them, and the tables of its transform. Calculated in Double.
enum ResponseSpectra {
  /// Frames of a partition.
  static let partition = 2_048
  /// Bins that one group sums.
  static let slice = 256
  static var slices: Int { partition / slice }

  static func partitions(taps: Int) -> Int { (taps + partition - 1) / partition }

  /// cos and -sin of 2πk/B, then cos and sin of πn/(2B).
  static let tables: [Double] = {
    let turns = (0..<partition / 2).map { 2 * Double.pi * Double($0) / Double(partition) }
    let twists = (0..<partition).map { Double.pi * Double($0) / Double(2 * partition) }
    return turns.map(Double.cos) + turns.map { -Double.sin($0) } + twists.map(Double.cos) + twists.map(Double.sin)
  }()

  /// Each partition's values at the roots of z^B = i, in the transform's own order and divided by B: real parts, then imaginary parts.
  /// - Parameter delay: Zeros before the first tap.
  static func spectra(_ response: [Double], delay: Int) -> [Double] {
    let size = partition
    let count = partitions(taps: delay + response.count)
    var result = [Double](repeating: 0, count: count * 2 * size)
    result.withUnsafeMutableBufferPointer { all in
      for (index, tap) in response.enumerated() {
        let (part, place) = (delay + index).quotientAndRemainder(dividingBy: size)
        let scaled = tap / Double(size)
        all[part * 2 * size + place] = scaled * tables[size + place]
        all[part * 2 * size + size + place] = scaled * tables[2 * size + place]
      }
      for part in delay / size..<count {
        transform(UnsafeMutableBufferPointer(rebasing: all[part * 2 * size..<(part + 1) * 2 * size]))
      }
    }
    return result
  }

  /// Decimation in frequency: the order is left as it comes out.
  private static func transform(_ numbers: UnsafeMutableBufferPointer<Double>) {
    let size = partition
    tables.withUnsafeBufferPointer { roots in
      var distance = size / 2
      while distance > 0 {
        let stride = size / (2 * distance)
        for start in Swift.stride(from: 0, to: size, by: 2 * distance) {
          for k in 0..<distance {
            let (low, high) = (start + k, start + k + distance)
            let (c, s) = (roots[k * stride], roots[size / 2 + k * stride])
            let (re, im) = (numbers[low] - numbers[high], numbers[size + low] - numbers[size + high])
            numbers[low] += numbers[high]
            numbers[size + low] += numbers[size + high]
            numbers[high] = re * c - im * s
            numbers[size + high] = re * s + im * c
          }
        }
        distance /= 2
      }
    }
  }
}

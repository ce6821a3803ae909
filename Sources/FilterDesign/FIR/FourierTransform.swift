import ComplexModule
import RealModule

/// The discrete Fourier transform of any size in double precision, for designs: exactness before speed.
struct FourierTransform {
  let count: Int
  private let roots: [Complex<Double>]

  /// Prepares transforms of `count` numbers, 1 or more.
  init(count: Int) {
    precondition(count > 0, "count is \(count)")
    self.count = count
    let isPowerOfTwo = count & (count - 1) == 0
    // Bluestein's chirp needs the roots of twice the size.
    let order = isPowerOfTwo ? count : 2 * count
    roots = (0..<(isPowerOfTwo ? max(count / 2, 1) : order)).map { Self.root($0, of: order) }
  }

  /// `exp(−2πi k/n)`.
  private static func root(_ k: Int, of n: Int) -> Complex<Double> {
    let angle = 2 * .pi * (Double(k) / Double(n))
    return Complex(Double.cos(angle), -Double.sin(angle))
  }

  /// `Σ x_n exp(−2πi nk/N)`.
  func forward(_ input: [Complex<Double>]) -> [Complex<Double>] {
    precondition(input.count == count, "\(input.count) numbers for a transform of \(count)")
    return count & (count - 1) == 0 ? radixTwo(input) : bluestein(input)
  }

  /// `1/N Σ X_k exp(2πi nk/N)`.
  func inverse(_ input: [Complex<Double>]) -> [Complex<Double>] {
    forward(input.map(\.conjugate)).map { $0.conjugate.multiplied(by: 1 / Double(count)) }
  }

  private func radixTwo(_ input: [Complex<Double>]) -> [Complex<Double>] {
    var values = input
    var reversed = 0
    for index in 1..<max(count, 1) {
      var bit = count >> 1
      while reversed & bit != 0 {
        reversed ^= bit
        bit >>= 1
      }
      reversed |= bit
      if index < reversed { values.swapAt(index, reversed) }
    }
    var half = 1
    while half < count {
      let step = count / (2 * half)
      for start in stride(from: 0, to: count, by: 2 * half) {
        for k in 0..<half {
          let (a, b, w) = (values[start + k], values[start + k + half], roots[k * step])
          let turned = Complex(b.real * w.real - b.imaginary * w.imaginary, b.real * w.imaginary + b.imaginary * w.real)
          values[start + k] = a + turned
          values[start + k + half] = a - turned
        }
      }
      half *= 2
    }
    return values
  }

  /// Bluestein's: a transform of any size as a convolution with a chirp.
  private func bluestein(_ input: [Complex<Double>]) -> [Complex<Double>] {
    let chirp = (0..<count).map { roots[$0 * $0 % (2 * count)] }
    var size = 1
    while size < 2 * count - 1 { size *= 2 }
    var (signal, filter) = ([Complex<Double>](repeating: 0, count: size), [Complex<Double>](repeating: 0, count: size))
    for n in 0..<count {
      signal[n] = input[n] * chirp[n]
      filter[n] = chirp[n].conjugate
      if n > 0 { filter[size - n] = filter[n] }
    }
    let transform = FourierTransform(count: size)
    let product = zip(transform.forward(signal), transform.forward(filter)).map { $0 * $1 }
    return zip(transform.inverse(product), chirp).map { $0 * $1 }
  }
}

import RealModule

/// The modified Bessel function of the first kind and order 0, which Kaiser's window is made of.
public enum BesselI0 {
  /// `I0(x)`, within 1e-15 of its value; infinity above about 713.
  ///
  /// - Parameter x: Any number; the function is even.
  public static func value(_ x: Double) -> Double {
    abs(x) < limit ? series(abs(x)) : scaled(x) * Double.exp(abs(x))
  }

  /// `exp(−|x|) I0(x)`, which does not overflow.
  ///
  /// - Parameter x: Any number; the function is even.
  public static func scaled(_ x: Double) -> Double {
    let x = abs(x)
    if x < limit { return series(x) * Double.exp(-x) }
    // Abramowitz and Stegun 9.7.1; the least term is of the size of exp(−2x), below the rounding of a Double here.
    var (term, sum) = (1.0, 1.0)
    for k in 1..<40 {
      let next = term * Double((2 * k - 1) * (2 * k - 1)) / (Double(8 * k) * x)
      if next >= term || next < sum * 1e-18 { break }
      term = next
      sum += term
    }
    return sum / Double.sqrt(2 * .pi * x)
  }

  /// Where the asymptotic series takes over from the power series.
  private static let limit = 19.0

  /// `Σ (x²/4)^k / k!²`, nested from inside, carrying what each step rounds away.
  private static func series(_ x: Double) -> Double {
    let half = x / 2
    let square = half * half
    let squareRest = (-square).addingProduct(half, half)
    var (sum, rest) = (1.0, 0.0)
    for k in stride(from: 48, through: 1, by: -1) {
      let divisor = Double(k * k)
      let factor = square / divisor
      let factorRest = (square.addingProduct(-factor, divisor) + squareRest) / divisor
      let product = factor * sum
      let productRest = (-product).addingProduct(factor, sum) + factor * rest + factorRest * sum
      let next = 1 + product
      let high = max(1, product)
      rest = (min(1, product) - (next - high)) + productRest
      sum = next
    }
    return sum + rest
  }
}

import RealModule

/// The modulus of elliptic integrals beside its complement, as one cannot be found from the other when it is near 1.
struct EllipticModulus {
  /// k.
  var modulus: Double
  /// √(1 − k²).
  var complement: Double

  /// Makes a modulus from k, which is not near 1.
  init(_ modulus: Double) {
    self.modulus = modulus
    complement = ((1 - modulus) * (1 + modulus)).squareRoot()
  }

  /// Makes a modulus from `ln q`, the logarithm of its nome.
  ///
  /// `√k = θ₂(q)/θ₃(q)`, taken of whichever of k and its complement has the smaller nome, so that few terms are needed.
  init(logarithmOfNome: Double) {
    let complementary = .pi * .pi / logarithmOfNome
    let small = min(logarithmOfNome, complementary)
    var (above, below) = (0.0, 0.5)
    for n in 0..<6 {
      above += Double.exp(small * Double(n * (n + 1)))
      below += Double.exp(small * Double((n + 1) * (n + 1)))
    }
    let ratio = above / (2 * below)
    let value = 4 * Double.exp(small / 2) * ratio * ratio
    let other = ((1 - value) * (1 + value)).squareRoot()
    (modulus, complement) = logarithmOfNome <= complementary ? (value, other) : (other, value)
  }

  /// The complementary modulus.
  var complementary: EllipticModulus {
    var result = self
    (result.modulus, result.complement) = (complement, modulus)
    return result
  }

  /// The complete integral K, by the arithmetic-geometric mean.
  var quarterPeriod: Double { .pi / (2 * arithmeticGeometricMean(1, complement)) }

  /// `ln q = −π K′/K`.
  var logarithmOfNome: Double {
    -.pi * arithmeticGeometricMean(1, complement) / arithmeticGeometricMean(1, modulus)
  }

  /// The Jacobi functions of a real argument (Abramowitz and Stegun, 16.4).
  func jacobi(_ argument: Double) -> (sn: Double, cn: Double, dn: Double) {
    var (a, b) = (1.0, complement)
    var ratios: [Double] = []
    var difference = modulus
    while abs(difference) > Double.ulpOfOne * a, ratios.count < 40 {
      difference = (a - b) / 2
      (a, b) = ((a + b) / 2, (a * b).squareRoot())
      ratios.append(difference / a)
    }
    var angle = Double.pow(2, ratios.count) * a * argument
    for ratio in ratios.reversed() { angle = (angle + Double.asin(ratio * Double.sin(angle))) / 2 }
    let (sn, cn) = (Double.sin(angle), Double.cos(angle))
    return (sn, cn, Double.hypot(complement, modulus * cn))
  }
}

private func arithmeticGeometricMean(_ first: Double, _ second: Double) -> Double {
  var (a, b) = (first, second)
  for _ in 0..<40 where abs(a - b) > 2 * Double.ulpOfOne * a { (a, b) = ((a + b) / 2, (a * b).squareRoot()) }
  return (a + b) / 2
}

/// Carlson's symmetric integral `R_F(x, y, z)` by duplication (Carlson, "Numerical computation of real or complex elliptic
/// integrals", 1995).
func carlsonRF(_ x: Double, _ y: Double, _ z: Double) -> Double {
  var (x, y, z) = (x, y, z)
  var mean = (x + y + z) / 3
  for _ in 0..<600 where max(abs(x - mean), abs(y - mean), abs(z - mean)) > 1e-3 * mean {
    let (p, q, r) = (x.squareRoot(), y.squareRoot(), z.squareRoot())
    let lambda = p * q + q * r + r * p
    (x, y, z) = ((x + lambda) / 4, (y + lambda) / 4, (z + lambda) / 4)
    mean = (x + y + z) / 3
  }
  let (dx, dy) = (1 - x / mean, 1 - y / mean)
  let dz = -dx - dy
  let second = dx * dy - dz * dz
  let third = dx * dy * dz
  let series = 1 - second / 10 + third / 14 + second * second / 24 - 3 * second * third / 44
  return series / mean.squareRoot()
}

import AudioCore
import RealModule

extension Window {
  /// The symmetric window of 2 samples or more, its parameters checked before.
  func symmetric(_ length: Int) -> [Double] {
    let last = Double(length - 1)
    switch self {
    case .boxcar: return [Double](repeating: 1, count: length)
    case .triang:
      let base = Double(length % 2 == 0 ? length : length + 1)
      let offset = length % 2 == 0 ? 1.0 : 2.0
      return mirrored(length) { (2 * $0 + offset) / base }
    case .bartlett: return mirrored(length) { 2 * $0 / last }
    case .hann: return cosines([0.5, 0.5], length)
    case .hamming: return cosines([0.54, 1 - 0.54], length)
    case .blackman: return cosines([0.42, 0.5, 0.08], length)
    case .nuttall: return cosines([0.3635819, 0.4891775, 0.1365995, 0.0106411], length)
    case .blackmanharris: return cosines([0.35875, 0.48829, 0.14128, 0.01168], length)
    case .flattop: return cosines([0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368], length)
    case .generalHamming(let alpha): return cosines([alpha, 1 - alpha], length)
    case .generalCosine(let weights): return cosines(weights, length)
    case .bohman:
      return mirrored(length) { n in
        let x = 1 - 2 * n / last
        return n == 0 ? 0 : (1 - x) * Double.cos(.pi * x) + Double.sin(.pi * x) / .pi
      }
    case .parzen:
      return mirrored(length) { n in
        let x = (last / 2 - n) / (Double(length) / 2)
        return last / 2 - n <= last / 4 ? 1 - 6 * x * x * (1 - x) : 2 * (1 - x) * (1 - x) * (1 - x)
      }
    case .barthann:
      return mirrored(length) { n in
        let x = 0.5 - n / last
        return 0.62 - 0.48 * x + 0.38 * Double.cos(2 * .pi * x)
      }
    case .cosine: return mirrored(length) { Double.sin(.pi * ($0 + 0.5) / Double(length)) }
    case .lanczos: return mirrored(length) { sinc(1 - 2 * $0 / last) }
    case .kaiser(let beta): return Self.kaiser(beta, length)
    case .gaussian(let std):
      return mirrored(length) { n in
        let x = (last / 2 - n) / std
        return Double.exp(-0.5 * x * x)
      }
    case .generalGaussian(let p, let sig):
      return mirrored(length) { Double.exp(-0.5 * Double.pow((last / 2 - $0) / sig, 2 * p)) }
    case .exponential(let tau, let center):
      let middle = center ?? last / 2
      return (0..<length).map { Double.exp(-abs(Double($0) - middle) / tau) }
    case .tukey(let alpha):
      guard alpha > 0 else { return Window.boxcar.symmetric(length) }
      let flank = (alpha * last / 2).rounded(.down)
      return mirrored(length) { n in
        n > flank && alpha < 1 ? 1 : 0.5 * (1 + Double.cos(.pi * (2 * n / alpha / last - 1)))
      }
    case .taylor(let nbar, let sll, let norm): return Self.taylor(nbar, sll, norm, length)
    case .chebwin(let attenuation): return Self.dolphChebyshev(attenuation, length)
    case .dpss(let nw): return Self.prolateSpheroidal(nw, length)
    case .kaiserBesselDerived(let beta):
      var sums = [0.0]
      for weight in Self.kaiser(beta, length / 2 + 1) { sums.append(sums[sums.count - 1] + weight) }
      let whole = sums[sums.count - 1]
      return mirrored(length) { Double.sqrt(sums[Int($0) + 1] / whole) }
    }
  }

  /// A symmetric window from the formula of its first half, so that its halves are equal to the last bit.
  private func mirrored(_ length: Int, _ formula: (Double) -> Double) -> [Double] {
    let half = (0..<(length + 1) / 2).map { formula(Double($0)) }
    return half + half.prefix(length / 2).reversed()
  }

  /// `Σ w_k cos(k x)` for x from −π to π.
  private func cosines(_ weights: [Double], _ length: Int) -> [Double] {
    mirrored(length) { n in
      let x = .pi * (2 * n / Double(length - 1) - 1)
      var sum = 0.0
      for (k, weight) in weights.enumerated() { sum += weight * Double.cos(Double(k) * x) }
      return sum
    }
  }

  private static func kaiser(_ beta: Double, _ length: Int) -> [Double] {
    let whole = BesselI0.scaled(beta)
    return Window.boxcar.mirrored(length) { n in
      let x = 2 * n / Double(length - 1) - 1
      let inner = beta * Double.sqrt(max(0, 1 - x * x))
      return BesselI0.scaled(inner) / whole * Double.exp(inner - beta)
    }
  }

  /// Carrara, Goodman and Majewski, *Spotlight Synthetic Aperture Radar*, appendix D.2.
  private static func taylor(_ nbar: Int, _ sll: Double, _ norm: Bool, _ length: Int) -> [Double] {
    let a = Double.acosh(Double.pow(10, sll / 20)) / .pi
    let dilation = Double(nbar * nbar) / (a * a + (Double(nbar) - 0.5) * (Double(nbar) - 0.5))
    let weights = (1..<max(nbar, 1)).map { m in
      let square = Double(m * m)
      var (above, below) = (m % 2 == 1 ? 1.0 : -1.0, 2.0)
      for i in 1..<nbar {
        above *= 1 - square / dilation / (a * a + (Double(i) - 0.5) * (Double(i) - 0.5))
        if i != m { below *= 1 - square / Double(i * i) }
      }
      return above / below
    }
    func value(_ n: Double) -> Double {
      let x = 2 * .pi * (n - Double(length) / 2 + 0.5) / Double(length)
      var sum = 0.0
      for (k, weight) in weights.enumerated() { sum += weight * Double.cos(Double(k + 1) * x) }
      return 1 + 2 * sum
    }
    let middle = norm ? value(Double(length - 1) / 2) : 1
    return Window.boxcar.mirrored(length) { value($0) / middle }
  }
}

/// `sin(πx)/(πx)`, 1 at 0.
func sinc(_ x: Double) -> Double { x == 0 ? 1 : Double.sin(.pi * x) / (.pi * x) }

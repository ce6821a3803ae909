import AudioCore
import RealModule

/// The lowest order that meets a specification, and the edges to design with.
///
/// The pass band loses at most `ripple` decibels up to the edges of `pass`; the stop band, from the edges of `stop`, is at
/// least `attenuation` decibels down. The meaning is that of SciPy's `buttord`, `cheb1ord`, `cheb2ord` and `ellipord`.
public struct FilterOrder: Sendable, Hashable {
  /// The order, of the prototype. It may be above 24, which the designs refuse.
  public var order: Int
  /// The response to hand to the design of the same family: its edges are the natural frequencies.
  public var response: Response

  /// Makes an answer from its parts.
  public init(order: Int, response: Response) {
    self.order = order
    self.response = response
  }

  /// The order of a Butterworth filter; its edges are where it is 3.01 dB down, so that the pass edges lose `ripple` exactly.
  ///
  /// - Parameters:
  ///   - pass: The edges of the pass band.
  ///   - stop: The edges of the stop band, of the same shape: for a high-pass below, for a band-pass around those of the
  ///     pass band, for a band-stop inside them.
  ///   - ripple: The largest loss in the pass band, in decibels, above 0 and at most 100.
  ///   - attenuation: The least loss in the stop band, in decibels, above the ripple and at most 300.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter.
  public static func butterworth(
    pass: Response, stop: Response, ripple: Double, attenuation: Double, sampleRate: Double
  ) throws(DesignError) -> FilterOrder {
    let specification = try Specification(pass, stop, ripple, attenuation, sampleRate)
    let order = try specification.order { Double.log($0.discrimination) / Double.log($0.selectivity) }
    let halfPower = Double.pow(specification.passExcess, -1 / Double(2 * order))
    return FilterOrder(order: order, response: specification.response(scaledBy: halfPower))
  }

  /// The order of a Chebyshev filter of the first kind; its edges are those of the pass band.
  ///
  /// Parameters and errors are those of `butterworth`.
  public static func chebyshev1(
    pass: Response, stop: Response, ripple: Double, attenuation: Double, sampleRate: Double
  ) throws(DesignError) -> FilterOrder {
    let specification = try Specification(pass, stop, ripple, attenuation, sampleRate)
    let order = try specification.order { Double.acosh($0.discrimination) / Double.acosh($0.selectivity) }
    return FilterOrder(order: order, response: specification.response(scaledBy: 1))
  }

  /// The order of a Chebyshev filter of the second kind; its edges are where the stop band begins when the pass edges lose
  /// `ripple` exactly.
  ///
  /// Parameters and errors are those of `butterworth`.
  public static func chebyshev2(
    pass: Response, stop: Response, ripple: Double, attenuation: Double, sampleRate: Double
  ) throws(DesignError) -> FilterOrder {
    let specification = try Specification(pass, stop, ripple, attenuation, sampleRate)
    let order = try specification.order { Double.acosh($0.discrimination) / Double.acosh($0.selectivity) }
    let edge = Double.cosh(Double.acosh(specification.discrimination) / Double(order))
    return FilterOrder(order: order, response: specification.response(scaledBy: edge))
  }

  /// The order of an elliptic filter; its edges are those of the pass band.
  ///
  /// Parameters and errors are those of `butterworth`.
  public static func elliptic(
    pass: Response, stop: Response, ripple: Double, attenuation: Double, sampleRate: Double
  ) throws(DesignError) -> FilterOrder {
    let specification = try Specification(pass, stop, ripple, attenuation, sampleRate)
    let order = try specification.order {
      EllipticModulus(1 / $0.discrimination).logarithmOfNome / EllipticModulus(1 / $0.selectivity).logarithmOfNome
    }
    return FilterOrder(order: order, response: specification.response(scaledBy: 1))
  }
}

/// A specification brought to the low-pass prototype.
private struct Specification {
  /// How far above the pass edge of 1 the prototype's stop band begins.
  var selectivity: Double
  /// `√((10^(attenuation/10) − 1)/(10^(ripple/10) − 1))`.
  var discrimination: Double
  /// `10^(ripple/10) − 1`.
  var passExcess: Double

  private var shape: Response
  private var sampleRate: Double
  /// The warped pass edges; the upper one alone for low- and high-pass.
  private var low = 0.0
  private var high: Double

  init(
    _ pass: Response, _ stop: Response, _ ripple: Double, _ attenuation: Double, _ sampleRate: Double
  ) throws(DesignError) {
    try pass.validate(sampleRate: sampleRate)
    try stop.validate(sampleRate: sampleRate)
    try DesignError.require(ripple: ripple, below: attenuation)
    shape = pass
    self.sampleRate = sampleRate
    passExcess = powerExcess(decibels: ripple)
    discrimination = (powerExcess(decibels: attenuation) / passExcess).squareRoot()

    switch (pass, stop) {
    case (.lowPass(let edge), .lowPass(let stopEdge)):
      guard edge < stopEdge else { throw Self.misplaced("above the pass edge") }
      high = warped(edge, sampleRate)
      selectivity = warped(stopEdge, sampleRate) / high
    case (.highPass(let edge), .highPass(let stopEdge)):
      guard stopEdge < edge else { throw Self.misplaced("below the pass edge") }
      high = warped(edge, sampleRate)
      selectivity = high / warped(stopEdge, sampleRate)
    case (.bandPass(let first, let last), .bandPass(let stopFirst, let stopLast)):
      guard stopFirst < first, last < stopLast else { throw Self.misplaced("outside the pass edges") }
      (low, high) = (warped(first, sampleRate), warped(last, sampleRate))
      let (square, width) = (low * high, high - low)
      selectivity =
        [stopFirst, stopLast].map { edge in
          let edge = warped(edge, sampleRate)
          return abs(edge * edge - square) / (edge * width)
        }.min() ?? 1
    case (.bandStop(let first, let last), .bandStop(let stopFirst, let stopLast)):
      guard first < stopFirst, stopLast < last else { throw Self.misplaced("inside the pass edges") }
      let (innerLow, innerHigh) = (warped(stopFirst, sampleRate), warped(stopLast, sampleRate))
      (low, high) = (warped(first, sampleRate), warped(last, sampleRate))
      // The pass band may reach further in than asked. The order is least where both stop edges are equally hard to reach,
      // which is where the pass edges lie in geometric symmetry around them.
      low = max(low, innerLow * (innerHigh / high))
      high = min(high, innerLow * (innerHigh / low))
      let (square, width) = (low * high, high - low)
      selectivity = [innerLow, innerHigh].map { $0 * width / abs($0 * $0 - square) }.min() ?? 1
    default:
      throw DesignError(
        .inconsistent, parameter: "stop", problem: "is of another shape than pass",
        remedy: "Give both as low-pass, high-pass, band-pass or band-stop")
    }
  }

  /// The whole number of at least the exact order.
  func order(_ exact: (Specification) -> Double) throws(DesignError) -> Int {
    let value = exact(self).rounded(.up)
    guard selectivity > 1, value.isFinite, value < 1e9 else {
      throw DesignError(
        .inconsistent, parameter: "stop", problem: "lies too near the pass edges for any order",
        remedy: "Widen the transition or lower the attenuation")
    }
    return max(1, Int(value))
  }

  /// The response whose prototype has its edge at `scale` times the pass edge.
  func response(scaledBy scale: Double) -> Response {
    switch shape {
    case .lowPass: .lowPass(frequency(high * scale))
    case .highPass: .highPass(frequency(high / scale))
    case .bandPass: band(spread: (high - low) / 2 * scale, Response.bandPass)
    case .bandStop: band(spread: (high - low) / 2 / scale, Response.bandStop)
    }
  }

  /// The edges around the pass band's centre whose difference is twice the spread.
  private func band(spread: Double, _ make: (Frequency, Frequency) -> Response) -> Response {
    let upper = spread + Double.hypot(spread, (low * high).squareRoot())
    return make(frequency(low * high / upper), frequency(upper))
  }

  private func frequency(_ warped: Double) -> Frequency { Frequency(Double.atan(warped) / .pi * sampleRate) }

  private static func misplaced(_ place: String) -> DesignError {
    DesignError(
      .inconsistent, parameter: "stop", problem: "does not lie \(place)",
      remedy: "Exchange or move the edges")
  }
}

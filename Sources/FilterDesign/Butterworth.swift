import AudioCore
import ComplexModule
import RealModule

extension AnalogFilter {
  /// The Butterworth low-pass prototype: poles evenly spread on the left half of the unit circle.
  static func butterworth(order: Int) -> AnalogFilter {
    var poles = ConjugateRoots()
    for index in 0..<(order / 2) {
      let angle = .pi * Double(2 * index + 1) / Double(2 * order)
      poles.pairs.append(Complex(-Double.sin(angle), Double.cos(angle)))
    }
    if order % 2 == 1 { poles.reals.append(-1) }
    return AnalogFilter(poles: poles, gain: 1)
  }
}

extension SectionCascade {
  /// A Butterworth filter: maximally flat, 3.01 dB down at its edges.
  ///
  /// - Parameters:
  ///   - response: The shape and its edges, above 0 Hz and below half the sample rate.
  ///   - order: 1 to 24, of the prototype: band responses have twice as many poles.
  ///   - sampleRate: In hertz, above 0.
  /// - Throws: `DesignError` that names the parameter (`cutoff`, `low`, `high`, `order`, `sampleRate`).
  public static func butterworth(
    _ response: Response, order: Int, sampleRate: Double
  ) throws(DesignError) -> SectionCascade {
    let edges = try WarpedEdges(response, sampleRate: sampleRate)
    try DesignError.require(order: order)
    return try AnalogFilter.butterworth(order: order).designed(edges)
  }
}

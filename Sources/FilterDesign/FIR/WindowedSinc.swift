import AudioCore
import RealModule

extension FIRTaps {
  /// A filter by the window method: the ideal response, cut to length by a window. Equal to `scipy.signal.firwin`.
  ///
  /// - Parameters:
  ///   - response: The shape and its edges, where the level is half (−6 dB); above 0 Hz and below half the sample rate.
  ///   - taps: 1 to 1 048 576; odd for a high-pass and a band-stop.
  ///   - window: What tapers the taps.
  ///   - sampleRate: In hertz, above 0.
  ///   - scaled: Whether the middle of the first pass band gets a level of exactly 1.
  /// - Throws: `DesignError` that names the parameter.
  public static func windowedSinc(
    _ response: Response, taps: Int, window: Window = .hamming, sampleRate: Double, scaled: Bool = true
  ) throws(DesignError) -> FIRTaps {
    try response.validate(sampleRate: sampleRate)
    let (edges, passesZero): ([Frequency], Bool) =
      switch response {
      case .lowPass(let cutoff): ([cutoff], true)
      case .highPass(let cutoff): ([cutoff], false)
      case .bandPass(let low, let high): ([low, high], false)
      case .bandStop(let low, let high): ([low, high], true)
      }
    return try multiband(
      edges: edges, passesZero: passesZero, taps: taps, window: window, sampleRate: sampleRate, scaled: scaled)
  }

  /// A filter by the window method with any number of bands, which pass and stop in turn.
  ///
  /// - Parameters:
  ///   - edges: Where passing and stopping change, rising, above 0 Hz and below half the sample rate; one or more.
  ///   - passesZero: Whether the first band, from 0 Hz, passes.
  ///   - taps: 1 to 1 048 576; odd where the last band, up to half the sample rate, passes.
  ///   - window: What tapers the taps.
  ///   - sampleRate: In hertz, above 0.
  ///   - scaled: Whether the middle of the first pass band gets a level of exactly 1: 0 Hz or half the sample rate
  ///     where it
  ///     reaches that far.
  /// - Throws: `DesignError` that names the parameter.
  public static func multiband(
    edges: [Frequency], passesZero: Bool, taps: Int, window: Window = .hamming, sampleRate: Double, scaled: Bool = true
  ) throws(DesignError) -> FIRTaps {
    try DesignError.require(edges: edges, sampleRate: sampleRate, parameter: "edges", inside: true)
    try DesignError.require(taps: taps)
    let passesNyquist = (edges.count % 2 == 0) == passesZero
    if passesNyquist {
      try DesignError.require(
        oddTaps: taps, because: "such a filter is silent at half the sample rate, where this response passes")
    }
    let weights = try window.samples(taps)
    // Relative to half the sample rate, so that each pair is a pass band.
    let bounds =
      (passesZero ? [0] : []) + edges.map { $0.hertz / (sampleRate / 2) } + (passesNyquist ? [1] : [])
    let middle = Double(taps - 1) / 2
    var values = weights.enumerated().map { index, weight -> Double in
      let n = Double(index) - middle
      var sum = 0.0
      for band in stride(from: 0, to: bounds.count, by: 2) {
        sum += bounds[band + 1] * sinc(bounds[band + 1] * n) - bounds[band] * sinc(bounds[band] * n)
      }
      return sum * weight
    }
    guard scaled else { return FIRTaps(designed: values) }
    let center = bounds[0] == 0 ? 0 : bounds[1] == 1 ? 1 : (bounds[0] + bounds[1]) / 2
    var level = 0.0
    for (index, value) in values.enumerated() { level += value * Double.cos(.pi * (Double(index) - middle) * center) }
    guard level != 0 else {
      throw DesignError(
        .inconsistent, parameter: "taps", value: "\(taps)",
        problem: "leaves nothing in the middle of the first pass band to scale by",
        remedy: "Use more taps, or scaled = false")
    }
    for index in values.indices { values[index] /= level }
    return FIRTaps(designed: values)
  }
}

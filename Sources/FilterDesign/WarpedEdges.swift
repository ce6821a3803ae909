import AudioCore
import RealModule

/// A response's edges, checked and moved to where the bilinear transform brings them back from.
///
/// An edge f of the sample rate r stands at `tan(πf/r)`.
enum WarpedEdges: Sendable, Hashable {
  case lowPass(Double)
  case highPass(Double)
  case bandPass(centreSquared: Double, width: Double)
  case bandStop(centreSquared: Double, width: Double)

  /// Checks the edges and warps them.
  init(_ response: Response, sampleRate: Double) throws(DesignError) {
    try response.validate(sampleRate: sampleRate)
    switch response {
    case .lowPass(let cutoff): self = .lowPass(warped(cutoff, sampleRate))
    case .highPass(let cutoff): self = .highPass(warped(cutoff, sampleRate))
    case .bandPass(let low, let high):
      let (square, width) = band(low, high, sampleRate)
      self = .bandPass(centreSquared: square, width: width)
    case .bandStop(let low, let high):
      let (square, width) = band(low, high, sampleRate)
      self = .bandStop(centreSquared: square, width: width)
    }
  }
}

/// `tan(πf/r)`, accurate up to half the sample rate.
func warped(_ frequency: Frequency, _ sampleRate: Double) -> Double {
  let position = frequency.hertz / sampleRate
  if position <= 0.25 { return Double.tan(.pi * position) }
  return 1 / Double.tan(.pi * ((sampleRate / 2 - frequency.hertz) / sampleRate))
}

private func band(_ low: Frequency, _ high: Frequency, _ sampleRate: Double) -> (square: Double, width: Double) {
  let (below, above) = (warped(low, sampleRate), warped(high, sampleRate))
  // tan a − tan b = tan(a − b)·(1 + tan a·tan b): a narrow band keeps its width to the last digit.
  let apart = warped(Frequency(high.hertz - low.hertz), sampleRate)
  return (below * above, apart * (1 + below * above))
}

import AudioCore
import FilterDesign

extension FIR {
  // What the design functions call the effect's parameters.
  private static let names = ["transitionWidth": "width", "desired": "gains", "frequencies": "bands"]

  /// The taps before their phase is changed.
  func linear(sampleRate: Double) throws(DesignError) -> FIRTaps {
    do throws(DesignError) {
      return try filter(sampleRate: sampleRate)
    } catch {
      var named = error
      named.parameter = error.parameter.map { Self.names[$0] ?? $0 }
      throw named
    }
  }

  private func filter(sampleRate: Double) throws(DesignError) -> FIRTaps {
    switch shape {
    case .taps(let list): return try FIRTaps(try list.loaded())
    case .response(let response):
      let (edges, passesZero) = response.bands
      return try filter(edges: edges, passesZero: passesZero, sampleRate: sampleRate)
    case .multiband(let edges, let passesZero):
      return try filter(edges: edges, passesZero: passesZero, sampleRate: sampleRate)
    case .bands(let frequencies, let gains, let weights):
      switch method {
      case .leastSquares:
        // One gain a band stands for both of its edges.
        let desired = gains.count * 2 == frequencies.count ? gains.flatMap { [$0, $0] } : gains
        return try .leastSquares(
          bands: frequencies, desired: desired, weights: weights, taps: taps, sampleRate: sampleRate)
      case .equiripple:
        return try .parksMcClellan(
          bands: frequencies, desired: gains, weights: weights, taps: taps, sampleRate: sampleRate)
      case .sampling:
        guard weights == nil else {
          throw DesignError(
            .inconsistent, parameter: "weights", problem: "mean nothing to frequency sampling", remedy: "Leave them out"
          )
        }
        return try .frequencySampling(
          frequencies: frequencies, gains: gains, taps: taps, window: window, sampleRate: sampleRate)
      case .window, .kaiser:
        throw DesignError(
          .inconsistent, parameter: "method", value: method.rawValue, problem: "does not take bands with gains",
          remedy: "Choose leastsquares, equiripple or sampling, or give a response or edges")
      }
    }
  }

  /// Bands that pass and stop in turn.
  private func filter(edges: [Frequency], passesZero: Bool, sampleRate: Double) throws(DesignError) -> FIRTaps {
    switch method {
    case .window:
      return try .multiband(edges: edges, passesZero: passesZero, taps: taps, window: window, sampleRate: sampleRate)
    case .kaiser:
      var (count, beta) = try KaiserEstimate.taps(
        attenuation: attenuation, transitionWidth: width, sampleRate: sampleRate)
      // An even count is silent at half the sample rate, where every second band passes.
      if count % 2 == 0 { count += 1 }
      return try .multiband(
        edges: edges, passesZero: passesZero, taps: count, window: .kaiser(beta: beta), sampleRate: sampleRate)
    case .leastSquares:
      let bands = try self.bands(edges, sampleRate: sampleRate)
      let desired = (0..<bands.count).map { ($0 / 2 % 2 == 0) == passesZero ? 1.0 : 0 }
      return try .leastSquares(bands: bands, desired: desired, taps: taps, sampleRate: sampleRate)
    case .equiripple:
      let bands = try self.bands(edges, sampleRate: sampleRate)
      let desired = (0..<bands.count / 2).map { ($0 % 2 == 0) == passesZero ? 1.0 : 0 }
      return try .parksMcClellan(bands: bands, desired: desired, taps: taps, sampleRate: sampleRate)
    case .sampling:
      // Each edge is a straight line as wide as the transition.
      let points = try bands(edges, sampleRate: sampleRate)
      let gains = (0..<points.count).map { ($0 / 2 % 2 == 0) == passesZero ? 1.0 : 0 }
      return try .frequencySampling(
        frequencies: points, gains: gains, taps: taps, window: window, sampleRate: sampleRate)
    }
  }

  /// The two edges of each band, half a transition away from where passing and stopping change.
  private func bands(_ edges: [Frequency], sampleRate: Double) throws(DesignError) -> [Frequency] {
    try DesignError.require(frequency: width, below: sampleRate, parameter: "width")
    let half = width.hertz / 2
    var points = [0.0]
    for edge in edges { points += [edge.hertz - half, edge.hertz + half] }
    points.append(sampleRate / 2)
    guard zip(points, points.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw DesignError(
        .inconsistent, parameter: "width", value: DesignError.shortest(width.hertz) + " Hz",
        problem: "leaves no room between the edges, 0 Hz and half the sample rate",
        remedy: "Choose a narrower transition, or move the edges apart")
    }
    return points.map { Frequency($0) }
  }
}

extension Response {
  /// Where passing and stopping change, and whether 0 Hz passes.
  fileprivate var bands: (edges: [Frequency], passesZero: Bool) {
    switch self {
    case .lowPass(let cutoff): ([cutoff], true)
    case .highPass(let cutoff): ([cutoff], false)
    case .bandPass(let low, let high): ([low, high], false)
    case .bandStop(let low, let high): ([low, high], true)
    }
  }
}

import AudioCore
import ComplexModule
import FilterDesign
import RealModule

/// What a linear graph does to each frequency.
public struct FrequencyResponse: Sendable, Hashable, Codable {
  /// In hertz.
  public var frequencies: [Double]
  /// Decibels; nil for minus infinity.
  public var magnitudeDecibels: [Double?]
  /// Radians, -π to π.
  public var phase: [Double]
  /// Seconds; nil where it is undefined, such as at a frequency that is silenced.
  public var groupDelay: [Double?]
}

extension Plan {
  /// The complex response of the whole graph, latency included.
  ///
  /// - Throws: `DesignError` of reason `.unsupported` for a graph with a stage that is not linear, changes with time or treats channels
  ///   differently, and of reason `.outOfRange` for a frequency outside 0 to half the sample rate.
  public func response(at frequency: Frequency) throws(DesignError) -> Complex<Double> {
    try transfer(at: frequency).value
  }

  /// Magnitude, phase and group delay at some frequencies.
  ///
  /// Filters are evaluated from their zeros and poles, not from rounded sections.
  /// - Throws: as `response(at:)`.
  public func frequencyResponse(at frequencies: [Frequency]) throws(DesignError) -> FrequencyResponse {
    var result = FrequencyResponse(frequencies: [], magnitudeDecibels: [], phase: [], groupDelay: [])
    for frequency in frequencies {
      let transfer = try transfer(at: frequency)
      let magnitude = transfer.value.length
      result.frequencies.append(frequency.hertz)
      result.phase.append(magnitude == 0 ? 0 : transfer.value.phase)
      guard magnitude > 0, magnitude.isFinite else {
        result.magnitudeDecibels.append(nil)
        result.groupDelay.append(nil)
        continue
      }
      result.magnitudeDecibels.append(20 * Double.log10(magnitude))
      // -d(phase)/dω = -Im(H'/H), with ω in radians a second.
      let delay = 0 - (transfer.slope / transfer.value).imaginary
      result.groupDelay.append(delay.isFinite ? delay : nil)
    }
    return result
  }

  private func transfer(at frequency: Frequency) throws(DesignError) -> Transfer {
    guard frequency.hertz.isFinite, frequency.hertz >= 0, frequency.hertz <= input.sampleRate / 2 else {
      throw DesignError(
        .outOfRange, parameter: "frequency", value: DesignError.shortest(frequency.hertz) + " Hz",
        problem: "is out of range: 0 to \(DesignError.shortest(input.sampleRate / 2)) Hz (half the sample rate)",
        remedy: "Choose a frequency inside the range")
    }
    var transfers: [Transfer] = []
    for node in network.nodes {
      let inputs = node.inputs.map { transfers[$0.node] }
      switch node.work {
      case .input: transfers.append(.one)
      case .sum: transfers.append(inputs.dropFirst().reduce(inputs[0]) { $0.plus($1) })
      case .delay(let frames):
        let seconds = Double(frames) / node.signals[0].format.sampleRate
        transfers.append(inputs[0].times(Transfer(delay: seconds, at: frequency.hertz)))
      case .stage(let stage):
        transfers.append(inputs[0].times(try Self.transfer(of: stage, at: frequency)))
      }
    }
    return transfers[network.output.node]
  }

  private static func transfer(of stage: any PlannedStage, at frequency: Frequency) throws(DesignError) -> Transfer {
    let rate = stage.context.sampleRate
    switch stage.lowering {
    case .identity: return .one
    case .gain(let factor): return Transfer(gain: factor)
    case .delay(let frames): return Transfer(delay: Double(frames) / rate, at: frequency.hertz)
    case .sections(let cascade):
      let value = cascade.response(at: frequency, sampleRate: rate)
      return Transfer(value: value, slope: cascade.responseSlope(at: frequency, sampleRate: rate))
    case .taps(let taps):
      let (value, ramped) = FIRTaps.sums(taps, at: frequency, sampleRate: rate)
      // d/dω of exp(-jωn/rate) is -jn/rate times itself.
      return Transfer(value: value, slope: ramped * Complex(0, -1 / rate))
    case .convolution, .compressor, .echo, .opaque:
      if let transfer = stage.transfer(at: frequency) { return transfer }
      throw DesignError(
        .unsupported,
        problem: "has no frequency response: it is not linear, changes with time or treats channels differently",
        remedy: "Leave it out", stage: stage.identity)
    }
  }

  /// A series of filters and gains as one cascade of sections.
  /// - Throws: `DesignError` of reason `.unsupported` for a sum, a delay or an effect that is not made of sections.
  public func cascade() throws(DesignError) -> SectionCascade {
    var result = SectionCascade.identity
    for node in network.nodes.dropFirst() {
      switch node.work {
      case .stage(let stage):
        switch stage.lowering {
        case .identity: continue
        case .gain(let factor): result = result.scaled(by: factor)
        case .sections(let cascade): result = result.followed(by: cascade)
        default:
          throw DesignError(
            .unsupported, problem: "is not made of sections", remedy: "Ask for the design of filters in series only",
            stage: stage.identity)
        }
      case .sum, .delay:
        throw DesignError(
          .unsupported, parameter: "a sum", problem: "has no single cascade of sections",
          remedy: "Ask for the design of each branch")
      case .input: continue
      }
    }
    return result
  }
}

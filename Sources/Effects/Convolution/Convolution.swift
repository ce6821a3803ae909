import AudioCore
import FilterDesign
import RealModule

/// Convolution with an impulse response: reverb by a recorded room, a loudspeaker cabinet, a correction filter.
///
/// It has no latency unless some is asked for. One channel of response is for all channels of the stream; as many as the stream has are
/// for one each; several on a mono stream make it as many channels; and four on stereo are true stereo: from left to left and to
/// right, then from right to left and to right. A change while it runs is faded to, as long as length and layout stay.
public struct Convolution: Effect {
  public static let name = "convolve"

  /// To what level the response is brought.
  public enum Normalization: String, Sendable, Hashable, Codable, CaseIterable {
    /// As it is.
    case off
    /// The largest sample of all channels is 1.
    case peak
    /// The sum of squares of the loudest channel is 1: white noise keeps its level.
    case energy
  }

  public var response: ImpulseResponse
  /// How much of the output is the convolution, 0 to 1; the rest is the input as it is.
  public var mix: Double
  /// Of the convolution, in decibels.
  public var gain: Double
  public var normalization: Normalization
  /// Both ends of the response are cut where it stays this many decibels below its largest sample; nil keeps it whole.
  public var trim: Double?
  /// A delay that is allowed, 0 to 1 048 576 frames: with 64 or more nothing runs in direct form, which costs less.
  public var latencyFrames: Int

  /// Makes a convolution.
  public init(
    _ response: ImpulseResponse, mix: Double = 1, gain: Double = 0, normalization: Normalization = .off,
    trim: Double? = nil, latencyFrames: Int = 0
  ) {
    self.response = response
    self.mix = mix
    self.gain = gain
    self.normalization = normalization
    self.trim = trim
    self.latencyFrames = latencyFrames
  }

  public static let parameters: [Parameter<Convolution>] = [
    .text(
      "file", "the impulse response: mono, stereo, or true stereo in four channels", aliases: ["response", "ir"],
      get: { $0.response.path }, set: { $0.response = .file($1) }),
    .number(
      "mix", "how much of the output is the convolution", \.mix, in: 0...1, default: 1, live: .crossfade,
      aliases: ["wet"]),
    .number(
      "gain", "of the convolution", \.gain, unit: .decibels, in: -120...60, default: 0, live: .crossfade),
    .choice(
      "normalize", "bring the largest sample, or the energy, to 1", of: Normalization.allCases.map(\.rawValue),
      default: "off", live: .crossfade, get: { $0.normalization.rawValue },
      set: { effect, name in
        if let normalization = Normalization(rawValue: name) { effect.normalization = normalization }
      }),
    .number(
      "trim", "cut both ends where they stay this far below the peak; 0 keeps all", unit: .decibels, in: -300...0,
      default: 0, live: .structural, get: { $0.trim ?? 0 }, set: { $0.trim = $1 == 0 ? nil : $1 }),
    .integer(
      "latency", "a delay in frames that is allowed", in: 0...1_048_576, default: 0, get: { $0.latencyFrames },
      set: { $0.latencyFrames = $1 }),
  ]

  public func design(in context: DesignContext) throws(DesignError) -> ConvolutionDesign {
    try DesignError.require(mix, in: 0...1, parameter: "mix")
    try DesignError.require(gain, in: -120...60, parameter: "gain", unit: "dB")
    try DesignError.require(Double(latencyFrames), in: 0...1_048_576, parameter: "latency", unit: "frames")
    let recorded = try response.channels(at: context.sampleRate)
    let routes = try routes(recorded.count, channels: context.format.channels)
    var responses = try trimmed(recorded)
    let wet = mix * Double.pow(10, gain / 20) * normalizing(responses)
    for index in responses.indices { responses[index] = responses[index].map { $0 * wet } }
    if mix < 1 { addDry(to: &responses, routes) }
    let output =
      routes.outputs == context.format.channels
      ? context.format : StreamFormat(sampleRate: context.sampleRate, channels: routes.outputs)
    return ConvolutionDesign(
      responses: responses, routes: routes, output: output, latencyFrames: 0, delayFrames: latencyFrames, in: context)
  }

  public func makeProcessor<S: Sample>(
    _ design: ConvolutionDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, ConvolutionDesign> {
    ConvolutionProcessor<S>(design, in: context)
  }
}

extension Convolution {
  private func routes(_ responses: Int, channels: Int) throws(DesignError) -> ConvolutionRoutes {
    switch (responses, channels) {
    case (1, _):
      // The dry part needs no route of its own: it is in the response.
      return .alike(channels: channels)
    case (4, 2): return .trueStereo
    case (let responses, let channels) where responses == channels: return .each(channels: channels)
    case (let responses, 1): return .spread(outputs: responses)
    default:
      throw DesignError(
        .format, parameter: "response", value: "\(responses) channels", problem: "does not fit a stream of \(channels)",
        remedy: "Give a response of one channel, of \(channels), or of four for true stereo on two")
    }
  }

  private func trimmed(_ channels: [[Double]]) throws(DesignError) -> [[Double]] {
    guard let trim else { return channels }
    try DesignError.require(trim, in: -300...0, parameter: "trim", unit: "dB")
    let limit = peak(channels) * Double.pow(10, trim / 20)
    let loud = channels[0].indices.filter { frame in channels.contains { abs($0[frame]) >= limit } }
    guard let first = loud.first, let last = loud.last else { return channels }
    return channels.map { Array($0[first...last]) }
  }

  private func peak(_ channels: [[Double]]) -> Double { channels.lazy.joined().reduce(0) { max($0, abs($1)) } }

  private func normalizing(_ channels: [[Double]]) -> Double {
    let level =
      switch normalization {
      case .off: 1.0
      case .peak: peak(channels)
      case .energy: channels.map { $0.reduce(0) { $0 + $1 * $1 } }.reduce(0, max).squareRoot()
      }
    // Silence has no level to be brought to another.
    return level > 0 ? 1 / level : 1
  }

  /// The input as it is, as a tap at the response's beginning from each input to its own output.
  private func addDry(to responses: inout [[Double]], _ routes: ConvolutionRoutes) {
    let straight = routes.routes.filter { $0.input == $0.output || routes.inputs == 1 }
    for response in Set(straight.map(\.response)) { responses[response][0] += 1 - mix }
  }
}

extension Convolution: ResourceUser {
  public var resourceRequest: (parameter: String, request: ResourceRequest)? {
    response.path.map { ("file", ResourceRequest(.impulseResponse, path: $0)) }
  }

  public var resource: Resource? { response.isLoaded ? .impulseResponse(response) : nil }

  public mutating func supply(_ resource: Resource) {
    guard case .impulseResponse(let response) = resource else { return }
    self.response = response
  }
}

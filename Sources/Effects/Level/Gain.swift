import AudioCore
import FilterDesign
import RealModule

/// A gain for all channels, given in decibels, as an amplitude factor or as a power factor.
public struct Gain: Effect {
  public static let name = "gain"

  /// How the gain is given.
  public enum Amount: Sendable, Hashable {
    /// Decibels: 20 log10 of the amplitude factor. Minus infinity is silence.
    case decibels(Double)
    /// The factor itself; a negative one turns the polarity round.
    case amplitude(Double)
    /// The factor of the power, 0 or above: the amplitude is its square root.
    case power(Double)
  }

  public var amount: Amount

  /// Makes a gain.
  public init(_ amount: Amount) { self.amount = amount }
  /// Makes a gain in decibels.
  public init(decibels: Double) { self.init(.decibels(decibels)) }
  /// Makes a gain from an amplitude factor.
  public init(amplitude: Double) { self.init(.amplitude(amplitude)) }
  /// Makes a gain from a power factor.
  public init(power: Double) { self.init(.power(power)) }

  public static let parameters: [Parameter<Gain>] = [
    .number(
      "gain", "gain in decibels", unit: .decibels, in: -300...120, default: 0, aliases: ["decibels", "db"],
      group: "amount",
      get: { if case .decibels(let decibels) = $0.amount { decibels } else { nil } }, set: { $0.amount = .decibels($1) }
    ),
    .number(
      "amplitude", "amplitude factor; negative turns the polarity round", in: -1_000_000...1_000_000, default: 1,
      group: "amount",
      get: { if case .amplitude(let factor) = $0.amount { factor } else { nil } }, set: { $0.amount = .amplitude($1) }),
    .number(
      "power", "power factor", in: 0...1_000_000_000_000, default: 1, group: "amount",
      get: { if case .power(let factor) = $0.amount { factor } else { nil } }, set: { $0.amount = .power($1) }),
  ]

  /// The linear factor.
  /// - Throws: `DesignError` for a number that is not finite or out of its range, such as a negative power.
  public func factor() throws(DesignError) -> Double {
    switch amount {
    case .decibels(let decibels):
      if decibels == -.infinity { return 0 }
      try DesignError.require(decibels, in: -300...120, parameter: "gain", unit: "dB")
      return Double.pow(10, decibels / 20)
    case .amplitude(let factor):
      try DesignError.require(factor, in: -1_000_000...1_000_000, parameter: "amplitude")
      return factor
    case .power(let factor):
      try DesignError.require(factor, in: 0...1_000_000_000_000, parameter: "power")
      return factor.squareRoot()
    }
  }

  public func design(in context: DesignContext) throws(DesignError) -> GainDesign {
    GainDesign(factor: try factor(), format: context.format)
  }

  public func makeProcessor<S: Sample>(
    _ design: GainDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, GainDesign> {
    GainProcessor<S>(design)
  }
}

extension Gain.Amount: Codable {
  private enum Keys: String, CodingKey { case decibels, amplitude, power }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    if let factor = try container.decodeIfPresent(Double.self, forKey: .amplitude) {
      self = .amplitude(factor)
    } else if let factor = try container.decodeIfPresent(Double.self, forKey: .power) {
      self = .power(factor)
    } else {
      self = .decibels(try container.decode(Double.self, forKey: .decibels))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    switch self {
    case .decibels(let decibels): try container.encode(decibels, forKey: .decibels)
    case .amplitude(let factor): try container.encode(factor, forKey: .amplitude)
    case .power(let factor): try container.encode(factor, forKey: .power)
    }
  }
}

/// The design of a gain: one linear factor.
public struct GainDesign: EffectDesign {
  /// The linear factor.
  public let factor: Double
  /// The format of input and output.
  public let format: StreamFormat

  public init(factor: Double, format: StreamFormat) {
    self.factor = factor
    self.format = format
  }

  public var outputs: [StreamFormat] { [format] }
  // Asked by the worker too: lists of formats would be allocated.
  public func hasSameShape(as other: GainDesign) -> Bool { format == other.format }
  public var lowering: Lowering { factor == 1 ? .identity : .gain(factor) }
  public var operationsPerFrame: Double { Double(format.channels) }
}

/// Multiplies by the factor, and glides to another one along a ramp.
final class GainProcessor<S: Sample>: AudioProcessor {
  private let format: StreamFormat
  private var factor: Double
  private let gain: GlidingValue
  private var hasRun = false

  init(_ design: GainDesign) {
    factor = design.factor
    gain = GlidingValue(design.factor)
    format = design.format
  }

  var followsRamps: Bool { true }

  func adopt(_ design: borrowing GainDesign) -> Bool {
    adopt(design, along: .standard(at: format.sampleRate))
  }

  func adopt(_ design: borrowing GainDesign, along ramp: Ramp) -> Bool {
    guard design.format == format else { return false }
    factor = design.factor
    if hasRun { gain.move(to: factor, along: ramp) } else { gain.jump(to: factor) }
    return true
  }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func process(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
  ) -> Int {
    let frames = input.frames
    if frames > 0 { hasRun = true }
    var done = 0
    while let remaining = gain.remaining, done < frames {
      let count = min(frames - done, remaining, GlidingValue.longestRun)
      gain.prepare(count)
      input.withFrames(done..<done + count) { source in
        output.withFrames(done..<done + count) { source.scale(by: gain, into: $0) }
      }
      gain.advance(count)
      done += count
    }
    guard done < frames else { return frames }
    input.withFrames(done..<frames) { source in
      output.withFrames(done..<frames) { source.scale(by: factor, into: $0) }
    }
    return frames
  }

  func reset() {
    gain.jump(to: factor)
    hasRun = false
  }

  func saveState(into writer: inout StateWriter) {
    writer.write(factor)
    gain.saveState(into: &writer)
    writer.write(hasRun ? 1 : 0)
  }

  func restoreState(from reader: inout StateReader) throws(StateError) {
    factor = try reader.readDouble()
    try gain.restoreState(from: &reader)
    hasRun = try reader.readInt() != 0
  }
}

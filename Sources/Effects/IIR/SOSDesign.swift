import AudioCore
import FilterDesign

/// The design of every filter that is made of second-order sections, the same for all channels.
public struct SOSDesign: EffectDesign {
  /// Sections, zeros and poles.
  public let cascade: SectionCascade
  /// The format of input and output.
  public let format: StreamFormat
  public let tail: Tail

  /// Makes a design; its tail is the time in which its slowest pole falls 120 dB.
  public init(cascade: SectionCascade, format: StreamFormat) {
    self.cascade = cascade
    self.format = format
    tail = .falling(in: cascade.decayFrames(to: 120))
  }

  public var outputs: [StreamFormat] { [format] }

  public var lowering: Lowering { cascade.sections.isEmpty ? .identity : .sections(cascade) }

  public func hasSameShape(as other: SOSDesign) -> Bool {
    format == other.format && cascade.sections.count == other.cascade.sections.count
  }

  // Five products and four sums a section.
  public var operationsPerFrame: Double { Double(9 * cascade.sections.count * format.channels) }
}

/// An effect that is second-order sections and nothing else.
///
/// Conformance is what fuses: neighbouring effects of this kind run as one cascade.
public protocol SOSDesignable: Effect where Design == SOSDesign {
  /// The filter at a sample rate in hertz.
  /// - Throws: `DesignError` for every parameter outside its domain.
  func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade
}

extension SOSDesignable {
  public func design(in context: DesignContext) throws(DesignError) -> SOSDesign {
    SOSDesign(cascade: try cascade(sampleRate: context.sampleRate), format: context.format)
  }

  public func makeProcessor<S: Sample>(
    _ design: SOSDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, SOSDesign> {
    SOSCascade<S>(design, in: context)
  }
}

extension Parameter where Root: SOSDesignable {
  /// The rows of a filter: another filter, warmed on past input, is faded to, and an order may change too.
  static func fading(_ rows: [Parameter]) -> [Parameter] {
    rows.map { row in
      var info = row.info
      info.live = info.live == .smooth ? .crossfade : info.live
      return Parameter(info: info, get: row.get, set: row.set, applies: row.applies)
    }
  }
}

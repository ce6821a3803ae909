import AudioCore

/// Noise of ±1 least significant bit (triangular, seeded) added before samples are rounded to integers.
public struct Dither: Sendable, Hashable {
  /// When noise is added.
  public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
    /// When the target holds fewer bits than the source did: a 16-bit source written as 16 bits gets none.
    case auto
    /// Whenever samples are rounded to integers of 24 bits or fewer.
    case tpdf
    /// Never.
    case none
  }

  public var mode: Mode
  /// Equal seeds give equal files.
  public var seed: UInt64

  /// The seed that is used unless another is given: the letters SWIFTLET.
  public static let defaultSeed: UInt64 = 0x5357_4946_544C_4554

  public init(_ mode: Mode, seed: UInt64 = defaultSeed) {
    self.mode = mode
    self.seed = seed
  }

  public static let auto = Dither(.auto)
  public static let tpdf = Dither(.tpdf)
  public static let none = Dither(.none)

  /// Whether noise is added for a target, given the bits of precision of the source.
  public func applies(to target: SampleEncoding, sourceBits: Int) -> Bool {
    guard target.exchange.integerBits != nil, target.precisionBits <= 24 else { return false }
    switch mode {
    case .none: return false
    case .tpdf: return true
    // Lossy codecs make noise of their own.
    case .auto: return target.isLossless && target.precisionBits < sourceBits
    }
  }
}

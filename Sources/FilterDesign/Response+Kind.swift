import AudioCore

extension Response {
  /// The shape of a response without its frequencies.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    case lowPass = "lowpass"
    case highPass = "highpass"
    case bandPass = "bandpass"
    case bandStop = "bandstop"

    /// Whether it has two edges instead of one cutoff.
    public var hasBand: Bool { self == .bandPass || self == .bandStop }
  }

  /// The shape. Changing it keeps the frequencies where they mean the same.
  public var kind: Kind {
    get {
      switch self {
      case .lowPass: .lowPass
      case .highPass: .highPass
      case .bandPass: .bandPass
      case .bandStop: .bandStop
      }
    }
    set { self = Response(newValue, low: low ?? cutoff ?? 0, high: high ?? cutoff ?? 0) }
  }

  /// The cutoff of a low- or high-pass; nil for the others. Setting it on a band changes nothing.
  public var cutoff: Frequency? {
    get {
      switch self {
      case .lowPass(let cutoff), .highPass(let cutoff): cutoff
      case .bandPass, .bandStop: nil
      }
    }
    set {
      guard let newValue, !kind.hasBand else { return }
      self = Response(kind, low: newValue, high: newValue)
    }
  }

  /// The lower edge of a band; nil for the others. Setting it on a low- or high-pass changes nothing.
  public var low: Frequency? {
    get { edges?.0 }
    set {
      guard let newValue, let high else { return }
      self = Response(kind, low: newValue, high: high)
    }
  }

  /// The upper edge of a band; nil for the others. Setting it on a low- or high-pass changes nothing.
  public var high: Frequency? {
    get { edges?.1 }
    set {
      guard let newValue, let low else { return }
      self = Response(kind, low: low, high: newValue)
    }
  }

  private var edges: (Frequency, Frequency)? {
    switch self {
    case .lowPass, .highPass: nil
    case .bandPass(let low, let high), .bandStop(let low, let high): (low, high)
    }
  }

  /// Makes a response from its shape; a shape with one cutoff takes the lower edge.
  public init(_ kind: Kind, low: Frequency, high: Frequency) {
    self =
      switch kind {
      case .lowPass: .lowPass(low)
      case .highPass: .highPass(low)
      case .bandPass: .bandPass(low, high)
      case .bandStop: .bandStop(low, high)
      }
  }
}

extension Response: Codable {
  // Written by hand: a synthesised form would name the frequencies "_0" and "_1".
  private enum Keys: String, CodingKey { case kind, cutoff, low, high }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    let kind = try container.decode(Kind.self, forKey: .kind)
    if kind.hasBand {
      self.init(
        kind, low: try container.decode(Frequency.self, forKey: .low),
        high: try container.decode(Frequency.self, forKey: .high))
    } else {
      let cutoff = try container.decode(Frequency.self, forKey: .cutoff)
      self.init(kind, low: cutoff, high: cutoff)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(kind, forKey: .kind)
    try container.encodeIfPresent(cutoff, forKey: .cutoff)
    try container.encodeIfPresent(low, forKey: .low)
    try container.encodeIfPresent(high, forKey: .high)
  }
}

extension CookbookShape: Codable {
  // Written by hand: a synthesised form would name the value "_0".
  private enum Keys: String, CodingKey { case q, slope, bandwidth }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    if let slope = try container.decodeIfPresent(Double.self, forKey: .slope) {
      self = .slope(slope)
    } else if let octaves = try container.decodeIfPresent(Double.self, forKey: .bandwidth) {
      self = .bandwidth(octaves)
    } else {
      self = .q(try container.decode(Double.self, forKey: .q))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    switch self {
    case .q(let q): try container.encode(q, forKey: .q)
    case .slope(let slope): try container.encode(slope, forKey: .slope)
    case .bandwidth(let octaves): try container.encode(octaves, forKey: .bandwidth)
    }
  }
}

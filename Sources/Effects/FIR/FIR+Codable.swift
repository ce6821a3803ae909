import FilterDesign

extension FIR.Shape: Codable {
  // Written by hand: a synthesised form would name the associated values "_0".
  private enum Keys: String, CodingKey { case response, edges, passesZero, bands, gains, weights, taps }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    if container.contains(.taps) {
      self = .taps(try container.decode(TapList.self, forKey: .taps))
    } else if container.contains(.bands) {
      self = .bands(
        try container.decode(forKey: .bands), gains: try container.decode(forKey: .gains),
        weights: try container.decodeIfPresent([Double].self, forKey: .weights))
    } else if container.contains(.edges) {
      self = .multiband(
        edges: try container.decode(forKey: .edges), passesZero: try container.decode(forKey: .passesZero))
    } else {
      self = .response(try container.decode(Response.self, forKey: .response))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    switch self {
    case .taps(let list): try container.encode(list, forKey: .taps)
    case .bands(let frequencies, let gains, let weights):
      try container.encode(frequencies, forKey: .bands)
      try container.encode(gains, forKey: .gains)
      try container.encodeIfPresent(weights, forKey: .weights)
    case .multiband(let edges, let passesZero):
      try container.encode(edges, forKey: .edges)
      try container.encode(passesZero, forKey: .passesZero)
    case .response(let response): try container.encode(response, forKey: .response)
    }
  }
}

extension KeyedDecodingContainer {
  fileprivate func decode<T: Decodable>(forKey key: Key) throws -> T { try decode(T.self, forKey: key) }
}

// The written form is made by hand: a synthesised one would name the associated values "_0".

extension Graph: Codable {
  private enum Keys: String, CodingKey { case effect, live, series, parallel, label, graph, network }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    if container.contains(.live) {
      self = .live(try container.decode(AnyLive.self, forKey: .live))
    } else if container.contains(.series) {
      self = .series(try container.decode([Graph].self, forKey: .series))
    } else if container.contains(.parallel) {
      self = .parallel(try container.decode([Graph].self, forKey: .parallel))
    } else if container.contains(.label) {
      self = .labelled(
        try container.decode(String.self, forKey: .label), try container.decode(Graph.self, forKey: .graph))
    } else if container.contains(.network) {
      self = .network(try container.decode(Network.self, forKey: .network))
    } else {
      self = .effect(try AnyEffect(from: decoder))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    if case .effect(let effect) = self { return try effect.encode(to: encoder) }
    var container = encoder.container(keyedBy: Keys.self)
    switch self {
    case .effect: break
    case .live(let live): try container.encode(live, forKey: .live)
    case .series(let items): try container.encode(items, forKey: .series)
    case .parallel(let items): try container.encode(items, forKey: .parallel)
    case .labelled(let label, let graph):
      try container.encode(label, forKey: .label)
      try container.encode(graph, forKey: .graph)
    case .network(let network): try container.encode(network, forKey: .network)
    }
  }
}

extension Network.Terminal: Codable {
  private enum Keys: String, CodingKey { case node, port, terminal }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    if let id = try container.decodeIfPresent(String.self, forKey: .node) {
      self = .node(id, port: try container.decodeIfPresent(Int.self, forKey: .port) ?? 0)
      return
    }
    switch try container.decode(String.self, forKey: .terminal) {
    case "input": self = .input
    case "output": self = .output
    case let other:
      throw DecodingError.dataCorruptedError(
        forKey: .terminal, in: container, debugDescription: "\(other) is neither input nor output")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    switch self {
    case .input: try container.encode("input", forKey: .terminal)
    case .output: try container.encode("output", forKey: .terminal)
    case .node(let id, let port):
      try container.encode(id, forKey: .node)
      if port != 0 { try container.encode(port, forKey: .port) }
    }
  }
}

/// A graph as it is kept in files: with the version of its written form.
public struct GraphDocument: Sendable, Hashable, Codable {
  /// The version that this library writes.
  public static let currentVersion = 1

  public var version: Int
  public var graph: Graph

  public init(_ item: some Connectable) {
    version = Self.currentVersion
    graph = item.graph
  }

  private enum Keys: String, CodingKey { case version, graph }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    version = try container.decode(Int.self, forKey: .version)
    guard version == Self.currentVersion else {
      throw DecodingError.dataCorruptedError(
        forKey: .version, in: container,
        debugDescription: "version \(version) is not known: this library reads version \(Self.currentVersion)")
    }
    graph = try container.decode(Graph.self, forKey: .graph)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(version, forKey: .version)
    try container.encode(graph, forKey: .graph)
  }
}

/// Effects and how they are connected: a value that can be compared, written, read and compiled.
///
/// Series and parallel are the common case; `network` has nodes with names and edges between their ports, for side chains,
/// crossovers and sends.
public indirect enum Graph: Sendable, Hashable {
  /// One effect.
  case effect(AnyEffect)
  /// One effect whose parameters can be changed while it runs.
  case live(AnyLive)
  /// One after another. An empty series passes the signal on.
  case series([Graph])
  /// Side by side on the same input, summed.
  case parallel([Graph])
  /// A graph with a label, by which metrics, errors, swaps and replay find it.
  case labelled(String, Graph)
  /// Named nodes with edges.
  case network(Network)
}

extension Graph: Connectable {
  public var graph: Graph { self }

  /// The graph that passes the signal on.
  public static var passthrough: Graph { .series([]) }

  /// This graph and then another; series inside series are one series.
  public func followed(by next: Graph) -> Graph { .series(seriesItems + next.seriesItems) }

  /// This graph beside another, summed; sums inside sums are one sum.
  public func summed(with other: Graph) -> Graph { .parallel(parallelItems + other.parallelItems) }

  private var seriesItems: [Graph] {
    if case .series(let items) = self { items } else { [self] }
  }

  private var parallelItems: [Graph] {
    if case .parallel(let items) = self { items } else { [self] }
  }
}

/// Nodes with names, and edges between their ports.
///
/// Several edges into one port are summed, with their latencies aligned. A node that nothing leads into, or a cycle, is refused when
/// the graph is compiled.
public struct Network: Sendable, Hashable, Codable {
  /// One end of an edge.
  public enum Terminal: Sendable, Hashable {
    /// The network's own input.
    case input
    /// The network's own output.
    case output
    /// A port of a node. Port 0 is the main one.
    case node(String, port: Int)

    /// The main port of a node.
    public static func node(_ id: String) -> Terminal { .node(id, port: 0) }
  }

  /// A graph with a name in this network.
  public struct Node: Sendable, Hashable, Codable {
    public var id: String
    public var graph: Graph

    public init(_ id: String, _ item: some Connectable) {
      self.id = id
      graph = item.graph
    }
  }

  /// A connection from an output port to an input port.
  public struct Edge: Sendable, Hashable, Codable {
    public var from: Terminal
    public var to: Terminal

    public init(_ from: Terminal, _ to: Terminal) {
      self.from = from
      self.to = to
    }
  }

  public var nodes: [Node]
  public var edges: [Edge]

  public init(nodes: [Node], edges: [Edge]) {
    self.nodes = nodes
    self.edges = edges
  }
}

extension Network: Connectable {
  public var graph: Graph { .network(self) }
}

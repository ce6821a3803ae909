import AudioCore

extension GraphCompiler {
  /// Adds a network's nodes in an order in which each finds its inputs.
  mutating func lower(
    _ graph: Network, from inputs: [SignalNetwork.Wire], place: String
  ) throws(DesignError) -> SignalNetwork.Wire {
    let order = try graph.executionOrder()
    // Output ports of each node that has been added.
    var wires: [String: SignalNetwork.Wire] = [:]

    func wire(_ terminal: Network.Terminal) throws(DesignError) -> SignalNetwork.Wire {
      guard case .node(let id, let port) = terminal else { return inputs[0] }
      guard var wire = wires[id] else { throw Network.unknown(id) }
      wire.port = port
      guard network.nodes[wire.node].signals.indices.contains(port) else {
        throw DesignError(
          .inconsistent, parameter: "port", value: String(port),
          problem: "does not exist: \(id) has \(network.nodes[wire.node].signals.count) outputs",
          remedy: "Count ports from 0",
          stage: id)
      }
      return wire
    }

    for node in order {
      let incoming = graph.edges.filter { if case .node(node.id, _) = $0.to { true } else { false } }
      let ports = incoming.map { if case .node(_, let port) = $0.to { port } else { 0 } }
      guard let last = ports.max(), Set(ports) == Set(0...last) else {
        throw DesignError(
          .inconsistent, problem: "has input ports that nothing leads into",
          remedy: "Connect every port up to the highest one used, from 0 on", stage: node.id)
      }
      var sources: [SignalNetwork.Wire] = []
      for port in 0...last {
        var ends: [SignalNetwork.Wire] = []
        for edge in incoming where edge.to == .node(node.id, port: port) { ends.append(try wire(edge.from)) }
        sources.append(try sum(ends, identity: node.id))
      }
      let name = StageIdentity.nested(place, node.id)
      wires[node.id] = try lower(node.graph, from: sources, place: name, label: name)
    }
    var ends: [SignalNetwork.Wire] = []
    for edge in graph.edges where edge.to == .output { ends.append(try wire(edge.from)) }
    guard !ends.isEmpty else {
      throw DesignError(
        .inconsistent, problem: "a network without an edge to its output", remedy: "Lead at least one edge to .output",
        stage: place.isEmpty ? "network" : place)
    }
    return try sum(ends, identity: place.isEmpty ? "output" : place + ".output")
  }
}

extension Network {
  static func unknown(_ id: String) -> DesignError {
    DesignError(
      .inconsistent, parameter: "node", value: id, problem: "is not in the network", remedy: "Name one of its nodes")
  }

  /// The nodes so that each comes after all that lead into it.
  /// - Throws: `DesignError` of reason `.inconsistent` for names that are taken twice or unknown, and for cycles.
  func executionOrder() throws(DesignError) -> [Node] {
    var missing: [String: Set<String>] = [:]
    for node in nodes {
      guard missing.updateValue([], forKey: node.id) == nil else {
        throw DesignError(
          .inconsistent, parameter: "node", value: node.id, problem: "names two nodes",
          remedy: "Give each a name of its own")
      }
    }
    for edge in edges {
      if edge.to == .input || edge.from == .output {
        throw DesignError(
          .inconsistent, problem: "an edge leads into the network's input or out of its output",
          remedy: "Lead edges from .input and to .output")
      }
      if case .node(let id, let port) = edge.from, missing[id] == nil || port < 0 { throw Self.unknown(id) }
      guard case .node(let to, let port) = edge.to else { continue }
      guard missing[to] != nil, port >= 0 else { throw Self.unknown(to) }
      if case .node(let from, _) = edge.from { missing[to]?.insert(from) }
    }
    var order: [Node] = []
    while order.count < nodes.count {
      let done = Set(order.map(\.id))
      let ready = nodes.filter { !done.contains($0.id) && missing[$0.id, default: []].isSubset(of: done) }
      guard !ready.isEmpty else {
        let cycle = nodes.map(\.id).filter { !done.contains($0) }.joined(separator: ", ")
        throw DesignError(
          .inconsistent, parameter: "nodes", value: cycle, problem: "lead into one another",
          remedy: "Break the cycle; an effect with feedback of its own, such as a delay, can stand in its place")
      }
      order += ready
    }
    return order
  }
}

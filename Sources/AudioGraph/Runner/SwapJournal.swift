import AudioCore

/// One swap as it was asked for, with what it followed from: a value that can be written, and carried out again.
package struct SwapNote: Sendable {
  /// The number of the list of swaps that it led to, from 1 without a gap.
  package var serial: Int
  /// The number of its graph among those of the runner, by which notes of changes name it.
  package var graph: Int
  /// The worker's next frame, as the control thread saw it.
  package var seen: Int64
  /// The frame that it was asked for; nil for as soon as may be.
  package var position: Int64?
  /// The graph with the values that its live handles had.
  package var document: GraphDocument
  /// The effects in each of its stages that can change.
  package var parts: [[String]]
}

/// Who is told of every change and every swap, before the worker can find it.
package struct RunnerJournal: Sendable {
  let change: @Sendable (StageNote) -> Void
  let swap: @Sendable (SwapNote) -> Void

  package init(
    change: @escaping @Sendable (StageNote) -> Void, swap: @escaping @Sendable (SwapNote) -> Void
  ) {
    self.change = change
    self.swap = swap
  }
}

/// A list that the worker found: of the changes of one stage, or of swaps.
package struct FoundList: Sendable, Hashable {
  package var graph: Int
  /// The stage, as notes number it, or `ofSwaps`.
  package var stage: Int
  package var serial: Int

  package static var ofSwaps: Int { -1 }

  package init(graph: Int, stage: Int, serial: Int) {
    (self.graph, self.stage, self.serial) = (graph, stage, serial)
  }
}

extension RunnerControl {
  /// Tells somebody of every change and swap from now on, before the worker can find it. Called before the first swap. [control]
  /// - Returns: whether there was no change before.
  package func keepJournal(_ journal: RunnerJournal) -> Bool { graphs.keepJournal(journal) }

  /// Plans a change as it was planned once.
  /// - Throws: `DesignError` for what the plan cannot take: it is not the one that the note was made with.
  package func replay(_ note: StageNote) throws(DesignError) { try graphs.replay(note) }

  /// Swaps in a graph as it was swapped in once.
  /// - Throws: `DesignError` for a graph that comes to be another plan here.
  package func replay(_ note: SwapNote) throws(DesignError) { try graphs.replay(note) }

  /// The effects in each stage of the present graph that can change, in the order of the numbers that notes give the stages.
  package var changeableParts: [[String]] { graphs.controls(at: nil).parts }
}

extension Graph {
  /// The same graph with something else in place of its live handles.
  func replacingHandles(_ replacement: (any LiveNode) -> Graph) -> Graph {
    switch self {
    case .effect: return self
    case .live(let handle): return replacement(handle.base)
    case .series(let items): return .series(items.map { $0.replacingHandles(replacement) })
    case .parallel(let items): return .parallel(items.map { $0.replacingHandles(replacement) })
    case .labelled(let label, let inner): return .labelled(label, inner.replacingHandles(replacement))
    case .network(var network):
      for index in network.nodes.indices {
        network.nodes[index].graph = network.nodes[index].graph.replacingHandles(replacement)
      }
      return .network(network)
    }
  }

  /// The graph with handles of its own, which nobody changes.
  var detached: Graph {
    func own<E: Effect>(_ effect: E) -> Graph { Live(effect).graph }
    return replacingHandles { own($0.snapshot) }
  }

  /// The graph as it stands: two are equal where their handles have equal values.
  var values: Graph { replacingHandles { .effect(AnyEffect($0.snapshot)) } }
}

// MARK: The written form

extension SwapNote: Codable {
  private enum Keys: String, CodingKey { case serial, graph, seen, position, document, parts }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(serial, forKey: .serial)
    try container.encode(graph, forKey: .graph)
    try container.encode(seen, forKey: .seen)
    try container.encodeIfPresent(position, forKey: .position)
    try container.encode(document, forKey: .document)
    try container.encode(parts, forKey: .parts)
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Keys.self)
    serial = try container.decode(Int.self, forKey: .serial)
    graph = try container.decode(Int.self, forKey: .graph)
    seen = try container.decode(Int64.self, forKey: .seen)
    position = try container.decodeIfPresent(Int64.self, forKey: .position)
    document = try container.decode(GraphDocument.self, forKey: .document)
    parts = try container.decode([[String]].self, forKey: .parts)
    let frames = 0..<Int64(1) << 60
    guard serial > 0, (1..<1 << 30).contains(graph), frames.contains(seen), frames.contains(position ?? 0) else {
      throw DecodingError.dataCorruptedError(forKey: .seen, in: container, debugDescription: "a swap of no session")
    }
  }
}

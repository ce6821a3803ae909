import AudioCore
import Effects
import FilterDesign

extension SignalNetwork {
  /// Leaves out what changes nothing, folds static gains into sections and makes one cascade of neighbouring filters.
  /// - Returns: the names of what was left out.
  mutating func fuse() -> [String] {
    let vanished = dropIdentities()
    var readers = readerCounts()
    var replacement: [Wire: Wire] = [:]
    for index in nodes.indices {
      nodes[index].inputs = nodes[index].inputs.map { replacement[$0] ?? $0 }
      guard case .stage(let stage) = nodes[index].work, let next = stage as? CascadeStage,
        nodes[index].inputs.count == 1
      else {
        continue
      }
      let before = nodes[index].inputs[0].node
      // Only a stage whose output nobody else reads can grow.
      guard readers[before] == 1, case .stage(let previous) = nodes[before].work,
        let cascade = previous as? CascadeStage,
        let both = cascade.fused(with: next)
      else { continue }
      nodes[before].work = .stage(both)
      nodes[before].signals = nodes[index].signals
      readers[before] = readers[index]
      replacement[Wire(node: index, port: 0)] = Wire(node: before, port: 0)
    }
    output = replacement[output] ?? output
    removeUnread()
    return vanished
  }

  private mutating func dropIdentities() -> [String] {
    var vanished: [String] = []
    var replacement: [Wire: Wire] = [:]
    for index in nodes.indices {
      nodes[index].inputs = nodes[index].inputs.map { replacement[$0] ?? $0 }
      guard case .stage(let stage) = nodes[index].work, !stage.isLive, nodes[index].inputs.count == 1 else { continue }
      if var cascade = stage as? CascadeStage, !cascade.parts.isEmpty {
        cascade.parts = cascade.parts.compactMap(\.withoutIdentitySections)
        if cascade.parts.isEmpty {
          vanished.append(stage.identity)
          replacement[Wire(node: index, port: 0)] = nodes[index].inputs[0]
        } else {
          nodes[index].work = .stage(cascade)
        }
      } else if stage.lowering == .identity, stage.outputs == [stage.context.format], stage.latencyFrames == 0 {
        vanished.append(stage.identity)
        replacement[Wire(node: index, port: 0)] = nodes[index].inputs[0]
      }
    }
    output = replacement[output] ?? output
    removeUnread()
    return vanished
  }

  /// Removes nodes that nobody reads and numbers the rest anew.
  private mutating func removeUnread() {
    var isRead = [Bool](repeating: false, count: nodes.count)
    isRead[0] = true
    isRead[output.node] = true
    for index in nodes.indices.reversed() where isRead[index] {
      for wire in nodes[index].inputs { isRead[wire.node] = true }
    }
    var number: [Int] = []
    var count = 0
    for read in isRead {
      number.append(count)
      if read { count += 1 }
    }
    var kept: [Node] = []
    for index in nodes.indices where isRead[index] {
      var node = nodes[index]
      node.inputs = node.inputs.map { Wire(node: number[$0.node], port: $0.port) }
      for port in node.signals.indices {
        node.signals[port].frameChangers = node.signals[port].frameChangers.map { number[$0] }
      }
      kept.append(node)
    }
    output.node = number[output.node]
    nodes = kept
  }
}

extension CascadeStage.Part {
  /// The part without sections that change nothing; nil when none is left.
  fileprivate var withoutIdentitySections: CascadeStage.Part? {
    guard !source.isLive else { return self }
    let kept = design.cascade.sections.filter { $0.b0 != 1 || $0.b1 != $0.a1 || $0.b2 != $0.a2 }
    if kept.count == design.cascade.sections.count { return self }
    if kept.isEmpty { return nil }
    let cascade = SectionCascade(sections: kept, roots: design.cascade.roots)
    return CascadeStage.Part(
      identity: identity, name: name, design: SOSDesign(cascade: cascade, format: design.format), source: source)
  }
}

import AudioCore

extension GraphCompiler {
  /// Gives every signal a place in memory and writes down the steps.
  ///
  /// A step never writes the memory it reads: the guard against overflow runs a stage again from its input.
  func schedule() -> Plan {
    let lastReaders = lastReader()
    var buffers: [Plan.Buffer] = []
    var owner: [Int?] = []
    var places: [Int: Plan.Slot.Place] = [:]
    var steps: [Plan.Step] = []

    func place(_ node: Int) -> Plan.Slot.Place {
      let channels = network.nodes[node].signals.reduce(0) { $0 + $1.format.channels }
      let frames = network.nodes[node].signals.map(\.maximumFrames).max() ?? 0
      let free = buffers.indices.first { index in
        guard let holder = owner[index], holder != 0 else { return false }
        return lastReaders[holder] < node
      }
      guard let free else {
        buffers.append(.init(channels: channels, frames: frames))
        owner.append(node)
        return .buffer(buffers.count - 1)
      }
      buffers[free].channels = max(buffers[free].channels, channels)
      buffers[free].frames = max(buffers[free].frames, frames)
      owner[free] = node
      return .buffer(free)
    }

    func slot(_ wire: SignalNetwork.Wire) -> Plan.Slot {
      let signals = network.nodes[wire.node].signals
      let first = signals[..<wire.port].reduce(0) { $0 + $1.format.channels }
      return .init(
        place: places[wire.node] ?? .output, channels: first..<(first + signals[wire.port].format.channels))
    }

    // The input is read where it lies; its buffer is for input that must be copied, and is never given away.
    _ = place(0)
    places[0] = .input
    for (index, node) in network.nodes.enumerated().dropFirst() {
      let isLast =
        index == network.output.node && lastReaders[index] == Int.max && node.signals.count == 1 && isReadOnce(index)
      places[index] = isLast ? .output : place(index)
      let channels = node.signals.reduce(0) { $0 + $1.format.channels }
      let work: Plan.Work =
        switch node.work {
        case .stage(let stage): .stage(stage)
        case .sum: .sum
        case .delay(let frames): .delay(frames: frames)
        case .input: .copy
        }
      steps.append(
        .init(
          work: work, inputs: node.inputs.map(slot),
          output: .init(place: places[index] ?? .output, channels: 0..<channels)))
    }
    let end = network.signal(network.output)
    if places[network.output.node] != .output {
      steps.append(
        .init(
          work: .copy, inputs: [slot(network.output)], output: .init(place: .output, channels: 0..<end.format.channels))
      )
    }
    return Plan(
      input: input, output: end.format, options: options, latencyFrames: end.latencyFrames, tail: end.tail,
      vanished: vanished,
      maximumOutputFrames: end.maximumFrames, keepsFrameCount: end.frameChangers.isEmpty, steps: steps,
      buffers: buffers,
      network: network)
  }

  /// The last step that reads each node's output; the graph's output is read after all of them.
  private func lastReader() -> [Int] {
    var last = Array(network.nodes.indices)
    for (index, node) in network.nodes.enumerated() {
      for wire in node.inputs { last[wire.node] = max(last[wire.node], index) }
    }
    last[network.output.node] = Int.max
    return last
  }

  private func isReadOnce(_ node: Int) -> Bool { network.readerCounts()[node] == 1 }
}

import AudioCore

extension GraphCompiler {
  /// Sums wires, after delaying each so that all lag the input as much as the slowest.
  mutating func sum(_ wires: [SignalNetwork.Wire], identity: String) throws(DesignError) -> SignalNetwork.Wire {
    guard wires.count > 1 else { return wires[0] }
    let aligned = try align(wires, identity: identity, formatsMustMatch: true)
    var signal = network.signal(aligned[0])
    signal.tail = aligned.dropFirst().reduce(signal.tail) { $0.joined(with: network.signal($1).tail) }
    network.nodes.append(.init(work: .sum, inputs: aligned, signals: [signal]))
    return .init(node: network.nodes.count - 1, port: 0)
  }

  /// Delays wires so that all lag the input as much as the slowest.
  /// - Throws: `DesignError` of reason `.format` for signals that cannot meet: other rates, other frame counts, other channels.
  mutating func align(
    _ wires: [SignalNetwork.Wire], identity: String, formatsMustMatch: Bool
  ) throws(DesignError) -> [SignalNetwork.Wire] {
    let first = network.signal(wires[0])
    for wire in wires.dropFirst() {
      let signal = network.signal(wire)
      guard signal.format.sampleRate == first.format.sampleRate, signal.frameChangers == first.frameChangers else {
        throw DesignError(
          .format, problem: "joins signals of \(first.format) and \(signal.format) whose frames do not come in step",
          remedy: "Resample all of them, or none, before they meet", stage: identity)
      }
      guard !formatsMustMatch || signal.format.channels == first.format.channels else {
        throw DesignError(
          .format, problem: "sums \(first.format.channels) and \(signal.format.channels) channels",
          remedy: "Bring the branches to one number of channels", stage: identity)
      }
    }
    let slowest = wires.map { network.signal($0).latencyFrames }.max() ?? 0
    return wires.map { wire in
      var signal = network.signal(wire)
      let missing = slowest - signal.latencyFrames
      guard missing > 0 else { return wire }
      signal.latencyFrames = slowest
      network.nodes.append(.init(work: .delay(frames: missing), inputs: [wire], signals: [signal]))
      return .init(node: network.nodes.count - 1, port: 0)
    }
  }
}

import AudioCore

/// The compiler's form of a graph: nodes in an order in which they can run, and the wires between their ports.
struct SignalNetwork: Sendable {
  /// An output port of a node.
  struct Wire: Sendable, Hashable {
    var node: Int
    var port: Int
  }

  /// What is known about the signal on a wire.
  struct Signal: Sendable {
    var format: StreamFormat
    /// Frames by which it lags the graph's input, at its own rate.
    var latencyFrames: Int
    var tail: Tail
    /// The most frames a block of it has.
    var maximumFrames: Int
    /// The stages that change the number of frames on its way: only signals of equal histories have equal blocks.
    var frameChangers: [Int]
  }

  enum Work: Sendable {
    case input
    case stage(any PlannedStage)
    case sum
    case delay(frames: Int)
  }

  struct Node: Sendable {
    var work: Work
    var inputs: [Wire]
    /// One for each output port.
    var signals: [Signal]
  }

  var nodes: [Node] = []
  /// The wire that is the graph's output.
  var output = Wire(node: 0, port: 0)

  func signal(_ wire: Wire) -> Signal { nodes[wire.node].signals[wire.port] }

  /// How many readers each node has, the graph's output included.
  func readerCounts() -> [Int] {
    var counts = [Int](repeating: 0, count: nodes.count)
    for node in nodes {
      for wire in node.inputs { counts[wire.node] += 1 }
    }
    counts[output.node] += 1
    return counts
  }
}

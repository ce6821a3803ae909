import AudioCore

extension Plan {
  /// What each step is in any graph, as a number: a stage by its identity and effects, a delay by what it delays. Steps of two plans
  /// with the same number stand for one another. [control]
  func stateKeys() -> [UInt64] {
    var names: [String] = []
    var used: [String: Int] = [:]
    for node in network.nodes {
      let inputs = node.inputs.map { "\(names[$0.node]).\($0.port)" }
      var name =
        switch node.work {
        case .input: "input"
        case .stage(let stage): "stage \(stage.identity): \(stage.effects.joined(separator: "|"))"
        case .sum: "sum(\(inputs.joined(separator: ",")))"
        case .delay(let frames): "delay \(frames) (\(inputs.joined(separator: ",")))"
        }
      used[name, default: 0] += 1
      if let count = used[name], count > 1 { name += "#\(count)" }
      names.append(name)
    }
    let keys = names.dropFirst().map(Self.hash)
    // A copy to the output at the end belongs to no node.
    return keys + [UInt64](repeating: 0, count: steps.count - keys.count)
  }

  /// All of it as one number, for saved states.
  var stateKey: UInt64 { stateKeys().reduce(latencyHash) { ($0 ^ $1) &* 0x100_0000_01B3 } }

  private var latencyHash: UInt64 { 0xCBF2_9CE4_8422_2325 ^ UInt64(latencyFrames) }

  // FNV-1a.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// Frames after which a step that begins afresh has forgotten that it did; nil for one that never forgets.
  func memoryFrames(of step: Step) -> Int? {
    guard case .stage(let stage) = step.work else { return 0 }
    return stage.tail.frameCount.map { 2 * $0 }
  }
}

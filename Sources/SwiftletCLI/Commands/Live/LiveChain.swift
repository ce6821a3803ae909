import AudioCore
import EffectCatalog

/// A chain whose every effect can be changed while it plays, by the number of its place.
struct LiveChain {
  /// One parameter of one effect.
  struct Control {
    /// The effect's place in the chain, from 1.
    var stage: Int
    var effect: String
    var info: ParameterInfo
    var node: any LiveNode

    /// `1.frequency`, as commands write it.
    var name: String { "\(stage).\(info.name)" }

    /// The present value; nil where the effect has none.
    var value: ParameterValue? { LiveParameters.value(info.name, of: node) }
  }

  let graph: Graph
  let controls: [Control]

  /// Makes every effect of a graph live.
  init(_ graph: Graph) {
    var nodes: [any LiveNode] = []
    self.graph = Self.live(graph, &nodes)
    controls = nodes.enumerated().flatMap { index, node in
      LiveParameters.infos(of: node).map { info in
        Control(stage: index + 1, effect: type(of: node.snapshot).name, info: info, node: node)
      }
    }
  }

  private static func live(_ graph: Graph, _ nodes: inout [any LiveNode]) -> Graph {
    switch graph {
    case .effect(let effect):
      func open<E: Effect>(_ effect: E) -> AnyLive { AnyLive(Live(effect)) }
      let live = open(effect.base)
      nodes.append(live.base)
      return .live(live)
    case .live(let live):
      nodes.append(live.base)
      return graph
    case .series(let items): return .series(items.map { Self.live($0, &nodes) })
    case .parallel(let items): return .parallel(items.map { Self.live($0, &nodes) })
    case .labelled(let label, let inner): return .labelled(label, Self.live(inner, &nodes))
    case .network(var network):
      for index in network.nodes.indices {
        network.nodes[index].graph = Self.live(network.nodes[index].graph, &nodes)
      }
      return .network(network)
    }
  }

  /// Does what a command such as `1.frequency=800Hz` says.
  /// - Throws: `Failure` that names what would be right.
  func perform(_ command: String) throws(Failure) {
    let parts = command.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, let control = controls.first(where: { $0.name == parts[0].filter { $0 != " " } }) else {
      throw Failure(
        "\"\(command)\" is no command: write one as 1.frequency=800Hz, for one of "
          + controls.map(\.name).joined(separator: ", "), status: .usage)
    }
    do {
      try LiveParameters.set(control.info.name, of: control.node, to: try Self.value(parts[1], for: control.info))
    } catch {
      throw Failure("\(control.name): \(error)", status: .usage)
    }
  }

  // Blanks mean nothing in a number, and much in the name of a file.
  private static func value(_ text: String, for info: ParameterInfo) throws -> ParameterValue {
    guard info.kind == .text else { return try EffectExpression.value(text.filter { $0 != " " }, for: info) }
    let start = text.drop(while: \.isWhitespace)
    let trimmed = start.lastIndex { !$0.isWhitespace }.map { String(start[...$0]) } ?? ""
    return trimmed.first.map("\"'".contains) == true ? try EffectExpression.value(trimmed, for: info) : .text(trimmed)
  }
}

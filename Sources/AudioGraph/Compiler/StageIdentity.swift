import AudioCore

/// How stages are named: by a label, else by what they are and where they stand.
enum StageIdentity {
  /// The place of an item inside another place.
  static func nested(_ place: String, _ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

  /// The place of the item with an index, which people count from 1, as the commands of a live chain do.
  static func nested(_ place: String, index: Int) -> String { nested(place, "\(index + 1)") }

  /// The name of a stage at a place.
  static func named(_ name: String, at place: String) -> String { place.isEmpty ? name : "\(name)@\(place)" }
}

extension Graph {
  /// The identities of the stages that a plan makes of the effects, in the order in which they are written; of live ones too.
  ///
  /// With them a `DesignError` finds the effect that it is about.
  public var effectIdentities: [String] { identities(at: "", label: nil) }

  private func identities(at place: String, label: String?) -> [String] {
    switch self {
    case .effect(let effect): return [label ?? StageIdentity.named(effect.name, at: place)]
    case .live(let live): return [label ?? StageIdentity.named(type(of: live.base.snapshot).name, at: place)]
    case .labelled(let label, let inner): return inner.identities(at: label, label: label)
    case .series(let items):
      return items.enumerated().flatMap { index, item in
        item.identities(at: StageIdentity.nested(place, index: index), label: items.count == 1 ? label : nil)
      }
    case .parallel(let branches):
      return branches.enumerated().flatMap { index, branch in
        branch.identities(at: StageIdentity.nested(place, index: index), label: nil)
      }
    case .network(let network):
      return network.nodes.flatMap { node in
        let name = StageIdentity.nested(place, node.id)
        return node.graph.identities(at: name, label: name)
      }
    }
  }
}

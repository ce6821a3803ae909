/// Anything that can stand in a graph: an effect, a live handle, a chain, a sum.
public protocol Connectable: Sendable {
  /// The graph that it stands for.
  var graph: Graph { get }
}

/// What may stand to the left of `+`: an effect, a live handle, a sum; not a chain, because `a | b + c` would group as `(a | b) + c`.
public protocol Summable: Connectable {}

import AudioCore

extension Connectable {
  /// This effect with a key made from its own input: a compressor that hears less of the bass, say.
  ///
  /// `Compressor().keyed(by: HighPass(150))` leads the input to port 0, and what the key's graph makes of it to port 1. For a key from
  /// elsewhere, connect port 1 in a `Network`.
  public func keyed(by key: some Connectable) -> Network {
    Network(
      nodes: [.init("key", key), .init("keyed", self)],
      edges: [
        .init(.input, .node("key")), .init(.input, .node("keyed", port: 0)),
        .init(.node("key"), .node("keyed", port: 1)), .init(.node("keyed"), .output),
      ])
  }
}

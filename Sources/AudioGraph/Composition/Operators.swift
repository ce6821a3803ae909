import AudioCore

// In Swift `|` and `+` have the same precedence and group to the left: `a | b + c` would silently mean `(a | b) + c`.
// A chain is therefore not `Summable`, and the guard below makes the compiler say what to write instead. The guard is an
// unavailable conformance: an unavailable overload of `+` would be ignored in short chains and cost seconds in long ones.

/// Effects one after another.
public struct Series: Connectable, Hashable {
  public let graph: Graph

  init(_ graph: Graph) { self.graph = graph }
}

/// Effects side by side on the same input, summed.
public struct Parallel: Summable, Hashable {
  public let graph: Graph

  init(_ graph: Graph) { self.graph = graph }
}

/// What may not stand to the left of `+`. Nothing conforms: both conformances are unavailable, and say why.
public protocol PrecedenceGuarded {}

@available(
  *, unavailable, message: "'|' and '+' have equal precedence in Swift. Write a | (b + c), or c + (a | b)."
)
extension Series: PrecedenceGuarded {}

@available(
  *, unavailable, message: "'|' and '+' have equal precedence in Swift. Write wave | a | (b + c)."
)
extension Pipeline: PrecedenceGuarded {}

/// The first effect, then the second. The same as `a.then(b)`.
public func | (a: some Connectable, b: some Connectable) -> Series { a.then(b) }

/// A wave through an effect, to be rendered.
public func | <S>(wave: Wave<S>, effect: some Connectable) -> Pipeline<S> { Pipeline(wave, through: effect.graph) }

/// What the pipeline does, then the effect.
public func | <S>(pipeline: Pipeline<S>, effect: some Connectable) -> Pipeline<S> {
  Pipeline(pipeline.wave, through: pipeline.graph.followed(by: effect.graph))
}

/// Both on the same input, summed. The same as `a.mixed(with: b)`.
public func + (a: some Summable, b: some Connectable) -> Parallel { a.mixed(with: b) }

/// Never to be called: it lets the compiler explain why a chain cannot stand to the left of `+`.
public func + <Chain: PrecedenceGuarded>(a: Chain, b: some Connectable) -> Chain { a }

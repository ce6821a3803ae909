import AudioCore
import Effects

/// The language in which a person writes a graph: `highpass:80Hz,order=4 | peak:1kHz,gain=+6dB | (lowpass:200Hz + highpass:2kHz)`.
///
/// * An effect is `name:value,parameter=value`. Values without a name go to the parameters in the order of the table, each to the
///   next one that applies. `pass` (or `dry`) passes the signal on.
/// * `|` is one after another, `+` is side by side and binds tighter; parentheses group. `label = item` gives an item a label.
/// * Numbers have a sign, an exponent and a unit: `Hz`, `kHz`, `k`, `dB`, `ms`, `s`, `%`, `oct`, in any case. `k` multiplies by 1000
///   and `%` divides plain numbers by 100. Times may be notes too: `1/8`, dotted `1/8d`, as a triplet `1/8t`.
/// * Texts may stand in quotes. Case, `-` and `_` make no difference in names.
public enum EffectExpression {
  /// The names of the graph that passes the signal on.
  static let passNames = ["pass", "dry"]

  /// The graph that an expression stands for; series inside series become one series, and sums one sum, as the operators in Swift do it.
  ///
  /// - Parameter resources: Reads the files that effects name. Without it they stay unread, and the graph cannot be compiled.
  /// - Throws: `ExpressionError` that names the place and what would be right.
  public static func parse(
    _ expression: String, catalog: Catalog = .standard, resources: ResourceLoader? = nil
  ) throws(ExpressionError) -> Graph {
    var parser = ExpressionParser(expression, catalog: catalog, resources: resources)
    return try parser.parse()
  }

  /// The graphs of several expressions in series, each as if it stood in parentheses. No expression passes the signal on.
  /// - Throws: `ExpressionError` that also says which expression it is.
  public static func parse(
    _ expressions: [String], catalog: Catalog = .standard, resources: ResourceLoader? = nil
  ) throws(ExpressionError) -> Graph {
    var items: [Graph] = []
    for (index, expression) in expressions.enumerated() {
      do throws(ExpressionError) {
        items.append(try parse(expression, catalog: catalog, resources: resources))
      } catch {
        var placed = error
        if expressions.count > 1 { (placed.index, placed.count) = (index, expressions.count) }
        throw placed
      }
    }
    return .series(joining: items)
  }

  /// One written value, such as `800Hz` or `-3dB`, as what a parameter takes.
  /// - Throws: `ExpressionError` for a value that it does not take.
  public static func value(_ text: String, for info: ParameterInfo) throws(ExpressionError) -> ParameterValue {
    var lexer = ExpressionLexer(text)
    let token = try lexer.takeQuoted() ?? lexer.takeBareValue()
    return try ValueReader(lexer: lexer, token: token, info: info, siblings: [info]).read()
  }

  /// An expression that parses to the same graph, with every number in full precision.
  ///
  /// Series inside series are written as one series and sums inside sums as one sum; a graph made by the operators has none, and
  /// parses to an equal graph. A live effect is written as its present value.
  /// - Throws: `DesignError` of reason `.unsupported` for what expressions cannot say: networks, sums of nothing, effects that the
  ///   catalog does not have or whose values it does not take.
  public static func write(_ graph: Graph, catalog: Catalog = .standard) throws(DesignError) -> String {
    let text = try ExpressionWriter(catalog: catalog).write(graph)
    guard text.utf8.count <= ExpressionParser.maximumLength else {
      throw ExpressionWriter.cannotWrite("a graph of \(text.utf8.count) bytes", "Split it")
    }
    return text
  }
}

extension Graph {
  /// What `followed(by:)` makes of all items, in linear time.
  static func series(joining items: [Graph]) -> Graph {
    items.count == 1 ? items[0] : .series(items.flatMap { if case .series(let inner) = $0 { inner } else { [$0] } })
  }

  /// What `summed(with:)` makes of all items, in linear time.
  static func parallel(joining items: [Graph]) -> Graph {
    items.count == 1 ? items[0] : .parallel(items.flatMap { if case .parallel(let inner) = $0 { inner } else { [$0] } })
  }
}

import Accelerator
import ArgumentParser
import AudioCore
import EffectCatalog
import Swiftlet

extension Precision: ExpressibleByArgument {}
extension KernelMode: ExpressibleByArgument {}
extension ProcessingDevice: ExpressibleByArgument {}

/// The expressions of a chain as a person typed them.
struct Expressions {
  var texts: [String]

  init(_ texts: [String]) { self.texts = texts }

  /// The chain as a graph, with the files that it names.
  func graph() throws(ExpressionError) -> Graph { try EffectExpression.parse(texts, resources: .files) }

  /// Does something that designs the chain. What a design refuses is shown where it stands.
  func placing<R>(_ graph: Graph, _ body: () throws -> R) throws -> R {
    do {
      return try body()
    } catch let error as DesignError {
      guard let stage = error.stage, let number = graph.effectIdentities.firstIndex(of: stage),
        let mistake = EffectExpression.mistake(error, inEffect: number, of: texts)
      else { throw error }
      throw Failure("in the expression: \(mistake)", status: .dataError)
    }
  }
}

/// The expressions of a command that looks at a chain, and the stream that the chain is meant for.
struct ChainArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("The chain; several expressions stand in series.", valueName: "expr"))
  var expressions: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The sample rate that it is designed for: 48000, 48k, 44.1kHz; 1 Hz to 3.072 MHz.", valueName: "rate"))
  var rate: SampleRate = SampleRate(hertz: 48_000)

  /// Lends the plan of the chain. What a design refuses, then or in the body, is shown where it stands.
  func withPlan<R>(channels: Int = 1, options: PlanOptions = PlanOptions(), _ body: (Plan) throws -> R) throws -> R {
    let chain = Expressions(expressions)
    let graph = try chain.graph()
    return try chain.placing(graph) {
      try body(Plan.compile(graph, for: StreamFormat(sampleRate: rate.hertz, channels: channels), options: options))
    }
  }

  /// The chain as it was written.
  var title: String {
    expressions.count == 1 ? expressions[0] : expressions.map { "(\($0))" }.joined(separator: " | ")
  }
}

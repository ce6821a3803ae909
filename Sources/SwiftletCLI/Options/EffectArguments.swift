import Accelerator
import ArgumentParser
import AudioCore
import EffectCatalog
import Swiftlet

extension Precision: ExpressibleByArgument {}
extension KernelMode: ExpressibleByArgument {}
extension ProcessingDevice: ExpressibleByArgument {}

/// The expressions of a command that looks at a chain, and the stream that the chain is meant for.
struct ChainArguments: ParsableArguments {
  @Argument(help: ArgumentHelp("The chain; several expressions stand in series.", valueName: "expr"))
  var expressions: [String]

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The sample rate that it is designed for: 48000, 48k, 44.1kHz.", valueName: "rate"))
  var rate: SampleRate = SampleRate(hertz: 48_000)

  /// The chain as a graph.
  func graph() throws(ExpressionError) -> Graph { try EffectExpression.parse(expressions, resources: .files) }

  /// The chain as it was written.
  var title: String {
    expressions.count == 1 ? expressions[0] : expressions.map { "(\($0))" }.joined(separator: " | ")
  }
}

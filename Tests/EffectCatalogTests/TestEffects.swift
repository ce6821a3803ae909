import AudioCore
import EffectCatalog

/// An effect with a parameter of every kind, which does nothing.
struct Every: Effect {
  static let name = "every"
  var time = 0.0
  var share = 0.0
  var count = 1
  var shape = "sine"
  var on = false
  var file = ""

  static let parameters: [Parameter<Every>] = [
    .number("time", "a time", \.time, unit: .seconds, in: 0...10, default: 0),
    .number("share", "a share", \.share, unit: .percent, in: 0...100, default: 0, aliases: ["mix"]),
    .integer("count", "a count", in: 1...1_000_000, default: 1, get: { $0.count }, set: { $0.count = $1 }),
    .choice("shape", "a shape", of: ["sine", "square"], default: "sine", get: { $0.shape }, set: { $0.shape = $1 }),
    Parameter(
      info: ParameterInfo(
        name: "on", aliases: [], summary: "a switch", kind: .toggle, live: .smooth, defaultValue: .toggle(false),
        group: nil),
      get: { .toggle($0.on) }, set: { root, value in if case .toggle(let on) = value { root.on = on } }),
    Parameter(
      info: ParameterInfo(
        name: "file", aliases: [], summary: "a name", kind: .text, live: .structural, defaultValue: .text(""),
        group: nil),
      get: { .text($0.file) },
      set: { (root: inout Every, value: ParameterValue) throws(DesignError) in
        guard case .text(let text) = value, text != "refused" else {
          throw DesignError(
            .unsupported, parameter: "file", value: "refused", problem: "cannot be read", remedy: "Name another")
        }
        root.file = text
      }),
  ]

  func design(in context: DesignContext) throws(DesignError) -> Nothing { Nothing(outputs: context.inputs) }

  func makeProcessor<S: Sample>(
    _ design: Nothing, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, Nothing> { NothingProcessor<S>() }
}

/// The design of an effect that does nothing.
struct Nothing: EffectDesign {
  var outputs: [StreamFormat]
}

final class NothingProcessor<S: Sample>: AudioProcessor {
  func adopt(_ design: borrowing Nothing) -> Bool { true }
  func process(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
  ) -> Int {
    output.copy(from: input)
    return input.frames
  }
  func reset() {}
  func saveState(into writer: inout StateWriter) {}
  func restoreState(from reader: inout StateReader) throws(StateError) {}
}

extension Catalog {
  /// The effect with every kind of parameter, and those of the library.
  static let test = Catalog(
    standard.entries + [.effect(Every(), "does nothing", family: .utility, example: "every:0.5s")])
}

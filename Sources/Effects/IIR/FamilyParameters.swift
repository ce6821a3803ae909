import AudioCore
import FilterDesign

/// A filter of a family that offers every response at any order.
protocol ResponseFilter: Effect {
  var response: Response { get set }
  var order: Int { get set }
}

extension Parameter where Root: ResponseFilter {
  /// The rows that all families begin with: response, cutoff, low, high, order.
  static func family(order range: ClosedRange<Int> = 1...24) -> [Parameter] {
    [
      .choice(
        "response", "what passes", of: Response.Kind.allCases.map(\.rawValue), aliases: ["btype", "type"],
        get: { $0.response.kind.rawValue },
        set: { root, name in
          if let kind = Response.Kind(rawValue: name) { root.response.kind = kind }
        }),
      .frequency(
        "cutoff", "the edge of a low- or high-pass", aliases: ["frequency"], applies: { !$0.response.kind.hasBand },
        get: { $0.response.cutoff }, set: { $0.response.cutoff = $1 }),
      .frequency(
        "low", "the lower edge of a band", applies: { $0.response.kind.hasBand },
        get: { $0.response.low }, set: { $0.response.low = $1 }),
      .frequency(
        "high", "the upper edge of a band", applies: { $0.response.kind.hasBand },
        get: { $0.response.high }, set: { $0.response.high = $1 }),
      .integer(
        "order", "the order of the prototype", in: range, default: 4, get: { $0.order }, set: { $0.order = $1 }),
    ]
  }
}

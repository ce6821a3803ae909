import AudioCore
import FilterDesign

extension FIR {
  /// In the order in which positional values are given: `fir:lowpass,1kHz`, `fir:bandpass,200Hz,2kHz`.
  public static let parameters: [Parameter<FIR>] = [
    .choice(
      "response", "what passes", of: Response.Kind.allCases.map(\.rawValue), default: "lowpass",
      aliases: ["btype", "type"], group: "shape",
      applies: { $0.response != nil },
      get: { $0.response?.kind.rawValue ?? "lowpass" },
      set: { filter, name in
        guard let kind = Response.Kind(rawValue: name) else { return }
        var response = filter.response ?? .lowPass(1_000)
        response.kind = kind
        filter.shape = .response(response)
      }),
    .frequency(
      "cutoff", "where a low- or high-pass has half its level", aliases: ["frequency"],
      applies: { $0.response.map { !$0.kind.hasBand } ?? false },
      get: { $0.response?.cutoff }, set: { $0.change(\.cutoff, to: $1) }),
    .frequency(
      "low", "the lower edge of a band", applies: { $0.response?.kind.hasBand ?? false },
      get: { $0.response?.low }, set: { $0.change(\.low, to: $1) }),
    .frequency(
      "high", "the upper edge of a band", applies: { $0.response?.kind.hasBand ?? false },
      get: { $0.response?.high }, set: { $0.change(\.high, to: $1) }),
    .integer(
      "taps", "how many taps; the kaiser method finds the count by itself", in: 1...1_048_576, default: 255,
      aliases: ["numtaps"], applies: { !$0.isGiven && $0.method != .kaiser }, get: { $0.taps }, set: { $0.taps = $1 }),
    .choice(
      "window", "what tapers the taps", of: Window.names.map(\.name), default: "hamming",
      applies: { $0.hasWindow }, get: { $0.window.name },
      set: { filter, name in
        if let window = Window(named: name) { filter.window = window }
      }),
    .number(
      "beta", "the window's own number: beta, alpha, std, nw or attenuation", in: 0...5_000, default: 8.6,
      live: .crossfade, aliases: ["alpha", "std", "nw"],
      applies: { $0.hasWindow && $0.window.parameter != nil }, get: { $0.window.parameter },
      set: { filter, number in
        if let window = Window(named: filter.window.name, parameter: number) { filter.window = window }
      }),
    .choice(
      "method", "how the taps are found", of: Method.allCases.map(\.rawValue), default: "window",
      aliases: ["design"], applies: { !$0.isGiven }, get: { $0.method.rawValue },
      set: { filter, name in
        if let method = Method(rawValue: name) { filter.method = method }
      }),
    .number(
      "attenuation", "of the stop band, for kaiser", unit: .decibels, in: 8...300, default: 60, live: .structural,
      applies: { !$0.isGiven && $0.method == .kaiser }, get: { $0.attenuation }, set: { $0.attenuation = $1 }),
    .number(
      "width", "from pass band to stop band, for all methods but window", unit: .hertz, in: 0.001...192_000,
      taper: .logarithmic, default: 200, live: .crossfade, aliases: ["transition"],
      applies: { !$0.isGiven && $0.bands == nil && $0.method != .window }, get: { $0.width.hertz },
      set: { $0.width = Frequency($1) }),
    .choice(
      "phase", "linear, or the least delay for the magnitude", of: Phase.allCases.map(\.rawValue), default: "linear",
      get: { $0.phase.rawValue },
      set: { filter, name in
        if let phase = Phase(rawValue: name) { filter.phase = phase }
      }),
    .text(
      "edges", "instead of a response: where passing and stopping change, in hertz, such as \"200 2000 4000\"",
      group: "shape",
      applies: { $0.multiband != nil || $0.response != nil },
      get: { $0.multiband.map { Self.written($0.edges.map(\.hertz)) } },
      set: { (filter: inout FIR, text: String) throws(DesignError) in
        let edges = try Self.numbers(text, parameter: "edges").map { Frequency($0) }
        filter.shape = .multiband(edges: edges, passesZero: filter.multiband?.passesZero ?? true)
      }),
    .choice(
      "start", "whether the band from 0 Hz on passes, with edges", of: ["pass", "stop"], default: "pass",
      applies: { $0.multiband != nil }, get: { $0.multiband?.passesZero == false ? "stop" : "pass" },
      set: { filter, name in
        filter.shape = .multiband(edges: filter.multiband?.edges ?? [], passesZero: name == "pass")
      }),
    .text(
      "bands", "instead of a response: two edges a band in hertz, or the frequencies of the sampling method",
      group: "shape",
      applies: { $0.bands != nil || $0.response != nil },
      get: { $0.bands.map { Self.written($0.frequencies.map(\.hertz)) } },
      set: { (filter: inout FIR, text: String) throws(DesignError) in
        let frequencies = try Self.numbers(text, parameter: "bands").map { Frequency($0) }
        filter.shape = .bands(frequencies, gains: filter.bands?.gains ?? [], weights: filter.bands?.weights)
      }),
    .text(
      "gains", "with bands: linear gains, one a band, at each edge or at each frequency",
      applies: { $0.bands != nil }, get: { $0.bands.map { Self.written($0.gains) } },
      set: { (filter: inout FIR, text: String) throws(DesignError) in
        let gains = try Self.numbers(text, parameter: "gains")
        filter.shape = .bands(filter.bands?.frequencies ?? [], gains: gains, weights: filter.bands?.weights)
      }),
    .text(
      "weights", "with bands: how much an error in each counts", default: "1", applies: { $0.bands != nil },
      get: { $0.bands?.weights.map(Self.written) },
      set: { (filter: inout FIR, text: String) throws(DesignError) in
        let weights = try Self.numbers(text, parameter: "weights")
        filter.shape = .bands(filter.bands?.frequencies ?? [], gains: filter.bands?.gains ?? [], weights: weights)
      }),
    .text(
      "file", "instead of a design: a file of taps, one number a line or a list in JSON",
      group: "shape",
      applies: { $0.tapFile != nil || $0.response != nil }, get: { $0.tapFile },
      set: { $0.shape = .taps(.file($1)) }),
  ]
}

extension FIR {
  fileprivate var response: Response? { if case .response(let response) = shape { response } else { nil } }

  fileprivate var multiband: (edges: [Frequency], passesZero: Bool)? {
    if case .multiband(let edges, let passesZero) = shape { (edges, passesZero) } else { nil }
  }

  fileprivate var bands: (frequencies: [Frequency], gains: [Double], weights: [Double]?)? {
    if case .bands(let frequencies, let gains, let weights) = shape { (frequencies, gains, weights) } else { nil }
  }

  fileprivate var tapFile: String? { if case .taps(let list) = shape { list.path } else { nil } }

  /// Whether taps are given instead of designed.
  fileprivate var isGiven: Bool { if case .taps = shape { true } else { false } }

  fileprivate var hasWindow: Bool { !isGiven && (method == .window || method == .sampling) }

  fileprivate mutating func change(_ path: WritableKeyPath<Response, Frequency?>, to frequency: Frequency) {
    guard var response else { return }
    response[keyPath: path] = frequency
    shape = .response(response)
  }

  fileprivate static func written(_ numbers: [Double]) -> String {
    numbers.map(DesignError.shortest).joined(separator: " ")
  }

  /// Numbers between spaces, with `k` for thousands.
  fileprivate static func numbers(_ text: String, parameter: String) throws(DesignError) -> [Double] {
    var numbers: [Double] = []
    for word in text.split(whereSeparator: { $0 == " " || $0 == ";" || $0 == "\t" }) {
      let isThousands = word.last == "k" || word.last == "K"
      guard let number = Double(isThousands ? word.dropLast() : word), number.isFinite else {
        throw DesignError(
          .outOfRange, parameter: parameter, value: String(word), problem: "is not a finite number",
          remedy: "Give numbers with spaces between them, such as \"200 2k\"")
      }
      numbers.append(isThousands ? number * 1_000 : number)
    }
    return numbers
  }
}

extension FIR: ResourceUser {
  public var resourceRequest: (parameter: String, request: ResourceRequest)? {
    tapFile.map { ("file", ResourceRequest(.taps, path: $0)) }
  }

  public var resource: Resource? {
    if case .taps(let list) = shape { list.numbers.map(Resource.taps) } else { nil }
  }

  public mutating func supply(_ resource: Resource) {
    guard let tapFile, case .taps(let taps) = resource else { return }
    shape = .taps(.file(tapFile, taps))
  }
}

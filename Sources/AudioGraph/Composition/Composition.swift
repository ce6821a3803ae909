import AudioCore
import Effects
import FilterDesign

extension Connectable {
  /// This, then another. The operator is `|`.
  public func then(_ next: some Connectable) -> Series { Series(graph.followed(by: next.graph)) }

  /// This and another on the same input, summed, their latencies aligned. The operator is `+`.
  public func mixed(with other: some Connectable) -> Parallel { Parallel(graph.summed(with: other.graph)) }

  /// The same with a label, by which metrics, errors and `explain` name it.
  public func labelled(_ label: String) -> Graph { .labelled(label, graph) }

  /// The untouched input and the effect, mixed: 0 is all dry, 1 is all wet. The dry path is delayed by the effect's latency.
  ///
  /// - Parameter wet: The share of the effect, 0 to 1.
  /// - Throws: `DesignError` of reason `.outOfRange` for any other share.
  public func mix(wet: Double) throws(DesignError) -> Parallel {
    try DesignError.require(wet, in: 0...1, parameter: "wet")
    return Parallel(.parallel([Gain(amplitude: 1 - wet).graph, graph.followed(by: Gain(amplitude: wet).graph)]))
  }
}

/// The input as it is; useful beside effects: `passthrough + echo`.
public let passthrough = Parallel(.parallel([.passthrough]))

/// Splits the input into bands by Linkwitz-Riley crossovers, passes each through its own graph and sums them.
///
/// With graphs that change nothing the sum is an all-pass: its magnitude is 1 at every frequency, because each band also passes the
/// all-passes of the crossovers that it is not cut at.
///
/// - Parameters:
///   - frequencies: The crossovers, rising; one fewer than the bands.
///   - order: The crossovers' order, even. Where half of it is odd the upper band is inverted, so that the sum stays flat.
///   - bands: One graph for each band, the lowest first.
/// - Throws: `DesignError` of reason `.inconsistent` for another number of bands or frequencies that do not rise.
public func splitBands(
  at frequencies: [Frequency], order: Int = 4, _ bands: [any Connectable]
) throws(DesignError) -> Parallel {
  guard bands.count == frequencies.count + 1 else {
    throw DesignError(
      .inconsistent, parameter: "bands", value: String(bands.count),
      problem: "do not fit \(frequencies.count) crossover frequencies", remedy: "Give \(frequencies.count + 1) bands")
  }
  guard zip(frequencies, frequencies.dropFirst()).allSatisfy({ $0 < $1 }) else {
    throw DesignError(
      .inconsistent, parameter: "frequencies",
      value: frequencies.map { DesignError.shortest($0.hertz) }.joined(separator: ", ") + " Hz",
      problem: "do not rise", remedy: "Give the crossovers from low to high")
  }
  let inverts = order / 2 % 2 == 1
  return Parallel(
    .parallel(
      bands.indices.map { band -> Graph in
        var path: [Graph] = frequencies[..<band].flatMap { frequency in
          let high = LinkwitzRiley(.highPass(frequency), order: order).graph
          return inverts ? [high, Gain(amplitude: -1).graph] : [high]
        }
        if band < frequencies.count { path.append(LinkwitzRiley(.lowPass(frequencies[band]), order: order).graph) }
        path += frequencies.dropFirst(band + 1).map { frequency in CrossoverAllPass(frequency, order: order).graph }
        return Graph.series(path).followed(by: bands[band].graph)
      }))
}

import RealModule

/// The curves of a frequency response, ready to draw: dense where they bend.
struct ResponseCurve {
  /// What a graph does at one frequency.
  struct Point: Hashable {
    var hertz: Double
    /// Decibels; nil where nothing passes.
    var decibels: Double?
    /// Degrees, −180 to 180.
    var degrees: Double
    /// Seconds; nil where it is undefined.
    var delay: Double?
  }

  /// What the curves are of.
  var title: String
  var sampleRate: Double
  /// By rising frequency.
  var points: [Point]

  var lowest: Double { points.first?.hertz ?? 1 }
  var highest: Double { points.last?.hertz ?? 1 }

  /// Samples a response over a logarithmic range: evenly first, then between neighbours whose levels lie far apart, so that a narrow
  /// notch keeps its depth.
  ///
  /// - Parameters:
  ///   - range: In hertz, from above 0.
  ///   - evaluate: Gives the points of a list of frequencies.
  /// - Throws: What `evaluate` throws.
  init<E: Error>(
    title: String, sampleRate: Double, range: ClosedRange<Double>, count: Int = 720,
    evaluate: ([Double]) throws(E) -> [Point]
  ) throws(E) {
    self.title = title
    self.sampleRate = sampleRate
    let (low, high) = (Double.log(range.lowerBound), Double.log(range.upperBound))
    points = try evaluate(
      (0..<count).map { index in
        switch index {
        case 0: range.lowerBound
        case count - 1: range.upperBound
        default: Double.exp(low + (high - low) * Double(index) / Double(count - 1))
        }
      })
    for _ in 0..<12 {
      let steep = steepIntervals
      // The neighbours of a steep interval too: the bottom of a notch lies between two points of one level.
      let gaps = steep.indices.compactMap { index in
        steep[max(0, index - 1)...min(steep.count - 1, index + 1)].contains(true)
          ? (points[index].hertz * points[index + 1].hertz).squareRoot() : nil
      }
      guard !gaps.isEmpty, points.count < 20 * count else { break }
      points = (points + (try evaluate(gaps))).sorted { $0.hertz < $1.hertz }
    }
  }

  /// For each pair of neighbours, whether their levels lie visibly apart.
  private var steepIntervals: [Bool] {
    let floor = decibelRange.lowerBound
    return zip(points, points.dropFirst()).map { a, b in
      let (first, second) = (max(a.decibels ?? floor, floor), max(b.decibels ?? floor, floor))
      return abs(first - second) > 1.5
    }
  }

  /// The levels to show: everything down to 90 dB below the loudest, with air around, never less than 12 dB tall.
  var decibelRange: ClosedRange<Double> {
    let levels = points.compactMap(\.decibels).filter(\.isFinite)
    guard let top = levels.max(), let bottom = levels.min() else { return -60...6 }
    let low = max(bottom, top - 90)
    // Silence somewhere, without a finite level near it, is shown as far as the scale goes.
    let floor = points.contains { $0.decibels == nil } ? min(low, top - 60) : low
    let height = max(top - floor, 12)
    let centre = (top + floor) / 2
    return (centre - height / 2 - height * 0.06)...(centre + height / 2 + height * 0.06)
  }

  /// The delays to show, in seconds: all but the spikes beside cancellations, with zero inside.
  var delayRange: ClosedRange<Double> {
    let delays = points.compactMap(\.delay).filter(\.isFinite).sorted()
    guard let least = delays.first, let most = delays.last else { return 0...0.001 }
    let (low, high) = (delays[delays.count / 50], delays[delays.count - 1 - delays.count / 50])
    let reach = max(high - low, 1e-6)
    let bottom = min(0, max(least, low - 2 * reach))
    let top = max(0, min(most, high + 2 * reach))
    let height = max(top - bottom, 1 / sampleRate)
    return (bottom < 0 ? bottom - height * 0.08 : -height * 0.02)...(bottom + height * 1.08)
  }

  /// Runs of phase points between jumps from one edge to the other, each run carried on to the edge.
  var phaseRuns: [[(hertz: Double, degrees: Double)]] {
    var runs: [[(hertz: Double, degrees: Double)]] = []
    var run: [(hertz: Double, degrees: Double)] = []
    for point in points {
      guard point.decibels != nil else { continue }
      if let last = run.last, abs(point.degrees - last.degrees) > 180 {
        let edge: Double = last.degrees > 0 ? 180 : -180
        let turned = point.degrees + 2 * edge
        let share = turned == last.degrees ? 0.5 : (edge - last.degrees) / (turned - last.degrees)
        let crossing = last.hertz * Double.pow(point.hertz / last.hertz, share)
        run.append((crossing, edge))
        runs.append(run)
        run = [(crossing, -edge)]
      }
      run.append((point.hertz, point.degrees))
    }
    if !run.isEmpty { runs.append(run) }
    return runs
  }
}

/// The unit in which delays of a size are written.
enum DelayUnit {
  /// The name of the unit and how many of it make a second.
  static func suited(to range: ClosedRange<Double>, micro: String = "µs") -> (name: String, perSecond: Double) {
    switch max(abs(range.lowerBound), abs(range.upperBound)) {
    case 1...: ("s", 1)
    case 1e-3...: ("ms", 1e3)
    default: (micro, 1e6)
    }
  }
}

/// What kept the processors of this machine from a run, in seconds of processor time.
package struct OtherLoad: Equatable {
  /// What other programs had.
  package var programs: Double
  /// What the host of a virtual machine took.
  package var host: Double

  package init(programs: Double = 0, host: Double = 0) {
    self.programs = programs
    self.host = host
  }

  /// A reading of the system's counters.
  package struct Reading {
    private var busy: Double
    private var stolen: Double
    private var own: Double

    /// Reads a text in the form of `/proc/stat`, whose numbers are ticks; nil for another.
    package init?(_ text: String, ticksPerSecond: Double, own: Double) {
      guard let line = text.split(separator: "\n").first, line.hasPrefix("cpu ") else { return nil }
      // user, nice, system, idle, waiting, interrupts, soft interrupts, stolen
      let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
      guard ticks.count == 8, ticksPerSecond > 0 else { return nil }
      busy = (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / ticksPerSecond
      stolen = ticks[7] / ticksPerSecond
      self.own = own
    }

    /// The counters as they stand; nil where the system does not tell.
    static var now: Reading? {
      guard let text = SystemCalls.fileText("/proc/stat", atMost: 1 << 20) else { return nil }
      return Reading(text, ticksPerSecond: SystemCalls.ticksPerSecond, own: SystemCalls.processorSeconds)
    }

    /// What happened up to a later reading.
    package func load(until later: Reading) -> OtherLoad {
      OtherLoad(
        programs: max(0, later.busy - busy - (later.own - own)), host: max(0, later.stolen - stolen))
    }
  }

  /// One line for people; nil where it was next to nothing in so many seconds.
  package func text(in seconds: Double) -> String? {
    var parts: [String] = []
    // Counters count in hundredths.
    if host >= 0.02 { parts.append("the host of this virtual machine took \(NumberText.fixed(host, 2)) s from it") }
    if programs >= max(0.1, 0.02 * seconds) { parts.append("other programs had \(NumberText.fixed(programs, 2)) s") }
    return parts.isEmpty ? nil : "of the processors' time " + parts.joined(separator: ", ")
  }
}

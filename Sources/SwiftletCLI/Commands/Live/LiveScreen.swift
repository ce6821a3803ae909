import AudioCore
import EffectCatalog
import Realtime

/// What `swiftlet live` shows while it runs, and the keys or commands that it takes.
struct LiveScreen {
  private static let turnSeconds = 0.1

  private let processor: RealtimeProcessor
  private var chain: LiveChain
  /// Where the chain is read again when it changes.
  private var file: ChainFile?
  private let shows: Bool
  private let style = Style.of(descriptor: 2)
  private let takesKeys: Bool
  private let hadTerminal: Bool
  private var chosen = 0
  private var isMuted = false
  private var drawn = 0
  private var pending = ""
  private var inputIsOpen = true
  /// What was said last.
  private var message = ""
  /// What is being typed on a terminal; nil while keys are taken.
  private var entry: String?
  private var worstState = RealtimeState.running

  init(_ processor: RealtimeProcessor, chain: LiveChain, file: ChainFile? = nil, shows: Bool) {
    self.processor = processor
    self.chain = chain
    self.file = file
    self.shows = shows
    hadTerminal = SystemCalls.isTerminal(0)
    takesKeys = shows && hadTerminal
  }

  mutating func open() { if takesKeys { TerminalKeys.begin() } }

  mutating func close() {
    if takesKeys { TerminalKeys.end() }
    clear()
  }

  /// Takes what was typed, draws, and waits for a tenth of a second.
  /// - Returns: false when it is to stop.
  mutating func turn() throws -> Bool {
    // A terminal that the tool shows nothing on is the user's for other things.
    if inputIsOpen, takesKeys || !SystemCalls.isTerminal(0) {
      let (text, isOpen) = SystemCalls.typed(waiting: Self.turnSeconds)
      inputIsOpen = isOpen
      if takesKeys {
        var rest = Substring(text)
        while !rest.isEmpty {
          if entry != nil {
            if !type(rest.removeFirst()) { return false }
          } else if let key = TerminalKeys.next(in: &rest), !press(key) {
            return false
          }
        }
      } else {
        pending += text
        while let end = pending.firstIndex(where: \.isNewline) {
          let line = String(pending[..<end])
          pending.removeSubrange(...end)
          if !command(line) { return false }
        }
      }
    } else {
      SystemCalls.sleep(seconds: Self.turnSeconds)
    }
    let mustReload = Interrupt.takeReload()
    // Behind a terminal that is gone nobody can stop it any more.
    if mustReload, hadTerminal, !SystemCalls.isTerminal(0) { return false }
    reread(atOnce: mustReload)
    tellFaults()
    if shows { draw() }
    return true
  }

  private mutating func tellFaults() {
    let state = processor.state
    defer { worstState = state }
    if state != worstState, case .faulted(let fault) = state {
      clear()
      StandardError.warning(fault.description)
    }
  }

  /// Takes another chain when its file has come to hold one, or at once; what is wrong with it is said, and the old one goes on.
  private mutating func reread(atOnce: Bool) {
    do throws(Failure) {
      guard let graph = atOnce ? try file?.read() : try file?.changed() else { return }
      try swap(to: graph)
      tell("the chain was read again")
    } catch {
      tell(error.message)
    }
  }

  /// - Throws: `Failure` for a chain that cannot take the place of the one that plays.
  private mutating func swap(to graph: Graph) throws(Failure) {
    let next = LiveChain(graph)
    do { try processor.swap(to: next.graph) } catch { throw Failure("\(error)", status: .usage) }
    chain = next
    chosen = min(chosen, max(0, steerable.count - 1))
  }

  /// Says something above the line that is drawn anew; what a key repeats is said once.
  private mutating func tell(_ text: String, isRepeated: Bool = false) {
    guard !isRepeated || text != message else { return }
    message = text
    clear()
    StandardError.message(text)
  }

  /// One character of a command that is typed on a terminal behind a colon.
  private mutating func type(_ character: Character) -> Bool {
    switch character {
    case "\n", "\r", "\r\n":
      let line = entry ?? ""
      entry = nil
      return command(line)
    case "\u{7F}", "\u{8}": _ = entry?.popLast()
    case "\u{1B}": entry = nil
    default: entry?.append(character)
    }
    return true
  }

  private mutating func command(_ line: String) -> Bool {
    let words = line.split(separator: " ", maxSplits: 1)
    if words.first == "chain" {
      do throws(Failure) {
        guard words.count == 2 else {
          throw Failure("write the new chain behind it: chain lowpass:1kHz", status: .usage)
        }
        let graph: Graph
        do { graph = try Expressions([String(words[1])]).graph() } catch { throw Failure("\(error)", status: .usage) }
        try swap(to: graph)
      } catch {
        tell(error.message)
      }
      return true
    }
    switch line.filter({ $0 != " " && $0 != "\r" }) {
    case "": return true
    case "quit", "q": return false
    case "mute": mute(true)
    case "unmute": mute(false)
    default:
      do throws(Failure) { try chain.perform(line) } catch { tell(error.message) }
    }
    return true
  }

  private mutating func mute(_ on: Bool) {
    isMuted = on
    processor.isMuted = on
  }

  private mutating func press(_ key: TerminalKeys.Key) -> Bool {
    switch key {
    case .up: chosen = max(0, chosen - 1)
    case .down: chosen = min(max(0, steerable.count - 1), chosen + 1)
    case .left: step(-1)
    case .right: step(1)
    case .space: mute(!isMuted)
    case .command: entry = ""
    case .quit: return false
    }
    return true
  }

  /// What keys can change: of two ways to give one number, such as decibels and amplitude, the one that it was given by.
  private var steerable: [LiveChain.Control] {
    chain.controls.filter { control in
      guard let value = control.value else { return false }
      return [-1, 1].contains { ParameterStep.next(value, of: control.info, $0) != nil }
    }
  }

  private mutating func step(_ direction: Double) {
    let controls = steerable
    guard controls.indices.contains(chosen) else { return }
    let control = controls[chosen]
    guard let value = control.value, let next = ParameterStep.next(value, of: control.info, direction) else { return }
    do throws(DesignError) {
      try LiveParameters.set(control.info.name, of: control.node, to: next)
    } catch {
      tell(error.description, isRepeated: true)
    }
  }

  private mutating func draw() {
    // The terminal may have come to be another size.
    var line = StatusLine(columns: Style.of(descriptor: 2).columns - 1)
    if let entry {
      line.type(entry)
    } else {
      fill(&line)
    }
    StandardError.write("\r" + line.text + String(repeating: " ", count: max(0, drawn - line.text.count)))
    drawn = line.text.count
  }

  /// What is shown, the most important first.
  private func fill(_ line: inout StatusLine) {
    let controls = takesKeys ? steerable : []
    if controls.indices.contains(chosen) {
      let control = controls[chosen]
      line.add(
        "\(control.effect) \(control.name) = \(control.value.map { ParameterStep.text($0, of: control.info) } ?? "-")")
    }
    if isMuted { line.add("muted") }
    let levels = processor.takeLevels()
    let steps = line.columns < 100 ? 5 : 10
    line.add(
      "in \(LevelBar.text(levels.input, style, steps: steps))  out \(LevelBar.text(levels.output, style, steps: steps))"
    )
    let metrics = processor.metrics
    line.add("xruns \(metrics.xrunCount)/\(metrics.deviceXrunCount)")
    for (stage, meter) in processor.control?.meters ?? [] where meter.info.unit == .decibels {
      line.add("\(stage.prefix { $0 != "@" }) \(meter.info.name) \(NumberText.fixed(meter.takeLargest(), 1)) dB")
    }
    line.add("\(NumberText.fixed(processor.latency?.milliseconds ?? 0, 1)) ms")
    if let times = processor.latencyStatistics() { line.add("p99 \(NumberText.fixed(Double(times.p99) / 1e3, 1)) us") }
  }

  private mutating func clear() {
    guard drawn > 0 else { return }
    StandardError.write("\r" + String(repeating: " ", count: drawn) + "\r")
    drawn = 0
  }
}

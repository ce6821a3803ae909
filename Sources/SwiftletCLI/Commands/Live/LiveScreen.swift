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
  private var chosen = 0
  private var isMuted = false
  private var drawn = 0
  private var pending = ""
  private var inputIsOpen = true
  private var message = ""
  /// What is being typed on a terminal; nil while keys are taken.
  private var entry: String?
  private var worstState = RealtimeState.running

  init(_ processor: RealtimeProcessor, chain: LiveChain, file: ChainFile? = nil, shows: Bool) {
    self.processor = processor
    self.chain = chain
    self.file = file
    self.shows = shows
    takesKeys = shows && SystemCalls.isTerminal(0)
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
        while let end = pending.firstIndex(of: "\n") {
          let line = String(pending[..<end])
          pending.removeSubrange(...end)
          if !command(line) { return false }
        }
      }
    } else {
      SystemCalls.sleep(seconds: Self.turnSeconds)
    }
    reread()
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

  /// Takes another chain when its file has come to hold one; what is wrong with it is said, and the old one goes on.
  private mutating func reread() {
    do throws(Failure) {
      guard let graph = try file?.changed() else { return }
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
    chosen = min(chosen, max(0, next.controls.count - 1))
  }

  private mutating func tell(_ text: String) {
    guard takesKeys else { return StandardError.message(text) }
    message = text
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
    message = ""
    switch key {
    case .up: chosen = max(0, chosen - 1)
    case .down: chosen = min(max(0, chain.controls.count - 1), chosen + 1)
    case .left: step(-1)
    case .right: step(1)
    case .space: mute(!isMuted)
    case .command: entry = ""
    case .quit: return false
    }
    return true
  }

  private mutating func step(_ direction: Double) {
    guard chain.controls.indices.contains(chosen) else { return }
    let control = chain.controls[chosen]
    guard let value = control.value, let next = ParameterStep.next(value, of: control.info, direction) else { return }
    do throws(DesignError) {
      try LiveParameters.set(control.info.name, of: control.node, to: next)
    } catch {
      message = error.description
    }
  }

  private mutating func draw() {
    let levels = processor.takeLevels()
    let metrics = processor.metrics
    let p99 = processor.latencyStatistics().map { NumberText.fixed(Double($0.p99) / 1e3, 1) } ?? "-"
    var line =
      "in \(Self.bar(levels.input, style))  out \(Self.bar(levels.output, style))  \(NumberText.fixed(processor.latency?.milliseconds ?? 0, 1)) ms  p99 \(p99) us  xruns \(metrics.xrunCount)/\(metrics.deviceXrunCount)"
    if isMuted { line += "  muted" }
    if chain.controls.indices.contains(chosen), takesKeys {
      let control = chain.controls[chosen]
      line += "  \(control.effect) \(control.name) = \(control.value.map(ParameterStep.text) ?? "-")"
    }
    if let entry { line = ":" + entry } else if !message.isEmpty { line += "  " + message }
    line = String(line.prefix(style.columns - 1))
    StandardError.write("\r" + line + String(repeating: " ", count: max(0, drawn - line.count)))
    drawn = line.count
  }

  private mutating func clear() {
    guard drawn > 0 else { return }
    StandardError.write("\r" + String(repeating: " ", count: drawn) + "\r")
    drawn = 0
  }

  /// A level from -60 dB to full scale in ten steps, and its number.
  static func bar(_ peak: Float, _ style: Style) -> String {
    let decibels = peak > 0 ? 20 * Double.log10(Double(peak)) : -.infinity
    let full = max(0, min(10, Int(((decibels + 60) / 6).rounded())))
    let number = decibels < -99 ? "-inf" : NumberText.fixed(decibels, 0)
    let text =
      String(repeating: style.unicode ? "█" : "#", count: full)
      + String(repeating: style.unicode ? "░" : ".", count: 10 - full)
    return text + String(repeating: " ", count: max(1, 5 - number.count)) + number + " dB"
  }
}

/// How far one key press moves a parameter.
enum ParameterStep {
  /// The neighbouring value; nil where there is none.
  static func next(_ value: ParameterValue, of info: ParameterInfo, _ direction: Double) -> ParameterValue? {
    switch (value, info.kind) {
    case (.number(let number), .number(let unit, let range, let taper)):
      if unit == .decibels { return .number(number + direction * 0.5) }
      // A semitone, as an ear counts.
      if unit == .hertz || (taper == .logarithmic && number > 0) {
        return .number(number * Double.pow(2, direction / 12))
      }
      let span = range.upperBound - range.lowerBound
      return .number(number + direction * (span.isFinite ? span / 100 : 0.01))
    case (.integer(let number), _): return .integer(number + Int(direction))
    case (.toggle, _): return .toggle(direction > 0)
    case (.choice(let name), .choice(let names)):
      guard let place = names.firstIndex(of: name) else { return nil }
      let next = place + Int(direction)
      return names.indices.contains(next) ? .choice(names[next]) : nil
    default: return nil
    }
  }

  static func text(_ value: ParameterValue) -> String {
    switch value {
    case .number(let number): NumberText.trimmed(number, 3)
    case .integer(let number): String(number)
    case .choice(let name), .text(let name): name
    case .toggle(let on): on ? "on" : "off"
    case .note(let length): "\(length)"
    }
  }
}

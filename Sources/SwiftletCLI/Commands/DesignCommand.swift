import ArgumentParser
import AudioCore
import AudioGraph
import ComplexModule

/// `swiftlet design`: coefficients, zeros and poles.
struct DesignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "design",
    abstract: "Print the coefficients, zeros, poles and gain of filters in series, or the taps of FIR filters.",
    discussion: """
      Each section is b0, b1, b2, a0, a1, a2 with a0 = 1. The gain stands beside the zeros and poles and is in the sections \
      too. \
      A sum or a nonlinear effect has no such form and is an error.

        swiftlet design "butterworth:lowpass,1kHz,order=4" --rate 48k
        swiftlet design "butterworth:lowpass,1kHz,order=4" --json > filter.json
        swiftlet design "fir:lowpass,1kHz,taps=255" --json > taps.json
      """)

  @OptionGroup var chain: ChainArguments

  @Flag(help: "Print sections, zeros, poles and gain as JSON in full precision.")
  var json = false

  func run() throws { try chain.withPlan(printed) }

  private func printed(_ plan: Plan) throws {
    if let taps = try plan.taps() {
      return try json ? StandardOutput.print(["taps": .numbers(taps)]) : StandardOutput.print(text(of: taps))
    }
    let cascade = try plan.cascade()
    if json {
      try StandardOutput.print(Self.document(of: cascade))
    } else {
      try StandardOutput.print(Self.tables(of: cascade, title: chain.title, rate: chain.rate.hertz))
    }
  }

  private func text(of taps: [Double]) -> String {
    let title = Style.of(descriptor: 1).paint(chain.title, .strong)
    let filter = "\(NumberText.counted(taps.count, "tap")) at \(NumberText.frequency(chain.rate.hertz))"
    return ([title, filter, ""] + taps.map { "  \($0)" }).joined(separator: "\n")
  }

  private static func document(of cascade: SectionCascade) -> JSONValue {
    func pairs(_ roots: [Complex<Double>]) -> JSONValue {
      .array(roots.map { .numbers([$0.real, $0.imaginary]) })
    }
    return [
      "sections": .array(cascade.sections.map { .numbers([$0.b0, $0.b1, $0.b2, 1, $0.a1, $0.a2]) }),
      "zeros": pairs(cascade.roots.zeros),
      "poles": pairs(cascade.roots.poles),
      "gain": .number(cascade.roots.gain),
    ]
  }

  private static func tables(of cascade: SectionCascade, title: String, rate: Double) -> String {
    let style = Style.of(descriptor: 1)
    var sections = TextTable(
      ["", "b0", "b1", "b2", "a1", "a2"], alignments: [.right, .right, .right, .right, .right, .right])
    for (index, section) in cascade.sections.enumerated() {
      let numbers = [section.b0, section.b1, section.b2, section.a1, section.a2]
      sections.add(["\(index + 1)"] + numbers.map { NumberText.significant($0, 10) })
    }
    var roots = TextTable(
      ["", "real", "imaginary", "radius", "frequency"], alignments: [.left, .right, .right, .right, .right])
    for (name, list) in [("zero", cascade.roots.zeros), ("pole", cascade.roots.poles)] {
      for root in list {
        let frequency = root == .zero ? "-" : NumberText.frequency(abs(root.phase) / (2 * .pi) * rate)
        roots.add([
          name, NumberText.significant(root.real, 10), NumberText.significant(root.imaginary, 10),
          NumberText.significant(root.length, 8), frequency,
        ])
      }
    }
    let stable = cascade.sections.allSatisfy(\.isStable) ? "stable" : "not stable"
    return """
      \(style.paint(title, .strong))
      \(NumberText.counted(cascade.sections.count, "section")) at \(NumberText.frequency(rate)), \(stable), gain \(cascade.roots.gain)

      \(sections.text(in: style, indent: "  "))

      \(roots.text(in: style, indent: "  "))
      """
  }
}

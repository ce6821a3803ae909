import ArgumentParser
import AudioCore
import AudioFiles
import AudioGraph

/// `swiftlet response`: what a chain does to each frequency, as numbers or as a drawing.
struct ResponseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "response",
    abstract: "Show the magnitude, phase and group delay of a linear chain.",
    discussion: """
      Without --json or --plot it draws with characters and prints a table. Filters are evaluated from their zeros and \
      poles. In JSON, null stands for minus infinity and for a delay that is undefined.

        swiftlet response "peak:1kHz,gain=+6dB | notch:50Hz,q=30" --rate 48k
        swiftlet response "highpass:80Hz,order=4" --rate 48k --plot highpass.svg
        swiftlet response "highpass:80Hz,order=4" --rate 48k --at 20,100,1k --json
      """)

  @OptionGroup var chain: ChainArguments

  @Option(help: ArgumentHelp("Frequencies for the table and the JSON: 20,100,1k.", valueName: "list"))
  var at: FrequencyList?

  @Option(
    help: ArgumentHelp("Write the curves as an SVG drawing; - is standard output.", valueName: "file.svg"),
    completion: .file(extensions: ["svg"]))
  var plot: String?

  @Option(help: ArgumentHelp("The lowest frequency that is drawn.", valueName: "freq"))
  var from: DrawnFrequency?

  @Option(help: ArgumentHelp("The highest frequency that is drawn.", valueName: "freq"))
  var to: DrawnFrequency?

  @Flag(help: "Draw with ASCII letters only.")
  var ascii = false

  @Flag(help: "Print the numbers as JSON in full precision.")
  var json = false

  func run() throws { try chain.withPlan(shown) }

  private func shown(_ plan: Plan) throws {
    let rate = chain.rate.hertz
    let list = at ?? .standard(below: rate / 2)
    try list.validate(sampleRate: rate)
    let numbers = try plan.frequencyResponse(at: list.frequencies.map { Frequency($0) })
    if let plot { try writePlot(of: try curve(plan), to: plot) }
    if json {
      try StandardOutput.print(Self.document(of: numbers))
    } else if plot == nil || at != nil {
      let style = Style.of(descriptor: 1, ascii: ascii)
      let drawing = plot == nil ? TerminalPlot.text(of: try curve(plan), in: style) + "\n\n" : ""
      try StandardOutput.print(
        "\(style.paint(chain.title, .strong)) at \(NumberText.frequency(rate))\n\(drawing)\(Self.table(of: numbers, in: style))"
      )
    }
  }

  private func curve(_ plan: Plan) throws -> ResponseCurve {
    let nyquist = chain.rate.hertz / 2
    let low = from?.hertz ?? min(10, nyquist / 1_000)
    let high = to?.hertz ?? nyquist
    guard low < high, high <= nyquist else {
      throw Failure(
        "a drawing from \(NumberText.frequency(low)) to \(NumberText.frequency(high)) is not possible: "
          + "--from lies below --to, and --to at most at half the sample rate, \(NumberText.frequency(nyquist))",
        status: .usage)
    }
    return try ResponseCurve(title: chain.title, sampleRate: chain.rate.hertz, range: low...high) { frequencies in
      let response = try plan.frequencyResponse(at: frequencies.map { Frequency($0) })
      return response.frequencies.indices.map { index in
        ResponseCurve.Point(
          hertz: response.frequencies[index], decibels: response.magnitudeDecibels[index],
          degrees: response.phase[index] * 180 / .pi, delay: response.groupDelay[index])
      }
    }
  }

  private func writePlot(of curve: ResponseCurve, to path: String) throws {
    if path == "-" { return try StandardOutput.write(SVGPlot.text(of: curve)) }
    guard path.lowercased().hasSuffix(".svg") else {
      throw Failure(
        "--plot \(path): only SVG is drawn. Give a name that ends in .svg, or - for standard output", status: .usage)
    }
    do {
      try AtomicFile.write(SVGPlot.text(of: curve), to: path)
    } catch {
      throw error.ofOutput
    }
  }

  private static func document(of response: FrequencyResponse) -> JSONValue {
    [
      "frequency_hz": .numbers(response.frequencies),
      "magnitude_db": .numbers(response.magnitudeDecibels),
      "phase_rad": .numbers(response.phase),
      "group_delay_s": .numbers(response.groupDelay),
    ]
  }

  private static func table(of response: FrequencyResponse, in style: Style) -> String {
    let delays = response.groupDelay.compactMap(\.self)
    let unit = DelayUnit.suited(to: (delays.min() ?? 0)...(delays.max() ?? 0), micro: style.unicode ? "µs" : "us")
    var table = TextTable(
      ["Frequency", "Magnitude", "Phase", "Group delay"], alignments: [.right, .right, .right, .right])
    for index in response.frequencies.indices {
      table.add([
        NumberText.frequency(response.frequencies[index]),
        response.magnitudeDecibels[index].map { NumberText.fixed($0, 2) + " dB" } ?? "-inf dB",
        NumberText.fixed(response.phase[index] * 180 / .pi, 1) + (style.unicode ? "°" : " deg"),
        response.groupDelay[index].map { NumberText.fixed($0 * unit.perSecond, 3) + " " + unit.name } ?? "-",
      ])
    }
    return table.text(in: style, indent: "  ")
  }
}

/// One end of a drawing's frequency axis on the command line.
struct DrawnFrequency: ExpressibleByArgument {
  var hertz: Double

  init?(argument: String) {
    guard let value = Quantity.hertz(argument), value > 0 else { return nil }
    hertz = value
  }
}

import Foundation
import Testing

@Suite struct DesignTests {
  @Test func designPrintsSectionsZerosPolesAndGain() throws {
    let design = try Tool.run("design", "butterworth:lowpass,12k,order=2", "--rate", "48k", "--json").object()
    #expect(Set(design.keys) == ["sections", "zeros", "poles", "gain"])
    // At a quarter of the sample rate the prewarped frequency is 1: b = (1, 2, 1)/(2 + √2), a2 = (2 - √2)/(2 + √2).
    let sections = try #require(design["sections"] as? [[Double]])
    let b0 = 1 / (2 + 2.0.squareRoot())
    let expected = [b0, 2 * b0, b0, 1, 0, (2 - 2.0.squareRoot()) * b0]
    #expect(sections.count == 1)
    for (value, wanted) in zip(sections[0], expected) { #expect(abs(value - wanted) < 1e-15) }
    #expect(sections[0].count == 6)
    let zeros = try #require(design["zeros"] as? [[Double]])
    #expect(zeros == [[-1, 0], [-1, 0]])
    let poles = try #require(design["poles"] as? [[Double]])
    let radius = ((2 - 2.0.squareRoot()) * b0).squareRoot()
    #expect(poles.count == 2)
    for pole in poles { #expect(abs(pole[0]) < 1e-15 && abs(abs(pole[1]) - radius) < 1e-15) }
    #expect(abs(try #require(design["gain"] as? Double) - b0) < 1e-15)
  }

  @Test func aSeriesConcatenates() throws {
    let design = try Tool.run("design", "peak:1k,gain=6dB | gain:-6dB", "notch:50Hz,q=30", "--json").object()
    #expect((design["sections"] as? [[Double]])?.count == 2)
    #expect((design["poles"] as? [[Double]])?.count == 4)
  }

  @Test func aSumHasNoDesign() throws {
    let result = try Tool.run("design", "lowpass:200 + highpass:2k", "--json")
    #expect(result.status == 65)
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("swiftlet: "))
  }

  @Test func whatHasNoDesignOrResponseIsMarked() throws {
    for command in ["design", "response"] {
      let result = try Tool.run(command, "lowpass:1k | compressor:-20,4 | highpass:20")
      #expect(result.status == 65)
      #expect(
        result.errors.contains(
          "  lowpass:1k | compressor:-20,4 | highpass:20\n               ^^^^^^^^^^\n"), "\(result.errors)")
    }
  }

  @Test func designForPeopleNamesTheParts() throws {
    let result = try Tool.run("design", "butterworth:lowpass,1kHz,order=4")
    #expect(result.status == 0)
    for word in ["b0", "a2", "zero", "pole", "stable", "2 sections"] { #expect(result.text.contains(word)) }
  }

  @Test func responseAgreesWithClosedForms() throws {
    // A Butterworth low-pass of order n has |H|² = 1/(1 + t^2n) with t = tan(πf/fs)/tan(πfc/fs).
    let response = try Tool.run(
      "response", "butterworth:lowpass,1kHz,order=4", "--rate", "48kHz", "--at", "20,500,1k,2kHz,10000", "--json"
    ).object()
    let frequencies = try #require(response["frequency_hz"] as? [Double])
    let levels = try #require(response["magnitude_db"] as? [Double])
    #expect(frequencies == [20, 500, 1_000, 2_000, 10_000])
    for (frequency, level) in zip(frequencies, levels) {
      let t = tan(.pi * frequency / 48_000) / tan(.pi * 1_000 / 48_000)
      #expect(abs(level + 10 * log10(1 + pow(t, 8))) < 1e-9)
    }
    #expect((response["phase_rad"] as? [Double])?.count == 5)
    let delays = try #require(response["group_delay_s"] as? [Double])
    // At low frequencies the delay of this filter is 2.6131/(2π fc).
    #expect(abs(delays[0] - 2.6131 / (2 * .pi * 1_000)) < 2e-6)
  }

  @Test func whatHasNoNumberIsNull() throws {
    let response = try Tool.run("response", "butterworth:lowpass,1kHz,order=4", "--at", "0,24k", "--json").object()
    let levels = try #require(response["magnitude_db"] as? [Any])
    #expect((levels[0] as? Double).map { abs($0) < 1e-9 } == true)
    #expect(levels[1] is NSNull)
    #expect((response["group_delay_s"] as? [Any])?[1] is NSNull)
  }

  @Test func aSumHasAResponse() throws {
    let response = try Tool.run(
      "response", "linkwitzriley:lowpass,500,order=4 + linkwitzriley:highpass,500,order=4", "--at", "50,500,5k",
      "--json"
    ).object()
    for level in try #require(response["magnitude_db"] as? [Double]) { #expect(abs(level) < 1e-9) }
  }

  @Test(arguments: ["30k", "-5", "1x", "", "1k,,2k"]) func badFrequenciesAreRefused(list: String) throws {
    #expect(try Tool.run("response", "peak:1k,gain=6", "--at=\(list)", "--json").status == 64)
  }

  @Test func thePlotIsAnSVGDrawing() throws {
    try Scratch.with { scratch in
      let expression = "highpass:80Hz,order=4 | notch:3k,q=20"
      let result = try Tool.run("response", expression, "--plot", scratch.path("plot.svg"))
      #expect(result.status == 0)
      #expect(try scratch.names == ["plot.svg"])
      let text = try String(contentsOf: scratch.url("plot.svg"), encoding: .utf8)
      #expect(text.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\""))
      #expect(text.hasSuffix("</svg>\n"))
      for part in ["Magnitude (dB)", "Phase (degrees)", "Group delay (ms)", "Frequency (Hz)", expression] {
        #expect(text.contains(">\(part)<") || text.contains(part))
      }
      #expect(!text.contains("nan") && !text.contains("inf"))
      #expect(XMLCheck.isWellFormed(text))
    }
  }

  @Test func titlesAreEscapedInPlots() throws {
    let result = try Tool.run("response", "\"a<b>&c\" = gain:1dB", "--plot", "-")
    if result.status == 0 {
      #expect(XMLCheck.isWellFormed(result.text))
      #expect(result.text.contains("a&lt;b&gt;&amp;c"))
    } else {
      #expect(result.status == 64)
    }
  }

  @Test(arguments: [
    "elliptic:bandpass,low=300,high=3.4k,order=6,ripple=0.5,attenuation=60", "gain:0dB", "notch:1k", "highpass:5Hz",
  ])
  func theTerminalPlotFitsItsWidth(expression: String) throws {
    for (columns, ascii) in [(60, true), (100, false), (48, false), (200, true)] {
      let arguments = ["response", expression] + (ascii ? ["--ascii"] : [])
      let result = try Tool.run(arguments, environment: ["COLUMNS": String(columns)])
      #expect(result.status == 0)
      #expect(result.text.contains("Magnitude (dB)") && result.text.contains("Group delay"))
      if ascii { #expect(result.text.allSatisfy { $0.isASCII }) }
      for line in result.text.split(separator: "\n").dropFirst() { #expect(line.count <= columns, "\(line)") }
    }
  }

  @Test func otherLocalesGetASCII() throws {
    let result = try Tool.run("response", "peak:1k,gain=6", environment: ["LC_ALL": "C"])
    #expect(result.text.allSatisfy { $0.isASCII })
  }
}

/// A check that tags are closed in order, for drawings that no XML library is needed for.
enum XMLCheck {
  static func isWellFormed(_ text: String) -> Bool {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<") {
      guard let end = rest[start...].firstIndex(of: ">") else { return false }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasSuffix("/") { continue }
      let name = tag.split(separator: " ", maxSplits: 1).first ?? ""
      if name.hasPrefix("/") {
        guard open.popLast() == name.dropFirst() else { return false }
      } else {
        open.append(name)
      }
    }
    return open.isEmpty
  }
}

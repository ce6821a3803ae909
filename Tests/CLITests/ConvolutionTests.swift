import Foundation
import Swiftlet
import Testing

@Suite struct ConvolutionCommandTests {
  @Test func designPrintsTaps() throws {
    let design = try Tool.run("design", "fir:lowpass,1kHz,taps=31 | gain:amplitude=2", "--json").object()
    #expect(Set(design.keys) == ["taps"])
    let taps = try #require(design["taps"] as? [Double])
    #expect(taps.count == 31 && abs(taps.reduce(0, +) - 2) < 1e-12)
    #expect(try Tool.run("design", "fir:lowpass,1kHz,taps=31").text.contains("31 taps"))
    #expect(try Tool.run("design", "fir:lowpass,1kHz,taps=31 | lowpass:1k").status == 65)
  }

  @Test func tapsAndResponsesComeFromFiles() throws {
    try Scratch.with { scratch in
      let taps = scratch.url("taps.json")
      try Data("{\"taps\": [0.5, 0.25]}".utf8).write(to: taps)
      let input = try Wave([[1, 0, 0, 0, -1, 0, 0, 0] as [Float]], sampleRate: 48_000)
      try input.write(to: scratch.url("in.wav").path, encoding: .f32)
      let result = try Tool.run(
        "process", scratch.url("in.wav").path, scratch.url("out.wav").path, "-q", "-e", "fir:file=\"\(taps.path)\"")
      #expect(result.status == 0, "\(result.errors)")
      #expect(try Wave<Float>.read(scratch.url("out.wav").path).samples == [0.5, 0.25, 0, 0, -0.5, -0.25, 0, 0])

      let response = try Wave([[0, 1, 0.5] as [Float], [1, 0, 0]], sampleRate: 48_000)
      try response.write(to: scratch.url("room.wav").path, encoding: .f32)
      let room = "convolve:\"\(scratch.url("room.wav").path)\""
      let spread = try Tool.run(
        "process", scratch.url("in.wav").path, scratch.url("wide.wav").path, "-q", "-e", room)
      #expect(spread.status == 0, "\(spread.errors)")
      let wide = try Wave<Float>.read(scratch.url("wide.wav").path)
      #expect(wide.channels == 2 && wide[0, 1] == 1 && wide[0, 2] == 0.5 && wide[1, 0] == 1)
      // At another rate the response is resampled.
      #expect(try Tool.run("explain", room, "--rate", "44.1k").status == 0)
      #expect(try Tool.run("explain", room, "-c", "2").text.contains("direct form of 3 taps"))
      // Four samples at another name are no sound file, and the message points at the name.
      let bad = try Tool.run("explain", "gain:1 | convolve:\"\(taps.path)\"")
      #expect(bad.status == 64 && bad.errors.contains("^^^^"), "\(bad.errors)")
      let damaged = scratch.url("damaged.txt")
      try Data("1\n2\noops\n".utf8).write(to: damaged)
      let words = try Tool.run("design", "fir:file=\"\(damaged.path)\"")
      #expect(words.status == 64 && words.errors.contains("line 3"), "\(words.errors)")
      let missing = try Tool.run("response", "convolve:nowhere.wav")
      #expect(missing.status == 64 && missing.errors.contains("nowhere.wav"), "\(missing.errors)")
    }
  }

  @Test func responseOfAFilter() throws {
    let response = try Tool.run("response", "fir:lowpass,6k,taps=101", "--at", "0,6k", "--json").object()
    let levels = try #require(response["magnitude_db"] as? [Double])
    #expect(abs(levels[0]) < 1e-9 && abs(levels[1] + 6.02) < 0.1)
  }
}

extension Wave<Float> {
  fileprivate var samples: [Float] { (0..<frames).map { self[0, $0] } }
}

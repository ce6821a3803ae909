import Foundation
import Testing

@Suite struct InspectTests {
  @Test func effectsAreListedAndShown() throws {
    let list = try Tool.run("effects", "--json").list()
    let names = list.compactMap { $0["name"] as? String }
    for name in [
      "butterworth", "chebyshev1", "chebyshev2", "elliptic", "bessel", "linkwitzriley", "lowpass", "highpass",
      "bandpass",
      "notch", "allpass", "peak", "lowshelf", "highshelf", "gain",
    ] { #expect(names.contains(name)) }
    let text = try Tool.run("effects").text
    for name in names { #expect(text.contains(name)) }
    let peak = try #require(try Tool.run("effects", "peak", "--json").list().first)
    let parameters = try #require(peak["parameters"] as? [[String: Any]])
    #expect(parameters.contains { $0["name"] as? String == "gain" && $0["unit"] as? String == "dB" })
    #expect(try Tool.run("effects", "peak").text.contains("Example: "))
  }

  @Test func everyExampleOfTheCatalogueParses() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(500)).write(to: scratch.url("hall.wav"))
      for entry in try Tool.run("effects", "--json").list() {
        let example = try #require(entry["example"] as? String)
        // The example names a file that must be there.
        let result = try Tool.run("explain", example.replacing("hall.wav", with: scratch.path("hall.wav")))
        #expect(result.status == 0, "\(example): \(result.errors)")
      }
    }
  }

  @Test func anUnknownEffectGetsAHint() throws {
    let result = try Tool.run("effects", "peek")
    #expect(result.status == 64)
    #expect(result.errors.contains("peak"))
  }

  @Test func explainShowsWhatWasFused() throws {
    let arguments = [
      "explain", "highpass:80Hz,order=4 | peak:1k,gain=6dB | gain:-3dB", "--rate", "44.1kHz", "--channels", "6",
    ]
    let report = try Tool.run(arguments + ["--json"]).object()
    let stages = try #require(report["stages"] as? [[String: Any]])
    #expect(stages.count == 1)
    #expect(stages.first?["sections"] as? Int == 3)
    #expect((stages.first?["effects"] as? [String])?.count == 3)
    #expect(report["latencyFrames"] as? Int == 0)
    let text = try Tool.run(arguments).text
    #expect(text.contains("fused") && text.contains("latency"))
  }

  @Test func aBadExpressionIsPointedAt() throws {
    let result = try Tool.run("explain", "highpass:80Hz | peek:1kHz")
    #expect(result.status == 64)
    #expect(result.errors.contains("^^^^"))
    #expect(result.errors.contains("peak"))
    #expect(result.output.isEmpty)
  }

  @Test func aCutoffAboveHalfTheRateIsADataError() throws {
    let result = try Tool.run("explain", "lowpass:30kHz", "--rate", "48k")
    #expect(result.status == 65)
    #expect(result.errors.contains("24000"))
  }

  @Test func infoShowsWhatAFileHolds() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(96_000), channels: 2).write(to: scratch.url("a.wav"))
      let info = try #require(try Tool.run("info", scratch.path("a.wav"), "--json").list().first)
      #expect(info["container"] as? String == "wav")
      #expect(info["encoding"] as? String == "f32")
      #expect(info["sample_rate_hz"] as? Double == 48_000)
      #expect(info["channels"] as? Int == 2)
      #expect(info["frames"] as? Int == 48_000)
      #expect(info["seconds"] as? Double == 1)
      #expect(try Tool.run("info", scratch.path("a.wav")).text.contains("48 kHz"))
    }
  }

  @Test func infoGoesOnAfterAFileThatCannotBeRead() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(100)).write(to: scratch.url("a.wav"))
      try Data("no sound".utf8).write(to: scratch.url("b.wav"))
      let result = try Tool.run(
        "info", scratch.path("none.wav"), scratch.path("b.wav"), scratch.path("a.wav"), "--json")
      #expect(result.status == 66)
      #expect(try result.list().count == 1)
      #expect(result.errors.contains("none.wav") && result.errors.contains("b.wav"))
    }
  }
}

import Foundation
import Testing

@Suite struct BatchCommandTests {
  private static let chain = "highpass:80Hz,order=4 | compressor:-20dB,4 | delay:10ms,feedback=40%"

  @Test(arguments: ["1", "2", "5"]) func everyFileIsAsProcessMakesIt(jobs: String) throws {
    try Scratch.with { scratch in
      var inputs: [String] = []
      for (index, rate) in [44_100, 48_000, 8_000, 96_000, 48_000].enumerated() {
        let channels = index % 2 + 1
        try Sound.wav(Sound.samples(9_000 * channels, seed: UInt64(index + 1)), channels: channels, rate: rate)
          .write(to: scratch.url("take \(index).wav"))
        inputs.append(scratch.path("take \(index).wav"))
      }
      let result = try Tool.run(
        ["batch"] + inputs + ["--to", scratch.path("new/out"), "--jobs", jobs, "-e", Self.chain, "--json"])
      #expect(result.status == 0, "\(result.errors)")
      let report = try result.object()
      #expect(report["done"] as? Int == 5 && report["failed"] as? Int == 0 && report["jobs"] as? Int == Int(jobs))
      let files = try #require(report["files"] as? [[String: Any]])
      #expect(files.map { $0["input"] as? String } == inputs)
      for (index, input) in inputs.enumerated() {
        let alone = scratch.path("alone \(index).wav")
        #expect(try Tool.run("process", input, alone, "-e", Self.chain).status == 0)
        #expect(
          try Data(contentsOf: URL(fileURLWithPath: alone))
            == Data(contentsOf: scratch.url("new/out/take \(index).wav")))
      }
    }
  }

  @Test func aFailureIsNamedAndTheOthersAreDone() throws {
    try Scratch.with { scratch in
      for name in ["a.wav", "c.wav"] { try Sound.wav(Sound.samples(500)).write(to: scratch.url(name)) }
      try Data("not a sound".utf8).write(to: scratch.url("b.wav"))
      let result = try Tool.run(
        "batch", scratch.path("a.wav"), scratch.path("b.wav"), scratch.path("missing.wav"), scratch.path("c.wav"),
        "--to", scratch.path("out"), "-e", "gain:-6dB", "--json")
      #expect(result.status == 65)
      #expect(result.errors.contains("b.wav") && result.errors.contains("missing.wav"))
      let report = try result.object()
      #expect(report["done"] as? Int == 2 && report["failed"] as? Int == 2)
      let files = try #require(report["files"] as? [[String: Any]])
      #expect((files[1]["error"] as? String)?.isEmpty == false && files[0]["frames"] as? Int == 500)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: scratch.path("out")).sorted() == ["a.wav", "c.wav"])
    }
  }

  @Test func collisionsAreRefusedBeforeAnythingIsWritten() throws {
    try Scratch.with { scratch in
      for folder in ["one", "two"] {
        try FileManager.default.createDirectory(at: scratch.url(folder), withIntermediateDirectories: true)
        try Sound.wav(Sound.samples(100)).write(to: scratch.url("\(folder)/take.wav"))
      }
      let both = [scratch.path("one/take.wav"), scratch.path("two/take.wav")]
      let same = try Tool.run(["batch"] + both + ["--to", scratch.path("out"), "-e", "pass"])
      #expect(same.status == 64 && same.errors.contains("would both become"))
      let onto = try Tool.run("batch", both[0], "--to", scratch.path("one"), "-e", "pass")
      #expect(onto.status == 64 && onto.errors.contains("is one of the inputs"))
      #expect(try scratch.names == ["one", "two"])
      // A suffix gives it a name of its own.
      #expect(try Tool.run("batch", both[0], "--to", scratch.path("one"), "--suffix", "-wet", "-e", "pass").status == 0)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: scratch.path("one")).sorted()
          == ["take-wet.wav", "take.wav"])
    }
  }

  @Test func theContainerCanBeAnother() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(800)).write(to: scratch.url("a.wav"))
      let result = try Tool.run(
        "batch", scratch.path("a.wav"), "--to", scratch.path("out"), "--format", "flac", "--encoding", "s24", "-e",
        "gain:-6dB")
      #expect(result.status == 0, "\(result.errors)")
      let info = try #require(try Tool.run("info", scratch.path("out/a.flac"), "--json").list().first)
      #expect(info["encoding"] as? String == "s24" && info["frames"] as? Int == 800)
    }
  }

  @Test(arguments: [
    ["a.wav", "-e", "pass"], ["--to", "out", "-e", "pass"], ["-", "--to", "out", "-e", "pass"],
    ["a.wav", "--to", "out", "-e", "pass", "--jobs", "0"], ["a.wav", "--to", "out", "-e", "pass", "--format", "xyz"],
    ["a", "--to", "out", "-e", "pass"], ["a.wav", "--to", "out", "-e", "nonsense:1"],
    ["a.wav", "--to", "out", "-e", "pass", "--suffix", "/x"],
  ])
  func aWrongCommandLineIsStatus64(arguments: [String]) throws {
    try Scratch.with { scratch in
      let result = try Tool.run(["batch"] + arguments.map { $0 == "out" ? scratch.path("out") : $0 })
      #expect(result.status == 64, "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: scratch.path("out")))
    }
  }
}

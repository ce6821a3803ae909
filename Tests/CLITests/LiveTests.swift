import Foundation
import Testing

@Suite struct LiveCommandTests {
  @Test func benchCountsEverything() throws {
    let result = try Tool.run("bench", "live", "--pace", "fast", "--callbacks", "2000", "--json")
    #expect(result.status == 0)
    let report = try result.object()
    #expect(report["callbacks"] as? Int == 2_000)
    #expect(report["xruns"] as? Int == 0)
    #expect(report["input_overflows"] as? Int == 0)
    #expect(report["output_underflows"] as? Int == 0)
    if let allocations = report["allocations"] as? Int { #expect(allocations == 0) }
    for name in ["callback_ms", "worker_ms", "round_trip_ms"] {
      let times = try #require(report[name] as? [String: Any])
      for key in ["count", "min", "median", "mean", "p95", "p99", "max"] { #expect(times[key] is NSNumber) }
    }
    #expect(abs((report["deadline_ms"] as? Double ?? 0) - 256 / 48.0) < 1e-9)
  }

  @Test func benchRefusesWhatItCannotMeasure() throws {
    for arguments in [["--sections", "0"], ["--callbacks", "5"], ["--channels", "0"], ["--pace", "slow"]] {
      #expect(try Tool.run(["bench", "live"] + arguments).status == 64)
    }
  }

  @Test func readsTheFilesThatAChainNames() throws {
    try Scratch.with { scratch in
      try Data("0.25 0.5 0.25".utf8).write(to: scratch.url("taps.txt"))
      try Sound.wav(Sound.samples(4_800)).write(to: scratch.url("in.wav"))
      try Data("fir:file=taps.txt".utf8).write(to: scratch.url("chain"))
      for command in [
        "live -e fir:file=taps.txt -i virtual --seconds 0.1 -q", "live --chain chain -i virtual --seconds 0.1 -q",
        "play in.wav -e fir:file=taps.txt -o virtual", "record out.wav -e fir:file=taps.txt -i virtual --seconds 0.1",
      ] {
        let result = try Tool.shell("\"$SWIFTLET\" \(command)", in: scratch.folder)
        #expect(result.status == 0, "\(command): \(result.errors)")
      }
    }
  }

  @Test func takesCommandsWhileItPlays() throws {
    let result = try Tool.run(
      "live", "-e", "highpass:80Hz | peak:1kHz,gain=+3dB", "--input", "virtual", "--json",
      input: Data("1.frequency=120Hz\n1.frequency=banana\n7.gain=1\nmute\nunmute\nquit\n".utf8))
    #expect(result.status == 0)
    #expect(try result.object()["xruns"] is Int)
    #expect(result.errors.contains("banana"))
    #expect(result.errors.contains("7.gain"))
    #expect(result.errors.contains("2.gain"))
  }

  @Test func swapsTheChainWhileItPlays() throws {
    let result = try Tool.run(
      "live", "-e", "gain:-6dB", "--input", "virtual", "--json",
      input: Data(
        "chain highpass:80Hz | delay:0.1\n2.mix=40%\nchain\nchain banana\nchain compressor:lookahead=5ms\nquit\n".utf8))
    #expect(result.status == 0)
    #expect(try result.object()["xruns"] is Int)
    #expect(!result.errors.contains("2.mix"))
    #expect(result.errors.contains("write the new chain behind it"))
    #expect(result.errors.contains("banana"))
    #expect(result.errors.contains("240 frames"))
  }

  @Test func readsTheChainAgainWhenItsFileChanges() throws {
    try Scratch.with { scratch in
      let script = """
        printf 'gain:-6dB # quieter\n\npeak:1kHz,gain=+3dB\n' > chain.txt
        "$SWIFTLET" live --chain chain.txt --input virtual --seconds 3 --json > out.json 2> errors.txt &
        tool=$!
        sleep 1
        printf 'highpass:banana\n' > chain.txt
        sleep 0.5
        printf 'highpass:80Hz\n' > chain.txt
        wait $tool
        """
      #expect(try Tool.shell(script, in: scratch.folder).status == 0)
      let errors = try String(contentsOf: scratch.url("errors.txt"), encoding: .utf8)
      #expect(errors.contains("banana"))
      #expect(errors.contains("read again"))
      #expect(try Tool.run("live", "--chain", scratch.path("none.txt"), "--input", "virtual").status == 66)
      #expect(
        try Tool.run("live", "--chain", scratch.path("chain.txt"), "-e", "gain:1dB", "--input", "virtual").status == 64)
    }
  }

  @Test func playsAFileToItsEnd() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(9_600), channels: 1).write(to: scratch.url("in.wav"))
      let result = try Tool.run(
        "play", scratch.path("in.wav"), "-e", "gain:-6dB", "--output", "virtual", "--json", "--buffer", "1024")
      #expect(result.status == 0)
      #expect((try result.object()["callbacks"] as? Int ?? 0) >= 9_600 / 1_024)
    }
  }

  @Test func keepsTheTakeWhenInterrupted() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(480_000), channels: 1).write(to: scratch.url("in.wav"))
      let script = """
        "$SWIFTLET" record take.wav --input virtual:in.wav --quiet &
        tool=$!
        sleep 1
        kill -TERM $tool
        wait $tool
        """
      #expect(try Tool.shell(script, in: scratch.folder).status == 0)
      let info = try Tool.run("info", scratch.path("take.wav"), "--json").list()[0]
      #expect((info["frames"] as? Int ?? 0) > 0)
      #expect(info["channels"] as? Int == 1)
      #expect(try scratch.names == ["in.wav", "take.wav"])
    }
  }

  @Test func namesTheDevicesThatAreThere() throws {
    #expect(try Tool.run("devices", "--json").status == 0)
    let missing = try Tool.run("live", "--input", "no such device")
    #expect(missing.status == 66 || missing.status == 74)
    #expect(missing.errors.contains("no such device") || missing.errors.contains("sound system"))
  }

  @Test func doctorSaysSomethingOfEverything() throws {
    let report = try Tool.run("doctor", "--json", "--seconds", "0.2").object()
    let findings = try #require(report["findings"] as? [[String: Any]])
    let subjects = Set(findings.compactMap { $0["subject"] as? String })
    #expect(subjects.isSuperset(of: ["priority", "memory", "timer", "server"]))
    #expect(report["causes"] is [Any])
  }
}

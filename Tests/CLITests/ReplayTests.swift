import Foundation
import Testing

@Suite struct ReplayTests {
  /// Plays a file on the virtual device with some changes, and logs it.
  private func session(_ scratch: Scratch, environment: [String: String] = [:]) throws -> [String: Any] {
    try Sound.wav(Sound.samples(96_000), channels: 1).write(to: scratch.url("in.wav"))
    let result = try Tool.run(
      [
        "live", "-e", "highpass:80Hz | peak:1kHz,gain=+3dB | compressor", "--input",
        "virtual:" + scratch.path("in.wav"), "--output", "virtual:" + scratch.path("in.wav"), "--seconds", "0.6",
        "--json", "--stages", "--log", scratch.path("bug.session"),
      ], input: Data("1.frequency=120Hz\n2.gain=-6\nmute\nunmute\n3.threshold=-30\n".utf8), environment: environment)
    #expect(result.status == 0, "\(result.errors)")
    return try result.object()
  }

  @Test func aLiveSessionIsRepeatedBitForBit() throws {
    try Scratch.with { scratch in
      let report = try session(scratch)
      let log = try #require(report["log"] as? [String: Any])
      #expect(log["complete"] as? Bool == true && log["hole"] is NSNull)
      let stages = try #require(report["stages"] as? [[String: Any]])
      #expect(stages.count >= 2)
      #expect(stages.allSatisfy { ($0["ms"] as? [String: Any])?["p99"] is NSNumber })

      let replay = try Tool.run("replay", scratch.path("bug.session"), scratch.path("heard.wav"), "--json")
      #expect(replay.status == 0, "\(replay.errors)")
      let object = try replay.object()
      #expect(object["bit_exact"] as? Bool == true && object["complete"] as? Bool == true)
      #expect(object["changes"] as? Int == 3)
      #expect((object["chain"] as? String)?.contains("compressor") == true)
      let info = try Tool.run("info", scratch.path("heard.wav"), "--json").list()[0]
      #expect(info["frames"] as? Int == object["output_frames"] as? Int)
      #expect(try scratch.names.contains { $0.hasSuffix(".incomplete") } == false)

      let page = try Tool.run("replay", scratch.path("bug.session"))
      #expect(page.status == 0 && page.text.contains("bit for bit"))
    }
  }

  /// Other chains, typed and from a file, are in the log too.
  @Test func otherChainsAreRepeatedBitForBit() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(480_000), channels: 1).write(to: scratch.url("in.wav"))
      let script = """
        printf 'gain:-6dB\n' > chain.txt
        # The log is there as soon as the first chain runs. What follows stands far enough apart for a busy machine.
        begun() { for try in $(seq 300); do ls -A | grep -q session && return; sleep 0.1; done; }
        (begun; echo 'chain highpass:80Hz | delay:0.1'; sleep 1; echo '2.mix=40%'; sleep 1
          printf 'peak:1kHz,gain=+3dB\n' > chain.txt; sleep 2; echo quit) |
          "$SWIFTLET" live --chain chain.txt --input virtual:in.wav --output virtual:in.wav --log a.session --json > out.json
        """
      #expect(try Tool.shell(script, in: scratch.folder).status == 0)
      let replay = try Tool.run("replay", scratch.path("a.session"), "--json")
      #expect(replay.status == 0, "\(replay.errors)")
      let object = try replay.object()
      #expect(object["bit_exact"] as? Bool == true)
      #expect(object["swaps"] as? Int == 2 && object["changes"] as? Int == 1)
    }
  }

  @Test func otherKernelsAreDemandedOrRefused() throws {
    try Scratch.with { scratch in
      _ = try session(scratch, environment: ["SWIFTLET_KERNELS": "scalar"])
      let log = scratch.path("bug.session")
      // Nobody asked for other kernels: the session's are taken.
      let replay = try Tool.run("replay", log, "--json")
      #expect(try replay.object()["kernels"] as? String == "scalar")
      let levels = try #require(
        try Tool.run("replay", log, environment: ["SWIFTLET_KERNELS": "abacus"]).errors.split(separator: ":").last)
      guard
        let other = levels.split(whereSeparator: { ", \n.".contains($0) }).map(String.init)
          .first(where: { ["sse2", "avx2", "avx512", "neon"].contains($0) })
      else { return }
      let refused = try Tool.run("replay", log, scratch.path("x.wav"), environment: ["SWIFTLET_KERNELS": other])
      #expect(refused.status == 65)
      #expect(refused.errors.contains("scalar") && refused.errors.contains(other))
      #expect(try !scratch.names.contains("x.wav"))
    }
  }

  @Test func aCrashLeavesWhatWasLogged() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(480_000), channels: 1).write(to: scratch.url("in.wav"))
      let script = """
        "$SWIFTLET" live -e lowpass:1k --input virtual:in.wav --output virtual:in.wav --log a.session --quiet --seconds 9 &
        tool=$!
        sleep 1
        kill -KILL $tool
        wait $tool
        "$SWIFTLET" live -e lowpass:1k --input virtual:in.wav --output virtual:in.wav --log b.session --quiet --seconds 9 &
        tool=$!
        sleep 1
        kill -TERM $tool
        wait $tool
        """
      _ = try Tool.shell(script, in: scratch.folder)
      #expect(try scratch.names == ["a.session.incomplete", "b.session", "in.wav"])
      let cut = try Tool.run("replay", scratch.path("a.session.incomplete"), "--json")
      #expect(cut.status == 0, "\(cut.errors)")
      let object = try cut.object()
      #expect(object["bit_exact"] as? Bool == true && object["complete"] as? Bool == false)
      #expect((object["blocks"] as? Int ?? 0) > 0)
      #expect(try Tool.run("replay", scratch.path("b.session"), "--json").object()["complete"] as? Bool == true)
    }
  }

  @Test func whatIsNoLogIsRefused() throws {
    try Scratch.with { scratch in
      try Data("RIFF1234WAVE".utf8).write(to: scratch.url("x.session"))
      #expect(try Tool.run("replay", scratch.path("x.session")).status == 65)
      #expect(try Tool.run("replay", scratch.path("missing.session")).status == 66)
      #expect(try Tool.run("replay").status == 64)
      #expect(
        try Tool.run("live", "-e", "gain:0", "--input", "virtual", "--log", scratch.path("no/x"), "--seconds", "1")
          .status
          == 74)
    }
  }

  @Test(arguments: ["replay", "live", "doctor"]) func helpHasAnExample(command: String) throws {
    let result = try Tool.run(command, "--help")
    #expect(result.status == 0 && result.text.contains("  swiftlet \(command)"))
  }
}

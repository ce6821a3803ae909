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

  /// Lines that end as on other systems, in a chain's file too, and files that a chain names.
  @Test func takesOtherLineEndsAndFilesThatAChainNames() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(64), channels: 1).write(to: scratch.url("hall.wav"))
      try Data("gain:-6dB\r\nconvolve:hall.wav\r\n".utf8).write(to: scratch.url("chain.txt"))
      let script = """
        # A swap is in the log when the worker has found it, which takes a block or some on a busy machine.
        (printf 'mute\\r\\nchain convolve:hall.wav | gain:-1dB\\r\\n2.gain=-2dB\\r\\n'; sleep 2; printf 'quit\\r\\n') |
          "$SWIFTLET" live --chain chain.txt --input virtual --seconds 20 --log a.session --json > out.json || exit 1
        "$SWIFTLET" play hall.wav -e convolve:hall.wav --output virtual || exit 2
        "$SWIFTLET" record take.wav -e convolve:hall.wav --input virtual --seconds 0.3 --quiet || exit 3
        "$SWIFTLET" doctor -e convolve:hall.wav --seconds 0.2 --json > doctor.json || exit 4
        "$SWIFTLET" replay a.session --json
        """
      let result = try Tool.shell(script, in: scratch.folder)
      #expect(result.status == 0, "\(result.errors)")
      #expect(try result.object()["bit_exact"] as? Bool == true)
      #expect(try result.object()["swaps"] as? Int == 1)
    }
  }

  /// A file that is named while it plays is read, whatever its name, and is in the session's log.
  @Test func takesAnotherFileWhileItPlays() throws {
    try Scratch.with { scratch in
      for name in ["a.wav", "the hall.wav"] {
        try Sound.wav(Sound.samples(64), channels: 1).write(to: scratch.url(name))
      }
      let script = """
        (printf '1.file=the hall.wav\\n1.file = none.wav\\n1.file="a.wav"\\n1.mix=50 %%\\n'; sleep 2; printf 'quit\\n') |
          "$SWIFTLET" live -e convolve:a.wav --input virtual --seconds 20 --log a.session > out.txt || exit 1
        "$SWIFTLET" replay a.session --json
        """
      let result = try Tool.shell(script, in: scratch.folder)
      #expect(result.status == 0, "\(result.errors)")
      let refusals = result.errors.split(separator: "\n").filter { $0.hasPrefix("swiftlet: 1.") }
      #expect(refusals.count == 1 && refusals.first?.contains("none.wav") == true, "\(result.errors)")
      #expect(try result.object()["bit_exact"] as? Bool == true)
      #expect(try result.object()["changes"] as? Int == 3)
      #expect(!result.errors.contains(".."))
    }
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

  /// Waits until `$tool` has read its chain and catches SIGHUP, which Linux tells; a busy machine starts it late.
  private static let untilItListens =
    "for try in $(seq 300); do [ -d /proc/$tool ] && grep -q '^SigCgt:.*[13579bdf]$' /proc/$tool/status && break; "
    + "sleep 0.1; [ -d /proc/self ] || { sleep 1; break; }; done"

  @Test func readsTheChainAgainWhenItsFileChanges() throws {
    try Scratch.with { scratch in
      let script = """
        printf 'gain:-6dB # quieter\n\npeak:1kHz,gain=+3dB\n' > chain.txt
        "$SWIFTLET" live --chain chain.txt --input virtual --seconds 60 --json > out.json 2> errors.txt &
        tool=$!
        \(Self.untilItListens)
        printf 'highpass:banana\n' > chain.txt
        for try in $(seq 200); do grep -q banana errors.txt && break; sleep 0.1; done
        printf 'highpass:80Hz\n' > chain.txt
        for try in $(seq 200); do grep -q 'read again' errors.txt && break; sleep 0.1; done
        kill -TERM $tool
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

  /// A chain is read to its end, or not at all.
  @Test func aLongChainFileIsReadWhole() throws {
    try Scratch.with { scratch in
      let script = """
        (seq -f '# remark %g' 10000; echo highpass:banana) > late.txt
        echo 1 > 'taps #2.txt'
        printf 'gain:-6dB #"\\nfir:file="taps #2.txt" # a remark\\n' > quoted.txt
        "$SWIFTLET" live --chain quoted.txt --input virtual --seconds 0.1 > out.txt || exit 1
        "$SWIFTLET" live --chain late.txt --input virtual --seconds 0.1 2> late.errors; echo $?
        head -c 2000000 /dev/zero | tr '\\0' '#' > huge.txt
        "$SWIFTLET" live --chain huge.txt --input virtual --seconds 0.1 2> huge.errors; echo $?
        cat late.errors huge.errors >&2
        """
      let result = try Tool.shell(script, in: scratch.folder)
      #expect(String(decoding: result.output, as: UTF8.self) == "64\n64\n")
      #expect(result.errors.contains("banana"))
      #expect(result.errors.contains("2000000 bytes"))
    }
  }

  /// On a terminal: silence is shown, keys change parameters, and what is wrong with a command is said.
  @Test func showsALineAndTakesKeysOnATerminal() throws {
    let keys = [
      "\u{1B}[B", "\u{1B}[B", "\u{1B}[C", " ", "\u{1B}[A", "\u{1B}[B", " ", ":1.gain=loud\n", ":chain compressor\n",
      "\u{1B}[A", ":1.ratio=3\n",
      "q",
    ]
    let result = try Tool.terminal(
      ["live", "-e", "peak:1kHz,gain=+3dB", "--input", "virtual", "--seconds", "20"], typing: keys)
    #expect(result.status == 0 && result.signal == nil)
    #expect(result.text.contains("peak 1.frequency = 1000 Hz"))
    #expect(result.text.contains("-inf dB"))
    #expect(result.text.contains("muted"))
    #expect(result.text.contains("\"loud\" is not a number"))
    #expect(result.text.contains("compressor 1."))
    #expect(result.text.contains("round trip"))
  }

  /// SIGHUP reads the file at once, though nothing in it changed.
  @Test func readsTheChainAgainAtSIGHUP() throws {
    try Scratch.with { scratch in
      let script = """
        printf 'gain:-6dB\n' > chain.txt
        "$SWIFTLET" live --chain chain.txt --input virtual --seconds 3 --json > out.json 2> errors.txt &
        tool=$!
        \(Self.untilItListens)
        kill -HUP $tool
        wait $tool
        """
      #expect(try Tool.shell(script, in: scratch.folder).status == 0)
      let errors = try String(contentsOf: scratch.url("errors.txt"), encoding: .utf8)
      #expect(errors.contains("read again"))
    }
  }

  /// Without a file to read again SIGHUP is the end, in order.
  @Test func endsAtSIGHUPWithoutAFile() throws {
    try Scratch.with { scratch in
      let script = """
        "$SWIFTLET" live -e gain:-6dB --input virtual --seconds 60 --json > out.json &
        tool=$!
        \(Self.untilItListens)
        kill -HUP $tool
        wait $tool
        """
      #expect(try Tool.shell(script, in: scratch.folder).status == 0)
      let report = try String(contentsOf: scratch.url("out.json"), encoding: .utf8)
      #expect(report.contains("callback_ms"))
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
        \(Self.untilItListens)
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

  /// A sound server that ends takes no take with it. The server is one of the test's own.
  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["SWIFTLET_SANITIZER"] == nil
        && FileManager.default.isExecutableFile(atPath: "/usr/bin/jackd"), "jackd is not installed: skipped"))
  func keepsTheTakeWhenTheServerEnds() throws {
    try Scratch.with { scratch in
      let script = """
        export JACK_DEFAULT_SERVER=swiftlet-test-$$ JACK_NO_AUDIO_RESERVATION=1 JACK_NO_START_SERVER=1
        jackd -r -n "$JACK_DEFAULT_SERVER" -d dummy -r 48000 -p 256 > jackd.txt 2>&1 &
        server=$!
        jack_wait -s "$JACK_DEFAULT_SERVER" -w -t 10 > wait.txt 2>&1 || { kill $server; exit 99; }
        "$SWIFTLET" record take.wav --seconds 60 2> record.txt &
        tool=$!
        "$SWIFTLET" live -e gain:-3dB --seconds 60 --json > live.json 2> live.txt < /dev/null &
        other=$!
        clients='jack_lsp -s "$JACK_DEFAULT_SERVER" 2> /dev/null | cut -d: -f1 | sort -u | grep -vc system'
        for try in $(seq 100); do [ "$(eval "$clients")" -ge 2 ] && break; sleep 0.1; done
        sleep 1
        kill $server
        wait $tool; echo $?
        wait $other; echo $?
        """
      let result = try Tool.shell(script, in: scratch.folder)
      // Where the server does not start here, there is nothing to see.
      if result.status == 99 { return }
      #expect(result.text == "74\n74\n")
      #expect((try Tool.run("info", scratch.path("take.wav"), "--json").list()[0]["frames"] as? Int ?? 0) > 0)
      let live = try String(contentsOf: scratch.url("live.txt"), encoding: .utf8)
      #expect(live.contains("the device is gone"))
    }
  }

  @Test func refusesAPlaceWhereNoTakeCanBeKept() throws {
    try Scratch.with { scratch in
      let result = try Tool.run("record", scratch.path("no/take.wav"), "--input", "virtual", "--seconds", "1")
      #expect(result.status == 73)
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

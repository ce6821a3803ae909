import Foundation
import Testing

@Suite struct SafetyTests {
  @Test func inputAndOutputMayBeOneFile() throws {
    try Scratch.with { scratch in
      let samples = Sound.samples(50_000)
      try Sound.wav(samples).write(to: scratch.url("a.wav"))
      let result = try Tool.run("process", scratch.path("a.wav"), scratch.path("a.wav"), "-e", "gain:amplitude=0.5")
      #expect(result.status == 0)
      #expect(try Data(contentsOf: scratch.url("a.wav")).suffix(200_000) == Sound.bytes(samples.map { $0 * 0.5 }))
      #expect(try scratch.names == ["a.wav"])
    }
  }

  @Test(arguments: [
    ("peek:1k", 64), ("peak:", 64), ("(", 64), ("", 64), ("lowpass:30k", 65), ("lowpass:1k,q=nan", 64),
  ]) func aBadExpressionTouchesNothing(expression: String, status: Int32) throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(100)).write(to: scratch.url("in.wav"))
      try Data("old".utf8).write(to: scratch.url("out.wav"))
      let result = try Tool.run("process", scratch.path("in.wav"), scratch.path("out.wav"), "-e", expression)
      #expect(result.status == status)
      #expect(result.signal == nil)
      #expect(result.errors.hasPrefix("swiftlet: in the expression: "))
      #expect(try Data(contentsOf: scratch.url("out.wav")) == Data("old".utf8))
      #expect(try scratch.names == ["in.wav", "out.wav"])
    }
  }

  @Test func filesThatCannotBeReadOrMadeAreToldApart() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(100)).write(to: scratch.url("in.wav"))
      try Data("no sound at all, only words".utf8).write(to: scratch.url("words.wav"))
      func status(_ input: String, _ output: String) throws -> Int32 {
        let result = try Tool.run("process", scratch.path(input), scratch.path(output), "-e", "pass")
        #expect(result.errors.contains("swiftlet: "))
        return result.status
      }
      #expect(try status("none.wav", "out.wav") == 66)
      #expect(try status("words.wav", "out.wav") == 65)
      #expect(try status("in.wav", "out.xyz") == 64)
      #expect(try status("in.wav", "out") == 64)
      #expect(try status("in.wav", "none/out.wav") == 73)
      #expect(try scratch.names == ["in.wav", "words.wav"])
    }
  }

  /// Help instead of the result, with a status that says all is well, would lose work.
  @Test func aNameLikeOptionsIsNoCallForHelp() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(100)).write(to: scratch.url("in.wav"))
      let script = #""$SWIFTLET" process in.wav -dash.wav -e gain:-1dB; echo $?"#
      let refused = try Tool.shell(script, in: scratch.folder)
      #expect(refused.text == "64\n" && refused.errors.contains("./-dash.wav"))
      for line in ["process in.wav ./-dash.wav -e gain:-1dB", "process -e gain:-1dB -- in.wav -dash.wav"] {
        #expect(try Tool.shell("\"$SWIFTLET\" \(line)", in: scratch.folder).status == 0)
      }
      #expect(try Tool.run("process", "-qh").text.contains("USAGE"))
    }
  }

  @Test func aFullDiskIsAnError() throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(100_000)).write(to: scratch.url("in.wav"))
      for command in [
        "process in.wav - -e pass > /dev/full", "process in.wav - --raw s16le -e pass > /dev/full",
        "process in.wav /dev/full -e pass", "process in.wav /dev/full --raw f32le -e pass",
        "design lowpass:1k --json > /dev/full", "--help > /dev/full", "process --help > /dev/full",
        "response lowpass:1k > /dev/full", "response lowpass:1k --plot - > /dev/full", "effects > /dev/full",
      ] {
        let result = try Tool.shell("\"$SWIFTLET\" \(command)", in: scratch.folder)
        #expect(result.status == 74, "\(command): \(result.errors)")
        #expect(result.errors.contains("No space left"), "\(command): \(result.errors)")
        #expect(!result.errors.contains("old file"), "\(command): \(result.errors)")
      }
      #expect(try scratch.names == ["in.wav"])
    }
  }

  @Test(
    .disabled(
      if: ProcessInfo.processInfo.environment["SWIFTLET_SANITIZER"] == "thread",
      "the thread sanitizer keeps its own memory in files and does not survive a limit on their size"))
  func aFileSizeLimitLeavesTheOldOutput() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(400_000)).write(to: scratch.url("in.wav"))
      try Data("old".utf8).write(to: scratch.url("out.wav"))
      try Data("old".utf8).write(to: scratch.url("out.raw"))
      for output in ["out.wav", "out.raw --raw f32le"] {
        let result = try Tool.shell(
          "trap '' XFSZ; ulimit -f 200; \"$SWIFTLET\" process in.wav \(output) -e pass", in: scratch.folder)
        #expect(result.status == 74, "\(result.errors)")
      }
      #expect(try Data(contentsOf: scratch.url("out.wav")) == Data("old".utf8))
      #expect(try Data(contentsOf: scratch.url("out.raw")) == Data("old".utf8))
      #expect(try scratch.names == ["in.wav", "out.raw", "out.wav"])
    }
  }

  @Test func piecesThatWouldFillMemoryAreRefused() throws {
    let result = try Tool.run(
      "process", "-", "-", "--raw", "f32le", "--rate", "48k", "--channels", "4096", "--chunk", "1048576", "-e", "pass")
    #expect(result.status == 64 && result.signal == nil)
    #expect(result.errors.contains("1 to 65536 frames"))
  }

  @Test(
    .disabled(
      if: ProcessInfo.processInfo.environment["SWIFTLET_SANITIZER"] != nil, "sanitizers need room for their own memory")
  )
  func signalsWithoutMemoryAreRefused() throws {
    try Scratch.with { scratch in
      let result = try Tool.shell(
        """
        ulimit -v 2500000
        "$SWIFTLET" process - - --raw f32le --rate 48k --channels 4096 --chunk 65536 -e "lowpass:1k + highpass:2k" < /dev/null
        """, in: scratch.folder)
      #expect(result.status == 65, "\(result.errors)")
      #expect(result.errors.contains("more than there is memory for"), "\(result.errors)")
    }
  }

  // The job waits for its input while the folder goes.
  @Test func aFolderThatVanishesIsNoMissingInput() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(1_000)).write(to: scratch.url("in.wav"))
      let result = try Tool.shell(
        """
        mkfifo pipe; mkdir folder
        "$SWIFTLET" process - folder/out.wav -e pass < pipe & job=$!
        exec 3> pipe
        head -c 2000 in.wav >&3
        until ls -l /proc/$job/fd 2> /dev/null | grep -q folder; do sleep 0.01; done
        rmdir folder
        tail -c +2001 in.wav >&3
        exec 3>&-
        wait $job; echo $?
        """, in: scratch.folder)
      #expect(result.text == "73\n", "\(result.errors)")
      #expect(result.errors.contains("folder/out.wav"))
    }
  }

  @Test func aClosedPipeIsAnError() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(2_000_000)).write(to: scratch.url("in.wav"))
      let result = try Tool.shell(
        "\"$SWIFTLET\" process in.wav - -e pass | head -c 100 > /dev/null; echo ${PIPESTATUS[0]}", in: scratch.folder)
      #expect(result.text == "74\n")
      #expect(result.errors.contains("Broken pipe"))
    }
  }

  // The job waits for more input when the signal comes, so that it is always part of the way.
  @Test(arguments: [("KILL", 137), ("TERM", 143), ("INT", 130), ("HUP", 129)])
  func aJobThatIsStoppedLeavesTheOldOutput(signal: String, status: Int) throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(200_000)).write(to: scratch.url("in.wav"))
      for (output, options) in [("out.wav", ""), ("new.wav", ""), ("out.raw", "--raw f32le --rate 48k --channels 1")] {
        try Data("old".utf8).write(to: scratch.url("out.wav"))
        try Data("old".utf8).write(to: scratch.url("out.raw"))
        let result = try Tool.shell(
          """
          set -m
          mkfifo pipe
          "$SWIFTLET" process - \(output) \(options) -e lowpass:1k < pipe & job=$!
          exec 3> pipe
          head -c 600000 in.wav >&3
          sleep 0.3
          kill -\(signal) $job
          wait $job 2>/dev/null
          code=$?
          exec 3>&-
          rm pipe
          echo $code
          """, in: scratch.folder)
        #expect(result.text.hasSuffix("\(status)\n"), "\(result.text) \(result.errors)")
        #expect(try Data(contentsOf: scratch.url("out.wav")) == Data("old".utf8))
        #expect(try Data(contentsOf: scratch.url("out.raw")) == Data("old".utf8))
        let left = try scratch.names.filter { !["in.wav", "out.wav", "out.raw"].contains($0) }
        // A killed process cannot tidy up after itself; nothing may stand under the output's name.
        #expect(signal == "KILL" ? !left.contains("new.wav") : left.isEmpty, "\(left)")
        for name in left { try FileManager.default.removeItem(at: scratch.url(name)) }
      }
    }
  }

  @Test func progressStaysSilentInAPipe() throws {
    let result = try Tool.run(
      "process", "-", "-", "--raw", "f32le", "--rate", "48k", "--channels", "1", "-e", "lowpass:1k",
      input: Sound.bytes(Sound.samples(100_000)))
    #expect(result.status == 0)
    #expect(result.errors.isEmpty)
  }
}

import Foundation
import Testing

@Suite struct ProcessTests {
  @Test func aFileIsProcessedAndKeepsItsLengthAndEncoding() throws {
    try Scratch.with { scratch in
      try Sound.wav(Sound.samples(20_000), channels: 2, rate: 44_100).write(to: scratch.url("in.wav"))
      let result = try Tool.run(
        "process", scratch.path("in.wav"), scratch.path("out.wav"), "-e", "highpass:80Hz,order=4 | peak:1kHz,gain=+6dB",
        "-e",
        "gain:-6dB", "--json")
      #expect(result.status == 0)
      #expect(result.errors.isEmpty)
      let report = try result.object()
      #expect(report["frames"] as? Int == 10_000)
      for key in ["seconds", "speed", "clipped", "nonfinite", "overflow", "latency"] {
        #expect(report[key] is NSNumber, "\(key)")
      }
      let info = try #require(try Tool.run("info", scratch.path("out.wav"), "--json").list().first)
      #expect(info["frames"] as? Int == 10_000)
      #expect(info["encoding"] as? String == "f32")
      #expect(info["sample_rate_hz"] as? Double == 44_100)
      #expect(try scratch.names == ["in.wav", "out.wav"])
    }
  }

  @Test func severalExpressionsStandInSeries() throws {
    let input = Sound.bytes(Sound.samples(5_000))
    let raw = ["process", "-", "-", "--raw", "f32le", "--rate", "48k", "--channels", "1", "--mode", "invariant"]
    let apart = try Tool.run(raw + ["-e", "lowpass:200 + highpass:2k", "-e", "gain:-3dB"], input: input)
    let together = try Tool.run(raw + ["-e", "(lowpass:200 + highpass:2k) | gain:-3dB"], input: input)
    #expect(apart.status == 0)
    #expect(apart.output.count == input.count)
    #expect(apart.output == together.output)
  }

  @Test func aGainIsExact() throws {
    let samples = Sound.samples(1_001)
    let result = try Tool.run(
      "process", "-", "-", "--raw", "f32le", "-r", "8k", "-c", "7", "-e", "gain:amplitude=0.5",
      input: Sound.bytes(samples))
    #expect(Sound.floats(result.output) == samples.map { $0 * 0.5 })
  }

  @Test(arguments: ["double", "mixed", "single"]) func everyPrecisionFilters(precision: String) throws {
    let samples = (0..<4_800).map { Float(sin(Double($0) * 2 * .pi * 4_000 / 48_000)) * 0.5 }
    let result = try Tool.run(
      "process", "-", "-", "--raw", "f32le", "--rate", "48000", "--channels", "1", "--precision", precision, "-e",
      "butterworth:lowpass,500Hz,order=4", input: Sound.bytes(samples))
    #expect(result.status == 0)
    let output = Sound.floats(result.output)
    #expect(output.count == 4_800)
    // Three octaves above the cutoff: -72 dB of 0.5, after the start has died away.
    #expect(output.suffix(1_000).allSatisfy { abs($0) < 0.5 * 0.0003 })
  }

  @Test func theTailIsWrittenOnRequest() throws {
    let impulse: [Float] = [1] + Array(repeating: 0, count: 99)
    let raw = ["process", "-", "-", "--raw", "f32le", "--rate", "48k", "--channels", "1", "-e", "lowpass:100Hz"]
    let trimmed = try Tool.run(raw, input: Sound.bytes(impulse))
    let whole = try Tool.run(raw + ["--tail"], input: Sound.bytes(impulse))
    #expect(trimmed.output.count == 400)
    #expect(whole.output.count > 4_000)
    #expect(whole.output.prefix(400) == trimmed.output)
  }

  @Test(arguments: [0, 1, 2, 8_191, 8_192, 8_193]) func anyLengthComesBack(frames: Int) throws {
    let input = Sound.bytes(Sound.samples(frames * 2))
    let raw = ["process", "-", "-", "--raw", "f32le", "--rate", "48k", "--channels", "2"]
    let result = try Tool.run(raw + ["-e", "peak:1k,gain=6"], input: input)
    #expect(result.status == 0)
    #expect(result.output.count == input.count)
    #expect(try Tool.run(raw + ["-e", "pass"], input: input).output == input)
  }

  @Test(arguments: ["f64le", "s16le", "s24le", "s32le"]) func everyRawFormPassesUnchanged(form: String) throws {
    let width = ["f64le": 8, "s16le": 2, "s24le": 3, "s32le": 4][form] ?? 1
    let input =
      form == "f64le"
      ? Sound.bytes(Sound.samples(600).map(Double.init))
      : Data((0..<600 * width).map { UInt8(truncatingIfNeeded: $0 &* 97 / 3) })
    let result = try Tool.run(
      "process", "-", "-", "--raw", form, "--rate", "48k", "--channels", "2", "--precision", "double", "-e", "pass",
      input: input)
    #expect(result.status == 0)
    #expect(result.output == input)
  }

  @Test func halfPrecisionIsRefused() throws {
    let result = try Tool.run(
      "process", "-", "-", "--raw", "f16le", "--rate", "48k", "--channels", "1", "-e", "pass", input: Data(count: 8))
    #expect(result.status == 64)
    #expect(result.errors.contains("half precision"))
    #expect(result.output.isEmpty)
  }

  @Test func rawFilesAreKnownByTheirExtension() throws {
    try Scratch.with { scratch in
      try Sound.bytes(Sound.samples(1_000)).write(to: scratch.url("in.raw"))
      let raw = ["--raw", "f32le", "--rate", "48k", "--channels", "1", "-e", "pass"]
      #expect(try Tool.run(["process", scratch.path("in.raw"), scratch.path("out.wav")] + raw).status == 0)
      #expect(
        try Tool.run("process", scratch.path("out.wav"), scratch.path("back.pcm"), "--raw", "f32le", "-e", "pass")
          .status == 0)
      #expect(try Data(contentsOf: scratch.url("back.pcm")) == Data(contentsOf: scratch.url("in.raw")))
      #expect(try scratch.names == ["back.pcm", "in.raw", "out.wav"])
    }
  }

  @Test func rawNeedsItsRateAndChannels() throws {
    #expect(try Tool.run("process", "-", "-", "--raw", "f32le", "-e", "pass").status == 64)
    #expect(try Tool.run("process", "a.wav", "b.wav", "--raw", "f32le", "-e", "pass").status == 64)
    #expect(try Tool.run("process", "a.wav", "b.wav", "--rate", "48k", "-e", "pass").status == 64)
  }

  @Test func wavGoesThroughPipes() throws {
    try Scratch.with { scratch in
      let samples = Sound.samples(30_000)
      try Sound.wav(samples, channels: 2).write(to: scratch.url("in.wav"))
      let result = try Tool.shell(
        """
        set -o pipefail
        cat in.wav | "$SWIFTLET" process - - -e gain:amplitude=0.5 | "$SWIFTLET" process - - -e gain:amplitude=2 | cat > out.wav
        "$SWIFTLET" process - back.raw --raw f32le -e pass < out.wav 2>/dev/null ||
          cat out.wav | "$SWIFTLET" process - back.wav -e pass
        """, in: scratch.folder)
      #expect(result.status == 0, "\(result.errors)")
      let header = try Data(contentsOf: scratch.url("out.wav")).prefix(4)
      #expect(header == Data("RIFF".utf8))
      #expect(try Data(contentsOf: scratch.url("out.wav")).suffix(120_000) == Sound.bytes(samples))
    }
  }

  @Test func clippedAndNonFiniteSamplesAreReported() throws {
    let samples: [Float] = [2, -3, 0.5, .nan, .infinity, 0]
    try Scratch.with { scratch in
      try Sound.wav(samples).write(to: scratch.url("in.wav"))
      let result = try Tool.run(
        "process", scratch.path("in.wav"), scratch.path("out.wav"), "--encoding", "s16", "--dither", "none", "-e",
        "pass", "--json")
      #expect(result.status == 0)
      let report = try result.object()
      #expect(report["clipped"] as? Int == 2)
      #expect(report["nonfinite"] as? Int == 2)
      #expect(result.errors.contains("clipped") && result.errors.contains("not finite"))
    }
  }

  @Test func aSpeedyPipeNeedsLittleMemory() throws {
    try Scratch.with { scratch in
      // 400 MB through a chain; the resident set stays below 64 MB.
      let result = try Tool.shell(
        """
        head -c 400000000 /dev/zero > zeros &&
        "$SWIFTLET" process - - --raw f32le --rate 48k --channels 2 -e "highpass:20Hz | peak:1k,gain=6" < zeros > out & wait_for=$!
        peak=0
        while kill -0 $wait_for 2>/dev/null; do
          for child in $(pgrep -P $wait_for 2>/dev/null) $wait_for; do
            now=$(awk '/VmHWM/ {print $2}' /proc/$child/status 2>/dev/null)
            if [ "${now:-0}" -gt "$peak" ]; then peak=$now; fi
          done
          sleep 0.02
        done
        wait $wait_for && stat -c %s out && echo $peak
        """, in: scratch.folder)
      let lines = result.text.split(separator: "\n").compactMap { Int($0) }
      #expect(lines.count == 2, "\(result.text) \(result.errors)")
      guard lines.count == 2 else { return }
      #expect(lines[0] == 400_000_000)
      #expect(lines[1] < 64_000, "kilobytes")
    }
  }
}

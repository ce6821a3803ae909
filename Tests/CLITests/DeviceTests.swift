import Foundation
import Testing

@Suite struct DeviceTests {
  static let arguments = [
    "process", "-", "-", "--raw", "f32le", "-r", "48k", "-c", "2", "-e", "highpass:80Hz,order=4 | peak:1kHz,gain=+6dB",
  ]
  static let noDrivers = ["SWIFTLET_CUDA_LIBRARY": "/none/libcuda", "SWIFTLET_OPENCL_LIBRARY": "/none/libOpenCL"]

  @Test func withoutADriverAGPUIsRefused() throws {
    let input = Sound.bytes(Sound.samples(4_000))
    let result = try Tool.run(Self.arguments + ["--device", "gpu"], input: input, environment: Self.noDrivers)
    #expect(result.status == 69)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("/none/libcuda"))
  }

  @Test func autoRunsOnTheCPUAndSaysSo() throws {
    let input = Sound.bytes(Sound.samples(4_000))
    let plain = try Tool.run(Self.arguments, input: input)
    let result = try Tool.run(Self.arguments + ["--device", "auto"], input: input, environment: Self.noDrivers)
    #expect(result.status == 0)
    #expect(result.output == plain.output)
    #expect(result.errors.contains("ran on the CPU"))
  }

  @Test func whatAKernelThatStaysDoesNotRunIsSaid() throws {
    let chain = ["-e", "lowpass:1kHz | compressor", "--input", "virtual", "--seconds", "0.1", "--resident"]
    let result = try Tool.run(["live", "--device", "gpu"] + chain, environment: ["SWIFTLET_GPU": "OpenCL"])
    #expect(result.status == 69)
    // OpenCL is installed by `make test`, on Linux.
    #expect(result.errors.contains("one cascade of filters") || result.errors.contains("none was found"))
  }

  @Test func halfPrecisionIsRefusedAsOnTheCPU() throws {
    let arguments = ["process", "-", "-", "--raw", "f16le", "-r", "48k", "-c", "1", "-e", "lowpass:2kHz", "--device"]
    let cpu = try Tool.run(arguments + ["cpu"], input: Data(count: 64))
    let gpu = try Tool.run(arguments + ["gpu"], input: Data(count: 64), environment: Self.noDrivers)
    #expect(cpu.status == gpu.status && cpu.status != 0 && cpu.errors == gpu.errors)
    #expect(gpu.errors.contains("half precision"))
  }

  @Test func liveSaysWhatIsMissingOrWhy() throws {
    let live = ["live", "-e", "lowpass:2kHz", "--input", "virtual", "--seconds", "0.1", "--json"]
    let refused = try Tool.run(live + ["--device", "gpu"], environment: Self.noDrivers)
    #expect(refused.status == 69 && refused.errors.contains("/none/libcuda"))
    let auto = try Tool.run(live + ["--device", "auto"], environment: Self.noDrivers)
    #expect(auto.status == 0)
    let report = try auto.object()
    #expect(report["accelerator"] is NSNull && report["accelerated_blocks"] as? Int == 0)
    #expect((report["accelerator_reason"] as? String)?.contains("/none/libcuda") == true)
    #expect(try Tool.run(live + ["--resident"]).status == 64)
  }

  @Test(arguments: [[], ["--resident"]]) func theBenchRunsOnADevice(more: [String]) throws {
    let arguments = ["bench", "live", "--pace", "fast", "--callbacks", "300", "--json", "--device", "gpu"] + more
    let result = try Tool.run(arguments, environment: ["SWIFTLET_GPU": "OpenCL"])
    guard result.status != 69 else { return }
    #expect(result.status == 0, "\(result.errors)")
    let report = try result.object()
    #expect((report["accelerator"] as? String)?.contains("OpenCL") == true)
    // Whether blocks come in time is the machine's affair.
    #expect(report["accelerated_blocks"] is Int && report["accelerator_fallbacks"] is Int)
  }

  @Test func batchRunsOnADevice() throws {
    try Scratch.with { scratch in
      let names = ["a.wav", "b.wav"]
      for name in names { try Sound.wav(Sound.samples(5_000), channels: 1).write(to: scratch.url(name)) }
      let batch = ["batch"] + names.map(scratch.path) + ["--to", scratch.path("out"), "-e", "lowpass:2kHz", "--json"]
      let refused = try Tool.run(batch + ["--device", "gpu"], environment: Self.noDrivers)
      #expect(refused.status == 69 && refused.errors.contains("a.wav") && refused.errors.contains("b.wav"))
      let auto = try Tool.run(batch + ["--device", "auto"], environment: Self.noDrivers)
      #expect(auto.status == 0 && auto.errors.contains("ran on the CPU"))
      let device = try Tool.run(batch + ["--device", "gpu"], environment: ["SWIFTLET_GPU": "OpenCL"])
      guard device.status != 69 else { return }
      #expect(try device.object()["done"] as? Int == 2, "\(device.errors)")
    }
  }

  @Test func filesOfAFormatGoTogetherWithTheBitsOfEachAlone() throws {
    try Scratch.with { scratch in
      let device = ["--device", "gpu"]
      let processor = ["SWIFTLET_GPU": "OpenCL"]
      for (index, frames) in [9_000, 70_031, 66_000, 1, 0, 50].enumerated() {
        try Sound.wav(Sound.samples(frames, seed: UInt64(index + 1)), channels: 1).write(
          to: scratch.url("\(index).wav"))
      }
      try Sound.wav(Sound.samples(4_000), channels: 2).write(to: scratch.url("stereo.wav"))
      try Data("not a sound".utf8).write(to: scratch.url("bad.wav"))
      let names = (0..<6).map { "\($0).wav" }
      let chain = ["-e", "highpass:80Hz,order=6 | peak:1kHz,gain=+6dB", "--tail", "--json"]
      let all = (names + ["stereo.wav", "bad.wav"]).map(scratch.path)
      let result = try Tool.run(
        ["batch"] + all + ["--to", scratch.path("out")] + chain + device, environment: processor)
      // OpenCL is installed by `make test`, on Linux.
      guard result.status != 69 else { return }
      #expect(result.status == 65 && result.errors.contains("bad.wav"))
      let report = try result.object()
      #expect(report["done"] as? Int == 7 && report["failed"] as? Int == 1)
      let way = try #require(report["gpu"] as? [String: Any])
      #expect(way["together"] as? Int == 6 && way["groups"] as? Int == 1 && way["alone"] as? Int == 2)
      #expect(way["launches"] as? Int == 2 && (way["device"] as? String)?.isEmpty == false)
      let files = try #require(report["files"] as? [[String: Any]])
      for (index, name) in (names + ["stereo.wav"]).enumerated() {
        let alone = scratch.path("alone \(name)")
        let single = try Tool.run(
          ["process", scratch.path(name), alone] + chain + device, environment: processor)
        let (one, many) = (try single.object(), files[index])
        for key in ["frames_read", "frames", "clipped", "nonfinite", "overflow", "latency"] {
          #expect(one[key] as? Int == many[key] as? Int, "\(name): \(key)")
        }
        #expect(
          try Data(contentsOf: URL(fileURLWithPath: alone)) == Data(contentsOf: scratch.url("out/\(name)")), "\(name)")
      }
      // What is more than one cascade runs one by one, and so do two files in groups of one.
      for more in [["-e", "highpass:80Hz | compressor"], ["-e", "highpass:80Hz", "--jobs", "1"]] {
        let result = try Tool.run(
          ["batch"] + all.prefix(2) + ["--to", scratch.path("more"), "--json"] + more + device, environment: processor)
        let way = try #require(try result.object()["gpu"] as? [String: Any])
        #expect(way["together"] as? Int == 0 && way["alone"] as? Int == 2, "\(result.errors)")
      }
    }
  }

  @Test func doctorAndExplainSpeakOfGPUs() throws {
    let doctor = try Tool.run(["doctor", "--json", "--seconds", "0.1"], environment: Self.noDrivers).object()
    let findings = try #require(doctor["findings"] as? [[String: Any]]).filter { $0["subject"] as? String == "gpu" }
    #expect(findings.count == 2)
    #expect(findings.contains { ($0["text"] as? String)?.contains("/none/libcuda") == true })
    let found = try Tool.run(["doctor", "--json", "--seconds", "0.1"]).object()
    for finding in try #require(found["findings"] as? [[String: Any]]) where finding["subject"] as? String == "gpu" {
      let text = try #require(finding["text"] as? String)
      #expect(finding["weight"] as? String == "note" || text.contains("self-test"), "\(text)")
    }
    let chain = ["explain", "lowpass:1kHz", "--device", "gpu"]
    #expect(try Tool.run(chain).text.contains("all stages have a GPU kernel"))
    let report = try Tool.run(chain + ["--json"]).object()
    #expect(((report["gpu"] as? [String: Any])?["gaps"] as? [Any])?.isEmpty == true)
  }

  @Test func aProcessorMayStandInForAGPU() throws {
    let input = Sound.bytes(Sound.samples(40_000))
    let plain = try Tool.run(Self.arguments, input: input)
    let result = try Tool.run(
      Self.arguments + ["--device", "gpu"], input: input, environment: ["SWIFTLET_GPU": "OpenCL"])
    // OpenCL is installed by `make test`, on Linux.
    guard result.status != 69 else { return }
    let samples = Sound.floats(result.output)
    let expected = Sound.floats(plain.output)
    #expect(samples.count == expected.count)
    #expect(zip(samples, expected).allSatisfy { abs($0 - $1) < 2e-6 })
  }
}

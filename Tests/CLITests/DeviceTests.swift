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

  @Test func anEffectWithoutAKernelIsNamed() throws {
    let chain = ["-e", "fir:lowpass,1kHz,taps=31", "--input", "virtual", "--seconds", "0.1"]
    let result = try Tool.run(["live", "--device", "gpu"] + chain)
    #expect(result.status == 69)
    #expect(result.errors.contains("fir (stage"))
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

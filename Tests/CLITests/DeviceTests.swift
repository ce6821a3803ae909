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
    let result = try Tool.run(Self.arguments + ["-e", "compressor", "--device", "gpu"], input: Data())
    #expect(result.status == 69)
    #expect(result.errors.contains("compressor"))
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

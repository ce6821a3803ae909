import Accelerator
import ArgumentParser
import AudioCore
import AudioDevices
import AudioFiles
import Realtime

/// The devices and the engine's settings on the command line.
struct EngineArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Frames in a cycle, 16 to 65536: the latency is about one cycle more than the device's own.", valueName: "frames")
  )
  var buffer = 256

  @Option(name: .shortAndLong, help: ArgumentHelp("The sample rate; by default the device's own.", valueName: "rate"))
  var rate: SampleRate?

  @Option(help: ArgumentHelp("Blocks in each ring, 2 to 256.", valueName: "n"))
  var depth = RealtimeConfiguration().ringBlocks

  @Option(help: ArgumentHelp("Stop after so many seconds.", valueName: "s"))
  var seconds: Double?

  /// The engine's settings.
  func configuration() throws(Failure) -> RealtimeConfiguration {
    guard (16...65_536).contains(buffer) else {
      throw Failure("--buffer \(buffer) is out of range: 16 to 65536 frames", status: .usage)
    }
    guard (2...256).contains(depth) else {
      throw Failure("--depth \(depth) is out of range: 2 to 256 blocks", status: .usage)
    }
    if let seconds, !(seconds > 0 && seconds <= 1e7) {
      throw Failure("--seconds \(seconds) is out of range: above 0 and at most 10000000", status: .usage)
    }
    var configuration = RealtimeConfiguration()
    configuration.bufferFrames = buffer
    configuration.sampleRate = rate?.hertz
    configuration.ringBlocks = depth
    return configuration
  }

  /// Whether a run that began some seconds ago has reached its end.
  func isOver(after elapsed: Double) -> Bool { seconds.map { elapsed >= $0 } ?? false }
}

/// What computes a live chain, on the command line.
struct AcceleratorArguments: ParsableArguments {
  @Option(help: "What computes: cpu, gpu (a GPU too, or not at all) or auto (a GPU too, where there is one).")
  var device: ProcessingDevice = .cpu

  @Flag(help: "Keep a kernel on the GPU instead of launching each block; for a chain of filters alone.")
  var resident = false

  /// nil for the processor alone.
  var provider: LiveAccelerator? {
    device == .cpu ? nil : LiveAccelerator(device, method: resident ? .resident : .launches)
  }

  func validate() throws {
    if resident && device == .cpu { throw ValidationError("--resident is for --device gpu or auto") }
  }
}

/// Devices by their names on the command line.
enum DeviceNames {
  /// Whether a name stands for the device without hardware: `virtual`, or `virtual:FILE` with a file as its input.
  static func isVirtual(_ name: String) -> Bool { name == "virtual" || name.hasPrefix("virtual:") }

  /// The device without hardware.
  static func virtual(_ name: String, rate: Double?) throws -> VirtualDevice {
    guard name.hasPrefix("virtual:") else { return VirtualDevice(sampleRate: rate ?? 48_000) }
    let file = try AudioFileReader<Float>(path: String(name.dropFirst("virtual:".count)))
    if let rate, rate != file.format.sampleRate {
      throw Failure(
        "\(name) is at \(NumberText.frequency(file.format.sampleRate)), and --rate says \(NumberText.frequency(rate)): leave --rate out",
        status: .usage)
    }
    return VirtualDevice(
      sampleRate: file.format.sampleRate, inputChannels: file.format.channels,
      outputChannels: max(2, file.format.channels),
      source: file)
  }

  /// A device of one direction.
  static func device(input: String? = nil, output: String? = nil, rate: Double?) throws -> any AudioDevice {
    if let name = input ?? output, isVirtual(name) { return try virtual(name, rate: rate) }
    return try Quiet.sounds { () throws(DeviceError) in
      try PortAudioDevice(input: input.map { DeviceChoice($0) }, output: output.map { DeviceChoice($0) })
    }
  }
}

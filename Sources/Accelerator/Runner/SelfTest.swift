import AudioCore

/// What a device showed of what the kernels rely on.
public struct SelfTestReport: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Numbers move between the threads of a warp as they should.
  public var shufflesWork: Bool
  /// Every group drew a ticket of its own.
  public var atomicsWork: Bool
  /// What one group wrote was seen by the next one.
  public var handOverWorks: Bool
  /// How far a filter's output lies from the CPU's, in decibels relative to it; nil when they are equal.
  public var cascadeErrorDecibels: Double?

  /// Whether the device can be used.
  public var passed: Bool {
    shufflesWork && atomicsWork && handOverWorks && (cascadeErrorDecibels ?? -.infinity) <= -120
  }

  public var description: String {
    func word(_ works: Bool) -> String { works ? "good" : "WRONG" }
    let error = cascadeErrorDecibels.map { "\(Int($0.rounded())) dB" } ?? "none"
    return
      "shuffles \(word(shufflesWork)), atomics \(word(atomicsWork)), hand-over between groups \(word(handOverWorks)), filter error against the CPU \(error)"
  }
}

extension ComputeContext {
  /// Runs what the kernels rely on, on this device: shuffles, atomics, hand-over between groups, and a filter. [control]
  /// - Throws: `AcceleratorError` when a call of the driver fails; what the device computes wrongly is in the report.
  public func selfTest() throws -> SelfTestReport {
    let groups = 32
    let module = try module(.init(isDouble: false, sections: 0))
    let launch = try KernelLaunch("self_test_kernel", of: module, threads: 64, argumentCount: 4, on: self)
    let memory = [
      try DeviceBuffer(bytes: 16, on: self), try DeviceBuffer(bytes: groups * 8, on: self),
      try DeviceBuffer(bytes: groups * 4, on: self), try DeviceBuffer(bytes: 16, on: self),
    ]
    for (index, buffer) in memory.enumerated() { launch.arguments.set(index, memory: buffer.handle) }
    launch.groups = groups
    try launch.run()
    let results = try HostBuffer(bytes: 16, on: self)
    try memory[3].read(into: results.start, bytes: 16)
    try finish()
    func result(_ index: Int) -> UInt32 { results.start.load(fromByteOffset: 4 * index, as: UInt32.self) }
    return SelfTestReport(
      shufflesWork: result(0) == UInt32(groups * 64), atomicsWork: result(1) == UInt32(groups),
      handOverWorks: result(2) == UInt32(groups * (groups + 1) / 2), cascadeErrorDecibels: try cascadeError())
  }

  /// Noise through an equaliser and a filter with a long memory.
  private func cascadeError() throws -> Double? {
    let sections = [
      Biquad(b0: 1.2, b1: -1.9, b2: 0.8, a1: -1.9, a2: 0.93), Biquad(b0: 1, b1: -2, b2: 1, a1: -1.9965, a2: 0.99651),
    ]
    let frames = 50_000
    let wave = SampleBuffer<Float>(channels: 2, capacity: frames)
    var word: UInt32 = 1
    for channel in 0..<2 {
      for frame in 0..<frames {
        word = word &* 1_664_525 &+ 1_013_904_223
        wave[channel, frame] = Float(Int32(bitPattern: word)) * 0x1p-32
      }
    }
    let shape = AcceleratorOptions().shape(sections: sections.count, type: .float32, on: device)
    let rig = try CascadeBench(sections, shape: shape, rows: 2, frames: frames, on: self)
    let output = try rig.filter(wave, method: driver.hasForwardProgress ? .scan : .threePhaseScan)
    let kernel = SectionKernel<Float>(sections, channels: 2, precision: .mixed, mode: .invariant)
    _ = wave.withBlock(frames: frames) { kernel.process($0, into: $0) }
    var error = 0.0
    var power = 0.0
    for channel in 0..<2 {
      for frame in 0..<frames {
        let expected = Double(wave[channel, frame])
        let difference = Double(output[channel * frames + frame]) - expected
        error += difference * difference
        power += expected * expected
      }
    }
    return error == 0 ? nil : 10 * Decibels.log10(error / power)
  }
}

/// What is known of all accelerators of this machine, for `swiftlet doctor` and `swiftlet-gpu`.
public struct AcceleratorReport: Sendable, Codable, CustomStringConvertible {
  /// One device.
  public struct Device: Sendable, Codable {
    public var name: String
    public var interface: ComputeDevice.Interface
    public var version: String
    public var memoryBytes: Int
    public var isGPU: Bool
    public var selfTest: SelfTestReport?
    /// Why the self-test could not run.
    public var failure: String?
  }

  public var devices: [Device] = []
  /// What is missing, and how to get it.
  public var missing: [String] = []

  /// Looks for devices and, if it is asked to, tests each. [control]
  public static func make(testing: Bool = true) -> AcceleratorReport {
    let search = ComputeDevice.search()
    var report = AcceleratorReport(missing: search.failures.map { "\($0)" })
    for found in search.devices {
      var device = Device(
        name: found.name, interface: found.interface, version: found.version, memoryBytes: found.memoryBytes,
        isGPU: found.isGPU)
      if testing {
        do { device.selfTest = try ComputeContext(found).selfTest() } catch { device.failure = "\(error)" }
      }
      report.devices.append(device)
    }
    return report
  }

  /// Whether a GPU is there and passed its test.
  public var hasWorkingGPU: Bool { devices.contains { $0.isGPU && $0.selfTest?.passed == true } }

  public var description: String {
    var lines: [String] = []
    for device in devices {
      lines.append(
        "\(device.name) (\(device.interface.rawValue): \(device.version), \(device.memoryBytes >> 20) MiB\(device.isGPU ? "" : ", a processor"))"
      )
      if let test = device.selfTest { lines.append("  \(test.passed ? "passed" : "FAILED"): \(test)") }
      if let failure = device.failure { lines.append("  FAILED: \(failure)") }
    }
    return (lines + missing).joined(separator: "\n")
  }
}

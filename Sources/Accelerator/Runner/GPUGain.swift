import AudioCore
import AudioGraph

/// A live gain on a device.
package final class GPUGain: DeviceStage {
  private let channels: Int
  private let launch: KernelLaunch
  private let table: DeviceBuffer
  private let staging: HostBuffer
  private let gain: ParameterRamps
  private let rampFrames: Int
  private var feed: Mailbox<LoweringLetter>?
  private let groupLimit = 4_096

  init(
    _ factor: Double, format: StreamFormat, module: KernelModule, counters: DeviceBuffer, on context: ComputeContext
  ) throws(AcceleratorError) {
    channels = format.channels
    rampFrames = format.rampFrames
    table = try DeviceBuffer(bytes: 8 * ParameterRamps.words, on: context)
    staging = try HostBuffer(bytes: 8 * ParameterRamps.words, on: context)
    gain = ParameterRamps([factor], table: table, staging: staging)
    launch = try KernelLaunch("gain_kernel", of: module, threads: 128, argumentCount: 11, on: context)
    launch.arguments.set(2, memory: table.handle)
    launch.arguments.set(3, memory: counters.handle)
    launch.arguments.set(9, Int32(channels))
  }

  func follow(_ source: any LoweringSource) throws(DesignError) {
    feed = try source.attachLowerings { $0.factor != nil }
  }

  func prepare(_ frames: Int) throws(AcceleratorError) -> Int {
    var settling = 0
    feed?.take()?._withUnsafeGuaranteedRef { letter in
      gain.move(0, to: letter.lowering.factor ?? 1, over: rampFrames)
      settling = rampFrames
    }
    try gain.prepare(frames)
    return settling
  }

  func reset() { gain.reset() }

  func run(_ sound: CheckedRows, key: CheckedRows, into target: DeviceRows, frames: Int) throws(AcceleratorError) {
    let arguments = launch.arguments
    arguments.set(0, memory: sound.rows.buffer.handle)
    arguments.set(1, memory: target.buffer.handle)
    arguments.set(4, sound.rows.offset)
    arguments.set(5, sound.rows.stride)
    arguments.set(6, target.offset)
    arguments.set(7, target.stride)
    arguments.set(8, frames)
    arguments.set(10, sound.check)
    launch.groups = min(groupLimit, (frames * channels + 127) / 128)
    try launch.run()
  }
}

extension Lowering {
  /// The factor of a gain, which may be 1.
  fileprivate var factor: Double? {
    switch self {
    case .identity: 1
    case .gain(let factor): factor
    default: nil
    }
  }
}

extension StreamFormat {
  /// Frames over which a changed parameter goes to its new value: 20 ms.
  var rampFrames: Int { max(1, Int((0.02 * sampleRate).rounded())) }
}

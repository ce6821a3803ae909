import AudioCore

/// y = a x1 + b x2 on a device: gains, sums and copies.
final class GPUMix {
  private let launch: KernelLaunch
  private let channels: Int
  private let groupLimit = 4_096

  init(channels: Int, module: KernelModule, counters: DeviceBuffer, on context: ComputeContext)
    throws(AcceleratorError)
  {
    self.channels = channels
    launch = try KernelLaunch("mix_kernel", of: module, threads: 128, argumentCount: 17, on: context)
    launch.arguments.set(3, memory: counters.handle)
  }

  func run(
    _ first: (rows: DeviceRows, gain: Double, check: Int32), _ second: (rows: DeviceRows, gain: Double, check: Int32)?,
    into target: DeviceRows, frames: Int
  ) throws(AcceleratorError) {
    let other = second ?? first
    let arguments = launch.arguments
    arguments.set(0, memory: first.rows.buffer.handle)
    arguments.set(1, memory: other.rows.buffer.handle)
    arguments.set(2, memory: target.buffer.handle)
    arguments.set(4, first.rows.offset)
    arguments.set(5, first.rows.stride)
    arguments.set(6, other.rows.offset)
    arguments.set(7, other.rows.stride)
    arguments.set(8, target.offset)
    arguments.set(9, target.stride)
    arguments.set(10, frames)
    arguments.set(11, first.gain)
    arguments.set(12, other.gain)
    arguments.set(13, Int32(channels))
    arguments.set(14, Int32(second == nil ? 0 : 1))
    arguments.set(15, first.check)
    arguments.set(16, other.check)
    launch.groups = min(groupLimit, (frames * channels + 127) / 128)
    try launch.run()
  }
}

/// Finite taps, or a delay, on a device, with the input of the past.
package final class GPUTaps {
  private let launch: KernelLaunch
  private let channels: Int
  private let taps: DeviceBuffer
  private let history: DeviceBuffer
  private let control: DeviceBuffer
  private let groupLimit = 4_096

  /// - Parameter delay: Frames before the first tap.
  package init<S: Sample>(
    _ values: [S], delay: Int, channels: Int, module: KernelModule, counters: DeviceBuffer, on context: ComputeContext
  ) throws(AcceleratorError) {
    self.channels = channels
    let depth = delay + values.count - 1
    let size = MemoryLayout<S>.stride
    taps = try DeviceBuffer(bytes: values.count * size, on: context)
    history = try DeviceBuffer(bytes: 2 * channels * depth * size, on: context)
    control = try DeviceBuffer(bytes: 16, on: context)
    launch = try KernelLaunch("fir_kernel", of: module, threads: 128, argumentCount: 17, on: context)
    let staging = try HostBuffer(bytes: values.count * size, on: context)
    for (index, value) in values.enumerated() {
      staging.start.storeBytes(of: value, toByteOffset: index * size, as: S.self)
    }
    try taps.write(staging.start, bytes: values.count * size)
    try context.finish()
    let arguments = launch.arguments
    // The control words stand for a fade where there is none.
    for (index, buffer) in [history, taps, control, counters, control].enumerated() {
      arguments.set(2 + index, memory: buffer.handle)
    }
    arguments.set(12, delay)
    arguments.set(13, values.count)
    arguments.set(14, Int32(channels))
    arguments.set(15, Int32(0))
  }

  /// Runs rows that lie end to end.
  package func run(_ source: DeviceBuffer, into target: DeviceBuffer, frames: Int) throws(AcceleratorError) {
    try run(
      DeviceRows(buffer: source, offset: 0, stride: frames),
      into: DeviceRows(buffer: target, offset: 0, stride: frames),
      frames: frames, check: 0)
  }

  func reset() throws(AcceleratorError) { try history.clear() }

  func run(_ source: DeviceRows, into target: DeviceRows, frames: Int, check: Int32) throws(AcceleratorError) {
    let arguments = launch.arguments
    arguments.set(0, memory: source.buffer.handle)
    arguments.set(1, memory: target.buffer.handle)
    arguments.set(7, source.offset)
    arguments.set(8, source.stride)
    arguments.set(9, target.offset)
    arguments.set(10, target.stride)
    arguments.set(11, frames)
    arguments.set(16, check)
    launch.groups = min(groupLimit, (frames * channels + 127) / 128)
    try launch.run()
  }
}

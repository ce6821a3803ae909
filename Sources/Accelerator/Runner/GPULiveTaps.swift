import AudioCore
import AudioGraph

/// Finite taps that change while they run, in direct form: all past input is kept, and 20 ms lead over to new taps. All memory belongs to
/// it from the beginning.
final class GPULiveTaps<S: Sample>: DeviceStage {
  private let count: Int
  private let channels: Int
  private let rampFrames: Int
  private let launch: KernelLaunch
  private let taps: DeviceBuffer
  private let history: DeviceBuffer
  private let control: DeviceBuffer
  private let staging: HostBuffer
  private let fade: SlotFade
  // Of both slots, and those that wait.
  private let values: UnsafeMutablePointer<Double>
  private var isWaiting = false
  private var feed: Mailbox<LoweringLetter>?
  private let groupLimit = 4_096

  init(
    _ values: [Double], format: StreamFormat, module: KernelModule, counters: DeviceBuffer, on context: ComputeContext
  ) throws(AcceleratorError) {
    count = values.count
    channels = format.channels
    rampFrames = format.rampFrames
    let size = MemoryLayout<S>.stride
    taps = try DeviceBuffer(bytes: 2 * count * size, on: context)
    history = try DeviceBuffer(bytes: 2 * channels * (count - 1) * size, on: context)
    control = try DeviceBuffer(bytes: 16, on: context)
    staging = try HostBuffer(bytes: 2 * count * size, on: context)
    fade = try SlotFade(on: context)
    launch = try KernelLaunch("fir_kernel", of: module, threads: 128, argumentCount: 17, on: context)
    self.values = .allocate(capacity: 3 * count)
    self.values.initialize(repeating: 0, count: 3 * count)
    for slot in 0..<2 {
      place(values, at: slot)
      try write(slot)
    }
    try context.finish()
    let arguments = launch.arguments
    for (index, buffer) in [history, taps, control, counters, fade.table].enumerated() {
      arguments.set(2 + index, memory: buffer.handle)
    }
    arguments.set(12, 0)
    arguments.set(13, count)
    arguments.set(14, Int32(channels))
    arguments.set(15, Int32(1))
  }

  deinit { values.deallocate() }

  func follow(_ source: any LoweringSource) throws(DesignError) {
    let count = count
    feed = try source.attachLowerings { lowering in
      if case .taps(let new) = lowering { new.count == count } else { lowering == .identity && count == 1 }
    }
  }

  func prepare(_ frames: Int) throws(AcceleratorError) -> Int {
    var settling = 0
    var isNew = false
    feed?.take()?._withUnsafeGuaranteedRef { letter in
      if case .taps(let new) = letter.lowering { place(new, at: 2) } else { values[2] = 1 }
      isNew = (0..<count).contains { values[2 * count + $0] != values[fade.target * count + $0] }
      isWaiting = isNew
      settling = isNew ? fade.left + frames + rampFrames + count : 0
    }
    if isWaiting && fade.left == 0 {
      isWaiting = false
      let slot = fade.begin(over: rampFrames)
      (values + slot * count).update(from: values + 2 * count, count: count)
      try write(slot)
    }
    try fade.prepare(frames)
    return settling
  }

  func reset() throws(AcceleratorError) {
    try history.clear()
    fade.reset()
  }

  private func place(_ new: [Double], at slot: Int) {
    precondition(new.count == count, "\(new.count) taps in the place of \(count)")
    for (index, value) in new.enumerated() { values[slot * count + index] = value }
  }

  private func write(_ slot: Int) throws(AcceleratorError) {
    // SAFETY: the staging memory holds two lists.
    let words = staging.start.assumingMemoryBound(to: S.self) + slot * count
    for index in 0..<count { words[index] = S(values[slot * count + index]) }
    let bytes = count * MemoryLayout<S>.stride
    try taps.write(words, at: slot * bytes, bytes: bytes)
  }

  func run(_ sound: CheckedRows, key: CheckedRows, into target: DeviceRows, frames: Int) throws(AcceleratorError) {
    guard frames > 0 else { return }
    let arguments = launch.arguments
    arguments.set(0, memory: sound.rows.buffer.handle)
    arguments.set(1, memory: target.buffer.handle)
    arguments.set(7, sound.rows.offset)
    arguments.set(8, sound.rows.stride)
    arguments.set(9, target.offset)
    arguments.set(10, target.stride)
    arguments.set(11, frames)
    arguments.set(16, sound.check)
    launch.groups = min(groupLimit, (frames * channels + 127) / 128)
    try launch.run()
  }
}

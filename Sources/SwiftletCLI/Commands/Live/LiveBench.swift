import Accelerator
import AudioCore
import AudioDevices
import CAllocationCounter
import Effects
import Realtime
import Synchronization

/// Runs the live engine on the virtual device and measures it.
struct LiveBench {
  /// Callbacks before allocations are counted: everything is warm then.
  private static let warmUp = 100

  var buffer: Int
  var rate: Double
  var channels: Int
  var sections: Int
  var callbacks: Int
  var pace: BenchLiveCommand.Pace
  var depth: Int
  var accelerator: LiveAccelerator?
  var timesStages: Bool

  func run() throws -> LiveReport {
    var configuration = RealtimeConfiguration()
    configuration.bufferFrames = buffer
    configuration.channels = channels
    configuration.ringBlocks = depth
    configuration.logCapacity = callbacks
    configuration.timesStages = timesStages
    configuration.wake = pace == .fast ? .spin : .poll(nanoseconds: nil)
    let counts = AllocationCounts(warmUp: Self.warmUp)
    let device = VirtualDevice(
      sampleRate: rate, inputChannels: channels, outputChannels: channels,
      pace: pace == .fast ? .manual : .clock(SystemClock()), source: noise(counts))
    let chain = Butterworth(.highPass(Frequency(rate / 480)), order: 2 * sections)
    let processor = try RealtimeProcessor(
      chain, on: device, configuration: configuration, accelerator: accelerator
    ) { counts.worker($0) }
    let reading = OtherLoad.Reading.now
    let started = SystemCalls.seconds
    try processor.start()
    let memory = SystemCalls.residentBytes
    switch pace {
    case .fast: drive(device, processor)
    case .realtime:
      while processor.callbackCount < callbacks && processor.state != .stopped {
        SystemClock().sleep(nanoseconds: 20_000_000)
      }
    }
    let elapsed = SystemCalls.seconds - started
    let grown = SystemCalls.residentBytes.flatMap { end in memory.map { max(0, end - $0) } }
    var report = LiveReport(processor, elapsed: elapsed, since: reading)
    processor.stop()
    report.allocations = counts.total
    report.grownBytes = grown
    return report
  }

  /// Calls the device again as soon as the worker has caught up, without a sleep.
  private func drive(_ device: VirtualDevice, _ processor: RealtimeProcessor) {
    let isCaughtUp = processor.catchUpTest()
    device.advance(cycles: callbacks) { _ in
      while !isCaughtUp() { SystemCalls.yieldProcessor() }
    }
  }

  /// White noise, made without allocating; its reader is the device's thread, which counts its own allocations here.
  private func noise(_ counts: AllocationCounts) -> GeneratorSource {
    var state: UInt64 = 1
    var cycle = 0
    let frames = buffer
    return GeneratorSource(format: StreamFormat(sampleRate: rate, channels: channels)) { frame, channel in
      if channel == 0 && frame % frames == 0 {
        cycle += 1
        counts.device(cycle)
      }
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-33
    }
  }
}

/// Allocations of the two threads after a number of callbacks.
final class AllocationCounts: Sendable {
  private let warmUp: Int
  private let deviceCount = Atomic<Int>(0)
  private let workerCount = Atomic<Int>(0)

  init(warmUp: Int) { self.warmUp = warmUp }

  /// Called at the start of each cycle, on the device's thread.
  func device(_ cycle: Int) { note(cycle, in: deviceCount) }
  /// Called after each block, on the worker's thread.
  func worker(_ block: Int) { note(block, in: workerCount) }

  private func note(_ number: Int, in count: borrowing Atomic<Int>) {
    if number == warmUp { ac_start() }
    if number > warmUp { count.store(ac_count(), ordering: .relaxed) }
  }

  /// The sum; nil where allocations cannot be counted.
  var total: Int? {
    guard ac_available() else { return nil }
    return deviceCount.load(ordering: .relaxed) + workerCount.load(ordering: .relaxed)
  }
}

import AudioCore
import AudioDevices
import AudioGraph
import Effects
import Foundation
import Realtime
import Synchronization
import Testing

/// The fades at start and stop, on a device that goes in step with the worker: a busy machine makes no gap.
@Suite struct FadeTests {
  /// Calls the device again as soon as the worker has caught up, until the device is stopped.
  private final class Driver: @unchecked Sendable {
    // Sendable because the function that is asked takes no lock and reads what is atomic.
    private let device: VirtualDevice
    private let isCaughtUp: () -> Bool
    private let cycles = Atomic<Int>(0)
    private let mustStop = Atomic<Bool>(false)
    private let done = DispatchSemaphore(value: 0)

    init(_ device: VirtualDevice, _ processor: RealtimeProcessor) {
      self.device = device
      isCaughtUp = processor.catchUpTest()
    }

    func start() {
      Thread { [self] in
        device.advance(cycles: .max) { _ in
          self.cycles.add(1, ordering: .releasing)
          // `stop` waits for the fade, not for this: the worker may be gone before the last block.
          while !self.isCaughtUp() && !self.mustStop.load(ordering: .acquiring) { OwnThread.yield() }
        }
        done.signal()
      }.start()
    }

    func wait(cycles count: Int) { while cycles.load(ordering: .acquiring) < count { usleep(200) } }

    func join() {
      mustStop.store(true, ordering: .releasing)
      done.wait()
    }
  }

  private func sine() -> GeneratorSource {
    GeneratorSource(format: StreamFormat(sampleRate: 48_000, channels: 2)) { frame, _ in
      Float(sin(2 * Double.pi * 100 * Double(frame) / 48_000))
    }
  }

  private func largestBend(_ samples: [Float]) -> Float {
    var largest: Float = 0
    for frame in samples.indices.dropFirst(2) {
      let bend: Float = samples[frame] - 2 * samples[frame - 1] + samples[frame - 2]
      largest = max(largest, abs(bend))
    }
    return largest
  }

  private let steady = Float(pow(2 * Double.pi * 100 / 48_000, 2))

  /// Blocks shorter than the fade, and blocks that last so long that `stop` must wait for one.
  @Test(arguments: [64, 256, 2_048]) func startAndStopFade(block: Int) throws {
    let sink = CollectingSink(channels: 2)
    let device = VirtualDevice(pace: .manual, source: sine(), sink: sink)
    var configuration = RealtimeConfiguration()
    configuration.bufferFrames = block
    configuration.locksMemory = false
    configuration.wake = .poll(nanoseconds: 10_000)
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration)
    try processor.start()
    let driver = Driver(device, processor)
    driver.start()
    driver.wait(cycles: 20_000 / block)
    let underflows = processor.outputUnderflowCount
    processor.stop()
    driver.join()
    #expect(underflows == 0)
    let heard = sink.channels[0]
    #expect(largestBend(heard) < 1.5 * steady)
    #expect(heard.max() ?? 0 > 0.99)
    // The last frame of a fade is 7e-7 of what it fades.
    #expect(abs(heard.last ?? 1) < 1e-6)
    // What is silent in the end was heard until the fade.
    let end = heard.lastIndex { $0 != 0 } ?? 0
    #expect(heard[..<end].suffix(960 + 480).contains { abs($0) > 0.5 })
  }

  /// A stop that comes while the start is still rising has no corner either.
  @Test(arguments: [2, 5, 9, 12]) func stopWhileItRises(cycles: Int) throws {
    let sink = CollectingSink(channels: 2)
    let device = VirtualDevice(pace: .manual, source: sine(), sink: sink)
    var configuration = RealtimeConfiguration()
    configuration.bufferFrames = 64
    configuration.locksMemory = false
    configuration.wake = .poll(nanoseconds: 10_000)
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration)
    try processor.start()
    let driver = Driver(device, processor)
    driver.start()
    driver.wait(cycles: cycles)
    processor.stop()
    driver.join()
    let heard = sink.channels[0]
    #expect(largestBend(heard) < 1.5 * steady)
    // The last frame of a fade is 7e-7 of what it fades.
    #expect(abs(heard.last ?? 1) < 1e-6)
  }

  /// A gap at the very start: the fade is kept for the sound.
  @Test func aGapAtTheStartKeepsTheFade() throws {
    let sink = CollectingSink(channels: 2)
    let device = VirtualDevice(pace: .manual, source: sine(), sink: sink)
    var configuration = RealtimeConfiguration()
    configuration.wake = .host
    configuration.locksMemory = false
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration)
    try processor.run {
      device.advance(cycles: 40) { cycle in if cycle >= 3 { processor.processPending() } }
      #expect(processor.outputUnderflowCount == 3)
    }
    #expect(largestBend(sink.channels[0]) < 1.5 * steady)
    #expect(sink.channels[0].max() ?? 0 > 0.99)
  }

  /// A gap that is over changes nothing about the fade at the stop.
  @Test(
    .disabled(
      if: ProcessInfo.processInfo.environment["SWIFTLET_SANITIZER"] == "realtime",
      "a stage that sleeps is what that sanitizer watches for"))
  func stopFadesAfterAGap() throws {
    let sink = CollectingSink(channels: 2)
    let device = VirtualDevice(pace: .manual, source: sine(), sink: sink)
    let (number, trouble) = Trouble.make()
    var configuration = RealtimeConfiguration()
    configuration.locksMemory = false
    configuration.stallSeconds = 0.9
    configuration.wake = .poll(nanoseconds: 10_000)
    let processor = try RealtimeProcessor(Troublesome(number: number), on: device, configuration: configuration)
    try processor.start()
    let isCaughtUp = processor.catchUpTest()
    func goOn(_ cycles: Int) { device.advance(cycles: cycles) { _ in while !isCaughtUp() { OwnThread.yield() } } }
    goOn(20)
    trouble.begin(.sleeps)
    device.advance(cycles: 3)
    trouble.begin(.none)
    #expect(processor.outputUnderflowCount > 0)
    while !isCaughtUp() { usleep(200) }
    goOn(20)
    let frames = sink.channels[0].count
    let driver = Driver(device, processor)
    driver.start()
    driver.wait(cycles: 4)
    processor.stop()
    driver.join()
    let heard = Array(sink.channels[0].dropFirst(frames - 2_048))
    #expect(largestBend(heard) < 1.5 * steady)
    // The last frame of a fade is 7e-7 of what it fades.
    #expect(abs(heard.last ?? 1) < 1e-6)
  }

  /// With nobody there to call the device, a stop does not wait for a fade.
  @Test func aDeviceThatNobodyCallsIsNotWaitedFor() throws {
    let device = VirtualDevice(pace: .manual, source: sine())
    var configuration = RealtimeConfiguration()
    configuration.wake = .host
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration)
    try processor.run { _ = device.advance(cycles: 20) { _ in processor.processPending() } }
    #expect(!device.isAdvancing)
    #expect(processor.state == .stopped)
  }
}

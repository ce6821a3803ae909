import AudioCore
import CRealtime
import Synchronization

/// How long the threads beside files sleep when there is nothing to do: far less than their rings last.
private let pauseNanoseconds: Int64 = 5_000_000

/// Reads a source ahead into a ring, on a thread of its own: storage may pause, the worker may not. After the end silence follows.
final class StreamFeeder: @unchecked Sendable {
  // Sendable because only its thread touches source, ring and buffer once it runs.
  private let source: SendableSource
  private var ring: RingProducer
  private let buffer: SampleBuffer<Float>
  private let addresses: ChannelAddresses
  private let mustStop = Atomic<Bool>(false)
  private let end = Atomic<Int>(-1)
  private let failed = Locked<String?>(nil)
  private var thread: rt_thread?

  init(_ source: SendableSource, into ring: consuming RingProducer) {
    self.source = source
    buffer = SampleBuffer(channels: ring.channels, capacity: 4_096)
    addresses = ChannelAddresses(buffer)
    self.ring = ring
  }

  /// The length of the source in frames once it is known to be read whole.
  var endFrames: Int? {
    let value = end.load(ordering: .acquiring)
    return value < 0 ? nil : value
  }

  var failure: String? { failed.withLock { $0 } }

  func start() {
    // Something must be there before the first block is asked for.
    fill()
    var thread = rt_thread()
    let error = rt_thread_start(
      &thread, "swiftlet-feed", 0, { Unmanaged<StreamFeeder>.fromOpaque($0).takeRetainedValue().run() },
      Unmanaged.passRetained(self).toOpaque())
    if error == 0 { self.thread = thread } else { Unmanaged.passUnretained(self).release() }
  }

  func stop() {
    mustStop.store(true, ordering: .releasing)
    if let thread { rt_thread_join(thread) }
    thread = nil
  }

  private func run() {
    while !mustStop.load(ordering: .acquiring) {
      fill()
      SystemClock().sleep(nanoseconds: pauseNanoseconds)
    }
  }

  private func fill() {
    let readable = UnsafeRawPointer(addresses.table).assumingMemoryBound(to: UnsafePointer<Float>.self)
    while ring.writable() >= buffer.capacity && !mustStop.load(ordering: .relaxed) {
      guard endFrames == nil else {
        _ = ring.writeSilence(frames: buffer.capacity)
        continue
      }
      var count = 0
      do {
        count = try buffer.withBlock(frames: buffer.capacity) { try source.source.read(into: $0) }
      } catch {
        failed.withLock { $0 = "\(error)" }
      }
      _ = ring.write(readable, frames: count)
      if count < buffer.capacity { end.store(ring.position, ordering: .releasing) }
    }
  }
}

/// Empties a ring into a sink, on a thread of its own.
final class StreamDrainer: @unchecked Sendable {
  // Sendable because only its thread touches sink, ring and buffer once it runs.
  private let sink: SendableSink
  private var ring: RingConsumer
  private let buffer: SampleBuffer<Float>
  private let addresses: ChannelAddresses
  private let mustStop = Atomic<Bool>(false)
  private let written = Atomic<Int>(0)
  private let failed = Locked<String?>(nil)
  private var thread: rt_thread?

  init(_ ring: consuming RingConsumer, into sink: SendableSink) {
    self.sink = sink
    buffer = SampleBuffer(channels: ring.channels, capacity: 4_096)
    addresses = ChannelAddresses(buffer)
    self.ring = ring
  }

  var framesWritten: Int { written.load(ordering: .acquiring) }
  var failure: String? { failed.withLock { $0 } }

  func start() {
    var thread = rt_thread()
    let error = rt_thread_start(
      &thread, "swiftlet-drain", 0, { Unmanaged<StreamDrainer>.fromOpaque($0).takeRetainedValue().run() },
      Unmanaged.passRetained(self).toOpaque())
    if error == 0 { self.thread = thread } else { Unmanaged.passUnretained(self).release() }
  }

  /// Ends after everything that is in the ring was written.
  func stop() {
    mustStop.store(true, ordering: .releasing)
    if let thread { rt_thread_join(thread) }
    thread = nil
  }

  private func run() {
    while true {
      let isLast = mustStop.load(ordering: .acquiring)
      drain()
      if isLast { return }
      SystemClock().sleep(nanoseconds: pauseNanoseconds)
    }
  }

  private func drain() {
    while true {
      let count = ring.readSome(UnsafePointer(addresses.table), frames: buffer.capacity)
      guard count > 0 else { return }
      // After a failure nothing more is written; the ring is emptied all the same, so that the worker goes on.
      guard failure == nil else { continue }
      do {
        try buffer.withBlock(frames: count) { try sink.sink.write($0) }
        written.wrappingAdd(count, ordering: .releasing)
      } catch {
        failed.withLock { $0 = "\(error)" }
      }
    }
  }
}

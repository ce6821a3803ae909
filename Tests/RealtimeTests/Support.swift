import AudioCore
import Foundation
import Realtime

/// Arrays as the tables of addresses that rings and devices take.
enum Planar {
  /// Lends channels for reading.
  static func reading<R>(_ channels: [[Float]], _ body: (UnsafePointer<UnsafePointer<Float>>) -> R) -> R {
    let table = UnsafeMutablePointer<UnsafePointer<Float>>.allocate(capacity: max(1, channels.count))
    var copies: [UnsafeMutablePointer<Float>] = []
    for (index, samples) in channels.enumerated() {
      let copy = UnsafeMutablePointer<Float>.allocate(capacity: max(1, samples.count))
      copy.initialize(from: samples, count: samples.count)
      table[index] = UnsafePointer(copy)
      copies.append(copy)
    }
    defer {
      for copy in copies { copy.deallocate() }
      table.deallocate()
    }
    return body(table)
  }

  /// Lends memory for writing and returns what was written.
  static func writing<R>(
    channels: Int, frames: Int, _ body: (UnsafePointer<UnsafeMutablePointer<Float>>) -> R
  ) -> (channels: [[Float]], result: R) {
    let table = UnsafeMutablePointer<UnsafeMutablePointer<Float>>.allocate(capacity: max(1, channels))
    for channel in 0..<channels {
      table[channel] = .allocate(capacity: max(1, frames))
      table[channel].initialize(repeating: 0, count: frames)
    }
    let result = body(table)
    let copies = (0..<channels).map { Array(UnsafeBufferPointer(start: table[$0], count: frames)) }
    for channel in 0..<channels { table[channel].deallocate() }
    table.deallocate()
    return (copies, result)
  }
}

/// A thread that owns something that cannot be copied.
final class OwnThread: @unchecked Sendable {
  // Sendable because the thread alone touches the producer, and the semaphore orders its end.
  private let done = DispatchSemaphore(value: 0)
  private var producer: RingProducer

  init(consuming producer: consuming RingProducer, _ body: @escaping @Sendable (inout RingProducer) -> Void) {
    self.producer = producer
    let thread = Thread { [self] in
      body(&self.producer)
      done.signal()
    }
    thread.start()
  }

  func join() { done.wait() }

  static func yield() { sched_yield() }
}

/// Keeps all that is written to it.
final class CollectingSink: AudioSink, @unchecked Sendable {
  // Sendable because the tests read it only after the writer has stopped.
  private(set) var channels: [[Float]]

  init(channels: Int) { self.channels = Array(repeating: [], count: channels) }

  func write(_ block: borrowing AudioBlock<Float>) {
    for channel in 0..<channels.count {
      channels[channel] += block.withChannel(channel) { span in (0..<span.count).map { span[$0] } }
    }
  }
}

import AudioCore
import AudioGraph
import Dispatch

/// Hands pieces to a sink on a thread of its own, so that encoding and writing one piece overlap with processing the next.
///
/// The order of the pieces stays, at most three wait at a time, and an error comes out of a later `withRoom` or of `finish`.
final class BackgroundRoom<S: Sample>: PieceSink, @unchecked Sendable {
  // Sendable because the sink and the buffers are touched by one side at a time: a buffer is the writer's from `async` until it
  // signals that it is free, and the sink is the writer's until `finish` has waited for it.
  private static var waitingPieces: Int { 3 }

  private let sink: any AudioSink<S>
  private let buffers: [SampleBuffer<S>]
  private let free = DispatchSemaphore(value: BackgroundRoom.waitingPieces)
  private let writer = DispatchQueue(label: "swiftlet-writer")
  private let failure = Locked<(any Error)?>(nil)
  private var next = 0

  /// - Parameter frames: The most frames of a piece.
  init(of sink: some AudioSink<S>, channels: Int, frames: Int) {
    self.sink = sink
    buffers = (0..<Self.waitingPieces).map { _ in SampleBuffer(channels: channels, capacity: frames) }
  }

  func withRoom(_ fill: (borrowing AudioBlock<S>) throws -> Range<Int>) throws {
    free.wait()
    let place = next
    let range: Range<Int>
    do {
      if let error = failure.withLock({ $0 }) { throw error }
      range = try buffers[place].withBlock(frames: buffers[place].capacity) { try fill($0) }
    } catch {
      free.signal()
      throw error
    }
    guard !range.isEmpty else {
      free.signal()
      return
    }
    next = (next + 1) % buffers.count
    writer.async { [self] in
      defer { free.signal() }
      // After an error nothing more is written: the file is given up.
      guard failure.withLock({ $0 == nil }) else { return }
      do {
        try buffers[place].withBlock(offset: range.lowerBound, frames: range.count) { try sink.write($0) }
      } catch {
        failure.withLock { $0 = error }
      }
    }
  }

  /// Waits until everything is written.
  func finish() throws {
    writer.sync {}
    if let error = failure.withLock({ $0 }) { throw error }
  }
}

import AudioCore
import Dispatch
import Synchronization

/// Hands pieces to a sink on a thread of its own, so that encoding and writing one piece overlap with processing the next.
///
/// The order of the pieces stays, at most three wait at a time, and an error comes out of a later `write` or of `finish`.
final class BackgroundSink<S: Sample>: AudioSink, @unchecked Sendable {
  // Sendable because the sink and the buffers are touched by one side at a time: a buffer is the writer's from `async` until it
  // signals that it is free, and the sink is the writer's until `finish` has waited for it.
  private static var waitingPieces: Int { 3 }

  private let sink: any AudioSink<S>
  private let buffers: [SampleBuffer<S>]
  private let free = DispatchSemaphore(value: BackgroundSink.waitingPieces)
  private let writer = DispatchQueue(label: "swiftlet-writer")
  private let failure = Mutex<(any Error)?>(nil)
  private var next = 0

  /// - Parameter pieceFrames: The most frames that one `write` brings.
  init(_ sink: some AudioSink<S>, channels: Int, pieceFrames: Int) {
    self.sink = sink
    buffers = (0..<Self.waitingPieces).map { _ in SampleBuffer(channels: channels, capacity: pieceFrames) }
  }

  func write(_ block: borrowing AudioBlock<S>) throws {
    free.wait()
    if let error = failure.withLock({ $0 }) {
      free.signal()
      throw error
    }
    let place = next
    let frames = block.frames
    next = (next + 1) % buffers.count
    buffers[place].withBlock(frames: frames) { $0.copy(from: block) }
    writer.async { [self] in
      defer { free.signal() }
      // After an error nothing more is written: the file is given up.
      guard failure.withLock({ $0 == nil }) else { return }
      do {
        try buffers[place].withBlock(frames: frames) { try sink.write($0) }
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

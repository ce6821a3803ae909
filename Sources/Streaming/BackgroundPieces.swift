import AudioCore
import AudioGraph
import Dispatch
import Synchronization

/// Reads a source ahead on a thread of its own, so that reading and decoding one piece overlap with processing the one before.
///
/// At most three pieces are read ahead. An error of the source comes out when its piece is asked for.
final class BackgroundPieces<S: Sample>: PieceSource, @unchecked Sendable {
  // Sendable because the source and the buffers are touched by one side at a time: a buffer is the reader's from `free` to
  // `filled`, and the source is the reader's until `finish` has waited for it.
  private static var piecesAhead: Int { 3 }

  let frameCount: Int?
  private let source: any AudioSource<S>
  private let buffers: [SampleBuffer<S>]
  private let filled = DispatchSemaphore(value: 0)
  private let free = DispatchSemaphore(value: BackgroundPieces.piecesAhead)
  private let reader = DispatchQueue(label: "swiftlet-reader")
  private let results: Locked<[Result<Int, any Error>]>
  private let isStopped = Atomic<Bool>(false)
  private var next = 0

  init(of source: some AudioSource<S>, frames: Int) {
    self.source = source
    frameCount = source.frameCount
    let channels = source.format.channels
    buffers = (0..<Self.piecesAhead).map { _ in SampleBuffer(channels: channels, capacity: frames) }
    results = Locked(Array(repeating: .success(0), count: Self.piecesAhead))
    reader.async { [self] in readAhead() }
  }

  private func readAhead() {
    var place = 0
    while true {
      free.wait()
      guard !isStopped.load(ordering: .acquiring) else { return }
      let buffer = buffers[place]
      let result = Result { try buffer.withBlock(frames: buffer.capacity) { try source.read(into: $0) } }
      results.withLock { $0[place] = result }
      filled.signal()
      guard case .success(buffer.capacity) = result else { return }
      place = (place + 1) % buffers.count
    }
  }

  func withPiece(_ body: (borrowing AudioBlock<S>) throws -> Void) throws -> Int {
    filled.wait()
    let place = next
    let count = try results.withLock { $0[place] }.get()
    if count > 0 { try buffers[place].withBlock(frames: count) { try body($0) } }
    if count == buffers[place].capacity {
      next = (next + 1) % buffers.count
      free.signal()
    } else {
      // Asked once more, the end is still the end.
      results.withLock { $0[place] = .success(0) }
      filled.signal()
    }
    return count
  }

  /// Waits until nobody reads any more.
  func finish() {
    isStopped.store(true, ordering: .releasing)
    free.signal()
    reader.sync {}
  }

  deinit {
    // A semaphore must not be let go of below the value that it was made with.
    for _ in 0..<Self.piecesAhead { free.signal() }
  }
}

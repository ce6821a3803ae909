import AudioCore

/// Lends a stream piece by piece in memory of its own, so that nobody has to copy what was read.
package protocol PieceSource<S>: AnyObject {
  associatedtype S: Sample
  /// How many frames there are in all; nil when only the end will tell.
  var frameCount: Int? { get }
  /// Lends the next piece: fewer frames than a whole one at the end, none behind it.
  /// - Returns: its frames.
  func withPiece(_ body: (borrowing AudioBlock<S>) throws -> Void) throws -> Int
}

/// Lends memory for pieces that a stream is made of.
package protocol PieceSink<S>: AnyObject {
  associatedtype S: Sample
  /// Lends room for a piece and takes the frames of it that `fill` names.
  func withRoom(_ fill: (borrowing AudioBlock<S>) throws -> Range<Int>) throws
}

/// The pieces of a source, read when they are asked for.
final class DirectPieces<Source: AudioSource>: PieceSource {
  typealias S = Source.S
  private let source: Source
  private let buffer: SampleBuffer<S>

  init(of source: Source, frames: Int) {
    self.source = source
    buffer = SampleBuffer(channels: source.format.channels, capacity: frames)
  }

  var frameCount: Int? { source.frameCount }

  func withPiece(_ body: (borrowing AudioBlock<S>) throws -> Void) throws -> Int {
    let count = try buffer.withBlock(frames: buffer.capacity) { try source.read(into: $0) }
    if count > 0 { try buffer.withBlock(frames: count) { try body($0) } }
    return count
  }
}

/// Room for the pieces of a sink, written as soon as they are filled.
final class DirectRoom<Sink: AudioSink>: PieceSink {
  typealias S = Sink.S
  private let sink: Sink
  private let buffer: SampleBuffer<S>

  init(of sink: Sink, channels: Int, frames: Int) {
    self.sink = sink
    buffer = SampleBuffer(channels: channels, capacity: frames)
  }

  func withRoom(_ fill: (borrowing AudioBlock<S>) throws -> Range<Int>) throws {
    try buffer.withBlock(frames: buffer.capacity) { room in
      let range = try fill(room)
      if !range.isEmpty { try room.withFrames(range) { try sink.write($0) } }
    }
  }
}

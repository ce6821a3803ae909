/// Something that frames can be read from in order: a file, a pipe, a wave, a generator. One thread at a time may use it.
public protocol AudioSource<S>: AnyObject {
  associatedtype S: Sample
  /// Sample rate and channels.
  var format: StreamFormat { get }
  /// How many frames there are in all; nil when only the end will tell.
  var frameCount: Int? { get }
  /// Fills the block from its start and returns the number of frames read: fewer than asked only at the end, 0 after it.
  func read(into block: borrowing AudioBlock<S>) throws -> Int
}

/// Something that frames can be written to in order. One thread at a time may use it.
public protocol AudioSink<S>: AnyObject {
  associatedtype S: Sample
  /// Takes all frames of the block.
  func write(_ block: borrowing AudioBlock<S>) throws
}

/// How far a long job has come.
public struct RenderProgress: Sendable, Hashable {
  /// Input frames processed so far.
  public var framesDone: Int
  /// Input frames in all; nil when only the end will tell.
  public var framesTotal: Int?

  public init(framesDone: Int, framesTotal: Int?) {
    self.framesDone = framesDone
    self.framesTotal = framesTotal
  }

  /// The share that is done, 0 to 1; nil when the total is unknown.
  public var fraction: Double? {
    framesTotal.map { $0 == 0 ? 1 : min(1, Double(framesDone) / Double($0)) }
  }
}

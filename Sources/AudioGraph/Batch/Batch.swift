import AudioCore
import Dispatch
import Synchronization

/// Many waves through one graph on all cores: different lengths, sample rates and channels.
///
/// Each wave is rendered as `(wave | graph).render()` renders it, to the same bits, whatever the number of workers.
public struct Batch<S: Sample>: Sendable {
  /// A wave with a name for messages.
  public struct Item: Sendable {
    public var label: String
    public var wave: Wave<S>

    public init(_ label: String, _ wave: Wave<S>) {
      self.label = label
      self.wave = wave
    }
  }

  public var items: [Item]
  /// What each passes through.
  public let graph: Graph

  /// Makes a batch of named waves.
  public init(_ items: [Item], through graph: some Connectable) {
    self.items = items
    self.graph = graph.graph
  }

  /// Makes a batch of waves, which are named by their places.
  public init(_ waves: [Wave<S>], through graph: some Connectable) {
    self.init(waves.enumerated().map { Item("\($0.offset)", $0.element) }, through: graph)
  }
}

/// Why one item of a batch has no result. The others have theirs.
public struct BatchError: Error, Sendable, CustomStringConvertible {
  /// The item's place in the batch, from 0.
  public let index: Int
  public let label: String
  /// A `DesignError`, or `CancellationError` for an item that was not finished.
  public let reason: any Error

  package init(index: Int, label: String, reason: any Error) {
    self.index = index
    self.label = label
    self.reason = reason
  }

  public var description: String {
    "item \(index) (\(label)): " + (reason is CancellationError ? "cancelled before it was finished" : "\(reason)")
  }
}

/// How far a batch has come.
public struct BatchProgress: Sendable, Hashable {
  public var itemsDone = 0
  public var itemsTotal: Int
  /// Of those that are done.
  public var itemsFailed = 0
  /// Input frames over all items.
  public var framesDone = 0
  public var framesTotal: Int

  package init(itemsTotal: Int, framesTotal: Int) {
    self.itemsTotal = itemsTotal
    self.framesTotal = framesTotal
  }

  /// The share that is done, 0 to 1.
  public var fraction: Double { framesTotal == 0 ? 1 : min(1, Double(framesDone) / Double(framesTotal)) }
}

/// How a batch is rendered.
public struct BatchOptions: Sendable {
  /// Whether tails are run out or trimmed.
  public var tail: TailHandling
  public var mode: KernelMode
  /// Arithmetic on Float samples; Double samples always run in Double.
  public var precision: Precision
  /// The most waves that are rendered at a time, 1 to 1024; nil for as many as there are cores.
  public var workers: Int?
  /// Told after each piece of each item, on the thread that rendered it, one call at a time.
  public var progress: (@Sendable (BatchProgress) -> Void)?
  /// Asked before each piece, on every worker; true ends what is not finished.
  public var isCancelled: (@Sendable () -> Bool)?

  public init(
    tail: TailHandling = .runOut, mode: KernelMode = .fast, precision: Precision = .mixed, workers: Int? = nil,
    progress: (@Sendable (BatchProgress) -> Void)? = nil, isCancelled: (@Sendable () -> Bool)? = nil
  ) {
    self.tail = tail
    self.mode = mode
    self.precision = precision
    self.workers = workers
    self.progress = progress
    self.isCancelled = isCancelled
  }
}

extension Batch {
  /// Renders all items and returns what became of each, in their order. It returns when all are done. [control]
  ///
  /// A wave or graph that cannot be rendered gives a `BatchError` at its place and leaves the others alone.
  /// - Throws: `DesignError` for a number of workers that is out of range.
  public func render(
    _ options: BatchOptions = BatchOptions()
  ) throws(DesignError) -> [Result<Wave<S>, BatchError>] {
    let pool = try JobPool(workers: options.workers)
    let board = ProgressBoard(
      BatchProgress(itemsTotal: items.count, framesTotal: items.reduce(0) { $0 + $1.wave.frames }), options.progress)
    let isCancelled: @Sendable () -> Bool = { options.isCancelled?() == true }
    let results = pool.run(items.count, isCancelled: isCancelled) { index in
      var done = 0
      do {
        let result = try render(index, options) { frames in
          board.change { $0.framesDone += frames - done }
          done = frames
        }
        board.change { $0.itemsDone += 1 }
        return result
      } catch {
        board.change {
          $0.itemsDone += 1
          $0.itemsFailed += 1
          $0.framesDone += items[index].wave.frames - done
        }
        throw error
      }
    }
    return results.enumerated().map { index, result in
      result.mapError { BatchError(index: index, label: items[index].label, reason: $0) }
    }
  }

  /// The same, while the calling task waits; cancelling it ends what is not finished.
  /// - Throws: `DesignError` for a number of workers that is out of range.
  public func render(_ options: BatchOptions = BatchOptions()) async throws -> [Result<Wave<S>, BatchError>] {
    let flag = CancellationFlag()
    var options = options
    let asked = options.isCancelled
    options.isCancelled = { flag.isSet || asked?() == true }
    let watched = options
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(with: Result { try render(watched) as [Result<Wave<S>, BatchError>] })
        }
      }
    } onCancel: {
      flag.set()
    }
  }

  private func render(
    _ index: Int, _ options: BatchOptions, framesDone: (Int) -> Void
  ) throws -> Wave<S> {
    try withoutActuallyEscaping(framesDone) { framesDone in
      try Pipeline(items[index].wave, through: graph).render(
        RenderOptions(
          tail: options.tail, mode: options.mode, precision: options.precision,
          progress: { framesDone($0.framesDone) }, isCancelled: options.isCancelled))
    }
  }
}

/// The state of a batch, which one thread at a time changes and tells.
private final class ProgressBoard: Sendable {
  private let state: Locked<BatchProgress>
  private let tell: (@Sendable (BatchProgress) -> Void)?

  init(_ state: BatchProgress, _ tell: (@Sendable (BatchProgress) -> Void)?) {
    self.state = Locked(state)
    self.tell = tell
  }

  func change(_ body: (inout BatchProgress) -> Void) {
    state.withLock { state in
      body(&state)
      tell?(state)
    }
  }
}

/// A flag that is set once, by any thread.
private final class CancellationFlag: Sendable {
  private let flag = Atomic<Bool>(false)
  var isSet: Bool { flag.load(ordering: .relaxed) }
  func set() { flag.store(true, ordering: .relaxed) }
}

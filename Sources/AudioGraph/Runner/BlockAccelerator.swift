import AudioCore

/// Runs a live stream's plan somewhere else than on the processor: a block is begun, looked at, and taken when it is done.
///
/// The worker calls it from its own thread and goes on with its own runner when a block does not come in time; nothing here may wait.
/// Every block is begun in its order, however late it is, so that the state is always that of the stream.
public protocol BlockAccelerator: AnyObject {
  /// What it runs on, for reports.
  var name: String { get }

  /// Begins a block of at most `plan.options.maximumFrames`, and keeps a copy of the input. The block before was taken or dropped. [worker]
  /// - Returns: for how many frames from here on its output is not that of the plan, since a parameter was changed; 0 when it is.
  func begin(_ input: borrowing AudioBlock<Float>) throws -> Int

  /// Whether the block that was begun is done. [worker]
  func isDone() throws -> Bool

  /// Ends a block that is done. [worker]
  /// - Parameter frames: The block's.
  /// - Returns: for how many frames from the block's first on its output is not that of the plan, since a stage overflowed; 0 when it is.
  func end(_ frames: Int) throws -> Int

  /// Copies the result of the block that was ended last. [worker]
  func copyResult(_ frames: Int, into output: borrowing AudioBlock<Float>)

  /// Ends all work. What does not end within some milliseconds is abandoned, with the memory that it may still touch. [control]
  /// - Returns: whether it ended.
  func close() -> Bool
}

/// Makes accelerators: one for each start of a live stream. [control]
public protocol BlockAcceleratorProvider: Sendable {
  /// - Throws: why there is none, where the stream shall then not run.
  func makeAccelerator(for plan: Plan) throws -> BlockAcceleratorOffer
}

/// An accelerator, or why there is none.
public struct BlockAcceleratorOffer {
  public var accelerator: (any BlockAccelerator)?
  /// Why the stream runs on the processor alone.
  public var reason: String?

  public init(_ accelerator: any BlockAccelerator) { self.accelerator = accelerator }
  public init(reason: String) { self.reason = reason }
}

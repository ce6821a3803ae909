/// Running state over one design, as a runner holds it.
///
/// A processor belongs to one thread at a time. After it is made it never allocates, locks or throws while it processes.
public protocol BlockProcessor<S>: AnyObject {
  associatedtype S: Sample
  /// Processes a block. Input and output may be the same memory, channel by channel.
  ///
  /// The ports of several inputs or outputs stand behind one another in the block. The output has at least as many frames as the
  /// design's `maximumOutputFrames` says.
  /// - Returns: the number of frames produced.
  func process(_ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext)
    -> Int
  /// Returns to the state of a fresh processor.
  func reset()
  /// Writes all running state, so that a restored processor goes on with the same bits.
  func saveState(into writer: inout StateWriter)
  /// Reads what `saveState` wrote.
  /// - Throws: `StateError` when it was written by another shape of processor.
  func restoreState(from reader: inout StateReader) throws(StateError)
  /// The bytes that `takeState` needs for memory: the most that `saveState` ever writes, 0 where it goes a shorter way. What a fresh
  /// processor writes, unless it says otherwise. [control]
  var stateByteCount: Int { get }
  /// Goes on where another processor of the same type and shape is, which goes on too; allocates nothing. It is saved and restored
  /// through the memory, unless the processor knows a shorter way. [worker]
  /// - Returns: false when it can't; it is fresh then.
  func takeState(of other: any BlockProcessor<S>, through memory: StateMemory) -> Bool
  /// Takes the meters to show its numbers on: one for each that the design names, in its order. [control]
  func connect(_ meters: [Meter])
}

extension BlockProcessor {
  public func connect(_ meters: [Meter]) {}
}

/// A processor that knows its design and can take a new one while it runs.
public protocol AudioProcessor<S, Design>: BlockProcessor {
  associatedtype Design: EffectDesign
  /// Takes a new design, keeps the running state and goes over to it without a click; allocates nothing. [worker]
  ///
  /// It is called between two blocks, at the frame from which the change counts.
  /// - Returns: false when the shape differs (sections, taps, channels): the runner must then swap processors.
  func adopt(_ design: borrowing Design) -> Bool
  /// The same along a ramp of a given length, for a processor that follows ramps exactly.
  func adopt(_ design: borrowing Design, along ramp: Ramp) -> Bool
  /// Whether `adopt(_:along:)` takes the ramp's time. Others take their own, and get a long ramp in steps of 20 ms.
  var followsRamps: Bool { get }
}

extension AudioProcessor {
  public func adopt(_ design: borrowing Design, along ramp: Ramp) -> Bool { adopt(design) }
  public var followsRamps: Bool { false }
}

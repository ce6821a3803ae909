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
  /// Takes the meters to show its numbers on: one for each that the design names, in its order. [control]
  func connect(_ meters: [Meter])
}

extension BlockProcessor {
  public func connect(_ meters: [Meter]) {}
}

/// A processor that knows its design and can take a new one while it runs.
public protocol AudioProcessor<S, Design>: BlockProcessor {
  associatedtype Design: EffectDesign
  /// Takes a new design and keeps the running state; allocates nothing.
  /// - Returns: false when the shape differs (sections, taps, channels): the runner must then swap processors.
  func adopt(_ design: borrowing Design) -> Bool
}

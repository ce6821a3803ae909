/// A parameter's change at a sample position inside a block.
public struct ParameterEvent: Sendable, Hashable {
  /// Frames from the start of the block.
  public var frame: Int
  /// The parameter's place in the effect's table.
  public var parameter: Int
  /// The new value, in the parameter's unit.
  public var value: Double

  public init(frame: Int, parameter: Int, value: Double) {
    self.frame = frame
    self.parameter = parameter
    self.value = value
  }
}

/// What a processor may know about the block it is given. Valid for the length of the call.
public struct ProcessContext: ~Copyable {
  /// Frames since the stream began, at the processor's input rate.
  public let position: Int64
  /// Beats a minute, where the host has a tempo.
  public let tempo: Double?
  /// The parameter events inside this block, in the order of their frames.
  private let eventMemory: UnsafeBufferPointer<ParameterEvent>

  /// Makes a context without events.
  public init(position: Int64, tempo: Double? = nil) {
    self.position = position
    self.tempo = tempo
    eventMemory = UnsafeBufferPointer(start: nil, count: 0)
  }

  /// Makes a context over events that the caller keeps alive for the length of the call.
  public init(position: Int64, tempo: Double?, events: UnsafeBufferPointer<ParameterEvent>) {
    self.position = position
    self.tempo = tempo
    eventMemory = events
  }

  /// How many events the block has.
  public var eventCount: Int { eventMemory.count }

  /// One event; they are in the order of their frames.
  public func event(_ index: Int) -> ParameterEvent {
    precondition(index >= 0 && index < eventMemory.count, "event \(index) of \(eventMemory.count)")
    // SAFETY: the index was checked, and the initialiser's caller keeps the memory alive.
    return eventMemory[index]
  }
}

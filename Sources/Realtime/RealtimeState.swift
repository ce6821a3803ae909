/// What the live engine is doing. Faults show here within a second.
public enum RealtimeState: Sendable, Hashable, CustomStringConvertible {
  case stopped
  case running
  case faulted(RealtimeFault)

  public var description: String {
    switch self {
    case .stopped: "stopped"
    case .running: "running"
    case .faulted(let fault): fault.description
    }
  }
}

/// What has gone wrong while it ran.
public enum RealtimeFault: Sendable, Hashable, CustomStringConvertible {
  /// A stage said that it cannot go on. Silence or bypass until the next start.
  case stageFailed(String)
  /// A stage made samples that are not finite within the last second; it was silenced for a moment and began afresh.
  case stageOverflowed(String)
  /// Block after block took longer than it lasts. Silence or bypass until the next start.
  case overloaded
  /// The worker has not come back from a block. Silence or bypass until it does.
  case stalled
  /// The device went away, and says why. It can be opened again by `restart()`.
  case deviceLost(String)
  /// The device does not call any more.
  case deviceSilent

  public var description: String {
    switch self {
    case .stageFailed(let stage): "stage \(stage) failed: restart, or take it out"
    case .stageOverflowed(let stage): "stage \(stage) overflowed and was silenced for a moment: lower its gain"
    case .overloaded: "the graph needs more time than there is: take stages out, or use a longer buffer, and restart"
    case .stalled: "a stage has not come back: stop, and take it out"
    case .deviceLost(let why): "the device is gone (\(why)): connect it and restart"
    case .deviceSilent: "the device does not call any more: restart it"
    }
  }
}

/// What the worker stopped for, as a counter's value.
enum WorkerFault: Int {
  case none
  case stageFailed
  case overloaded
}

/// Why a session cannot be logged, read or replayed.
public enum SessionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The system refused to open, read or write.
  case system(path: String, doing: String, code: Int32)
  /// The file is no session log, or one of a version that this library does not know.
  case unrecognized(String)
  /// A record is not what was written. Everything before it is sound.
  case damaged(byte: Int, frame: Int, String)
  /// The file ends before the session's first record is whole.
  case truncated
  /// Storage could not keep up, and nothing was logged from a frame on.
  case hole(frame: Int)
  /// The session ran with other kernels, which differ in the last bits.
  case kernels(logged: String, running: String, available: [String])
  /// The graph that was logged cannot be read or compiled here.
  case graph(String)
  /// Live handles were changed so fast that the session's beginning could not be caught.
  case unsettled

  public var description: String {
    switch self {
    case .system(let path, let doing, let code): "cannot \(doing) \(path): \(SystemFile.words(code))."
    case .unrecognized(let why): "this is no session log: \(why). Log one with a session log in the engine's settings."
    case .damaged(let byte, let frame, let what):
      "the session log is damaged at byte \(byte): \(what). Up to frame \(frame) it can be replayed in part."
    case .truncated: "the session log ends before the session begins: nothing of it can be replayed."
    case .hole(let frame):
      "the session log has a hole from frame \(frame) on, because storage could not keep up. Replay it in part, and log to faster storage or with a longer buffer."
    case .kernels(let logged, let running, let available):
      available.contains(logged)
        ? "the session ran with \(logged) kernels and this process uses \(running), which differ in the last bits. Set SWIFTLET_KERNELS=\(logged)."
        : "the session ran with \(logged) kernels, which this machine lacks (it has \(available.joined(separator: ", "))). Replay it on a machine that has them."
    case .graph(let why): "the session's graph cannot be replayed: \(why)"
    case .unsettled:
      "live handles were changed all the while the session was about to begin. Change them after the start."
    }
  }
}

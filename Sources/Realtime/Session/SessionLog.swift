import AudioCore

/// Where a live session is logged, so that it can be replayed offline bit for bit: its input, its blocks, its graph and every change
/// of a parameter with what it followed from.
///
/// The log is of what goes into the graph and what comes out of it; what the callback does behind that (the fades of start and stop, gaps)
/// is not part of it. While the session runs the file is called `PATH.incomplete`, and stays readable as far as it goes if the program
/// ends before the session; at the stop it takes its name.
public struct SessionLog: Sendable, Hashable {
  /// The file. Later sessions of one processor are numbered: `bug.session`, `bug-2.session`.
  public var path: String
  /// How much sound may wait in memory for storage, 0.1 to 600 seconds. When that is full the log has a hole and ends; the sound goes on.
  public var bufferSeconds: Double

  public init(path: String, bufferSeconds: Double = 4) {
    self.path = path
    self.bufferSeconds = bufferSeconds
  }

  func validate() throws(DesignError) {
    try DesignError.require(bufferSeconds, in: 0.1...600, parameter: "bufferSeconds", unit: "s")
    guard !path.isEmpty else {
      throw DesignError(
        .inconsistent, parameter: "path", problem: "of the session log is empty", remedy: "Name a file")
    }
  }

  /// The file of a processor's session by its number, from 1.
  func path(ofSession number: Int) -> String {
    guard number > 1 else { return path }
    let name = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    guard let dot = path[name...].lastIndex(of: "."), dot > name else { return "\(path)-\(number)" }
    return "\(path[..<dot])-\(number)\(path[dot...])"
  }
}

/// How the log of a session stands.
public struct SessionLogStatus: Sendable, Hashable {
  /// Where the file is now.
  public var path: String
  /// Input frames that were logged.
  public var frames: Int
  /// The first frame that was lost because storage could not keep up; the log ends there.
  public var hole: Int?
  /// What writing ran into.
  public var failure: String?
  /// Whether the session has ended and its file is whole.
  public var isComplete: Bool
}

extension RealtimeProcessor {
  /// How the log of the present session stands, or of the last one; nil where none is kept. Any thread may ask.
  public var sessionLog: SessionLogStatus? { withRun { run, _ in run.session?.status } ?? nil }
}

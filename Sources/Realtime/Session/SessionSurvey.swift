import AudioCore

/// What a log holds, found out by reading all of it before anything is run.
struct SessionSurvey {
  let header: SessionHeader
  private(set) var blocks = 0
  private(set) var frames = 0
  private(set) var outputFrames = 0
  private(set) var changes = 0
  private(set) var swaps = 0
  private(set) var end: SessionEnd?
  private(set) var flaw: SessionError?

  /// - Throws: `SessionError` when the header cannot be used; whatever is wrong behind it is the flaw.
  init(_ bytes: SessionBytes, _ effects: [String: any Effect.Type]) throws(SessionError) {
    var reader = try SessionReader(bytes)
    switch try reader.next() {
    case .record(.header): break
    case .record: throw .damaged(byte: 8, frame: 0, "the first record is no header")
    case .end: throw .truncated
    }
    header = try reader.decode(SessionHeader.self, effects: effects)
    try header.check()
    do throws(SessionError) {
      while end == nil, case .record(let kind) = try reader.next() { try take(kind, reader, effects) }
      if let hole = end?.hole { flaw = .hole(frame: hole) }
    } catch .damaged(let byte, _, let what) {
      flaw = .damaged(byte: byte, frame: frames, what)
    } catch {
      flaw = error
    }
  }

  private mutating func take(
    _ kind: SessionRecordKind, _ reader: SessionReader, _ effects: [String: any Effect.Type]
  ) throws(SessionError) {
    func wrong(_ what: String) -> SessionError { .damaged(byte: reader.offset, frame: frames, what) }
    switch kind {
    case .header: throw wrong("there is a second header")
    case .input:
      guard
        let input = LoggedInput(
          reader.payload, channels: header.input.channels, maximumFrames: header.maximumFrames),
        input.position == frames
      else { throw wrong("a block does not follow the one before") }
      blocks += 1
      frames += input.frames
    case .output:
      guard let output = LoggedOutput(reader.payload) else { throw wrong("a block's outcome has another form") }
      outputFrames += output.frames
    case .found:
      guard LoggedFound.lists(reader.payload) != nil else { throw wrong("what a block found has another form") }
    case .note:
      switch try reader.decode(SessionNote.self, effects: effects) {
      case .change: changes += 1
      case .swap: swaps += 1
      case .mute: break
      }
    case .end: end = try reader.decode(SessionEnd.self)
    }
  }
}

extension SessionHeader {
  /// Checks what a replay relies on before it compiles anything.
  func check() throws(SessionError) {
    do throws(DesignError) {
      try input.validate()
      try output.validate()
    } catch { throw .graph(error.description) }
    guard (1...65_536).contains(maximumFrames), precision != .double, (0...2_097_152).contains(latencyFrames) else {
      throw .graph(
        "blocks of \(maximumFrames) frames in \(precision) precision, \(latencyFrames) late, are no live session's")
    }
  }
}

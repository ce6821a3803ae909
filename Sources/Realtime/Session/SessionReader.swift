import AudioCore
import AudioGraph

/// Where the bytes of a session's log are read from.
enum SessionBytes {
  case file(SystemFile)
  case memory([UInt8])

  func size() throws(SessionError) -> Int {
    switch self {
    case .file(let file): try file.size()
    case .memory(let bytes): bytes.count
    }
  }

  /// Fills a buffer from an offset on, as far as there is something.
  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(SessionError) -> Int {
    switch self {
    case .file(let file): return try file.read(at: offset, into: target)
    case .memory(let bytes):
      let count = max(0, min(target.count, bytes.count - offset))
      target.copyBytes(from: bytes[min(offset, bytes.count)..<min(offset, bytes.count) + count])
      return count
    }
  }
}

/// Reads the records of a session's log one by one, and trusts none of them: what it allocates is never more than the file has.
struct SessionReader {
  /// What came next.
  enum Step {
    case record(SessionRecordKind)
    /// The file is over, or ends within a record.
    case end
  }

  private let bytes: SessionBytes
  private let size: Int
  /// Where the next record begins.
  private(set) var offset = SessionFormat.magic.count
  /// The words of the last record's payload.
  private(set) var payload: [UInt32] = []

  /// - Throws: `SessionError.unrecognized` for another kind of file.
  init(_ bytes: SessionBytes) throws(SessionError) {
    self.bytes = bytes
    size = try bytes.size()
    var magic = [UInt8](repeating: 0, count: SessionFormat.magic.count)
    let count = try Self.fill(&magic, from: bytes, at: 0)
    guard count == magic.count else {
      guard SessionFormat.magic.starts(with: magic.prefix(count)) else { throw .unrecognized("it begins otherwise") }
      throw .truncated
    }
    guard magic.dropLast() == SessionFormat.magic.dropLast() else { throw .unrecognized("it begins otherwise") }
    guard magic.last == SessionFormat.magic.last else {
      throw .unrecognized("it has version \(magic.last ?? 0), and this library reads \(SessionFormat.magic.last ?? 0)")
    }
  }

  private static func fill(
    _ buffer: inout [UInt8], from bytes: SessionBytes, at offset: Int
  ) throws(SessionError) -> Int {
    var result: Result<Int, SessionError> = .success(0)
    buffer.withUnsafeMutableBytes { target in
      do throws(SessionError) { result = .success(try bytes.read(at: offset, into: target)) } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  /// Reads words; false where the file ends before.
  private static func fill(
    _ words: inout [UInt32], count: Int, from bytes: SessionBytes, at offset: Int
  ) throws(SessionError) -> Bool {
    if words.count != count { words = [UInt32](repeating: 0, count: count) }
    var result: Result<Int, SessionError> = .success(0)
    words.withUnsafeMutableBytes { target in
      do throws(SessionError) { result = .success(try bytes.read(at: offset, into: target)) } catch {
        result = .failure(error)
      }
    }
    if 1.littleEndian != 1 { for index in words.indices { words[index] = UInt32(littleEndian: words[index]) } }
    return try result.get() == 4 * count
  }

  /// Reads the next record.
  /// - Throws: `SessionError.damaged` with frame 0.
  mutating func next() throws(SessionError) -> Step {
    var head: [UInt32] = []
    guard try Self.fill(&head, count: SessionFormat.headWords, from: bytes, at: offset) else { return .end }
    guard head[2] == SessionFormat.check(head[0], head[1]), let kind = SessionRecordKind(rawValue: head[0]) else {
      throw .damaged(byte: offset, frame: 0, "no record begins here")
    }
    let start = offset + 4 * SessionFormat.headWords
    let behind = start + 4 * (Int(head[1]) + SessionFormat.tailWords)
    guard behind <= size else { return .end }
    guard try Self.fill(&payload, count: Int(head[1]), from: bytes, at: start) else { return .end }
    var tail: [UInt32] = []
    guard
      try Self.fill(
        &tail, count: SessionFormat.tailWords, from: bytes, at: behind - 4 * SessionFormat.tailWords)
    else { return .end }
    var hash = SessionHash(seed: UInt64(head[0]))
    payload.withUnsafeBufferPointer { words in
      if let first = words.baseAddress { hash.add(first, count: words.count) }
    }
    guard hash.value == UInt64(tail[0]) | UInt64(tail[1]) << 32 else {
      throw .damaged(byte: offset, frame: 0, "a record is not what was written")
    }
    offset = behind
    return .record(kind)
  }

  /// The last record's payload as a value.
  func decode<T: Decodable>(_ type: T.Type, effects: [String: any Effect.Type] = [:]) throws(SessionError) -> T {
    var raw: [UInt8] = []
    raw.reserveCapacity(4 * payload.count)
    for word in payload { withUnsafeBytes(of: word.littleEndian) { raw.append(contentsOf: $0) } }
    guard let tree = WrittenTree(raw) else { throw .damaged(byte: offset, frame: 0, "a record has another form") }
    do { return try tree.decode(type, userInfo: [AnyEffect.types: effects]) } catch let error as DecodingError {
      throw .graph(Self.words(error))
    } catch { throw .graph("\(error)") }
  }

  private static func words(_ error: DecodingError) -> String {
    switch error {
    case .dataCorrupted(let context), .keyNotFound(_, let context), .typeMismatch(_, let context),
      .valueNotFound(_, let context):
      context.debugDescription
    @unknown default: "\(error)"
    }
  }
}

/// A block of input as it was logged.
struct LoggedInput {
  var position: Int
  var frames: Int
  var isSilenced: Bool
  var takesOver: Bool

  /// Nil for a payload that holds something else.
  init?(_ payload: [UInt32], channels: Int, maximumFrames: Int) {
    guard payload.count >= SessionFormat.inputWords else { return nil }
    position = Int(truncatingIfNeeded: UInt64(payload[0]) | UInt64(payload[1]) << 32)
    frames = Int(payload[2])
    isSilenced = payload[3] & SessionFormat.flagSilenced != 0
    takesOver = payload[3] & SessionFormat.flagTakesOver != 0
    guard position >= 0, frames >= 1, frames <= maximumFrames,
      payload.count == SessionFormat.inputWords + frames * channels
    else { return nil }
  }
}

/// What became of a block, as it was logged.
struct LoggedOutput: Equatable {
  var frames: Int
  var hash: UInt64
  var nonFiniteInputs: Int
  var overflows: Int

  /// Nil for a payload that holds something else.
  init?(_ payload: [UInt32]) {
    guard payload.count == SessionFormat.outputWords else { return nil }
    func pair(_ place: Int) -> UInt64 { UInt64(payload[place]) | UInt64(payload[place + 1]) << 32 }
    frames = Int(payload[2])
    hash = pair(3)
    nonFiniteInputs = Int(truncatingIfNeeded: pair(5))
    overflows = Int(truncatingIfNeeded: pair(7))
  }

  init(frames: Int, hash: UInt64, nonFiniteInputs: Int, overflows: Int) {
    (self.frames, self.hash, self.nonFiniteInputs, self.overflows) = (frames, hash, nonFiniteInputs, overflows)
  }
}

/// The lists of changes that a block found, as they were logged.
enum LoggedFound {
  /// Nil for a payload that holds something else.
  static func lists(_ payload: [UInt32]) -> [FoundList]? {
    guard payload.count % SessionFormat.listWords == 0 else { return nil }
    var lists: [FoundList] = []
    for place in stride(from: 0, to: payload.count, by: SessionFormat.listWords) {
      let stage = payload[place + 1] == SessionFormat.stageOfSwaps ? FoundList.ofSwaps : Int(payload[place + 1])
      let serial = UInt64(payload[place + 2]) | UInt64(payload[place + 3]) << 32
      lists.append(FoundList(graph: Int(payload[place]), stage: stage, serial: Int(truncatingIfNeeded: serial)))
    }
    return lists
  }
}

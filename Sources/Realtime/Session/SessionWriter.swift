import AudioCore
import CRealtime
import Synchronization

/// What control threads have to tell a session's log, until it is written.
final class SessionNotes: Sendable {
  private let waiting = Locked<[SessionNote]>([])

  func add(_ note: SessionNote) { waiting.withLock { $0.append(note) } }

  func take() -> [SessionNote] {
    waiting.withLock { notes in
      defer { notes = [] }
      return notes
    }
  }
}

/// Writes the records of a session to its file, on a thread of its own.
final class SessionWriter: @unchecked Sendable {
  // Sendable because only its thread touches ring and buffer once it runs, and `finish` after that has ended; the rest is behind a lock.
  private static let pauseNanoseconds: Int64 = 10_000_000
  private static let bufferWords = 1 << 16

  private let path: String
  private let header: WrittenTree
  private let notes: SessionNotes
  private var ring: RingConsumer
  private let buffer: UnsafeMutablePointer<Float>
  private let address: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let mustStop = Atomic<Bool>(false)

  private struct State {
    var file: SystemFile?
    var thread: rt_thread?
    var failure: SessionError?
    var isComplete = false
  }
  private let state = Locked(State())

  init(_ ring: consuming RingConsumer, path: String, header: WrittenTree, notes: SessionNotes) {
    self.ring = ring
    self.path = path
    self.header = header
    self.notes = notes
    buffer = .allocate(capacity: Self.bufferWords)
    address = .allocate(capacity: 1)
    address.initialize(to: buffer)
  }

  deinit {
    buffer.deallocate()
    address.deallocate()
  }

  private var incompletePath: String { path + ".incomplete" }

  var status: (path: String, failure: String?, isComplete: Bool) {
    state.withLock {
      ($0.isComplete ? path : incompletePath, $0.failure.map(\.description), $0.isComplete)
    }
  }

  /// Opens the file, writes the header and starts the thread. [control]
  func start() throws(SessionError) {
    let file = try SystemFile(path: incompletePath, writes: true)
    try file.write(SessionFormat.magic, count: SessionFormat.magic.count)
    state.withLock { $0.file = file }
    try write([SessionRecord.bytes(.header, header)], into: file)
    var thread = rt_thread()
    let code = rt_thread_start(
      &thread, "swiftlet-log", 0, { Unmanaged<SessionWriter>.fromOpaque($0).takeRetainedValue().run() },
      Unmanaged.passRetained(self).toOpaque())
    guard code == 0 else {
      Unmanaged.passUnretained(self).release()
      throw .system(path: path, doing: "start a thread for", code: code)
    }
    state.withLock { $0.thread = thread }
  }

  /// Writes what is left and the end, and gives the file its name; a file that could not be written whole stays incomplete. [control]
  func finish(_ end: SessionEnd) {
    guard let file = stopThread() else { return }
    drain(into: file)
    let failed = state.withLock { $0.failure != nil }
    guard !failed else { return }
    do throws(SessionError) {
      guard let tree = try? WrittenTree(of: end) else { return }
      try write([SessionRecord.bytes(.end, tree)], into: file)
      try file.settle(as: path)
      state.withLock { $0.isComplete = true }
    } catch {
      state.withLock { $0.failure = error }
    }
  }

  /// Removes the file. [control]
  func cancel() { stopThread()?.remove() }

  private func stopThread() -> SystemFile? {
    mustStop.store(true, ordering: .releasing)
    let (file, thread) = state.withLock { state in (state.file.take(), state.thread.take()) }
    if let thread { rt_thread_join(thread) }
    return file
  }

  private func run() {
    guard let file = state.withLock({ $0.file }) else { return }
    while !mustStop.load(ordering: .acquiring) {
      drain(into: file)
      SystemClock().sleep(nanoseconds: Self.pauseNanoseconds)
    }
  }

  private func drain(into file: SystemFile) {
    // In this order: a change is noted before the worker can find it, so that all that these records speak of is in the notes.
    var words = ring.readable()
    var records: [[UInt8]] = []
    for note in notes.take() {
      do {
        records.append(SessionRecord.bytes(.note, try WrittenTree(of: note)))
      } catch {
        fail(.graph("a change cannot be written: \(error)"))
      }
    }
    do throws(SessionError) { try write(records, into: file) } catch { fail(error) }
    while words > 0 {
      let count = min(words, Self.bufferWords)
      guard ring.read(UnsafePointer(address), frames: count) else { return }
      words -= count
      // After a failure nothing more is written; the ring is emptied all the same.
      guard state.withLock({ $0.failure == nil }) else { continue }
      do throws(SessionError) {
        try file.write(buffer, count: count * MemoryLayout<Float>.stride)
      } catch {
        fail(error)
      }
    }
  }

  private func write(_ records: [[UInt8]], into file: SystemFile) throws(SessionError) {
    guard state.withLock({ $0.failure == nil }) else { return }
    for record in records { try file.write(record, count: record.count) }
  }

  private func fail(_ error: SessionError) { state.withLock { $0.failure = $0.failure ?? error } }
}

/// A record that holds a tree.
enum SessionRecord {
  static func bytes(_ kind: SessionRecordKind, _ tree: WrittenTree) -> [UInt8] {
    var payload: [UInt8] = []
    tree.write(into: &payload)
    // Zeros behind a tree are no part of it.
    payload += Array(repeating: 0, count: (4 - payload.count % 4) % 4)
    let count = UInt32(payload.count / 4)
    var hash = SessionHash(seed: UInt64(kind.rawValue))
    payload.withUnsafeBytes { bytes in
      var at = 0
      while at + 7 < bytes.count {
        hash.add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)))
        at += 8
      }
      if at < bytes.count {
        hash.add(UInt64(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))))
      }
    }
    var bytes: [UInt8] = []
    for word in [kind.rawValue, count, SessionFormat.check(kind.rawValue, count)] {
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
    bytes += payload
    withUnsafeBytes(of: hash.value.littleEndian) { bytes.append(contentsOf: $0) }
    return bytes
  }
}

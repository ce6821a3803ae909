import AudioCore
import AudioGraph
import Synchronization

/// The worker's end of a session's log: puts records into a ring of words, from which a thread of its own writes them to the file.
///
/// It neither allocates nor locks nor enters the kernel. When the ring is full the log ends there, and says so.
final class SessionRecorder: @unchecked Sendable {
  // Sendable because one thread at a time is the worker; notes and what others read are behind a lock or atomic.
  private let writer: SessionWriter
  private var ring: RingProducer
  /// One record as it is put together, and its address as a ring takes it.
  private let record: UnsafeMutablePointer<UInt32>
  private let address: UnsafeMutablePointer<UnsafePointer<Float>>
  private let inputWords: Int
  private let outputWords: Int

  private let blocks = Atomic<Int>(0)
  private let frames = Atomic<Int>(0)
  private let hole = Atomic<Int>(-1)
  private let notes: SessionNotes

  /// Makes the recorder of a run that is about to begin; no file is opened yet. [control]
  /// - Returns: nil when a live handle was changed while the run was made, so that nobody knows what the plan was compiled with.
  init?(_ log: SessionLog, session: Int, _ setup: EngineSetup, _ runner: PlanRunner<Float>) throws(SessionError) {
    let notes = SessionNotes()
    self.notes = notes
    let isFirst = runner.control.keepJournal(
      RunnerJournal(change: { notes.add(.change($0)) }, swap: { notes.add(.swap($0)) }))
    let header = try SessionHeader(setup, latency: runner.latencyFrames, parts: runner.control.changeableParts)
    guard isFirst, try SessionHeader.written(header.graph) == setup.writtenGraph else { return nil }
    let block = setup.configuration.bufferFrames
    let edge = SessionFormat.headWords + SessionFormat.tailWords
    inputWords = edge + SessionFormat.inputWords
    outputWords = edge + SessionFormat.outputWords
    let found = edge + SessionFormat.listWords * SessionFormat.listsPerRecord
    let words = inputWords + block * header.input.channels
    let perFrame = Double(words + outputWords) / Double(block)
    let capacity = max(4 * (found + words + outputWords), Int(log.bufferSeconds * header.input.sampleRate * perFrame))
    let ends = SampleRing.make(channels: 1, capacity: min(capacity, 1 << 29))
    writer = SessionWriter(ends.consumer, path: log.path(ofSession: session), header: try header.tree, notes: notes)
    ring = ends.producer
    let largest = max(words, outputWords, found)
    record = .allocate(capacity: largest)
    record.initialize(repeating: 0, count: largest)
    address = .allocate(capacity: 1)
    address.initialize(to: UnsafeRawPointer(record).assumingMemoryBound(to: Float.self))
  }

  deinit {
    record.deallocate()
    address.deallocate()
  }

  // MARK: The worker's side

  /// Logs what was found before a block, and the block before the graph sees it, so that one that never comes back is in the log. [worker]
  func input(_ block: borrowing AudioBlock<Float>, of runner: PlanRunner<Float>, isSilenced: Bool, takesOver: Bool) {
    guard hole.load(ordering: .relaxed) < 0 else { return }
    let position = frames.load(ordering: .relaxed)
    let samples = block.channels * block.frames
    var lists = 0
    runner.visitFound { _ in lists += 1 }
    guard ring.writable() >= words(ofLists: lists) + inputWords + samples + outputWords else {
      hole.store(position, ordering: .releasing)
      return
    }
    if lists > 0 { found(lists, by: runner) }
    var place = begin(.input, payload: SessionFormat.inputWords + samples)
    put(UInt64(position), at: &place)
    put(UInt32(block.frames), at: &place)
    put(
      (isSilenced ? SessionFormat.flagSilenced : 0) | (takesOver ? SessionFormat.flagTakesOver : 0), at: &place)
    for channel in 0..<block.channels {
      // SAFETY: the record has room for the largest block, and the channel holds as many frames as the block.
      UnsafeMutableRawPointer(record + place).copyMemory(
        from: block.unsafeChannel(channel), byteCount: block.frames * MemoryLayout<Float>.stride)
      place += block.frames
    }
    end(.input, at: place)
    isAwaited = true
    frames.store(position + block.frames, ordering: .releasing)
  }

  private func words(ofLists count: Int) -> Int {
    let records = (count + SessionFormat.listsPerRecord - 1) / SessionFormat.listsPerRecord
    return records * (SessionFormat.headWords + SessionFormat.tailWords) + count * SessionFormat.listWords
  }

  /// Logs the lists of changes that were found, as many in a record as it takes; there is room for all of them.
  private func found(_ count: Int, by runner: PlanRunner<Float>) {
    var rest = count
    var left = 0
    var place = 0
    runner.visitFound { list in
      if left == 0 {
        left = min(rest, SessionFormat.listsPerRecord)
        rest -= left
        place = begin(.found, payload: left * SessionFormat.listWords)
      }
      put(UInt32(list.graph), at: &place)
      put(list.stage == FoundList.ofSwaps ? SessionFormat.stageOfSwaps : UInt32(list.stage), at: &place)
      put(UInt64(list.serial), at: &place)
      left -= 1
      if left == 0 { end(.found, at: place) }
    }
    runner.markFound()
  }

  /// Logs what the graph made of the block: a hash of it. [worker]
  func output(_ block: borrowing AudioBlock<Float>, of runner: PlanRunner<Float>) {
    guard isAwaited else { return }
    isAwaited = false
    var place = begin(.output, payload: SessionFormat.outputWords)
    put(UInt64(runner.position), at: &place)
    put(UInt32(block.frames), at: &place)
    put(SessionHash.value(of: block), at: &place)
    put(UInt64(runner.nonFiniteInputCount), at: &place)
    put(UInt64(runner.overflowCount), at: &place)
    end(.output, at: place)
    blocks.wrappingAdd(1, ordering: .releasing)
  }

  /// Whether an input was logged whose output was not yet.
  private var isAwaited = false

  private func begin(_ kind: SessionRecordKind, payload: Int) -> Int {
    var place = 0
    put(kind.rawValue, at: &place)
    put(UInt32(payload), at: &place)
    put(SessionFormat.check(kind.rawValue, UInt32(payload)), at: &place)
    return place
  }

  private func end(_ kind: SessionRecordKind, at place: Int) {
    var place = place
    var hash = SessionHash(seed: UInt64(kind.rawValue))
    hash.add(record + SessionFormat.headWords, count: place - SessionFormat.headWords)
    put(hash.value, at: &place)
    // Never fails: there was room for both records of the block, and nobody else fills it.
    _ = ring.write(UnsafePointer(address), frames: place)
  }

  private func put(_ word: UInt32, at place: inout Int) {
    record[place] = word.littleEndian
    place += 1
  }

  private func put(_ pair: UInt64, at place: inout Int) {
    put(UInt32(truncatingIfNeeded: pair), at: &place)
    put(UInt32(truncatingIfNeeded: pair >> 32), at: &place)
  }

  // MARK: The control side

  /// Opens the file and begins to write. [control]
  func start() throws(SessionError) { try writer.start() }

  /// Writes what is left, and gives the file its name. The worker has ended, or is abandoned. [control]
  func finish(state: String) {
    writer.finish(
      SessionEnd(
        blocks: blocks.load(ordering: .acquiring), frames: frames.load(ordering: .acquiring), hole: holeFrame,
        state: state))
  }

  /// Gives the file up: the session never began. [control]
  func cancel() { writer.cancel() }

  /// Notes that the output is silent or not. [control]
  func note(mute isOn: Bool) { notes.add(.mute(isOn, frame: frames.load(ordering: .acquiring))) }

  private var holeFrame: Int? {
    let frame = hole.load(ordering: .acquiring)
    return frame < 0 ? nil : frame
  }

  var status: SessionLogStatus {
    let (path, failure, isComplete) = writer.status
    return SessionLogStatus(
      path: path, frames: frames.load(ordering: .acquiring), hole: holeFrame, failure: failure, isComplete: isComplete)
  }
}

extension SessionHash {
  /// The hash of a block's samples, channel by channel.
  static func value(of block: borrowing AudioBlock<Float>) -> UInt64 {
    var hash = SessionHash(seed: UInt64(block.frames))
    for channel in 0..<block.channels {
      let samples = block.unsafeChannel(channel)
      var frame = 0
      while frame + 1 < block.frames {
        // SAFETY: both frames lie inside the block.
        hash.add(UInt64(samples[frame].bitPattern) | UInt64(samples[frame + 1].bitPattern) << 32)
        frame += 2
      }
      if frame < block.frames { hash.add(UInt64(samples[frame].bitPattern)) }
    }
    return hash.value
  }
}

extension SessionHeader {
  init(_ setup: EngineSetup, latency: Int, parts: [[String]]) throws(SessionError) {
    let plan = setup.plan
    self.init(
      graph: GraphDocument(setup.graph), input: plan.input, output: plan.output,
      maximumFrames: plan.options.maximumFrames, latencyFrames: latency, precision: plan.options.precision,
      mode: plan.options.mode,
      changesAll: setup.configuration.changing == .all, passesByAfterFaults: setup.configuration.gapSound == .bypass,
      kernels: Kernels.level, parts: parts)
  }

  /// A graph as it is written now, live handles by their present values.
  static func written(_ graph: GraphDocument) throws(SessionError) -> WrittenTree {
    do { return try WrittenTree(of: graph) } catch { throw .graph("\(error)") }
  }

  var tree: WrittenTree {
    get throws(SessionError) {
      do { return try WrittenTree(of: self) } catch { throw .graph("\(error)") }
    }
  }
}

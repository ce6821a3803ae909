import AudioCore
import Synchronization

/// Runs a stage whose parameters change: carries out changes at their frames, with the old processor and the new one side by side.
///
/// A change begins at its frame, or where the segment that is under way ends. Everything follows from frames alone, so that the same
/// changes give the same bits however the stream is cut.
final class ChangingStage<S: Sample>: BlockProcessor, FailureReporting {
  var active: any BlockProcessor<S>
  var incoming: (any BlockProcessor<S>)?
  var reporter: (any FailureReporting)?

  // Changes are owned by the control side until they are done: nothing is freed here.
  typealias Change = Unmanaged<StageChange<S>>
  var list: Unmanaged<ChangeList<S>>?
  var cursor = 0
  /// The number of the list that was taken last, and of the one that somebody was told of; 0 before the first.
  private(set) var takenSerial = 0
  var toldSerial = 0
  /// The change under way, that whose processor is running, and that whose design it took last.
  var change: Change?
  var owner: Change?
  var adopted: Change?
  /// The change and the segment that made the running processor what it is.
  var source: (change: Change, segment: Int)
  var segment = 0
  var frame = 0
  var ramp = Ramp(frames: 0)
  var level = 1.0
  var nextLevel = 1.0

  private let mailbox: Mailbox<ChangeList<S>>
  let progress: StageProgress
  let keeper: any StageKeeper<S>
  private let keepsFrameCount: Bool
  let history: InputHistory<S>
  private let past: SampleBuffer<S>
  private let scratch: SampleBuffer<S>

  /// - Parameter first: The change that brings the processor to begin with.
  init(
    _ first: StageChange<S>, _ processor: any BlockProcessor<S>, context: DesignContext, outputs: Int,
    keepsFrameCount: Bool, mailbox: Mailbox<ChangeList<S>>, progress: StageProgress, keeper: any StageKeeper<S>
  ) {
    active = processor
    reporter = processor as? any FailureReporting
    owner = Unmanaged.passUnretained(first)
    source = (Unmanaged.passUnretained(first), 0)
    self.keeper = keeper
    self.mailbox = mailbox
    self.progress = progress
    self.keepsFrameCount = keepsFrameCount
    let inputs = context.inputs.reduce(0) { $0 + $1.channels }
    let kept = keepsFrameCount ? InputHistory<S>.frames(at: context.sampleRate) : 1
    history = InputHistory(channels: inputs, capacity: kept)
    past = SampleBuffer(channels: inputs, capacity: context.maximumFrames)
    scratch = SampleBuffer(channels: outputs, capacity: context.maximumFrames)
  }

  var hasFailed: Bool { reporter?.hasFailed ?? false }

  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func process(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
  ) -> Int {
    let frames = input.frames
    var done = 0
    var produced = 0
    while done < frames {
      let position = now.position + Int64(done)
      carryOut(at: position)
      let count = run(of: frames - done, from: position)
      let room = keepsFrameCount ? done..<done + count : produced..<output.frames
      input.withFrames(done..<done + count) { piece in
        output.withFrames(room) { target in
          produced += process(piece, target, at: position, tempo: now.tempo)
        }
      }
      done += count
    }
    progress.position.store(now.position + Int64(frames), ordering: .releasing)
    return produced
  }

  private func process(
    _ input: borrowing AudioBlock<S>, _ output: borrowing AudioBlock<S>, at position: Int64, tempo: Double?
  ) -> Int {
    let produced = active.process(input, into: output, at: ProcessContext(position: position, tempo: tempo))
    if keepsFrameCount {
      if let incoming {
        scratch.withBlock(frames: input.frames) { new in
          _ = incoming.process(input, into: new, at: ProcessContext(position: position, tempo: tempo))
          output.fade(to: new, along: ramp, from: frame)
        }
      }
      if nextLevel != level {
        output.scale(from: level, to: nextLevel, along: ramp, from: frame, into: output)
      } else if level != 1 {
        output.scale(by: level, into: output)
      }
      history.push(input)
    }
    if change != nil { frame += input.frames }
    return produced
  }

  private func run(of frames: Int, from position: Int64) -> Int {
    if change != nil { return min(frames, ramp.frames - frame) }
    guard let next = waiting(cursor) else { return frames }
    return Int(min(Int64(frames), max(1, next.position - position)))
  }

  // MARK: The order of changes

  /// Takes the newest list of changes, if there is one. Once before each block: a block that is cut, by a swap or after an overflow, goes
  /// on with the list that it began with. [worker]
  func takeList() {
    guard let taken = mailbox.take() else { return }
    list = taken
    takenSerial = taken._withUnsafeGuaranteedRef { $0.serial }
    cursor = 0
    while let next = waiting(cursor), next.begun.load(ordering: .relaxed) { cursor += 1 }
  }

  /// The change at a place of the list; nil behind its end.
  func waiting(_ index: Int) -> StageChange<S>? {
    // SAFETY: the control side keeps a list until the next one was taken.
    list?._withUnsafeGuaranteedRef { index < $0.changes.count ? $0.changes[index] : nil }
  }

  /// Ends and begins what is due at a frame.
  private func carryOut(at position: Int64) {
    while true {
      if let change {
        guard frame >= ramp.frames else { return }
        endSegment()
        let next = segment + 1
        let count = change._withUnsafeGuaranteedRef { $0.segments.count }
        if next < count && !isDue(at: position) {
          begin(segment: next, of: change, at: position)
          continue
        }
        self.change = nil
        release(change)
      }
      guard let next = nextDue(at: position) else { return }
      if keepsFrameCount && history.total == 0 {
        // Nothing was heard yet that could be faded from.
        jump(to: next)
      } else {
        change = next
        begin(segment: 0, of: next, at: position)
      }
    }
  }

  private func isDue(at position: Int64) -> Bool { waiting(cursor).map { $0.position <= position } ?? false }

  /// The change to begin with of those that are due; those it overtakes are skipped.
  func nextDue(at position: Int64) -> Change? {
    var end = cursor
    var lastReplacing: Int?
    while let next = waiting(end), next.position <= position {
      if next.replaces { lastReplacing = end }
      end += 1
    }
    guard end > cursor else { return nil }
    // A design that is adopted needs the processor that was brought before it.
    let chosen = lastReplacing ?? end - 1
    while cursor < chosen { skip() }
    let next = waiting(chosen).map(Unmanaged.passUnretained)
    next?._withUnsafeGuaranteedRef { $0.begun.store(true, ordering: .releasing) }
    cursor += 1
    return next
  }

  private func skip() {
    waiting(cursor).map(Unmanaged.passUnretained)?._withUnsafeGuaranteedRef {
      $0.begun.store(true, ordering: .releasing)
      $0.isDone.store(true, ordering: .releasing)
    }
    cursor += 1
  }

  /// Gives a change back when nothing of it is in use.
  private func release(_ change: Change?) {
    guard let change, !Self.same(change, self.change), !Self.same(change, owner), !Self.same(change, adopted) else {
      return
    }
    change._withUnsafeGuaranteedRef { $0.isDone.store(true, ordering: .releasing) }
  }

  private static func same(_ a: Change, _ b: Change?) -> Bool { b.map { $0.toOpaque() == a.toOpaque() } ?? false }

  // MARK: Segments

  private func begin(segment index: Int, of change: Change, at position: Int64) {
    segment = index
    frame = 0
    // SAFETY: the control side keeps a change until it is marked as done.
    change._withUnsafeGuaranteedRef { change in
      ramp = change.segments[index].ramp
      nextLevel = change.level
      switch change.segments[index].target {
      case .adopt(let take):
        take(ramp)
        // It glides by itself, and another change need not wait for it.
        if change.segments.count == 1 && nextLevel == level { frame = ramp.frames }
      case .replace(let processor, let prepare, let warmUp):
        prepare?()
        if keepsFrameCount { warm(processor, frames: warmUp, at: position) }
        incoming = processor
      }
    }
    if case .adopt = change._withUnsafeGuaranteedRef({ $0.segments[index].target }) { hold(adopted: change) }
  }

  private func hold(adopted change: Change) {
    let before = adopted
    adopted = change
    source = (change, segment)
    release(before)
  }

  private func endSegment() {
    level = nextLevel
    guard let next = incoming else { return }
    active = next
    incoming = nil
    let before = (owner, adopted)
    owner = change
    if let change { source = (change, segment) }
    adopted = nil
    release(before.0)
    release(before.1)
  }

  /// Goes to the end of a change without a fade.
  func jump(to next: Change) {
    change = next
    let count = next._withUnsafeGuaranteedRef { $0.segments.count }
    begin(segment: count - 1, of: next, at: 0)
    endSegment()
    active.reset()
    change = nil
    release(next)
  }

  /// Runs a fresh processor over past input, so that it sounds as if it had been there.
  ///
  /// Where the past does not reach back to silence it begins slowly, since a sudden beginning would ring.
  private func warm(_ processor: any BlockProcessor<S>, frames: Int, at position: Int64) {
    let count = min(frames, history.filled)
    let onset = Ramp(frames: count < history.total ? count / 2 : 0)
    var done = 0
    while done < count {
      let piece = min(count - done, past.capacity)
      past.withBlock(frames: piece) { input in
        history.read(age: count - done, into: input)
        if done < onset.frames { input.scale(from: 0, to: 1, along: onset, from: done, into: input) }
        scratch.withBlock(frames: piece) { output in
          let then = position - Int64(count - done)
          _ = processor.process(input, into: output, at: ProcessContext(position: then))
        }
      }
      done += piece
    }
  }

  // MARK: Silence

  /// After an overflow: silence before and after, and changes go on.
  func reset() {
    active.reset()
    incoming?.reset()
    history.clear()
  }

  /// Back to the beginning of the stream: what is under way is at its end, what came for no frame counts, what waits is dropped. [worker]
  func restart() {
    takeList()
    history.clear()
    if let under = change {
      endSegment()
      let count = under._withUnsafeGuaranteedRef { $0.segments.count }
      if segment + 1 < count { jump(to: under) }
      change = nil
      release(under)
    }
    while let next = nextDue(at: StageChange<S>.atOnce) { jump(to: next) }
    list = nil
    cursor = 0
    active.reset()
    progress.position.store(0, ordering: .releasing)
    progress.restarts.add(1, ordering: .releasing)
  }
}

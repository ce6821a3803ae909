import AudioCore
import Synchronization

/// The worker's half of graph swaps: runs the graph that is heard and, around a swap, the next one beside it.
///
/// A new graph takes over what state it can, runs unheard until it sounds as if it had always been there, and is faded to. Everything
/// follows from frames, so that the same swaps give the same bits however the stream is cut. Nothing is allocated, locked or freed.
final class GraphSwapper<S: Sample> {
  private typealias Swap = Unmanaged<GraphSwap<S>>

  /// The graph that is heard.
  private(set) var active: RunningGraph<S>
  /// Input samples that were NaN or infinite.
  private(set) var nonFiniteInputCount = 0
  /// Overflows of graphs that are gone.
  private(set) var pastOverflows = 0

  private let mailbox: Mailbox<SwapList<S>>
  private let progress: RunnerProgress
  private var list: Unmanaged<SwapList<S>>?
  private var cursor = 0
  /// The number of the list of swaps that was taken last, and of the one that somebody was told of; 0 before the first.
  private var takenSerial = 0
  private var toldSerial = 0
  /// Whether what the control threads have left for the next block was taken already.
  private var hasFound = false
  /// What brought the graph that is heard, and what brings the next one.
  private var owner: Swap
  private var coming: Swap?
  private var fadeStart: Int64 = 0
  /// How the input of a graph that knows nothing of the past begins.
  private var onset = Ramp(frames: 0)
  private var began: Int64 = 0

  init(_ first: GraphSwap<S>, mailbox: Mailbox<SwapList<S>>, progress: RunnerProgress) {
    active = first.graph
    owner = Unmanaged.passUnretained(first)
    self.mailbox = mailbox
    self.progress = progress
  }

  /// Whether a graph is coming at this moment.
  var isUnderWay: Bool { coming != nil }

  /// Runs one block of at most the plan's `maximumFrames`. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func run(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at position: Int64, tempo: Double?
  ) -> Int {
    if !hasFound { find(at: position, within: input.frames) }
    hasFound = false
    if coming == nil && waiting(cursor) == nil {
      let produced = active.run(input, into: output, tempo: tempo)
      active.tellTimes()
      nonFiniteInputCount += active.nonFiniteInputs
      progress.position.store(position + Int64(input.frames), ordering: .releasing)
      return produced
    }
    // Both graphs give as many frames as they get: the control side sees to that.
    var done = 0
    while done < input.frames {
      let now = position + Int64(done)
      carryOut(at: now)
      let range = done..<done + length(of: input.frames - done, from: now)
      input.withFrames(range) { piece in
        output.withFrames(range) { runPiece($0, from: piece, at: now, tempo: tempo) }
      }
      done = range.upperBound
    }
    active.tellTimes()
    coming?._withUnsafeGuaranteedRef { $0.graph.tellTimes() }
    progress.position.store(position + Int64(done), ordering: .releasing)
    return done
  }

  private func runPiece(
    _ output: borrowing AudioBlock<S>, from input: borrowing AudioBlock<S>, at now: Int64, tempo: Double?
  ) {
    guard let coming else {
      _ = active.run(input, into: output, tempo: tempo)
      nonFiniteInputCount += active.nonFiniteInputs
      return
    }
    // SAFETY: the control side keeps a swap and its tools until the swap is heard.
    coming._withUnsafeGuaranteedRef { swap in
      guard let tools = swap.tools else { return }
      tools.input.withBlock(frames: input.frames) { copy in
        // The output may be the input's memory.
        copy.copy(from: input)
        _ = active.run(input, into: output, tempo: tempo)
        nonFiniteInputCount += active.nonFiniteInputs
        let age = Int(now - began)
        if age < onset.frames { copy.scale(from: 0, to: 1, along: onset, from: age, into: copy) }
        tools.output.withBlock(frames: input.frames) { new in
          _ = swap.graph.run(copy, into: new, tempo: tempo)
          if now >= fadeStart { output.fade(to: new, along: swap.ramp, from: Int(now - fadeStart)) }
        }
      }
    }
  }

  // MARK: What the control threads leave

  /// Takes what the control threads have left: swaps, and changes of the stages of every graph that may run in the next frames. Once before
  /// each block, so that how a block is cut by a swap decides about nothing. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func find(at position: Int64, within frames: Int) {
    takeList()
    active.takeLists()
    coming?._withUnsafeGuaranteedRef { $0.graph.takeLists() }
    let end = position.addingReportingOverflow(Int64(frames))
    var index = cursor
    while let next = waiting(index) {
      if !isBegun(next), end.overflow || next.beginning < end.partialValue { next.graph.takeLists() }
      index += 1
    }
    hasFound = true
  }

  /// Tells which lists were found that nobody was told of yet. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func visitFound(_ body: (FoundList) -> Void) {
    if takenSerial != toldSerial { body(FoundList(graph: 0, stage: FoundList.ofSwaps, serial: takenSerial)) }
    active.visitFound(body)
    coming?._withUnsafeGuaranteedRef { $0.graph.visitFound(body) }
    var index = cursor
    while let next = waiting(index) {
      if !isBegun(next) { next.graph.visitFound(body) }
      index += 1
    }
  }

  /// Takes it that somebody was told. [worker]
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func markFound() {
    toldSerial = takenSerial
    active.markFound()
    coming?._withUnsafeGuaranteedRef { $0.graph.markFound() }
    var index = cursor
    while let next = waiting(index) {
      if !isBegun(next) { next.graph.markFound() }
      index += 1
    }
  }

  // MARK: The order of swaps

  private func takeList() {
    guard let taken = mailbox.take() else { return }
    list = taken
    takenSerial = taken._withUnsafeGuaranteedRef { $0.serial }
    cursor = 0
    skipBegun()
  }

  /// A list repeats what was begun since the one before it.
  private func skipBegun() { while let next = waiting(cursor), isBegun(next) { cursor += 1 } }

  /// The next swap of the list, which is then behind it.
  private func advance(to position: Int64 = .max) -> GraphSwap<S>? {
    guard let next = waiting(cursor), next.beginning <= position else { return nil }
    cursor += 1
    skipBegun()
    return next
  }

  private func isBegun(_ swap: GraphSwap<S>) -> Bool {
    if swap.isHeard.load(ordering: .relaxed) || swap.isOver.load(ordering: .relaxed) { return true }
    return coming.map { $0.toOpaque() == Unmanaged.passUnretained(swap).toOpaque() } ?? false
  }

  private func waiting(_ index: Int) -> GraphSwap<S>? {
    // SAFETY: the control side keeps a list until the next one was taken.
    list?._withUnsafeGuaranteedRef { index < $0.swaps.count ? $0.swaps[index] : nil }
  }

  private func length(of frames: Int, from now: Int64) -> Int {
    var end = now + Int64(frames)
    if let coming {
      let fadeEnd = fadeStart + Int64(coming._withUnsafeGuaranteedRef { $0.ramp.frames })
      end = min(end, now < fadeStart ? fadeStart : fadeEnd)
      if now - began < onset.frames { end = min(end, began + Int64(onset.frames)) }
    } else if let next = waiting(cursor) {
      end = min(end, next.beginning)
    }
    return max(1, Int(end - now))
  }

  private func carryOut(at now: Int64) {
    while true {
      if let coming {
        guard now >= fadeStart + Int64(coming._withUnsafeGuaranteedRef({ $0.ramp.frames })) else { return }
        takeOver()
      }
      guard let next = nextDue(at: now) else { return }
      next._withUnsafeGuaranteedRef { begin($0, next, at: now) }
    }
  }

  /// The last of the swaps that are due; those it overtakes are never heard.
  private func nextDue(at now: Int64) -> Swap? {
    var due: Swap?
    while let next = advance(to: now) {
      due?._withUnsafeGuaranteedRef { $0.isOver.store(true, ordering: .releasing) }
      due = Unmanaged.passUnretained(next)
    }
    return due
  }

  private func begin(_ swap: GraphSwap<S>, _ reference: Swap, at now: Int64) {
    coming = reference
    began = now
    guard now > 0 else {
      // Nothing was heard yet: the new graph stands where the old one does.
      _ = swap.graph.begin(at: 0, from: nil, through: nil, along: swap.ramp)
      onset = Ramp(frames: 0)
      fadeStart = max(0, swap.position)
      if swap.position <= 0 { takeOver() }
      return
    }
    let (warmUp, isFresh) = swap.graph.begin(at: now, from: active, through: swap.tools?.states, along: swap.ramp)
    onset = Ramp(frames: isFresh ? warmUp / 2 : 0)
    fadeStart = max(swap.position, now + Int64(warmUp))
  }

  private func takeOver() {
    guard let next = coming else { return }
    active.tellTimes()
    pastOverflows += active.totalOverflows()
    // Neither reference is the last: the control side holds both graphs.
    active = next._withUnsafeGuaranteedRef { $0.graph }
    owner._withUnsafeGuaranteedRef { $0.isOver.store(true, ordering: .releasing) }
    next._withUnsafeGuaranteedRef { $0.isHeard.store(true, ordering: .releasing) }
    owner = next
    coming = nil
  }

  /// Goes to the newest graph that is coming or waiting, at once and afresh, where the one that is heard is not run any more. What waits
  /// was looked for without an end. [worker]
  /// - Returns: false when none is.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  func takeOverAtOnce(at position: Int64) -> Bool {
    var last = coming
    while let next = advance() {
      last?._withUnsafeGuaranteedRef { $0.isOver.store(true, ordering: .releasing) }
      last = Unmanaged.passUnretained(next)
    }
    guard let last else { return false }
    if coming?.toOpaque() != last.toOpaque() {
      last._withUnsafeGuaranteedRef { _ = $0.graph.begin(at: position, from: nil, through: nil, along: $0.ramp) }
    }
    coming = last
    takeOver()
    return true
  }

  /// Stands at a frame whose state is about to be restored: a graph that is coming is there. [worker]
  func settle(at position: Int64) {
    takeOver()
    progress.position.store(position, ordering: .releasing)
  }

  /// Back to the beginning of the stream: a graph that is coming is there, what waits is dropped. [worker]
  func reset() {
    takeList()
    hasFound = false
    takeOver()
    while let next = advance() { next.isOver.store(true, ordering: .releasing) }
    active.reset()
    (nonFiniteInputCount, pastOverflows) = (0, 0)
    progress.position.store(0, ordering: .releasing)
  }
}

import AudioCore

/// Where control threads change one running stage; any of them may call it at any time.
protocol StageController: AnyObject, Sendable {
  /// The identity of the stage, and of its parts.
  var identity: String { get }
  var partIdentities: [String] { get }
  /// The stage's input rate in hertz.
  var sampleRate: Double { get }
  /// Plans a change, or only tries whether it could be.
  func apply(_ request: StageRequest, isTrial: Bool) throws(DesignError)
  /// Plans a change as it was planned once, from what was seen of the worker then.
  func replay(_ request: StageRequest, seeing seen: StageSight) throws(DesignError)
  /// Tells somebody of every change from now on, before the worker can find it.
  /// - Returns: how many came before.
  func keepJournal(_ note: @escaping StageJournal) -> Int
}

/// A change as it is asked for.
struct StageRequest: Sendable {
  enum Kind: Sendable {
    case part(Int, PartChange)
    case bypass(Int, Bool)
    case mute(Bool)
  }
  var kind: Kind
  /// The stage's input frame; nil for the next block.
  var position: Int64?
  /// How long numbers take; 0 for the usual fade.
  var seconds: Double
}

final class StageControl<S: Sample, Maker: ChangeMaker<S>>: StageController {
  struct Pending {
    var position: Int64
    var isAtOnce: Bool
    var end: Int64
    var change: StageChange<S>
    var link: ChangeLink<S>
  }

  /// Which parts are bypassed, and whether the stage is muted.
  struct Switches {
    var bypassed: [Bool]
    var isMuted = false

    mutating func set(_ kind: StageRequest.Kind) {
      switch kind {
      case .bypass(let index, let isOn): bypassed[index] = isOn
      case .mute(let isOn): isMuted = isOn
      case .part: break
      }
    }
  }

  struct State {
    var parts: [any PartTimeline]
    var switches: Switches
    var switching: [(position: Int64, kind: StageRequest.Kind)] = []
    var pending: [Pending] = []
    /// What runs before anything that is pending.
    var link: ChangeLink<S>
    var restarts = 0
    /// How many of the pending changes had begun when the worker was last looked at: always the first ones.
    var begun = 0
    /// The number of the list that was posted last.
    var serial = 0
  }

  /// What must live until the worker has done with it.
  struct Held {
    var changes: [StageChange<S>]
  }

  let identity: String
  let partIdentities: [String]
  private let context: DesignContext
  let maker: Maker
  let meters: [Meter]
  let progress: StageProgress
  let mailbox: Mailbox<ChangeList<S>>
  // SAFETY of the wrapper: everything in it is touched under the lock, and processors by the worker alone once they were posted.
  struct Guarded: @unchecked Sendable {
    var state: State
    var held: Held
    var journal: StageJournal?
  }
  let guarded: Locked<Guarded>

  var sampleRate: Double { context.sampleRate }

  private init(
    identity: String, parts: [any PartTimeline], context: DesignContext, maker: Maker, meters: [Meter],
    progress: StageProgress, mailbox: Mailbox<ChangeList<S>>, guarded: Guarded
  ) {
    self.identity = identity
    partIdentities = parts.map(\.identity)
    self.context = context
    self.maker = maker
    self.meters = meters
    self.progress = progress
    self.mailbox = mailbox
    self.guarded = Locked(guarded)
  }

  /// Makes the running stage and the control over it. [control]
  static func make(
    identity: String, parts: [any PartTimeline], context: DesignContext, maker: Maker, meters: [Meter], outputs: Int,
    keepsFrameCount: Bool
  ) throws(DesignError) -> (stage: ChangingStage<S>, control: StageControl) {
    let progress = StageProgress()
    let mailbox = Mailbox<ChangeList<S>>()
    var recipe: StageRecipe = []
    for part in parts { recipe.append(PartRecipe(effect: try part.recipe(at: 0))) }
    let (segments, link) = try maker.segments(
      from: nil, through: [(recipe, Ramp(frames: 0))], meters: meters)
    let first = StageChange<S>(position: StageChange<S>.atOnce, segments: segments, level: 1)
    first.begun.store(true, ordering: .relaxed)
    let state = State(
      parts: parts,
      switches: Switches(bypassed: parts.map { _ in false }), link: link)
    let control = StageControl(
      identity: identity, parts: parts, context: context, maker: maker, meters: meters, progress: progress,
      mailbox: mailbox, guarded: Guarded(state: state, held: Held(changes: [first])))
    let stage = ChangingStage<S>(
      first, link.processor, context: context, outputs: outputs, keepsFrameCount: keepsFrameCount, mailbox: mailbox,
      progress: progress, keeper: control)
    return (stage, control)
  }

  func apply(_ request: StageRequest, isTrial: Bool) throws(DesignError) {
    try apply(request, isTrial: isTrial, seeing: nil)
  }

  func replay(_ request: StageRequest, seeing seen: StageSight) throws(DesignError) {
    try apply(request, isTrial: false, seeing: seen)
  }

  func keepJournal(_ note: @escaping StageJournal) -> Int {
    guarded.withLock { guarded in
      guarded.journal = note
      return guarded.state.serial
    }
  }

  private func apply(_ request: StageRequest, isTrial: Bool, seeing given: StageSight?) throws(DesignError) {
    let failure: DesignError? = guarded.withLock { guarded in
      do throws(DesignError) {
        var state = guarded.state
        let seen = given ?? look(state)
        try catchUp(&state, to: seen)
        let made = try plan(request, in: &state, at: seen.position)
        if isTrial { return nil }
        state.serial += 1
        guarded.held.changes += made
        guarded.state = state
        guarded.journal?(state.serial, seen, request)
        mailbox.post(ChangeList(state.pending.map(\.change), serial: state.serial))
        sweep(&guarded)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  /// What the worker has done. Everything that is planned follows from it and the requests before.
  private func look(_ state: State) -> StageSight {
    let restarts = progress.restarts.load(ordering: .acquiring)
    let position = progress.position.load(ordering: .acquiring)
    let begun = state.pending.prefix { $0.change.begun.load(ordering: .acquiring) }
    return StageSight(position: position, begun: begun.count, restarts: restarts)
  }

  /// Follows what the worker has done since.
  private func catchUp(_ state: inout State, to seen: StageSight) throws(DesignError) {
    state.begun = min(seen.begun, state.pending.count)
    if seen.restarts != state.restarts {
      state.restarts = seen.restarts
      try restart(&state)
    }
    let now = seen.position
    while state.begun > 0, let first = state.pending.first, first.end <= now {
      state.link = first.link
      state.pending.removeFirst()
      state.begun -= 1
    }
    for index in state.parts.indices { try state.parts[index].settle(before: now) }
    while let first = state.switching.first, first.position <= now {
      state.switches.set(first.kind)
      state.switching.removeFirst()
    }
  }

  /// The stream began again: what had begun is at its end, the rest is gone.
  private func restart(_ state: inout State) throws(DesignError) {
    let begun = state.pending.prefix(state.begun)
    let end = state.pending.dropFirst(begun.count).map(\.position).min()
    if let last = begun.last { state.link = last.link }
    for index in state.parts.indices {
      if let end { state.parts[index].drop(from: end) }
      try state.parts[index].settle(before: .max)
    }
    for (position, kind) in state.switching where position < end ?? .max { state.switches.set(kind) }
    state.switching = []
    state.pending = []
    state.begun = 0
  }

  private func plan(
    _ request: StageRequest, in state: inout State, at now: Int64
  ) throws(DesignError) -> [StageChange<S>] {
    // What is past takes effect at once.
    let position = max(request.position ?? now, now)
    let frames = Int64((request.seconds * context.sampleRate).rounded())
    switch request.kind {
    case .part(let index, let change): try state.parts[index].add(change, at: position, frames: frames)
    case .bypass, .mute:
      let place = state.switching.lastIndex { $0.position <= position }.map { $0 + 1 } ?? 0
      state.switching.insert((position, request.kind), at: place)
    }
    // Of changes for the next block that were not taken yet only the last is needed.
    while request.position == nil, state.pending.count > state.begun, let last = state.pending.last, last.isAtOnce,
      last.end <= position
    { state.pending.removeLast() }
    let place = state.pending.firstIndex { $0.position > position } ?? state.pending.count
    var spots = state.pending[place...].map { ($0.position, $0.isAtOnce) }
    spots.insert((position, request.position == nil), at: 0)
    state.pending.removeSubrange(place...)
    var made: [StageChange<S>] = []
    for (position, isAtOnce) in spots {
      let next = try pending(at: position, isAtOnce: isAtOnce, in: state)
      made.append(next.change)
      state.pending.append(next)
    }
    return made
  }

  /// The change that leads from what runs at a frame to what is to run from there on.
  private func pending(at position: Int64, isAtOnce: Bool, in state: State) throws(DesignError) -> Pending {
    var switches = state.switches
    for (start, kind) in state.switching where start <= position { switches.set(kind) }
    let bypassed = switches.bypassed
    func recipe(at position: Int64) throws(DesignError) -> StageRecipe {
      var recipe: StageRecipe = []
      for (index, part) in state.parts.enumerated() {
        recipe.append(PartRecipe(effect: try part.recipe(at: position), isBypassed: bypassed[index]))
      }
      return recipe
    }
    let link = state.pending.last?.link ?? state.link
    let standard = Ramp.standard(at: context.sampleRate)
    let end = state.parts.compactMap { $0.rampEnd(at: position) }.max() ?? position
    let frames = Int(end - position)
    var way: [(recipe: StageRecipe, ramp: Ramp)] = []
    if frames <= 4 * standard.frames {
      way.append((try recipe(at: end), frames > 0 ? Ramp(frames: frames) : standard))
    } else {
      // A straight way from piece to piece along the eased way of the numbers.
      let count = min(frames / max(maker.pieceFrames(link), 1), 2_000)
      for piece in 1...count {
        let (from, to) = (frames * (piece - 1) / count, frames * piece / count)
        way.append((try recipe(at: position + Int64(to)), Ramp(frames: to - from, shape: .linear)))
      }
    }
    let (segments, next) = try maker.segments(from: link, through: way, meters: meters)
    let change = StageChange<S>(
      position: isAtOnce ? StageChange<S>.atOnce : position, segments: segments, level: switches.isMuted ? 0 : 1)
    return Pending(position: position, isAtOnce: isAtOnce, end: end, change: change, link: next)
  }

  /// Frees what the worker has done with.
  private func sweep(_ guarded: inout Guarded) {
    mailbox.collect()
    let pending = guarded.state.pending
    guarded.held.changes.removeAll { change in
      if change.isDone.load(ordering: .acquiring) { return true }
      return !change.begun.load(ordering: .acquiring) && !pending.contains { $0.change === change }
        && !mailbox.holds { list in list.changes.contains { $0 === change } }
    }
  }
}

import AudioCore
import AudioDevices
import AudioGraph
import CRealtime
import Synchronization

/// One run of the engine, from a start to a stop: rings, worker, and what the callbacks own.
///
/// It is made for each start, so that nothing of a run that stalled reaches the next one.
final class EngineRun: @unchecked Sendable {
  // Sendable because only the control thread opens and stops it, under the processor's lock; what others read never changes after
  // it was opened, or is atomic.
  let setup: EngineSetup
  let worker: Worker
  /// Changes what the worker runs.
  let control: RunnerControl
  /// Logs the session; nil where none is kept.
  let session: SessionRecorder?
  let callbackTimes: LatencyLog
  let roundTripTimes: LatencyLog
  private(set) var latency: LatencyReport
  private(set) var grants = RealtimeGrants()
  private(set) var startedNanoseconds: Int64 = 0
  private let callbacks: CallbackSet
  private let feeder: StreamFeeder?
  private let drainer: StreamDrainer?
  private var thread: rt_thread?
  /// Why the accelerator that was asked for is not there; nil where it is, or none was asked for.
  private let refusal: String?
  /// Whether the accelerator did not end with the run.
  private let hasAbandonedAccelerator = Atomic<Bool>(false)

  /// - Parameter session: The number of the run among those of its processor.
  /// - Throws: `SessionError.unsettled` when the session is to be logged and a live handle was changed meanwhile, so that it is to be
  ///   made again.
  init(_ setup: EngineSetup, session number: Int) throws {
    self.setup = setup
    let configuration = setup.configuration
    let plan = setup.plan
    let block = configuration.bufferFrames
    let primed = setup.output == nil ? 0 : block * configuration.primedBlocks
    // What a file's side reads or writes ahead, in frames: storage pauses for longer than a device.
    let ahead = Int(2 * plan.input.sampleRate)
    let depth = block * configuration.ringBlocks * (setup.isSplit ? 4 : 1)
    let input = SampleRing.make(channels: setup.inputChannels, capacity: setup.source == nil ? depth : ahead)
    var output = SampleRing.make(channels: setup.outputChannels, capacity: setup.sink == nil ? depth : ahead)
    _ = output.producer.writeSilence(frames: primed)

    let callbackTimes = LatencyLog(capacity: configuration.logCapacity)
    let roundTripTimes = LatencyLog(capacity: configuration.logCapacity)
    self.callbackTimes = callbackTimes
    self.roundTripTimes = roundTripTimes
    let offer = try setup.accelerator?.makeAccelerator(for: plan)
    refusal = offer?.reason
    let runner = try PlanRunner<Float>(plan, changing: configuration.changing, holding: configuration.latencyFrames)
    control = runner.control
    session = try configuration.sessionLog.map { log in
      guard let session = try SessionRecorder(log, session: number, setup, runner) else { throw SessionError.unsettled }
      return session
    }
    if offer?.accelerator != nil { control.refuseSwaps("an accelerator runs this graph beside the processor") }
    let callbacks = CallbackSet(setup, primedFrames: primed, times: callbackTimes, roundTrips: roundTripTimes)
    self.callbacks = callbacks
    let between = primed + 2 * block
    let drift =
      setup.isSplit
      ? DriftCompensator(
        channels: setup.outputChannels, inputRate: plan.output.sampleRate, outputRate: setup.outputRate,
        blockFrames: max(block, plan.maximumOutputFrames), targetFrames: between, primedFrames: primed,
        inputClock: callbacks.inputClock, outputClock: callbacks.outputClock) : nil
    latency = LatencyReport(
      ringFrames: setup.isSplit ? between : primed, planFrames: runner.latencyFrames, deviceFrames: 0,
      sampleRate: plan.output.sampleRate)
    worker = try Worker(
      runner,
      ends: Worker.Ends(
        input: input.consumer, output: output.producer, takesInput: setup.inputChannels > 0,
        givesOutput: setup.outputChannels > 0, framesAhead: setup.input == nil ? primed + block : nil),
      configuration: configuration, clock: setup.clock, drift: drift, session: session, accelerator: offer?.accelerator,
      probe: setup.probe)
    if let source = setup.source {
      feeder = StreamFeeder(source, into: input.producer)
      callbacks.add(output: output.consumer)
      drainer = nil
    } else if let sink = setup.sink {
      drainer = StreamDrainer(output.consumer, into: sink)
      callbacks.add(input: input.producer)
      feeder = nil
    } else {
      (feeder, drainer) = (nil, nil)
      callbacks.add(input: input.producer, output: output.consumer)
    }
  }

  /// Opens the devices and starts everything. [control]
  func start() throws {
    let configuration = setup.configuration
    do {
      let streams = try callbacks.open(setup)
      latency.deviceFrames = streams.reduce(0) { $0 + $1.inputLatencyFrames + $1.outputLatencyFrames }
      if configuration.locksMemory {
        let refusal = rt_lock_memory()
        grants.locksMemory = refusal == 0
      }
      try session?.start()
      feeder?.start()
      drainer?.start()
      if configuration.wake != .host {
        let (started, error) = worker.start(priority: configuration.priority)
        guard let started else {
          throw DeviceError(
            .system, problem: "the worker has no thread: error \(error)", remedy: "Close other programs, and try again")
        }
        thread = started
        grants.hasRealtimePriority = started.is_realtime
      }
      startedNanoseconds = rt_nanoseconds()
      try callbacks.start()
    } catch {
      session?.cancel()
      stop(fades: false)
      throw error
    }
  }

  /// Stops everything within a tenth of a second, whatever the worker does; a session's log may take longer to reach its storage. [control]
  func stop(fades: Bool = true) {
    let ending = session.map { _ in state(now: rt_nanoseconds(), clockNow: setup.clock.nanoseconds).description }
    if fades { callbacks.fadeOut(setup) }
    callbacks.close()
    feeder?.stop()
    worker.stop()
    if let thread {
      // A worker between blocks ends at once; one that does not come back keeps what it uses alive, and is left to itself.
      var patience = 30
      while !worker.isDone && patience > 0 {
        SystemClock().sleep(nanoseconds: 1_000_000)
        patience -= 1
      }
      if worker.isDone { rt_thread_join(thread) } else { rt_thread_detach(thread) }
      self.thread = nil
      // A worker that did not come back may still be in the accelerator's driver.
      let isAbandoned = worker.isDone ? !worker.closeAccelerator() : worker.companion != nil
      hasAbandonedAccelerator.store(isAbandoned, ordering: .releasing)
    } else {
      hasAbandonedAccelerator.store(!worker.closeAccelerator(), ordering: .releasing)
    }
    drainer?.stop()
    session?.finish(state: ending ?? "")
  }

  /// What runs the plan beside the processor; nil where none was asked for.
  var acceleratorReport: LiveAcceleratorReport? {
    guard let companion = worker.companion else { return refusal.map { .init(reason: $0) } }
    let isLost = worker.counters.value(WorkerCounter.acceleratorLoss.rawValue) != 0
    return .init(
      name: companion.name, reason: isLost ? companion.failure : nil, isLost: isLost,
      isAbandoned: hasAbandonedAccelerator.load(ordering: .acquiring))
  }

  /// Whether the callbacks keep the output silent.
  var isMuted: Bool {
    get { callbacks.isMuted }
    set {
      callbacks.isMuted = newValue
      session?.note(mute: newValue)
    }
  }

  /// Whether the worker has processed all frames that the callbacks brought.
  var isCaughtUp: Bool { worker.counters.value(WorkerCounter.frames.rawValue) >= callbacks.framesIn }

  /// The callbacks' counters: each the sum over the devices.
  func callbackCounters() -> [Int] { callbacks.counters() }

  /// Whether the devices are all there and call.
  func deviceFault(now: Int64) -> RealtimeFault? { callbacks.fault(since: startedNanoseconds, now: now) }

  /// Frames of a source that were heard, the graph's latency taken off; nil without a source.
  var framesPlayed: Int? { feeder.map { _ in max(0, callbacks.framesOut - latency.ringFrames - latency.planFrames) } }
  /// The length of the source once its end was reached.
  var sourceFrames: Int? { feeder?.endFrames }
  /// What reading or writing a stream ran into.
  var streamFailure: String? { feeder?.failure ?? drainer?.failure }
  /// Frames that a sink has taken.
  var framesRecorded: Int? { drainer?.framesWritten }
}

/// What runs a live plan beside the processor.
public struct LiveAcceleratorReport: Sendable, Hashable {
  /// What it runs on; nil where there is none.
  public var name: String?
  /// Why there is none, or why it is not used any more.
  public var reason: String?
  /// Whether it was given up while it ran: a call failed, or it fell too far behind. The next start tries it again.
  public var isLost = false
  /// Whether it did not end when the stream was stopped: what it may still touch is never freed.
  public var isAbandoned = false
}

/// What the system granted the engine.
public struct RealtimeGrants: Sendable, Hashable {
  /// Whether the worker runs under SCHED_FIFO.
  public var hasRealtimePriority = false
  /// Whether the process's pages are kept in memory.
  public var locksMemory = false
}

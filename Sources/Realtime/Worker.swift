import AudioCore
import AudioGraph
import CRealtime
import Synchronization

/// Takes blocks from the input ring, runs the plan over them and fills the output ring.
///
/// One thread at a time runs it: its own, or the host's. It is kept alive by its thread, so that a thread that does not come back can be
/// abandoned with everything that it may still touch.
final class Worker: @unchecked Sendable {
  // Sendable because only one thread at a time calls `step`; what others read is atomic.

  /// Where input comes from and output goes to.
  struct Ends: ~Copyable {
    var input: RingConsumer
    var output: RingProducer
    var takesInput: Bool
    var givesOutput: Bool
    /// With no device to set the pace of the input, output is made up to this many frames ahead.
    var framesAhead: Int?
  }

  let counters = CounterBank(count: WorkerCounter.allCases.count)
  let times: LatencyLog
  let meter: LevelMeter
  /// Called after each block, on the worker's thread, with the number of blocks so far.
  let probe: (@Sendable (Int) -> Void)?
  private let runner: PlanRunner<Float>
  private let clock: any AudioClock
  private let wake: RealtimeConfiguration.Wake
  private let pollNanoseconds: Int64
  private let blockFrames: Int
  private let bypassesFaults: Bool
  private let mustStop = Atomic<Bool>(false)
  private let hasEnded = Atomic<Bool>(false)

  private var ends: Ends
  private let recorder: LatencyRecorder
  private let intake: WorkerBuffers
  private let outlet: WorkerBuffers
  private let inputAdapter: ChannelAdapter
  private let outputAdapter: ChannelAdapter
  private let bypassAdapter: ChannelAdapter?
  private var smoother: GapSmoother
  private var faults: FaultWatch
  private let sampleRate: Double
  private let drift: DriftCompensator?
  private let session: SessionRecorder?
  let companion: AcceleratorCompanion?
  private var hearsAccelerator = true

  init(
    _ runner: PlanRunner<Float>, ends: consuming Ends, configuration: RealtimeConfiguration, clock: any AudioClock,
    drift: DriftCompensator?, session: SessionRecorder?,
    accelerator: (any BlockAccelerator)?, probe: (@Sendable (Int) -> Void)?
  ) throws(DesignError) {
    let plan = runner.plan
    self.runner = runner
    self.clock = clock
    self.probe = probe
    wake = configuration.wake
    blockFrames = configuration.bufferFrames
    sampleRate = plan.input.sampleRate
    let period = Double(blockFrames) / sampleRate * 1e9
    pollNanoseconds =
      if case .poll(let pause?) = wake { pause } else { max(20_000, min(5_000_000, Int64(period / 10))) }
    bypassesFaults = configuration.gapSound == .bypass
    let inputChannels = ends.takesInput ? ends.input.channels : plan.input.channels
    let outputChannels = ends.givesOutput ? ends.output.channels : plan.output.channels
    inputAdapter = try ChannelAdapter(from: inputChannels, to: plan.input.channels, what: "input")
    outputAdapter = try ChannelAdapter(from: plan.output.channels, to: outputChannels, what: "output")
    // Input that has no way to the output's channels cannot be heard in its place.
    bypassAdapter = (try? ChannelAdapter(from: plan.input.channels, to: plan.output.channels, what: "")) ?? nil
    intake = WorkerBuffers(ring: inputChannels, plan: plan.input.channels, frames: blockFrames)
    outlet = WorkerBuffers(
      ring: outputChannels, plan: plan.output.channels, frames: max(blockFrames, plan.maximumOutputFrames))
    smoother = GapSmoother(channels: outputChannels)
    faults = FaultWatch(runner, counters: counters)
    times = LatencyLog(capacity: configuration.logCapacity)
    recorder = times.recorder()
    meter = LevelMeter()
    self.drift = drift
    self.session = session
    if configuration.timesStages {
      let capacity = configuration.logCapacity
      runner.control.timeSteps(
        StepTiming(clock: clock) { GraphTimes(graph: $0, labels: $1, capacity: capacity) })
    }
    let counters = counters
    companion = accelerator.map {
      AcceleratorCompanion($0, plan: plan, configuration: configuration, counters: counters)
    }
    self.ends = ends
  }

  deinit { counters.free() }

  /// Processes one block if there is one. [worker]
  /// - Returns: the frames that were processed.
  func step() -> Int {
    pending = frames()
    guard pending > 0 else { return 0 }
    // A driver's calls allocate and lock as they like: nothing that watches the worker could let them pass.
    if companion != nil {
      processPending()
      return pending
    }
    rt_run_block({ Unmanaged<Worker>.fromOpaque($0)._withUnsafeGuaranteedRef { $0.processPending() } }, opaque)
    return pending
  }

  private var opaque: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
  /// Frames of the block that is being processed.
  private var pending = 0

  /// How many frames can be processed now.
  private func frames() -> Int {
    var frames = ends.takesInput ? min(blockFrames, ends.input.readable()) : blockFrames
    guard ends.givesOutput else { return frames }
    let room = ends.output.writable()
    if let ahead = ends.framesAhead { frames = min(frames, room - (ends.output.capacity - ahead)) }
    if runner.plan.keepsFrameCount && drift == nil { return max(0, min(frames, room)) }
    // What comes out may be more than what goes in: it must fit at its largest.
    return room >= drift?.maximumOutputFrames ?? outlet.capacity ? max(0, frames) : 0
  }

  private func processPending() {
    let frames = pending
    let began = clock.nanoseconds
    counters.set(Int(began), at: WorkerCounter.blockBegan.rawValue)
    intake.ring.withBlock(frames: frames) { incoming in
      if ends.takesInput {
        // Never fails: the frames were there, and nobody else takes them.
        _ = ends.input.read(intake.table, frames: frames)
      }
      intake.plan.withBlock(frames: frames) { inputAdapter.process(incoming, into: $0) }
    }
    let produced = runPlan(frames, began: began)
    outlet.plan.withBlock(frames: produced) {
      meter.output($0)
      session?.output($0, of: runner)
    }
    if ends.givesOutput { put(produced) }
    let took = clock.nanoseconds - began
    finish(frames, took: took)
  }

  private func runPlan(_ frames: Int, began: Int64) -> Int {
    intake.plan.withBlock(frames: frames) { input in
      meter.input(input)
      runner.findChanges(within: faults.isSilenced ? .max : frames)
      // Another graph may take the place of the one that had to be given up.
      let takesOver = faults.isSilenced && runner.takeWaitingGraph()
      if takesOver { faults.revive() }
      session?.input(input, of: runner, isSilenced: faults.isSilenced, takesOver: takesOver)
      return outlet.plan.withBlock(frames: outlet.capacity) { output in
        guard faults.isSilenced else {
          guard let companion else { return runner.process(input, into: output) }
          return accelerate(input, into: output, by: companion, began: began)
        }
        output.withFrames(0..<frames) { target in
          if bypassesFaults, let bypassAdapter {
            bypassAdapter.process(input, into: target)
          } else {
            target.clear()
          }
        }
        return frames
      }
    }
  }

  /// The runner works while the accelerator does, and its result stays where the accelerator's is late.
  private func accelerate(
    _ input: borrowing AudioBlock<Float>, into output: borrowing AudioBlock<Float>, by companion: AcceleratorCompanion,
    began: Int64
  ) -> Int {
    companion.begin(input)
    let overflows = runner.overflowCount
    let produced = runner.process(input, into: output)
    if runner.overflowCount != overflows { companion.differs() }
    switch companion.finish(
      into: output, frames: input.frames, began: began, clock: clock, pause: max(5_000, pollNanoseconds / 8))
    {
    case .ready:
      hearsAccelerator = true
      counters.add(1, to: WorkerCounter.acceleratedBlocks.rawValue)
    case .settling: hearsAccelerator = false
    case .late, .lost:
      if hearsAccelerator { counters.add(1, to: WorkerCounter.acceleratorFallbacks.rawValue) }
      hearsAccelerator = false
    }
    return produced
  }

  private func put(_ produced: Int) {
    outlet.plan.withBlock(frames: produced) { made in
      outlet.ring.withBlock(frames: produced) { outputAdapter.process(made, into: $0) }
    }
    smoother.process(outlet.table, frames: produced, jumps: faults.takeJump())
    if let drift {
      drift.process(outlet.readTable, frames: produced, into: &ends.output)
    } else {
      // Never fails: there was room, and nobody else fills it.
      _ = ends.output.write(outlet.readTable, frames: produced)
    }
  }

  private func finish(_ frames: Int, took: Int64) {
    recorder.record(nanoseconds: took)
    counters.add(1, to: WorkerCounter.blocks.rawValue)
    counters.add(frames, to: WorkerCounter.frames.rawValue)
    let isLate = Double(took) > Double(frames) / sampleRate * 1e9
    if isLate { counters.add(1, to: WorkerCounter.deadlineMisses.rawValue) }
    counters.set(runner.nonFiniteInputCount, at: WorkerCounter.nonFiniteInputs.rawValue)
    if let drift {
      counters.set(Int(drift.correctionPPM * 1_000), at: WorkerCounter.driftCorrection.rawValue)
      counters.set(Int(drift.errorFrames * 1_000), at: WorkerCounter.driftError.rawValue)
      counters.set(drift.jumpCount, at: WorkerCounter.driftJumps.rawValue)
    }
    faults.look(runner, took: took, isLate: isLate, clock: clock)
    counters.set(0, at: WorkerCounter.blockBegan.rawValue)
  }
}

extension Worker {
  /// Starts the worker's thread.
  /// - Returns: the thread, or the system's error number.
  func start(priority: Int) -> (thread: rt_thread?, error: Int32) {
    var thread = rt_thread()
    // A thread that spins would leave no time to others of lower priority.
    let error = rt_thread_start(
      &thread, "swiftlet-dsp", wake == .spin ? 0 : Int32(priority),
      { Unmanaged<Worker>.fromOpaque($0).takeRetainedValue().run() }, Unmanaged.passRetained(self).toOpaque())
    guard error == 0 else {
      Unmanaged.passUnretained(self).release()
      return (nil, error)
    }
    return (thread, 0)
  }

  private func run() {
    while !mustStop.load(ordering: .acquiring) {
      if step() > 0 {
        probe?(counters.value(WorkerCounter.blocks.rawValue))
        continue
      }
      if wake == .spin { rt_thread_yield() } else { clock.sleep(nanoseconds: pollNanoseconds) }
    }
    hasEnded.store(true, ordering: .releasing)
  }

  /// Gives the accelerator back; nobody steps any more. [control]
  /// - Returns: whether its work has ended.
  func closeAccelerator() -> Bool { companion?.close() ?? true }

  /// Asks the thread to end after its block. [control]
  func stop() { mustStop.store(true, ordering: .releasing) }

  /// Whether the thread has left its loop.
  var isDone: Bool { hasEnded.load(ordering: .acquiring) }
}

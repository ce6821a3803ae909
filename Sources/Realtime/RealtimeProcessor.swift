import AudioCore
import AudioDevices
import AudioGraph
import CRealtime
import Synchronization

/// Runs a graph live: device thread, input ring, worker, output ring, device thread.
///
/// The device's callback moves samples and counts, nothing else; a worker thread runs the plan in `.invariant` mode, so that what is
/// heard is bit for bit what an offline run of the same plan gives. Any thread may ask for state and metrics while it runs; starting
/// and stopping is for the control thread.
///
/// ```swift
/// let processor = try RealtimeProcessor(LowPass(1_000), on: PortAudioDevice())
/// try processor.run { print(processor.state) }
/// ```
public final class RealtimeProcessor: Sendable {
  public let configuration: RealtimeConfiguration
  private let ends: EngineEndsBox
  private let clock: any AudioClock
  private let provider: (any BlockAcceleratorProvider)?
  /// For the benchmark: called on the worker's thread after each block with the number of blocks.
  private let probe: (@Sendable (Int) -> Void)?

  private struct Current {
    /// What it runs, or begins with.
    var graph: Graph
    var run: EngineRun?
    var isRunning = false
    var baseline = MetricsBaseline()
  }
  private let current: Locked<Current>
  /// How many runs were made.
  private let runs = Atomic<Int>(0)

  private struct EngineEndsBox: @unchecked Sendable {
    // Sendable because devices are, and streams are used by one thread of a run.
    let value: EngineEnds
  }

  private init(
    _ graph: Graph, _ ends: EngineEnds, _ configuration: RealtimeConfiguration, _ clock: any AudioClock,
    _ provider: (any BlockAcceleratorProvider)?, probe: (@Sendable (Int) -> Void)? = nil
  ) throws {
    current = Locked(Current(graph: graph))
    self.ends = EngineEndsBox(value: ends)
    self.configuration = configuration
    self.clock = clock
    self.provider = provider
    self.probe = probe
    // Every mistake shows now, before any device is opened.
    _ = try EngineSetup(
      graph, ends: ends, configuration: configuration, clock: clock, accelerator: provider, probe: probe)
  }

  /// Makes a processor on a device: duplex, or in the one direction that the device has. Without input the graph gets silence, and
  /// without output its sound goes nowhere but into the meters.
  ///
  /// - Parameter accelerator: What runs the graph too, such as a GPU: its blocks are heard where they come in time.
  /// - Throws: `DesignError` for the graph or the configuration, `DeviceError` for the device; nothing is opened yet.
  public convenience init(
    _ item: some Connectable, on device: any AudioDevice,
    configuration: RealtimeConfiguration = RealtimeConfiguration(),
    clock: any AudioClock = SystemClock(), accelerator: (any BlockAcceleratorProvider)? = nil
  ) throws {
    try self.init(item.graph, .device(device), configuration, clock, accelerator)
  }

  /// Makes a processor between two devices, whose clocks differ: a resampler, driven by a controller, holds what lies between them.
  public convenience init(
    _ item: some Connectable, from input: any AudioDevice, to output: any AudioDevice,
    configuration: RealtimeConfiguration = RealtimeConfiguration(), clock: any AudioClock = SystemClock(),
    accelerator: (any BlockAcceleratorProvider)? = nil
  ) throws {
    try self.init(
      item.graph, input === output ? .device(input) : .devices(input: input, output: output), configuration, clock,
      accelerator)
  }

  /// Makes a processor that plays a source on a device. The source is read by a thread of its own until the processor is stopped.
  public convenience init(
    _ item: some Connectable, playing source: any AudioSource<Float>, on device: any AudioDevice,
    configuration: RealtimeConfiguration = RealtimeConfiguration(), clock: any AudioClock = SystemClock(),
    accelerator: (any BlockAcceleratorProvider)? = nil
  ) throws {
    try self.init(
      item.graph, .source(SendableSource(source: source), output: device), configuration, clock, accelerator)
  }

  /// Makes a processor that records a device into a sink, which a thread of its own writes to until the processor is stopped.
  public convenience init(
    _ item: some Connectable, recording device: any AudioDevice, to sink: any AudioSink<Float>,
    configuration: RealtimeConfiguration = RealtimeConfiguration(), clock: any AudioClock = SystemClock(),
    accelerator: (any BlockAcceleratorProvider)? = nil
  ) throws {
    try self.init(item.graph, .sink(SendableSink(sink: sink), input: device), configuration, clock, accelerator)
  }

  /// As above, with a probe for measurements.
  package convenience init(
    _ item: some Connectable, on device: any AudioDevice, configuration: RealtimeConfiguration,
    accelerator: (any BlockAcceleratorProvider)? = nil, probe: @escaping @Sendable (Int) -> Void
  ) throws {
    try self.init(item.graph, .device(device), configuration, SystemClock(), accelerator, probe: probe)
  }

  deinit { stop() }

  /// Opens the device and starts. Nothing happens when it runs already. [control]
  ///
  /// - Throws: `DesignError` or `DeviceError`; then nothing runs.
  public func start() throws {
    let failure: (any Error)? = current.withLock { current in
      guard !current.isRunning else { return nil }
      do {
        let run = try makeRun(current.graph)
        try run.start()
        current = Current(graph: current.graph, run: run, isRunning: true)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  private func makeRun(_ graph: Graph) throws -> EngineRun {
    let number = runs.wrappingAdd(1, ordering: .relaxed).newValue
    // What a live handle was while the graph was compiled must be known to a session's log: when it changed, it is compiled again.
    for attempt in 1... {
      let setup = try EngineSetup(
        graph, ends: ends.value, configuration: configuration, clock: clock, accelerator: provider, probe: probe)
      do {
        return try EngineRun(setup, session: number)
      } catch SessionError.unsettled where attempt < 50 {
        SystemClock().sleep(nanoseconds: 1_000_000)
      }
    }
    throw SessionError.unsettled
  }

  /// Fades out and stops, within a tenth of a second: a worker that does not come back is abandoned, with its state. [control]
  public func stop() {
    current.withLock { current in
      guard current.isRunning else { return }
      current.run?.stop()
      current.isRunning = false
    }
  }

  /// Stops, opens the device again and starts afresh: after a fault, or after a device came back. [control]
  public func restart() throws {
    stop()
    try start()
  }

  /// Starts, calls the body and stops, whatever happens. [control]
  public func run<R>(_ body: () throws -> R) throws -> R {
    try start()
    defer { stop() }
    return try body()
  }

  /// Runs another graph from now on, without a click: what keeps its state and what is refused, `RunnerControl.swap` says. After a
  /// stop it is what the next start begins with. After a fault of a stage it takes that graph's place at once. The log of a session has it
  /// too. Beside an accelerator it is refused. [control]
  ///
  /// - Parameter position: The frame of the graph's input, from the start on, at which the fade begins; nil for as soon as may be.
  /// - Throws: `DesignError`, and `SessionError` for a graph that a session's log cannot take; then the old graph goes on.
  public func swap(to item: some Connectable, at position: Int64? = nil) throws {
    let graph = item.graph
    let failure: (any Error)? = current.withLock { current in
      do {
        if current.isRunning, let run = current.run {
          // What cannot be written would end the log.
          if run.session != nil { _ = try SessionHeader.written(GraphDocument(graph)) }
          try run.control.swap(to: graph, at: position)
        } else {
          _ = try EngineSetup(
            graph, ends: ends.value, configuration: configuration, clock: clock, accelerator: provider, probe: probe)
        }
        current.graph = graph
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  /// Processes everything that is waiting, on the caller's thread; only for a configuration whose `wake` is `.host`. [worker]
  /// - Returns: the frames that were processed.
  @discardableResult
  public func processPending() -> Int {
    precondition(configuration.wake == .host, "this processor has a worker of its own: set configuration.wake to .host")
    guard let run = current.withLock({ $0.isRunning ? $0.run : nil }) else { return 0 }
    var total = 0
    while true {
      let frames = run.worker.step()
      if frames == 0 { return total }
      total += frames
    }
  }

  /// What it is doing. Any thread may ask; faults show within a second.
  public var state: RealtimeState {
    let (run, isRunning) = current.withLock { ($0.run, $0.isRunning) }
    guard let run, isRunning else { return .stopped }
    return run.state(now: rt_nanoseconds(), clockNow: clock.nanoseconds)
  }

  /// Whether the output is silent, with a fade at each change. Any thread may ask and set; a start takes it back.
  public var isMuted: Bool {
    get { current.withLock { $0.run?.isMuted ?? false } }
    set { current.withLock { if $0.isRunning { $0.run?.isMuted = newValue } } }
  }

  /// Changes the stages of the present run: parameters at frames of the graph's input, bypass, mute. Nil before the first start; each start
  /// makes another. Without `configuration.changing` at `.all` it reaches the live stages only.
  public var control: RunnerControl? { withRun { run, _ in run.control } }

  /// The format that a recording with these settings has. [control]
  /// - Throws: what making the processor would throw.
  public static func outputFormat(
    _ item: some Connectable, recording device: any AudioDevice, configuration: RealtimeConfiguration
  ) throws -> StreamFormat {
    try EngineSetup(
      item.graph, ends: .device(device), configuration: configuration, clock: SystemClock(), probe: nil
    ).plan.output
  }

  /// Whether the worker has processed all input that came in, as a function that takes no lock; for a device by hand. [control]
  public func catchUpTest() -> () -> Bool {
    guard let run = current.withLock({ $0.run }) else { return { true } }
    return { run.isCaughtUp }
  }

  /// What runs the graph beside the processor, in the present run or the last one; nil where nothing was asked for. Any thread may ask.
  public var accelerator: LiveAcceleratorReport? { withRun { run, _ in run.acceleratorReport } ?? nil }

  /// The present run, or the last one.
  func withRun<R>(_ body: (EngineRun, MetricsBaseline) -> R) -> R? {
    let (run, baseline) = current.withLock { ($0.run, $0.baseline) }
    return run.map { body($0, baseline) }
  }

  func setBaseline(_ baseline: MetricsBaseline) { current.withLock { $0.baseline = baseline } }
}

extension EngineRun {
  func state(now: Int64, clockNow: Int64) -> RealtimeState {
    let counters = worker.counters
    func name(_ counter: WorkerCounter) -> String {
      control.stageName(counters.value(counter.rawValue))
    }
    if let fault = deviceFault(now: now) { return .faulted(fault) }
    switch WorkerFault(rawValue: counters.value(WorkerCounter.fault.rawValue)) {
    case .stageFailed: return .faulted(.stageFailed(name(.failedStage)))
    case .overloaded: return .faulted(.overloaded)
    case .none?, nil: break
    }
    let began = counters.value(WorkerCounter.blockBegan.rawValue)
    if began != 0, Double(clockNow - Int64(began)) * 1e-9 > setup.configuration.stallSeconds {
      return .faulted(.stalled)
    }
    let overflow = counters.value(WorkerCounter.lastOverflow.rawValue)
    if counters.value(WorkerCounter.stageOverflows.rawValue) > 0, clockNow - Int64(overflow) < 1_000_000_000 {
      return .faulted(.stageOverflowed(name(.overflowedStage)))
    }
    return .running
  }
}

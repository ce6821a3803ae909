import AudioCore
import CRealtime
import Synchronization

/// A device without hardware: a clock that calls back, for embedded use and for tests.
///
/// It runs on a thread of its own at the pace of a clock, or cycle by cycle when it is told to, with jitter, stalls, drift and a
/// disconnection by script. What comes in is read from a source or looped back from what went out; what goes out is written to a sink.
public final class VirtualDevice: AudioDevice, @unchecked Sendable {
  // Sendable because the cycles run on one thread at a time, the device's own or the caller of `advance`; all else is behind the lock
  // or atomic.

  /// Who decides when a cycle begins.
  public enum Pace: Sendable {
    /// A thread of the device's own, by this clock.
    case clock(any AudioClock)
    /// The caller of `advance(cycles:)`.
    case manual
  }

  public let name: String
  private let offers: DeviceCapabilities
  private let pace: Pace
  private let script: VirtualScript
  private let source: (any AudioSource<Float>)?
  private let sink: (any AudioSink<Float>)?
  private let loopsBack: Bool

  private struct Control {
    var cycles: VirtualCycles?
    var thread: rt_thread?
    var isRunning = false
  }
  private let control = Locked(Control())
  private let mustStop = Atomic<Bool>(false)
  /// How many callers of `advance` are at it.
  private let advancing = Atomic<Int>(0)
  private let loss = Locked<String?>(nil)

  /// Makes a device.
  ///
  /// - Parameters:
  ///   - source: What comes in, at the device's rate and input channels; nil for silence. After its end silence follows.
  ///   - sink: Where the output goes; nil to drop it. Both are called on the device's thread.
  ///   - loopsBack: Whether the output of a cycle is the input of the next one, in place of a source.
  public init(
    name: String = "virtual", sampleRate: Double = 48_000, inputChannels: Int = 2, outputChannels: Int = 2,
    pace: Pace = .clock(SystemClock()), script: VirtualScript = VirtualScript(),
    source: (any AudioSource<Float>)? = nil, sink: (any AudioSink<Float>)? = nil, loopsBack: Bool = false
  ) {
    self.name = name
    offers = DeviceCapabilities(
      inputChannels: inputChannels, outputChannels: outputChannels, sampleRate: sampleRate)
    self.pace = pace
    self.script = script
    self.source = source
    self.sink = sink
    self.loopsBack = loopsBack
  }

  deinit { close() }

  public func capabilities() throws(DeviceError) -> DeviceCapabilities { offers }

  public func open(_ request: DeviceRequest, callback: DeviceCallback) throws(DeviceError) -> DeviceStream {
    guard request.inputChannels <= offers.inputChannels, request.outputChannels <= offers.outputChannels else {
      throw DeviceError(
        .unsupported, device: name,
        problem:
          "has \(offers.inputChannels) input and \(offers.outputChannels) output channels, not \(request.inputChannels) and \(request.outputChannels)",
        remedy: "Ask for fewer channels")
    }
    guard (1...1_048_576).contains(request.bufferFrames), request.sampleRate > 0, request.sampleRate.isFinite else {
      throw DeviceError(
        .unsupported, device: name, problem: "cannot run \(request.bufferFrames) frames at \(request.sampleRate) Hz",
        remedy: "Ask for 1 to 1048576 frames and a positive rate")
    }
    close()
    loss.withLock { $0 = nil }
    let cycles = VirtualCycles(
      request, callback: callback, script: script, source: source, sink: sink, loopsBack: loopsBack)
    control.withLock { $0.cycles = cycles }
    return DeviceStream(sampleRate: request.sampleRate)
  }

  public func start() throws(DeviceError) {
    mustStop.store(false, ordering: .releasing)
    // Built outside the lock: a typed error inside it does not compile.
    let failure: DeviceError? = control.withLock { control in
      guard control.cycles != nil else {
        return DeviceError(.order, device: name, problem: "is not open", remedy: "Open it first")
      }
      guard !control.isRunning else { return nil }
      if case .clock = pace {
        var thread = rt_thread()
        let code = rt_thread_start(
          &thread, "swiftlet-device", 0,
          { Unmanaged<VirtualDevice>.fromOpaque($0).takeRetainedValue().runByClock() },
          Unmanaged.passRetained(self).toOpaque())
        guard code == 0 else {
          Unmanaged.passUnretained(self).release()
          return DeviceError(
            .system, device: name, problem: "has no thread: error \(code)", remedy: "Close other programs")
        }
        control.thread = thread
      }
      control.isRunning = true
      return nil
    }
    if let failure { throw failure }
  }

  public func stop() {
    mustStop.store(true, ordering: .releasing)
    let thread = control.withLock { control in
      control.isRunning = false
      return control.thread.take()
    }
    if let thread { rt_thread_join(thread) }
  }

  public func close() {
    stop()
    control.withLock { $0.cycles = nil }
  }

  public var status: DeviceStatus {
    if let why = loss.withLock({ $0 }) { return .lost(why) }
    return control.withLock { $0.cycles == nil ? .closed : $0.isRunning ? .running : .stopped }
  }

  /// Whether somebody else runs its cycles.
  public var isManual: Bool { if case .manual = pace { true } else { false } }

  /// Whether somebody is running its cycles at this moment, by `advance`.
  public var isAdvancing: Bool { advancing.load(ordering: .acquiring) > 0 }

  /// When the next cycle begins, in nanoseconds since the start; nil when nothing is open.
  public var nextCycleNanoseconds: Int64? { control.withLock { $0.cycles?.schedule.next } }

  /// Runs cycles on the caller's thread, without pauses; only for a device whose pace is `.manual`. [control]
  ///
  /// - Parameter afterEach: Called after each cycle with its number.
  /// - Returns: how many ran: fewer than asked when the device was stopped or went away.
  @discardableResult
  public func advance(cycles count: Int = 1, afterEach: ((Int) -> Void)? = nil) -> Int {
    guard case .manual = pace else { preconditionFailure("\(name) runs by a clock, not by hand") }
    guard let cycles = control.withLock({ $0.isRunning ? $0.cycles : nil }) else { return 0 }
    advancing.add(1, ordering: .releasing)
    defer { advancing.subtract(1, ordering: .releasing) }
    for done in 0..<count {
      guard !mustStop.load(ordering: .relaxed), runOne(cycles) else { return done }
      afterEach?(cycles.schedule.cycle - 1)
    }
    return count
  }

  private func runOne(_ cycles: VirtualCycles) -> Bool {
    if cycles.schedule.isDisconnected {
      lose("it was disconnected")
      return false
    }
    do {
      try cycles.run()
      return true
    } catch {
      lose("\(error)")
      return false
    }
  }

  private func lose(_ why: String) { loss.withLock { $0 = why } }

  private func runByClock() {
    guard case .clock(let clock) = pace, let cycles = control.withLock({ $0.cycles }) else { return }
    let began = clock.nanoseconds
    while !mustStop.load(ordering: .acquiring) {
      // In short sleeps, so that a scripted stall does not keep `stop` waiting.
      let wait = began + cycles.schedule.next - clock.nanoseconds
      if wait > 0 {
        clock.sleep(nanoseconds: min(wait, 5_000_000))
        if wait > 5_000_000 { continue }
      }
      guard runOne(cycles) else { return }
    }
  }
}

import AudioCore
import AudioDevices
import CRealtime

/// The callbacks of a run: one for a device of both directions, or one for each of two devices.
final class CallbackSet {
  let inputClock = ClockStamp()
  let outputClock = ClockStamp()
  private let setup: EngineSetup
  private let primedFrames: Int
  private let times: LatencyLog
  private let roundTrips: LatencyLog
  /// Where the second device of a pair records: one log has one writer.
  private let otherTimes = LatencyLog(capacity: 1)
  private let switches = FadeSwitches()
  private var parts: [(device: any AudioDevice, request: DeviceRequest, state: UnsafeMutablePointer<CallbackState>)] =
    []
  private var banks: [CounterBank] = []
  private var isOpen = false

  init(_ setup: EngineSetup, primedFrames: Int, times: LatencyLog, roundTrips: LatencyLog) {
    self.setup = setup
    self.primedFrames = primedFrames
    self.times = times
    self.roundTrips = roundTrips
  }

  deinit {
    close()
    for part in parts { part.state.deinitialize(count: 1).deallocate() }
    for bank in banks { bank.free() }
    switches.free()
    inputClock.free()
    outputClock.free()
  }

  /// Takes a ring's ends for the devices of a run.
  func add(input: consuming RingProducer, output: consuming RingConsumer) {
    if setup.isSplit {
      add(input: input)
      add(output: output)
    } else {
      let device = setup.input?.device ?? setup.output?.device
      add(
        device, input: input, output: output, inputChannels: setup.input?.channels ?? 0,
        outputChannels: setup.output?.channels ?? 0)
    }
  }

  func add(input: consuming RingProducer) {
    let none = SampleRing.make(channels: 0, capacity: 1)
    add(
      setup.input?.device, input: input, output: none.consumer, inputChannels: setup.input?.channels ?? 0,
      outputChannels: 0)
  }

  func add(output: consuming RingConsumer) {
    let none = SampleRing.make(channels: 0, capacity: 1)
    add(
      setup.output?.device, input: none.producer, output: output, inputChannels: 0,
      outputChannels: setup.output?.channels ?? 0)
  }

  private func add(
    _ device: (any AudioDevice)?, input: consuming RingProducer, output: consuming RingConsumer, inputChannels: Int,
    outputChannels: Int
  ) {
    guard let device else { return }
    let configuration = setup.configuration
    let rate = outputChannels > 0 ? setup.outputRate : setup.plan.input.sampleRate
    let bank = CounterBank(count: CallbackCounter.allCases.count)
    banks.append(bank)
    let state = UnsafeMutablePointer<CallbackState>.allocate(capacity: 1)
    let channels = output.channels
    state.initialize(
      to: CallbackState(
        input: input, output: output, takesInput: inputChannels > 0, givesOutput: outputChannels > 0,
        pacing: inputChannels > 0 && outputChannels > 0 ? .together : .apart,
        bypassesGaps: configuration.gapSound == .bypass,
        burstNanoseconds: Int64(Double(configuration.bufferFrames) / rate * 1e9 / 8), primedFrames: primedFrames,
        counters: bank,
        // Of two devices the one that gives output is timed.
        times: (outputChannels > 0 || setup.output == nil ? times : otherTimes).recorder(),
        roundTrips: roundTrips.recorder(), inputClock: inputClock, outputClock: outputClock,
        smoother: GapSmoother(channels: channels),
        fade: OutputFade(frames: Int(configuration.fadeSeconds * rate), switches: switches)))
    let request = DeviceRequest(
      sampleRate: rate, bufferFrames: configuration.bufferFrames, inputChannels: inputChannels,
      outputChannels: outputChannels)
    parts.append((device, request, state))
  }

  /// Opens all devices.
  func open(_ setup: EngineSetup) throws(DeviceError) -> [DeviceStream] {
    var streams: [DeviceStream] = []
    isOpen = true
    for part in parts {
      let stream = try part.device.open(part.request, callback: DeviceCallback(audioCallback, context: part.state))
      guard abs(stream.sampleRate - part.request.sampleRate) < 1 else {
        close()
        throw DeviceError(
          .unsupported, device: part.device.name,
          problem: "runs at \(stream.sampleRate) Hz and not at \(part.request.sampleRate) Hz",
          remedy: "Ask for its own rate")
      }
      streams.append(stream)
    }
    return streams
  }

  func start() throws(DeviceError) {
    for part in parts { try part.device.start() }
  }

  /// Whether the output is to be silent.
  var isMuted: Bool {
    get { !switches.isWanted }
    set { newValue ? switches.fadeOut() : switches.fadeIn() }
  }

  /// Waits until the output has faded to silence, or a little longer than that should take.
  func fadeOut(_ setup: EngineSetup) {
    guard setup.output != nil, parts.allSatisfy({ $0.device.status == .running }) else { return }
    switches.fadeOut()
    let cycle = Double(setup.configuration.bufferFrames) / setup.outputRate
    var patience = Int((min(0.055, setup.configuration.fadeSeconds + 2 * cycle) * 1_000).rounded(.up))
    let sleeper = SystemClock()
    // A device by hand calls when its owner likes: not at all while the owner waits here, else as long as it takes.
    let isByHand = parts.contains { ($0.device as? VirtualDevice)?.isManual == true }
    if isByHand { patience = 1_000 }
    while !switches.isSilent && patience > 0 {
      if isByHand && !parts.contains(where: { ($0.device as? VirtualDevice)?.isAdvancing == true }) { return }
      sleeper.sleep(nanoseconds: 1_000_000)
      patience -= 1
    }
  }

  /// After it no callback runs. The devices are left alone afterwards: the next run may have opened them.
  func close() {
    guard isOpen else { return }
    isOpen = false
    for part in parts {
      part.device.stop()
      part.device.close()
    }
  }

  func counters() -> [Int] {
    var sums = banks.first?.values ?? CallbackCounter.allCases.map { _ in 0 }
    for bank in banks.dropFirst() {
      for (index, value) in bank.values.enumerated() { sums[index] += value }
    }
    // Moments are no counts.
    sums[CallbackCounter.lastCallback.rawValue] =
      banks.map { $0.value(CallbackCounter.lastCallback.rawValue) }.min() ?? 0
    return sums
  }

  /// Frames that the input ring took.
  var framesIn: Int { inputClock.load()?.position ?? 0 }
  /// Frames that the output ring gave.
  var framesOut: Int { outputClock.load()?.position ?? 0 }

  func fault(since started: Int64, now: Int64) -> RealtimeFault? {
    for part in parts {
      switch part.device.status {
      case .lost(let why): return .deviceLost(why)
      case .running:
        guard (part.device as? VirtualDevice)?.isManual != true else { continue }
        let cycle = Double(setup.configuration.bufferFrames) / setup.outputRate
        let last = max(started, Int64(counters()[CallbackCounter.lastCallback.rawValue]))
        if Double(now - last) * 1e-9 > max(0.75, 3 * cycle) { return .deviceSilent }
      case .closed, .stopped: continue
      }
    }
    return nil
  }
}

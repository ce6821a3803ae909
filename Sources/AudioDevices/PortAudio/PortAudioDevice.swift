import AudioCore
import CPortAudio
import CRealtime

/// A sound card or a sound server, by PortAudio: ALSA, JACK, PulseAudio and PipeWire on Linux, Core Audio on macOS.
///
/// It is looked up by name each time it is opened, so that a device that went away and came back is found again. Only a JACK server that
/// ended is lost for the process: PortAudio would end the process itself when the stream is closed, so that it is left as it is.
public final class PortAudioDevice: AudioDevice, Sendable {
  private struct Open: @unchecked Sendable {
    // Sendable because the lock around it lets one thread at a time use it.
    var stream: UnsafeMutableRawPointer
    var context: UnsafeMutablePointer<PortAudioContext>
    var isJACK: Bool
    var isStarted = false
    /// Whether its server is gone, and nothing of it may be touched any more.
    var isLost = false

    /// The callback never asks for its end: a stream that is not active was ended by the system.
    var hasEnded: Bool { isLost || Pa_IsStreamActive(stream) != 1 }
  }

  private let input: DeviceChoice?
  private let output: DeviceChoice?
  public let name: String
  // As it was when the device was chosen: looking again takes ALSA a tenth of a second.
  private let offers: DeviceCapabilities
  private let current = Locked<Open?>(nil)

  /// Chooses a device; nothing is opened yet.
  ///
  /// - Parameters:
  ///   - input: Where sound comes from; nil for output only.
  ///   - output: Where sound goes; nil for input only.
  /// - Throws: `DeviceError` where there is none of that name or number.
  public init(input: DeviceChoice? = .standard, output: DeviceChoice? = .standard) throws(DeviceError) {
    let (first, second) = try PortAudioLibrary.use { Self.pair(input, output) }
    // From now on by name: numbers change when devices come or go.
    self.input = first.map { .named($0.name) }
    self.output = second.map { .named($0.name) }
    offers = DeviceCapabilities(
      inputChannels: first?.inputChannels ?? 0, outputChannels: second?.outputChannels ?? 0,
      sampleRate: second?.sampleRate ?? first?.sampleRate ?? 48_000)
    let names = [first?.name, second?.name].compactMap(\.self)
    name = names.count == 2 && names[0] != names[1] ? names.joined(separator: " to ") : names.first ?? "no device"
  }

  deinit { close() }

  private static func pair(
    _ input: DeviceChoice?, _ output: DeviceChoice?
  ) -> Result<(DeviceListing?, DeviceListing?), DeviceError> {
    let devices = DeviceList.listed()
    var chosen: (DeviceListing?, DeviceListing?)
    if let input {
      switch DeviceList.find(input, in: devices, output: false) {
      case .success(let device): chosen.0 = device
      case .failure(let error): return .failure(error)
      }
    }
    if let output {
      // The same name on another system is another device.
      let same = chosen.0.map { first in devices.filter { $0.system == first.system } }
      switch DeviceList.find(output, in: same ?? devices, output: true) {
      case .success(let device): chosen.1 = device
      case .failure(let error): return .failure(error)
      }
    }
    return .success(chosen)
  }

  public func capabilities() throws(DeviceError) -> DeviceCapabilities { offers }

  public func open(_ request: DeviceRequest, callback: DeviceCallback) throws(DeviceError) -> DeviceStream {
    close()
    let result: Result<DeviceStream, DeviceError> = current.withLock { current in
      PortAudioLibrary.alone {
        // Kept until `close`: PortAudio counts.
        let code = Pa_Initialize()
        guard code == 0 else { return .failure(PortAudioLibrary.error(code, device: name)) }
        let opened = open(request, callback)
        switch opened {
        case .success(let (open, stream)):
          current = open
          return .success(stream)
        case .failure(let error):
          Pa_Terminate()
          return .failure(error)
        }
      }
    }
    return try result.get()
  }

  private func open(_ request: DeviceRequest, _ callback: DeviceCallback) -> Result<(Open, DeviceStream), DeviceError> {
    let devices: (DeviceListing?, DeviceListing?)
    switch Self.pair(request.inputChannels > 0 ? input : nil, request.outputChannels > 0 ? output : nil) {
    case .success(let pair): devices = pair
    case .failure(let error): return .failure(error)
    }
    let isJACK = [devices.0, devices.1].contains { $0?.system.contains("JACK") == true }
    guard !isJACK || !PortAudioLibrary.hasLostJACK.load(ordering: .acquiring) else {
      return .failure(
        DeviceError(
          .system, device: name, problem: "was lost when its JACK server ended, which this process cannot undo",
          remedy: "Start the server, and this program again"))
    }
    var input = parameters(devices.0, channels: request.inputChannels, latency: devices.0?.inputLatency)
    var output = parameters(devices.1, channels: request.outputChannels, latency: devices.1?.outputLatency)
    let context = UnsafeMutablePointer<PortAudioContext>.allocate(capacity: 1)
    context.initialize(
      to: PortAudioContext(
        callback: callback, inputChannels: Int32(request.inputChannels), outputChannels: Int32(request.outputChannels)))
    var stream: UnsafeMutableRawPointer?
    // SAFETY: the parameters live across the call, the context until the stream is closed.
    let code = withUnsafePointer(to: &input) { inputParameters in
      withUnsafePointer(to: &output) { outputParameters in
        Pa_OpenStream(
          &stream, request.inputChannels > 0 ? inputParameters : nil,
          request.outputChannels > 0 ? outputParameters : nil, request.sampleRate, UInt(request.bufferFrames),
          PaStreamFlags(paNoFlag), portAudioCycle, context)
      }
    }
    guard code == 0, let stream else {
      context.deallocate()
      return .failure(PortAudioLibrary.error(code, device: name))
    }
    let info = Pa_GetStreamInfo(stream)?.pointee
    let rate = info?.sampleRate ?? request.sampleRate
    return .success(
      (
        Open(stream: stream, context: context, isJACK: isJACK),
        DeviceStream(
          sampleRate: rate, inputLatencyFrames: Int(((info?.inputLatency ?? 0) * rate).rounded()),
          outputLatencyFrames: Int(((info?.outputLatency ?? 0) * rate).rounded()))
      ))
  }

  private func parameters(_ device: DeviceListing?, channels: Int, latency: Double?) -> PaStreamParameters {
    // Planar samples: what most systems have, and what the rings take as it is.
    PaStreamParameters(
      device: PaDeviceIndex(device?.index ?? -1), channelCount: Int32(channels), sampleFormat: 0x1 | 0x8000_0000,
      suggestedLatency: latency ?? 0, hostApiSpecificStreamInfo: nil)
  }

  public func start() throws(DeviceError) {
    let failure: DeviceError? = current.withLock { current in
      guard let stream = current?.stream else {
        return DeviceError(.order, device: name, problem: "is not open", remedy: "Open it first")
      }
      let code = PortAudioLibrary.alone { Pa_StartStream(stream) }
      guard code == 0 else { return PortAudioLibrary.error(code, device: name) }
      current?.isStarted = true
      return nil
    }
    if let failure { throw failure }
  }

  public func stop() {
    current.withLock { current in
      guard let open = current, open.isStarted else { return }
      current?.isStarted = false
      if open.isJACK && open.hasEnded {
        current?.isLost = true
        return
      }
      // The engine has faded out: nothing is worth waiting for.
      _ = PortAudioLibrary.alone { Pa_AbortStream(open.stream) }
    }
  }

  public func close() {
    stop()
    current.withLock { current in
      guard let open = current else { return }
      current = nil
      guard !open.isLost else {
        // Neither the stream nor PortAudio may be closed, and the context stays with them.
        PortAudioLibrary.hasLostJACK.store(true, ordering: .releasing)
        return
      }
      PortAudioLibrary.alone {
        _ = Pa_CloseStream(open.stream)
        _ = Pa_Terminate()
      }
      open.context.deallocate()
    }
  }

  public var status: DeviceStatus {
    current.withLock { current in
      guard let open = current else { return .closed }
      guard open.isStarted else { return .stopped }
      return open.hasEnded ? .lost("the sound system ended the stream") : .running
    }
  }
}

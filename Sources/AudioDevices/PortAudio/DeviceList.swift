import CPortAudio

/// A sound device as the system lists it.
public struct DeviceListing: Sendable, Hashable {
  /// The number by which it can be chosen, until devices come or go.
  public var index: Int
  public var name: String
  /// The sound system that offers it: ALSA, JACK, PulseAudio, Core Audio.
  public var system: String
  public var inputChannels: Int
  public var outputChannels: Int
  /// In hertz.
  public var sampleRate: Double
  /// The latencies that the device itself names for live use, in seconds.
  public var inputLatency: Double
  public var outputLatency: Double
  public var isDefaultInput: Bool
  public var isDefaultOutput: Bool
}

/// How a device is chosen.
public enum DeviceChoice: Sendable, Hashable {
  case standard
  case index(Int)
  /// A name, or a part of one that fits a single device.
  case named(String)

  /// A number, a name, or `default`.
  public init(_ text: String) {
    if text.isEmpty || text == "default" {
      self = .standard
    } else if let index = Int(text) {
      self = .index(index)
    } else {
      self = .named(text)
    }
  }
}

/// The sound devices of this machine.
public enum DeviceList {
  /// All devices, as they are now. [control]
  /// - Throws: `DeviceError` where the sound system cannot be reached.
  public static func all() throws(DeviceError) -> [DeviceListing] {
    try PortAudioLibrary.use { .success(listed()) }
  }

  /// The devices; PortAudio must be initialised.
  static func listed() -> [DeviceListing] {
    let input = standard(Pa_GetDefaultInputDevice(), \.maxInputChannels)
    let output = standard(Pa_GetDefaultOutputDevice(), \.maxOutputChannels)
    return (0..<max(0, Pa_GetDeviceCount())).compactMap { index in
      guard let info = Pa_GetDeviceInfo(index)?.pointee else { return nil }
      let system = Pa_GetHostApiInfo(info.hostApi).flatMap { $0.pointee.name }
      return DeviceListing(
        index: Int(index), name: info.name.map { String(cString: $0) } ?? "device \(index)",
        system: system.map { String(cString: $0) } ?? "?", inputChannels: Int(info.maxInputChannels),
        outputChannels: Int(info.maxOutputChannels), sampleRate: info.defaultSampleRate,
        inputLatency: info.defaultLowInputLatency, outputLatency: info.defaultLowOutputLatency,
        isDefaultInput: index == input, isDefaultOutput: index == output)
    }
  }

  // The system that PortAudio takes first may have no device while another has.
  private static func standard(_ index: PaDeviceIndex, _ channels: KeyPath<PaDeviceInfo, Int32>) -> PaDeviceIndex {
    if index >= 0 { return index }
    return (0..<max(0, Pa_GetDeviceCount())).first { candidate in
      Pa_GetDeviceInfo(candidate).map { $0.pointee[keyPath: channels] > 0 } ?? false
    } ?? -1
  }

  /// The device of a choice among those with channels in a direction.
  static func find(_ choice: DeviceChoice, in devices: [DeviceListing], output: Bool) -> Result<
    DeviceListing, DeviceError
  > {
    let direction = output ? "output" : "input"
    let usable = devices.filter { (output ? $0.outputChannels : $0.inputChannels) > 0 }
    func missing(_ problem: String) -> DeviceError {
      DeviceError(
        .notFound, problem: problem,
        remedy: usable.isEmpty
          ? "Connect a device, start a sound server such as JACK, or use the virtual device"
          : "Choose one of: " + usable.map { "\($0.index) \($0.name)" }.joined(separator: ", "))
    }
    switch choice {
    case .standard:
      guard let device = usable.first(where: { output ? $0.isDefaultOutput : $0.isDefaultInput }) else {
        return .failure(missing("this machine has no \(direction) device"))
      }
      return .success(device)
    case .index(let index):
      guard let device = usable.first(where: { $0.index == index }) else {
        return .failure(missing("there is no \(direction) device of number \(index)"))
      }
      return .success(device)
    case .named(let name):
      let wanted = name.lowercased()
      let exact = usable.filter { $0.name == name }
      let fitting = exact.isEmpty ? usable.filter { $0.name.lowercased().contains(wanted) } : exact
      guard let device = fitting.first else {
        return .failure(missing("there is no \(direction) device of the name \(name)"))
      }
      guard fitting.count == 1 else {
        return .failure(
          DeviceError(
            .ambiguous, problem: "the name \(name) fits several \(direction) devices",
            remedy: "Choose one of: " + fitting.map { "\($0.index) \($0.name) (\($0.system))" }.joined(separator: ", "))
        )
      }
      return .success(device)
    }
  }
}

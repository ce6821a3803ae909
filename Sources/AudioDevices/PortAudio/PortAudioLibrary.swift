import AudioCore
import CPortAudio
import Synchronization

/// PortAudio as a whole. It is initialised while somebody needs it, so that devices that came or went show at the next use.
enum PortAudioLibrary {
  // PortAudio's own calls are not safe on several threads: all of them run under this lock, but for the callbacks.
  private static let lock = Locked(0)
  /// Whether the process has lost its connection to a JACK server, which PortAudio can neither close nor make again.
  static let hasLostJACK = Atomic<Bool>(false)

  /// Runs a body alone, while PortAudio is initialised.
  static func use<R: Sendable>(_ body: () -> Result<R, DeviceError>) throws(DeviceError) -> R {
    let result: Result<R, DeviceError> = lock.withLock { _ in
      let code = Pa_Initialize()
      guard code == 0 else { return .failure(error(code, device: nil)) }
      defer { Pa_Terminate() }
      return body()
    }
    return try result.get()
  }

  /// Runs a body alone.
  static func alone<R: Sendable>(_ body: () -> R) -> R { lock.withLock { _ in body() } }

  /// PortAudio's error as ours.
  static func error(_ code: PaError, device: String?) -> DeviceError {
    let text = Pa_GetErrorText(code).map { String(cString: $0) } ?? "error \(code)"
    switch PaErrorCode(code) {
    case paInvalidSampleRate, paInvalidChannelCount, paSampleFormatNotSupported, paBadIODeviceCombination:
      return DeviceError(
        .unsupported, device: device, problem: "does not take this: \(text)",
        remedy: "Ask for its own rate and channels, and for input and output of one sound system")
    case paDeviceUnavailable:
      return DeviceError(
        .busy, device: device, problem: "is not to be had: \(text)",
        remedy: "Close whatever else uses it, or use a sound server")
    case paUnanticipatedHostError:
      let host = Pa_GetLastHostErrorInfo()
      let reason = host?.pointee.errorText.map { String(cString: $0) } ?? text
      return DeviceError(
        .system, device: device, problem: "the sound system says: \(reason)", remedy: "Look whether it is running")
    default:
      return DeviceError(.system, device: device, problem: text, remedy: "Look whether the sound system is running")
    }
  }
}

import AudioCore
import CRealtime

/// Something that calls back at regular times with samples that came in and room for samples that go out: a sound card, a sound server,
/// or a clock without hardware.
///
/// A device moves samples and knows nothing of processing. All methods are for the control thread; the callback runs on a thread of the
/// device's own, and must neither lock, allocate, wait nor make system calls.
public protocol AudioDevice: AnyObject, Sendable {
  /// The name as people know it.
  var name: String { get }
  /// What the device offers. [control]
  /// - Throws: `DeviceError` where it is not there.
  func capabilities() throws(DeviceError) -> DeviceCapabilities
  /// Prepares a stream; no callback comes before `start`. [control]
  ///
  /// - Parameter callback: What is called with each cycle. Its context must stay valid until `close` has returned.
  /// - Returns: what was really opened.
  /// - Throws: `DeviceError`.
  func open(_ request: DeviceRequest, callback: DeviceCallback) throws(DeviceError) -> DeviceStream
  /// Lets the callbacks begin. [control]
  func start() throws(DeviceError)
  /// Ends the callbacks: none runs any more when it returns. [control]
  func stop()
  /// Gives the stream back. [control]
  func close()
  /// What the device is doing now. Any thread may ask.
  var status: DeviceStatus { get }
}

/// What a device offers.
public struct DeviceCapabilities: Sendable, Hashable {
  public var inputChannels: Int
  public var outputChannels: Int
  /// The rate that it runs at unless another is asked for, in hertz.
  public var sampleRate: Double

  public init(inputChannels: Int, outputChannels: Int, sampleRate: Double) {
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.sampleRate = sampleRate
  }
}

/// The stream that is wanted from a device.
public struct DeviceRequest: Sendable, Hashable {
  /// In hertz.
  public var sampleRate: Double
  /// Frames in one cycle; a device may take another number, or change it.
  public var bufferFrames: Int
  /// 0 for none.
  public var inputChannels: Int
  /// 0 for none.
  public var outputChannels: Int

  public init(sampleRate: Double, bufferFrames: Int, inputChannels: Int, outputChannels: Int) {
    self.sampleRate = sampleRate
    self.bufferFrames = bufferFrames
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
  }
}

/// The stream that a device opened.
public struct DeviceStream: Sendable, Hashable {
  /// In hertz.
  public var sampleRate: Double
  /// Frames by which the device itself delays what comes in, as far as it says.
  public var inputLatencyFrames: Int
  /// Frames by which the device itself delays what goes out, as far as it says.
  public var outputLatencyFrames: Int

  public init(sampleRate: Double, inputLatencyFrames: Int = 0, outputLatencyFrames: Int = 0) {
    self.sampleRate = sampleRate
    self.inputLatencyFrames = inputLatencyFrames
    self.outputLatencyFrames = outputLatencyFrames
  }
}

/// What a device is doing.
public enum DeviceStatus: Sendable, Hashable {
  case closed
  case stopped
  case running
  /// It went away while it ran, and says why; it may be opened again.
  case lost(String)
}

/// What a device calls: a function and its context, which stays valid while the stream is open.
public struct DeviceCallback: @unchecked Sendable {
  // Sendable because the context belongs to whoever is called; the device only passes it on.
  public let function: rt_cycle_function
  public let context: UnsafeMutableRawPointer

  public init(_ function: @escaping rt_cycle_function, context: UnsafeMutableRawPointer) {
    self.function = function
    self.context = context
  }
}

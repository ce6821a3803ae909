/// Why a device cannot be used. The message says what to do.
public struct DeviceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure it is, for programs.
  public enum Reason: String, Sendable, Hashable, Codable {
    /// No device of that name or number, or none at all.
    case notFound
    /// A name that fits several devices.
    case ambiguous
    /// A rate, channel count or combination that the device does not take.
    case unsupported
    /// Somebody else has it.
    case busy
    /// It was asked for something out of order, such as starting before opening.
    case order
    /// It went away while it ran.
    case lost
    /// The sound system reported a failure of its own.
    case system
  }

  public var reason: Reason
  /// The device's name; nil when none was found.
  public var device: String?
  /// What is wrong.
  public var problem: String
  /// What to do about it.
  public var remedy: String

  public init(_ reason: Reason, device: String? = nil, problem: String, remedy: String) {
    self.reason = reason
    self.device = device
    self.problem = problem
    self.remedy = remedy
  }

  public var description: String { (device.map { $0 + ": " } ?? "") + problem + ". " + remedy + "." }
}

/// Why a computation could not be done on an accelerator.
///
/// The message says what was looked for or which call failed, and what to do:
/// `no OpenCL driver: libOpenCL.so.1 is not installed. Install the driver of your GPU, or PoCL (pocl-opencl-icd) to run on the processor.`
public struct AcceleratorError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure it is, for programs.
  public enum Reason: String, Sendable, Hashable, Codable {
    /// A driver's library is not installed.
    case noDriver
    /// A library lacks a function that is needed.
    case oldDriver
    /// A driver is installed and has no device.
    case noDevice
    /// A call of the driver failed.
    case callFailed
    /// There is not enough memory on the device.
    case outOfMemory
    /// The driver did not compile or load a kernel.
    case buildFailed
    /// The plan has a stage that no kernel runs, or the device cannot do what was asked.
    case unsupported
  }

  public var reason: Reason
  /// What was looked for, or the driver's function that failed.
  public var subject: String
  /// The driver's error code, where a call failed.
  public var code: Int?
  /// What is wrong.
  public var problem: String
  /// What to do about it.
  public var remedy: String

  public init(_ reason: Reason, subject: String, code: Int? = nil, problem: String, remedy: String) {
    self.reason = reason
    self.subject = subject
    self.code = code
    self.problem = problem
    self.remedy = remedy
  }

  /// The whole message on one line.
  public var description: String {
    let number = code.map { " (\($0))" } ?? ""
    return "\(subject): \(problem)\(number). \(remedy)."
  }
}

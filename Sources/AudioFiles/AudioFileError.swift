#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why a file or a stream could not be read or written.
///
/// The message names the path, the reason and the remedy:
/// `song.xyz: the extension "xyz" names no container. Use one of aif, aiff, au, …`
public struct AudioFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure it is, for programs.
  public enum Reason: String, Sendable, Hashable, Codable {
    /// No such file or folder.
    case notFound
    /// A folder stands where a file is needed.
    case isDirectory
    /// The system refuses access.
    case permission
    /// Not audio, or a container that is not known.
    case unrecognized
    /// The file is damaged.
    case damaged
    /// A stream that ends inside a frame.
    case truncated
    /// An extension that names no container.
    case unknownExtension
    /// An encoding that the container cannot hold.
    case encoding
    /// A sample rate or channel count that cannot be processed or written.
    case format
    /// A sample type that is refused, such as half precision.
    case sampleType
    /// More data than the container can hold.
    case tooLarge
    /// No space left, a quota or a size limit.
    case diskFull
    /// The reader of a pipe has gone.
    case brokenPipe
    /// Any other failure of the system.
    case system
  }

  public var reason: Reason
  /// The file, or the name of a stream such as `standard input`.
  public var path: String
  /// What is wrong.
  public var problem: String
  /// What to do about it.
  public var remedy: String

  public init(_ reason: Reason, path: String, problem: String, remedy: String) {
    self.reason = reason
    self.path = path
    self.problem = problem
    self.remedy = remedy
  }

  /// The whole message on one line.
  public var description: String { "\(path): \(problem). \(remedy)." }
}

extension AudioFileError {
  /// The error that a system call reported.
  ///
  /// - Parameter replacing: Whether an old file stands under the name until the new one is whole.
  package static func system(
    _ code: Int32, path: String, doing action: String, replacing: Bool = false
  ) -> AudioFileError {
    let kept = replacing ? "; the old file is untouched" : ""
    let (reason, remedy): (Reason, String) =
      switch code {
      case ENOENT, ENOTDIR: (.notFound, "Check the path")
      case EISDIR: (.isDirectory, "Name a file inside the folder")
      case EACCES, EPERM, EROFS: (.permission, "Check the permissions of the file and of its folder")
      case ENOSPC, EDQUOT: (.diskFull, "Free some space, or write to another disk" + kept)
      case EFBIG: (.diskFull, "Raise the limit on file sizes, or write to another disk" + kept)
      case EPIPE: (.brokenPipe, "The program that reads the pipe has ended: look at its messages")
      default: (.system, "Check the device that holds the path, then try again")
      }
    return AudioFileError(
      reason, path: path, problem: "cannot \(action): \(String(cString: strerror(code)))", remedy: remedy)
  }

  package static func directory(_ path: String) -> AudioFileError {
    AudioFileError(.isDirectory, path: path, problem: "is a folder", remedy: "Name a file inside the folder")
  }
}

import AudioFiles

/// Why the tool could not do what it was asked, with the exit status that scripts can tell apart.
struct Failure: Error, CustomStringConvertible {
  /// The exit statuses of sysexits.h that the tool uses.
  enum Status: Int32 {
    /// The command line or an expression is wrong.
    case usage = 64
    /// The input cannot be processed as asked.
    case dataError = 65
    /// An input does not exist or cannot be opened.
    case noInput = 66
    /// A GPU was asked for, and there is none that can do it.
    case unavailable = 69
    /// An output cannot be made.
    case cannotCreate = 73
    /// Reading or writing failed part of the way.
    case ioError = 74
  }

  var message: String
  var status: Status

  init(_ message: String, status: Status) {
    self.message = message
    self.status = status
  }

  var description: String { message }
}

extension AudioFileError {
  /// The same about an output: one that cannot be made has an exit status of its own.
  var ofOutput: any Error {
    [.notFound, .isDirectory, .permission].contains(reason) ? Failure(description, status: .cannotCreate) : self
  }
}

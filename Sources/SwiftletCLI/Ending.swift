import Accelerator
import ArgumentParser
import AudioCore
import AudioDevices
import AudioFiles
import EffectCatalog
import Realtime

/// How the tool ends when something is thrown: what it says and with which status.
enum Ending {
  /// Ends the tool. Help and the like are printed and are no failure.
  static func end(for error: any Error) -> Never {
    if let (message, status) = describe(error) {
      StandardError.message(message)
      SwiftletCommand.exit(withError: ExitCode(status.rawValue))
    }
    if error is ExitCode { SwiftletCommand.exit(withError: error) }
    let message = SwiftletCommand.fullMessage(for: error)
    if SwiftletCommand.exitCode(for: error).isSuccess {
      do throws(Failure) {
        try StandardOutput.print(message)
      } catch {
        end(for: error)
      }
      SwiftletCommand.exit()
    }
    StandardError.message(message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message)
    SwiftletCommand.exit(withError: ExitCode(SwiftletCommand.exitCode(for: error).rawValue))
  }

  /// Message and status of the errors that the tool and its library throw; nil for those of the command-line parser.
  static func describe(_ error: any Error) -> (message: String, status: Failure.Status)? {
    switch error {
    case let failure as Failure: (failure.message, failure.status)
    case let error as ExpressionError: ("in the expression: \(error)", .usage)
    case let error as DesignError: (error.description, error.reason == .sampleType ? .usage : .dataError)
    case let error as DeviceError: (error.description, status(of: error.reason))
    case let error as SessionError: (error.description, status(of: error))
    case let error as AudioFileError: (error.description, status(of: error.reason))
    case let error as AcceleratorError: (error.description, .unavailable)
    default: nil
    }
  }

  private static func status(of reason: DeviceError.Reason) -> Failure.Status {
    switch reason {
    case .notFound, .ambiguous: .noInput
    case .unsupported: .dataError
    case .busy, .order, .lost, .system: .ioError
    }
  }

  private static func status(of error: SessionError) -> Failure.Status {
    switch error {
    case .system(_, let doing, _): doing == "open" ? .noInput : .ioError
    case .unsettled: .ioError
    default: .dataError
    }
  }

  private static func status(of reason: AudioFileError.Reason) -> Failure.Status {
    switch reason {
    case .notFound, .isDirectory, .permission: .noInput
    case .unrecognized, .damaged, .truncated, .format: .dataError
    case .unknownExtension, .encoding, .sampleType: .usage
    case .tooLarge, .diskFull, .brokenPipe, .system: .ioError
    }
  }
}

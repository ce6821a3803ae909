#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file without a container, such as raw samples or a drawing, that appears under its name whole or not at all.
///
/// Bytes go to a temporary file beside the target, which takes its name at `commit`; symbolic links are followed and the mode of a file
/// that is replaced is kept. Devices and pipes are written directly. One such file is open at a time.
final class WholeFile {
  /// Where the bytes are written.
  private(set) var descriptor: Int32
  private let path: String
  private let target: String
  private let temporary: String?

  /// Opens the temporary file.
  /// - Throws: `Failure` that names the path and the system's reason.
  init(path: String) throws(Failure) {
    self.path = path
    target = Self.resolved(path)
    var status = stat()
    let exists = stat(target, &status) == 0
    if exists, status.st_mode & S_IFMT == S_IFDIR { throw Failure("\(path): is a folder", status: .cannotCreate) }
    if exists, status.st_mode & S_IFMT != S_IFREG {
      temporary = nil
      descriptor = open(target, O_WRONLY | O_CLOEXEC)
    } else {
      let name = target + ".\(getpid()).tmp"
      guard !exists || access(target, W_OK) == 0 else { throw Self.refusal(path) }
      temporary = name
      descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, exists ? status.st_mode & 0o777 : 0o666)
    }
    guard descriptor >= 0 else { throw Self.refusal(path) }
    Interrupt.temporaryFile = temporary
  }

  deinit { cancel() }

  /// Puts the file in its place.
  /// - Throws: `Failure`; the old file then still stands.
  func commit() throws(Failure) {
    // A device or a pipe has nothing to sync.
    guard temporary == nil || fsync(descriptor) == 0 else {
      throw Failure("\(path): cannot be written to the disk: \(SystemCalls.reason(errno))", status: .ioError)
    }
    let open = descriptor
    descriptor = -1
    guard close(open) == 0 else {
      throw Failure("\(path): cannot be closed: \(SystemCalls.reason(errno))", status: .ioError)
    }
    if let temporary, rename(temporary, target) != 0 {
      let failure = Self.refusal(path)
      unlink(temporary)
      throw failure
    }
    Interrupt.temporaryFile = nil
  }

  /// Gives the file up. Does nothing after a commit.
  func cancel() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    if let temporary { unlink(temporary) }
    Interrupt.temporaryFile = nil
  }

  /// Writes a whole text.
  /// - Throws: `Failure`; the old file then still stands.
  static func write(_ text: String, to path: String) throws(Failure) {
    let file = try WholeFile(path: path)
    try SystemCalls.write(text, to: file.descriptor, named: path)
    try file.commit()
  }

  private static func refusal(_ path: String) -> Failure {
    Failure("\(path): cannot be made: \(SystemCalls.reason(errno))", status: .cannotCreate)
  }

  private static func resolved(_ path: String) -> String {
    // SAFETY: realpath returns a fresh terminated string or nil; it is copied and freed here.
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Writes a text file that appears under its name whole or not at all.
enum WholeFile {
  /// Writes beside the target, then renames; a symbolic link is followed. Only regular files are replaced.
  /// - Throws: `Failure` that names the path and the system's reason; the old file then still stands.
  static func write(_ text: String, to path: String) throws(Failure) {
    let target = resolved(path)
    var status = stat()
    let exists = stat(target, &status) == 0
    if exists, status.st_mode & S_IFMT != S_IFREG {
      guard status.st_mode & S_IFMT != S_IFDIR else { throw Failure("\(path): is a folder", status: .cannotCreate) }
      return try fill(target, flags: O_WRONLY, mode: 0, with: text, named: path)
    }
    let temporary = target + ".\(getpid()).tmp"
    do throws(Failure) {
      try fill(
        temporary, flags: O_WRONLY | O_CREAT | O_EXCL, mode: exists ? status.st_mode & 0o777 : 0o666, with: text, named: path)
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, target) == 0 else {
      let reason = SystemCalls.reason(errno)
      unlink(temporary)
      throw Failure("\(path): cannot be put in its place: \(reason)", status: .cannotCreate)
    }
  }

  private static func fill(
    _ path: String, flags: Int32, mode: mode_t, with text: String, named name: String
  ) throws(Failure) {
    let descriptor = open(path, flags | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      throw Failure("\(name): cannot be made: \(SystemCalls.reason(errno))", status: .cannotCreate)
    }
    defer { close(descriptor) }
    try SystemCalls.write(text, to: descriptor, named: name)
    // A device has nothing to sync.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
      throw Failure("\(name): cannot be written to the disk: \(SystemCalls.reason(errno))", status: .ioError)
    }
  }

  private static func resolved(_ path: String) -> String {
    // SAFETY: realpath returns a fresh terminated string or nil; it is copied and freed here.
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}

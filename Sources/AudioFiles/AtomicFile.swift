#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears under its name whole or not at all.
///
/// Bytes go to a temporary file in the target's folder; `commit` syncs it, gives it the mode and owner of the file that
/// it replaces (or the mode that the umask leaves), renames it and syncs the folder. Symbolic links are followed: the
/// link stays and its target is replaced. Where the system can, the temporary file has no name until the commit, so
/// that a process killed at any moment leaves nothing behind. Devices are written directly; a pipe that has a name
/// receives the bytes at the commit.
public final class AtomicFile {
  /// The path as it was given.
  public let path: String
  private let target: String
  private let original: stat?
  private var descriptor: Int32 = -1
  private var destination = Destination.replacement
  private var temporaryName: String?
  private var registration: TemporaryFiles.Entry?

  private enum Destination { case replacement, device, pipe }

  /// The descriptor that bytes are written to, for a writer of its own; it is closed by `commit` and `cancel`.
  public var fileDescriptor: Int32 { descriptor }

  /// Opens the temporary file.
  ///
  /// - Parameter isSequential: Whether bytes are written in order and never changed, so that a named pipe can take them at once.
  /// - Throws: `AudioFileError` for a folder, a missing folder or one that cannot be written, a read-only target.
  public init(path: String, isSequential: Bool = false) throws(AudioFileError) {
    self.path = path
    target = try FileSystem.resolve(path)
    original = FileSystem.status(target)
    if let original { try openOver(original, isSequential) } else { try openTemporary() }
  }

  deinit { cancel() }

  /// Whether an old file keeps its place until the commit.
  var isReplacing: Bool { original != nil && destination == .replacement }

  /// Whether bytes may be written at any offset. A device takes them in the order in which they come.
  var isSeekable: Bool { destination != .device }

  /// Writes bytes at an offset.
  /// - Returns: 0, or the error number of the system.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int32 {
    guard descriptor >= 0 else { return EBADF }
    return FileSystem.writeAll(descriptor, bytes, at: isSeekable ? offset : nil)
  }

  /// Writes a whole text under a name: all of it or nothing.
  /// - Throws: `AudioFileError`; the old file then still stands.
  public static func write(_ text: String, to path: String) throws(AudioFileError) {
    let file = try AtomicFile(path: path, isSequential: true)
    var text = text
    let code = text.withUTF8 { FileSystem.writeAll(file.descriptor, UnsafeRawBufferPointer($0)) }
    guard code == 0 else { throw .system(code, path: path, doing: "write it", replacing: file.isReplacing) }
    try file.commit()
  }

  /// Puts the file in its place. Nothing may be written afterwards.
  /// - Throws: `AudioFileError`; the old file then still stands, and the temporary one is removed.
  public func commit() throws(AudioFileError) {
    precondition(descriptor >= 0, "\(path) is closed")
    defer { cancel() }
    switch destination {
    case .device: break
    case .pipe: try copyToPipe()
    case .replacement: try replace()
    }
    let open = descriptor
    descriptor = -1
    guard close(open) == 0 else { throw .system(errno, path: path, doing: "close it") }
  }

  /// Gives the file up: the temporary file is removed and the target stays as it was. Does nothing after a commit.
  public func cancel() {
    if descriptor >= 0 { _ = close(descriptor) }
    descriptor = -1
    if let name = temporaryName { _ = unlink(name) }
    forgetName()
  }

  private func openOver(_ status: stat, _ isSequential: Bool) throws(AudioFileError) {
    if FileSystem.isKind(status, S_IFDIR) { throw .directory(path) }
    guard access(target, W_OK) == 0 else { throw .system(errno, path: path, doing: "write it") }
    if FileSystem.isKind(status, S_IFREG) { return try openTemporary() }
    let isDevice = FileSystem.isKind(status, S_IFCHR) || FileSystem.isKind(status, S_IFBLK)
    destination = isDevice || isSequential ? .device : .pipe
    if destination == .device {
      descriptor = open(target, O_WRONLY | O_CLOEXEC)
      if descriptor < 0 { throw .system(errno, path: path, doing: "open it") }
    } else {
      try openSpool()
    }
  }

  private func openTemporary() throws(AudioFileError) {
    let (folder, name) = FileSystem.split(target)
    guard !name.isEmpty, name != ".", name != ".." else { throw .directory(path) }
    // A new file is made with all permissions that the umask leaves; a replacement stays private until it has the old
    // mode.
    let mode: mode_t = original == nil ? 0o666 : 0o600
    descriptor = Self.openUnnamed(folder, mode)
    if descriptor < 0 { try openNamed(folder, name, mode) }
  }

  private static func openUnnamed(_ folder: String, _ mode: mode_t) -> Int32 {
    #if os(Linux)
      // Without /proc the file could never be given a name.
      guard access("/proc/self/fd", X_OK) == 0 else { return -1 }
      let temporaryFlag: Int32 = 0o20000000 | O_DIRECTORY
      return open(folder, temporaryFlag | O_RDWR | O_CLOEXEC, mode)
    #else
      return -1
    #endif
  }

  private func openNamed(_ folder: String, _ name: String, _ mode: mode_t) throws(AudioFileError) {
    for _ in 0..<16 {
      let candidate = Self.temporaryPath(folder, name)
      let opened = open(candidate, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)
      if opened >= 0 {
        descriptor = opened
        remember(candidate)
        return
      }
      guard errno == EEXIST else { break }
    }
    throw .system(errno, path: path, doing: "write a file in \(folder)")
  }

  // Hidden, and short enough for every file system, whatever the target's name is.
  private static func temporaryPath(_ folder: String, _ name: String) -> String {
    let random = String(UInt64.random(in: 0 ... .max), radix: 36)
    return "\(folder)/.\(String(name.prefix(40))).\(getpid())-\(random).tmp"
  }

  private func openSpool() throws(AudioFileError) {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    descriptor = Self.openUnnamed(folder, 0o600)
    guard descriptor < 0 else { return }
    try openNamed(folder, "swiftlet", 0o600)
    if let name = temporaryName { _ = unlink(name) }
    forgetName()
  }

  private func replace() throws(AudioFileError) {
    if let original {
      // Only root may give files away; the mode comes second because a change of owner clears parts of it.
      if fchown(descriptor, original.st_uid, original.st_gid) != 0 {
        _ = fchown(descriptor, uid_t.max, original.st_gid)
      }
      guard fchmod(descriptor, original.st_mode & 0o7777) == 0 else {
        throw .system(errno, path: path, doing: "keep its permissions")
      }
    }
    guard fsync(descriptor) == 0 else {
      throw .system(errno, path: path, doing: "write it to the disk", replacing: isReplacing)
    }
    let (folder, name) = FileSystem.split(target)
    if temporaryName == nil { try giveName(folder, name) }
    if let temporary = temporaryName {
      guard rename(temporary, target) == 0 else { throw .system(errno, path: path, doing: "put it in its place") }
      forgetName()
    }
    FileSystem.syncFolder(folder)
  }

  // An unnamed file takes a free name at once; over an existing file it needs a name of its own to be renamed from.
  private func giveName(_ folder: String, _ name: String) throws(AudioFileError) {
    #if os(Linux)
      let source = "/proc/self/fd/\(descriptor)"
      if original == nil, linkat(AT_FDCWD, source, AT_FDCWD, target, AT_SYMLINK_FOLLOW) == 0 { return }
      let candidate = Self.temporaryPath(folder, name)
      remember(candidate)
      guard linkat(AT_FDCWD, source, AT_FDCWD, candidate, AT_SYMLINK_FOLLOW) == 0 else {
        throw .system(errno, path: path, doing: "name it in \(folder)")
      }
    #endif
  }

  private func copyToPipe() throws(AudioFileError) {
    let pipe = open(target, O_WRONLY | O_CLOEXEC)
    guard pipe >= 0 else { throw .system(errno, path: path, doing: "open it") }
    defer { _ = close(pipe) }
    _ = lseek(descriptor, 0, SEEK_SET)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = FileSystem.readAll(descriptor, buffer)
      guard count >= 0 else { throw .system(Int32(-count), path: path, doing: "read it back") }
      guard count > 0 else { return }
      let code = FileSystem.writeAll(pipe, UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      guard code == 0 else { throw .system(code, path: path, doing: "write to it") }
    }
  }

  private func remember(_ name: String) {
    temporaryName = name
    registration = TemporaryFiles.enter(name)
  }

  private func forgetName() {
    temporaryName = nil
    if let registration { TemporaryFiles.leave(registration) }
    registration = nil
  }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The few questions that writing a file safely asks of the file system.
enum FileSystem {
  /// What stands under a path, through symbolic links; nil when nothing does.
  static func status(_ path: String) -> stat? {
    var result = stat()
    return stat(path, &result) == 0 ? result : nil
  }

  static func isKind(_ status: stat, _ kind: mode_t) -> Bool { status.st_mode & S_IFMT == kind }

  /// The folder that holds a path, and its last name.
  static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
  }

  /// Follows symbolic links in the last component, dangling ones too.
  /// - Throws: `AudioFileError` for a chain of links that does not end.
  static func resolve(_ path: String) throws(AudioFileError) -> String {
    var current = path
    for _ in 0..<40 {
      var buffer = [UInt8](repeating: 0, count: 4_096)
      let length = readlink(current, &buffer, buffer.count)
      guard length > 0 else { return current }
      let link = String(decoding: buffer[..<length], as: UTF8.self)
      current = link.hasPrefix("/") ? link : split(current).folder + "/" + link
    }
    throw .system(ELOOP, path: path, doing: "follow the symbolic link")
  }

  /// Makes a rename durable. Some file systems cannot sync a folder, and lose nothing by it.
  static func syncFolder(_ folder: String) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    _ = fsync(descriptor)
    _ = close(descriptor)
  }

  /// Writes all bytes at an offset, or at the current position when it is nil.
  /// - Returns: 0, or the error number of the system.
  static func writeAll(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int? = nil) -> Int32 {
    var done = 0
    while done < bytes.count {
      // SAFETY: `done` lies inside the buffer.
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count =
        offset.map { pwrite(descriptor, rest.baseAddress, rest.count, off_t($0 + done)) }
        ?? write(descriptor, rest.baseAddress, rest.count)
      if count > 0 {
        done += count
      } else if count == 0 {
        return ENOSPC
      } else if errno == EAGAIN {
        waitUntilReady(descriptor, Int16(POLLOUT))
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  /// Reads until the buffer is full or the stream ends.
  /// - Returns: the bytes read, or the negated error number of the system.
  static func readAll(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer) -> Int {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
      let count = read(descriptor, rest.baseAddress, rest.count)
      if count > 0 {
        done += count
      } else if count == 0 {
        break
      } else if errno == EAGAIN {
        waitUntilReady(descriptor, Int16(POLLIN))
      } else if errno != EINTR {
        return -Int(errno)
      }
    }
    return done
  }

  // A descriptor that somebody made non-blocking, such as a terminal shared with another program.
  private static func waitUntilReady(_ descriptor: Int32, _ events: Int16) {
    var entry = pollfd(fd: descriptor, events: events, revents: 0)
    _ = poll(&entry, 1, -1)
  }
}

extension FileSystem {
  /// Whether a status is that of a device such as `/dev/null`.
  static func isDevice(_ status: stat) -> Bool { isKind(status, S_IFCHR) || isKind(status, S_IFBLK) }
}

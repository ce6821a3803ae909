#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file by its descriptor, which it closes.
final class SystemFile: @unchecked Sendable {
  // Sendable because one thread at a time uses it.
  let path: String
  private let descriptor: Int32
  private var written = 0

  /// Opens a file for reading, or makes an empty one for writing.
  init(path: String, writes: Bool) throws(SessionError) {
    self.path = path
    descriptor = open(path, writes ? O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC : O_RDONLY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system(path: path, doing: writes ? "write" : "open", code: errno) }
  }

  deinit { _ = close(descriptor) }

  static func words(_ code: Int32) -> String { String(cString: strerror(code)) }

  /// How many bytes it has.
  func size() throws(SessionError) -> Int {
    let end = lseek(descriptor, 0, SEEK_END)
    guard end >= 0 else { throw .system(path: path, doing: "read", code: errno) }
    return Int(end)
  }

  /// Appends bytes. An array may be given in the place of their address.
  func write(_ bytes: UnsafeRawPointer, count bytesInAll: Int) throws(SessionError) {
    var done = 0
    while done < bytesInAll {
      // SAFETY: the caller lends as many bytes as it says, and `done` lies inside them.
      let count = pwrite(descriptor, bytes + done, bytesInAll - done, off_t(written))
      if count > 0 {
        done += count
        written += count
      } else if count == 0 || errno != EINTR {
        throw .system(path: path, doing: "write", code: count == 0 ? ENOSPC : errno)
      }
    }
  }

  /// Fills a buffer from an offset on, as far as the file goes.
  func read(at offset: Int, into bytes: UnsafeMutableRawBufferPointer) throws(SessionError) -> Int {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
      let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
      if count > 0 {
        done += count
      } else if count == 0 {
        break
      } else if errno != EINTR {
        throw .system(path: path, doing: "read", code: errno)
      }
    }
    return done
  }

  /// Writes what the system still holds back to the disk, and gives the file another name.
  func settle(as name: String) throws(SessionError) {
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw .system(path: path, doing: "write", code: errno) }
    guard rename(path, name) == 0 else { throw .system(path: name, doing: "put in its place", code: errno) }
  }

  func remove() { _ = unlink(path) }
}

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The few calls of the operating system that a command-line tool needs, each with its preconditions checked.
enum SystemCalls {
  /// The reason of the last failed call, as the system words it.
  static func reason(_ code: Int32) -> String {
    // SAFETY: strerror returns a terminated string; only the main thread of the tool asks, and the text is copied at once.
    strerror(code).map { String(cString: $0) } ?? "error \(code)"
  }

  /// Whether a descriptor is a terminal.
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// The value of an environment variable, nil when unset.
  static func environment(_ name: String) -> String? {
    // SAFETY: the tool never changes its environment, so the string stays valid while it is copied.
    getenv(name).map { String(cString: $0) }
  }

  /// Writes all bytes of a text.
  /// - Throws: `Failure` with the system's reason when it could not be written whole.
  static func write(_ text: String, to descriptor: Int32, named name: String) throws(Failure) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      // SAFETY: the pointer is valid for `count` bytes during the call.
      let written = bytes.withUnsafeBytes { raw in posixWrite(descriptor, raw.baseAddress, raw.count) }
      if written < 0 {
        let code = errno
        if code == EINTR { continue }
        throw Failure("\(name) could not be written: \(reason(code))", status: .ioError)
      }
      bytes = bytes.dropFirst(written)
    }
  }

  /// Columns and rows of the terminal behind a descriptor; nil when it is none.
  static func terminalSize(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
    var size = winsize()
    // SAFETY: TIOCGWINSZ fills one winsize, which lives across the call.
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Seconds of a clock that never jumps.
  static var seconds: Double {
    var now = timespec()
    // SAFETY: the call fills one timespec, which lives across it.
    clock_gettime(CLOCK_MONOTONIC, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
  }
}

private func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

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

  /// Bytes of the process that are in memory; nil where the system does not say.
  static var residentBytes: Int? {
    #if os(Linux)
      guard let text = fileText("/proc/self/statm") else { return nil }
      let fields = text.split(separator: " ")
      guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
      return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    #else
      return nil
    #endif
  }

  /// A small text file, such as those of /proc and /sys; nil when it is empty, cannot be read, or has more bytes than that.
  static func fileText(_ path: String, atMost most: Int = 65_536) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: most + 1)
    var length = 0
    while length < bytes.count {
      // SAFETY: the buffer has room for as many bytes as are asked for behind those that are there.
      let count = bytes.withUnsafeMutableBytes {
        read(descriptor, $0.baseAddress.map { $0 + length }, $0.count - length)
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      length += count
    }
    return (1...most).contains(length) ? String(decoding: bytes.prefix(length), as: UTF8.self) : nil
  }

  /// What was typed or piped into standard input, after waiting for some seconds at most.
  /// - Returns: the text, and whether more may come.
  static func typed(waiting seconds: Double) -> (text: String, isOpen: Bool) {
    var question = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
    // SAFETY: one question, which lives across the call.
    guard poll(&question, 1, Int32(seconds * 1_000)) > 0 else { return ("", true) }
    var bytes = [UInt8](repeating: 0, count: 256)
    // SAFETY: the buffer holds as many bytes as are asked for.
    let count = bytes.withUnsafeMutableBytes { read(0, $0.baseAddress, $0.count) }
    return count > 0 ? (String(decoding: bytes.prefix(count), as: UTF8.self), true) : ("", count < 0 && errno == EINTR)
  }

  /// Sleeps, or less when a signal comes.
  static func sleep(seconds: Double) { usleep(UInt32(seconds * 1e6)) }

  /// Lets another thread run.
  static func yieldProcessor() { sched_yield() }

  /// Seconds of a clock that never jumps.
  static var seconds: Double { seconds(of: CLOCK_MONOTONIC) }

  /// Seconds that the processors have worked for this process.
  static var processorSeconds: Double { seconds(of: CLOCK_PROCESS_CPUTIME_ID) }

  private static func seconds(of clock: clockid_t) -> Double {
    var now = timespec()
    // SAFETY: the call fills one timespec, which lives across it.
    clock_gettime(clock, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
  }

  /// How finely the system counts processor time.
  static var ticksPerSecond: Double { Double(sysconf(Int32(_SC_CLK_TCK))) }
}

private func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

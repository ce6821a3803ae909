#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Single keys from a terminal, without a return key and without their echo.
enum TerminalKeys {
  enum Key {
    case up, down, left, right, space, quit
  }

  // Written by the main thread, once before the keys are read and once after.
  nonisolated(unsafe) private static var before: termios?

  static func begin() {
    var settings = termios()
    guard tcgetattr(0, &settings) == 0 else { return }
    before = settings
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
    tcsetattr(0, TCSANOW, &settings)
  }

  static func end() {
    guard var settings = before else { return }
    tcsetattr(0, TCSANOW, &settings)
    before = nil
  }

  /// The keys in what a terminal sent.
  static func keys(in text: String) -> [Key] {
    var keys: [Key] = []
    var rest = Substring(text)
    let arrows: [(String, Key)] = [
      ("\u{1B}[A", .up), ("\u{1B}[B", .down), ("\u{1B}[C", .right), ("\u{1B}[D", .left),
    ]
    while let first = rest.first {
      if let (code, key) = arrows.first(where: { rest.hasPrefix($0.0) }) {
        keys.append(key)
        rest = rest.dropFirst(code.count)
        continue
      }
      switch first {
      case " ": keys.append(.space)
      case "q", "\u{4}": keys.append(.quit)
      default: break
      }
      rest = rest.dropFirst()
    }
    return keys
  }
}

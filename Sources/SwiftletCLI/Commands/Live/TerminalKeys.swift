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
    case up, down, left, right, space, command, quit
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

  /// Takes the first key off what a terminal sent; nil for one that means nothing here.
  static func next(in text: inout Substring) -> Key? {
    let arrows: [(String, Key)] = [
      ("\u{1B}[A", .up), ("\u{1B}[B", .down), ("\u{1B}[C", .right), ("\u{1B}[D", .left),
    ]
    if let (code, key) = arrows.first(where: { text.hasPrefix($0.0) }) {
      text = text.dropFirst(code.count)
      return key
    }
    switch text.removeFirst() {
    case " ": return .space
    case ":": return .command
    case "q", "\u{4}": return .quit
    default: return nil
    }
  }
}

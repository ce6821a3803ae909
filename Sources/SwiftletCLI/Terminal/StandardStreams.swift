/// Standard output, with every failure reported: a full disk or a closed pipe must not look like success.
enum StandardOutput {
  /// Writes a text as it stands.
  /// - Throws: `Failure` when it could not be written whole.
  static func write(_ text: String) throws(Failure) {
    try SystemCalls.write(text, to: 1, named: "standard output")
  }

  /// Writes a text and a line end.
  static func print(_ text: String) throws(Failure) { try write(text + "\n") }

  /// Prints a document as JSON.
  static func print(_ document: JSONValue) throws(Failure) { try print(document.text) }

  /// Whether a person is looking at it.
  static var isTerminal: Bool { SystemCalls.isTerminal(1) }
}

/// Standard error: messages, warnings and progress. What cannot be written there has nowhere else to go.
enum StandardError {
  /// Writes a text as it stands.
  static func write(_ text: String) {
    do throws(Failure) {
      try SystemCalls.write(text, to: 2, named: "standard error")
    } catch {}
  }

  /// Prints a message that begins with the tool's name, the way the shell's tools do.
  static func message(_ text: String) { write("swiftlet: \(text)\n") }

  /// Prints a warning.
  static func warning(_ text: String) { message("warning: \(text)") }

  /// Whether a person is looking at it.
  static var isTerminal: Bool { SystemCalls.isTerminal(2) }
}

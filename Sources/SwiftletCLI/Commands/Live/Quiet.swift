#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Keeps standard error to the tool's own messages.
enum Quiet {
  /// Runs a body while what sound systems print by themselves goes nowhere: ALSA and JACK write pages about each thing that they do not
  /// find.
  static func sounds<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    let kept = dup(2)
    let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
    if kept >= 0, nowhere >= 0 { dup2(nowhere, 2) }
    defer {
      if kept >= 0 {
        dup2(kept, 2)
        close(kept)
      }
      if nowhere >= 0 { close(nowhere) }
    }
    return try body()
  }
}

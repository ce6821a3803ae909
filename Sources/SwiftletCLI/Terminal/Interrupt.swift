import AudioFiles
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Control-C, a polite kill, a hang-up and a closed pipe.
///
/// The handler removes what temporary files have a name and ends the tool, so that a job that waits for a pipe stops as promptly as one
/// that computes. The status is 128 and the signal's number, as a shell would say.
enum Interrupt {
  /// Begins to listen. Called once, before the job opens its files.
  static func install() {
    TemporaryFiles.prepare()
    for code in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(code) {
      setHandler(code) { code in
        // Only calls that are safe in a signal handler.
        TemporaryFiles.removeAll()
        _exit(128 + code)
      }
      unblock(code)
    }
  }

  /// Begins to listen for a job that ends in order when it is interrupted. The second interruption ends it at once.
  ///
  /// - Parameter reloads: Whether SIGHUP asks the job to read its files again, in place of its end.
  static func catchOnce(reloads: Bool = false) {
    TemporaryFiles.prepare()
    // Made now: a signal handler may not.
    _ = (isCaught, takeReload())
    if reloads, !isIgnored(SIGHUP) {
      setHandler(SIGHUP) { _ in Interrupt.reload.store(true, ordering: .relaxed) }
      unblock(SIGHUP)
    }
    for code in reloads ? [SIGINT, SIGTERM] : [SIGINT, SIGTERM, SIGHUP] where !isIgnored(code) {
      setHandler(code) { code in
        if Interrupt.caught.exchange(true, ordering: .relaxed) {
          TemporaryFiles.removeAll()
          _exit(128 + code)
        }
      }
      unblock(code)
    }
  }

  /// Whether an interruption came.
  static var isCaught: Bool { caught.load(ordering: .relaxed) }
  private static let caught = Atomic<Bool>(false)

  /// Whether the job was asked to read its files again; asking takes it back.
  static func takeReload() -> Bool { reload.exchange(false, ordering: .relaxed) }
  private static let reload = Atomic<Bool>(false)

  // A program that starts the tool may have blocked signals, and the mask is inherited.
  private static func unblock(_ code: Int32) {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, code)
    // SAFETY: the set lives across the call.
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
  }

  /// Makes writing to a closed pipe an error that can be reported instead of a sudden end.
  static func ignoreBrokenPipes() { setHandler(SIGPIPE, SIG_IGN) }

  // What nohup has switched off stays off.
  private static func isIgnored(_ code: Int32) -> Bool {
    var action = sigaction()
    // SAFETY: the call fills one sigaction, which lives across it.
    guard sigaction(code, nil, &action) == 0 else { return false }
    #if canImport(Darwin)
      return unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    #else
      return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    #endif
  }

  private static func setHandler(_ code: Int32, _ handler: (@convention(c) (Int32) -> Void)?) {
    var action = sigaction()
    sigemptyset(&action.sa_mask)
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
    // SAFETY: the action lives across the call, and the handler captures nothing.
    sigaction(code, &action, nil)
  }
}

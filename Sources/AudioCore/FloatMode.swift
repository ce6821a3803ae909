import CKernels

/// How this thread's processor treats denormal numbers.
///
/// A decaying tail ends in numbers that some processors compute up to a hundred times more slowly; flushed to zero they cost nothing.
public struct FloatMode {
  private let word: sk_float_mode

  /// Flushes denormal numbers to zero on this thread from now on, and returns the mode from before, to be restored on this thread.
  public static func flushDenormals() -> FloatMode { FloatMode(word: sk_denormals_off()) }

  /// Restores the mode on this thread.
  public func restore() { sk_denormals_restore(word) }
}

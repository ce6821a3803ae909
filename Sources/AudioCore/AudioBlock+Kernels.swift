import CKernels

// Each of these runs one kernel a channel. They are specialised because generics are not across modules: looking up the type of a
// block would cost as much as a short block itself.

extension AudioBlock {
  /// Copies with NaN and infinities replaced by 0.
  /// - Returns: how many samples were replaced.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func sanitize(into output: borrowing AudioBlock<S>) -> Int {
    requireSameSize(output)
    var replaced = 0
    for channel in 0..<channels {
      // SAFETY: both addresses hold `frames` samples of type S while lent.
      let source = UnsafeRawPointer(unsafeChannel(channel))
      let target = UnsafeMutableRawPointer(output.unsafeChannel(channel))
      replaced +=
        S.self == Float.self
        ? sk_sanitize_f32(
          target.assumingMemoryBound(to: Float.self), source.assumingMemoryBound(to: Float.self), frames)
        : sk_sanitize_f64(
          target.assumingMemoryBound(to: Double.self), source.assumingMemoryBound(to: Double.self), frames)
    }
    return replaced
  }

  /// The first frame in which any channel is NaN or infinite; nil when all are finite.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func firstNonFiniteFrame() -> Int? {
    var first = frames
    for channel in 0..<channels {
      // SAFETY: the address holds `frames` samples of type S while lent, and `first` is at most that.
      let source = UnsafeRawPointer(unsafeChannel(channel))
      first =
        S.self == Float.self
        ? sk_first_nonfinite_f32(source.assumingMemoryBound(to: Float.self), first)
        : sk_first_nonfinite_f64(source.assumingMemoryBound(to: Double.self), first)
    }
    return first < frames ? first : nil
  }

  /// Multiplies by a linear factor; Float samples are multiplied in Double and rounded once.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func scale(by gain: Double, into output: borrowing AudioBlock<S>) {
    requireSameSize(output)
    for channel in 0..<channels {
      // SAFETY: both addresses hold `frames` samples of type S while lent.
      let source = UnsafeRawPointer(unsafeChannel(channel))
      let target = UnsafeMutableRawPointer(output.unsafeChannel(channel))
      if S.self == Float.self {
        sk_gain_f32(
          target.assumingMemoryBound(to: Float.self), source.assumingMemoryBound(to: Float.self), frames, gain)
      } else {
        sk_gain_f64(
          target.assumingMemoryBound(to: Double.self), source.assumingMemoryBound(to: Double.self), frames, gain)
      }
    }
  }

  /// Adds another block of the same size to this one.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func add(_ other: borrowing AudioBlock<S>) {
    requireSameSize(other)
    for channel in 0..<channels {
      // SAFETY: both addresses hold `frames` samples of type S while lent.
      let source = UnsafeRawPointer(other.unsafeChannel(channel))
      let target = UnsafeMutableRawPointer(unsafeChannel(channel))
      if S.self == Float.self {
        sk_add_f32(target.assumingMemoryBound(to: Float.self), source.assumingMemoryBound(to: Float.self), frames)
      } else {
        sk_add_f64(target.assumingMemoryBound(to: Double.self), source.assumingMemoryBound(to: Double.self), frames)
      }
    }
  }

  private func requireSameSize(_ other: borrowing AudioBlock<S>) {
    precondition(
      other.channels == channels && other.frames == frames,
      "a block of \(channels) × \(frames) with one of \(other.channels) × \(other.frames)")
  }
}

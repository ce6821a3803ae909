extension AudioBlock {
  /// Goes over from the samples that it holds to those of another block, in Double, rounded once.
  ///
  /// - Parameter frame: The ramp's frame at which the block begins.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func fade(to new: borrowing AudioBlock<S>, along ramp: Ramp, from frame: Int) {
    precondition(
      new.channels >= channels && new.frames >= frames,
      "fading \(channels) × \(frames) to \(new.channels) × \(new.frames)")
    for channel in 0..<channels {
      // SAFETY: both addresses hold `frames` samples while lent.
      let target = unsafeChannel(channel)
      let source = new.unsafeChannel(channel)
      for n in 0..<frames {
        let old = Double(target[n])
        target[n] = S(old + ramp.share(at: frame + n) * (Double(source[n]) - old))
      }
    }
  }

  /// Multiplies by a factor on its way from one value to another, in Double, rounded once.
  ///
  /// - Parameter frame: The ramp's frame at which the block begins.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func scale(
    from start: Double, to end: Double, along ramp: Ramp, from frame: Int, into output: borrowing AudioBlock<S>
  ) {
    precondition(
      output.channels == channels && output.frames >= frames,
      "a block of \(channels) × \(frames) into one of \(output.channels) × \(output.frames)")
    for channel in 0..<channels {
      // SAFETY: both addresses hold `frames` samples while lent.
      let source = unsafeChannel(channel)
      let target = output.unsafeChannel(channel)
      for n in 0..<frames {
        target[n] = S(Double(source[n]) * (start + ramp.share(at: frame + n) * (end - start)))
      }
    }
  }
}

extension AudioBlock {
  /// Copies all samples of a block of the same size.
  @inlinable
  public func copy(from other: borrowing AudioBlock<S>) {
    precondition(
      other.channels == channels && other.frames == frames,
      "copying \(other.channels) × \(other.frames) into \(channels) × \(frames)")
    for channel in 0..<channels {
      // SAFETY: both addresses hold `frames` samples while lent; `update` allows the same memory.
      let source = other.unsafeChannel(channel)
      let target = unsafeChannel(channel)
      if source != target { target.update(from: source, count: frames) }
    }
  }

  /// Fills all samples with zeros.
  @inlinable
  public func clear() {
    // SAFETY: each address holds `frames` samples while lent.
    for channel in 0..<channels { unsafeChannel(channel).update(repeating: 0, count: frames) }
  }
}

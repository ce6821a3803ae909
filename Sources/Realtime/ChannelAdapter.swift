import AudioCore

/// Brings one number of channels to another: the same as they are, one to all, several to one by their mean.
enum ChannelAdapter {
  case same
  case spread
  case mean

  /// - Throws: `DesignError` of reason `.format` for numbers without a rule.
  init(from source: Int, to target: Int, what: String) throws(DesignError) {
    if source == target {
      self = .same
    } else if source == 1 {
      self = .spread
    } else if target == 1 {
      self = .mean
    } else {
      throw DesignError(
        .format, parameter: "channels", value: "\(source) to \(target)", problem: "has no rule on the \(what) side",
        remedy: "Use the same number on both sides, or one")
    }
  }

  /// Copies a block into one of the same length. [worker]
  func process(_ source: borrowing AudioBlock<Float>, into target: borrowing AudioBlock<Float>) {
    switch self {
    case .same: target.copy(from: source)
    case .spread:
      for channel in 0..<target.channels {
        // SAFETY: both addresses hold as many samples as the blocks, which are equally long and different memory.
        target.unsafeChannel(channel).update(from: source.unsafeChannel(0), count: source.frames)
      }
    case .mean:
      let sum = target.unsafeChannel(0)
      let share = 1 / Float(source.channels)
      for frame in 0..<source.frames {
        var value: Float = 0
        for channel in 0..<source.channels { value += source.unsafeChannel(channel)[frame] }
        sum[frame] = value * share
      }
    }
  }
}

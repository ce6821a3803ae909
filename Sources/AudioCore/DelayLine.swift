import CKernels

/// A delay line of any number of channels in Double, read and written in runs.
///
/// Memory is allocated once. One thread at a time may use it.
public final class DelayLine {
  public let channels: Int
  /// The frames that it holds.
  public let capacity: Int
  // Behind the circle its first frames are repeated, so that an interpolation reads straight on.
  private let memory: SampleBuffer<Double>
  private static var overhang: Int { Int(SK_DELAY_TAPS) }
  // Where the next frame is written.
  private var write = 0
  /// Frames written since it was silent, at most its capacity.
  public private(set) var filled = 0
  private let places: UnsafeMutablePointer<Int32>
  private let fractions: UnsafeMutablePointer<Double>

  /// The most frames of one run.
  public static var longestRun: Int { 512 }

  /// Makes a silent line.
  public init(channels: Int, capacity: Int) {
    precondition(capacity < Int(Int32.max) / 2, "a delay line of \(capacity) frames")
    self.channels = channels
    // Room for one run beyond what is read, and never less than the repeated frames.
    self.capacity = max(capacity + Self.longestRun, 2 * Self.overhang)
    memory = SampleBuffer(channels: channels, capacity: self.capacity + Self.overhang)
    places = .allocate(capacity: Self.longestRun)
    fractions = .allocate(capacity: Self.longestRun)
  }

  /// Whether there is memory for such a line. [control]
  public static func isPossible(channels: Int, capacity: Int) -> Bool {
    capacity < Int(Int32.max) / 2
      && SampleBuffer<Double>(ifThereIsMemoryFor: capacity + 2 * (longestRun + overhang), channels: channels) != nil
  }

  deinit {
    places.deallocate()
    fractions.deallocate()
  }

  /// How many of some frames a run may have that reads a tap and then writes.
  public func run(of frames: Int, reading tap: DelayTap) -> Int {
    var run = min(min(frames, Self.longestRun), min(capacity - write, tap.longestRun))
    if let place = start(of: tap) { run = min(run, capacity - place) }
    return run
  }

  /// Where a tap that stands still begins to read; nil for one that moves.
  private func start(of tap: DelayTap) -> Int? {
    let back: Int
    switch tap {
    case .whole(let frames): back = frames
    // The point lies between the frames `ceil` and `ceil - 1` back; the first coefficient stands `reach - 1` before the former.
    case .fraction(let frames, let reach): back = Int(frames.rounded(.up)) + reach - 1
    case .moving: return nil
    }
    return write >= back ? write - back : write - back + capacity
  }

  /// Reads a tap of every channel, at the frames that are written next.
  ///
  /// - Parameters:
  ///   - coefficients: Of a fraction, twice its reach; of a moving tap, the table. A whole number of frames needs none.
  ///   - output: As many frames as one run may have.
  public func read(
    _ tap: DelayTap, coefficients: UnsafeBufferPointer<Double>, sweep: DelaySweep,
    into output: borrowing AudioBlock<Double>
  ) {
    let frames = output.frames
    precondition(frames <= run(of: frames, reading: tap) && output.channels == channels, "a run of \(frames) frames")
    if case .moving(let center, let depth) = tap {
      precondition(coefficients.count >= (DelayTap.phases + 1) * Int(SK_DELAY_TAPS), "a table for moving taps")
      var motion = sweep.kernelSweep(center: center, depth: depth)
      // SAFETY: a run has at most `longestRun` frames, for which there is room.
      sk_delay_places(places, fractions, &motion, write, capacity, frames)
    }
    memory.withBlock(frames: capacity) { line in
      for channel in 0..<channels {
        // SAFETY: the run was checked to lie in the circle, and every interpolation reads at most the overhang past it.
        let circle = UnsafePointer(line.unsafeChannel(channel))
        let target = output.unsafeChannel(channel)
        switch tap {
        case .whole: target.update(from: circle + (start(of: tap) ?? 0), count: frames)
        case .fraction(_, let reach):
          precondition(coefficients.count >= 2 * reach, "\(coefficients.count) coefficients of \(2 * reach)")
          sk_delay_read(target, circle + (start(of: tap) ?? 0), coefficients.baseAddress, 2 * reach, frames)
        case .moving:
          sk_delay_read_moving(target, circle, places, fractions, coefficients.baseAddress, frames)
        }
      }
    }
  }

  /// Writes the next frames of one channel: samples and a share of what was read. `advance` follows when all channels are written.
  /// The feedback is prepared.
  ///
  /// - Parameter input: A channel's samples; nil for the share alone.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func feed<S: Sample>(
    _ channel: Int, _ input: UnsafePointer<S>?, tap: UnsafePointer<Double>, feedback: GlidingValue, frames: Int
  ) {
    precondition(frames <= capacity - write, "a run of \(frames) frames")
    memory.withBlock(frames: capacity) { line in
      // SAFETY: the run lies in the circle; input and tap hold `frames` values by the caller's contract, of the type asked for.
      let target = line.unsafeChannel(channel) + write
      let source = input.map { UnsafeRawPointer($0) }
      if S.self == Float.self {
        sk_delay_feed_f32(target, source?.assumingMemoryBound(to: Float.self), tap, frames, feedback.kernel)
      } else {
        sk_delay_feed_f64(target, source?.assumingMemoryBound(to: Double.self), tap, frames, feedback.kernel)
      }
    }
  }

  /// Goes on by frames that were written to every channel.
  public func advance(_ frames: Int) {
    let end = min(write + frames, Self.overhang)
    if write < end {
      memory.withBlock(frames: memory.capacity) { line in
        for channel in 0..<channels {
          // SAFETY: the overhang lies behind the circle, in the same allocation.
          let circle = line.unsafeChannel(channel)
          (circle + capacity + write).update(from: circle + write, count: end - write)
        }
      }
    }
    write = (write + frames) % capacity
    filled = min(filled + frames, capacity)
  }

  /// Silences it; only what was written is cleared.
  public func reset() {
    let used = filled == capacity ? memory.capacity : filled
    memory.withBlock(frames: used) { $0.clear() }
    if used < memory.capacity {
      let repeated = min(used, Self.overhang)
      memory.withBlock(offset: capacity, frames: repeated) { $0.clear() }
    }
    write = 0
    filled = 0
  }

  /// Writes what is in the line, the oldest frame first.
  public func saveState(into writer: inout StateWriter) {
    writer.write(filled)
    let oldest = filled == capacity ? write : 0
    memory.withBlock(frames: capacity) { line in
      for channel in 0..<channels {
        let circle = UnsafePointer(line.unsafeChannel(channel))
        writer.write(UnsafeBufferPointer(start: circle + oldest, count: filled - oldest))
        writer.write(UnsafeBufferPointer(start: circle, count: oldest))
      }
    }
  }

  /// Reads what `saveState` wrote for as many channels.
  public func restoreState(from reader: inout StateReader) throws(StateError) {
    reset()
    let count = try reader.readInt()
    guard count >= 0, count <= capacity else {
      throw .mismatch(expected: "at most \(capacity) frames of delay", found: String(count))
    }
    try memory.withBlock(frames: capacity) { line throws(StateError) in
      for channel in 0..<channels {
        let circle = line.unsafeChannel(channel)
        let first = try reader.readSamples(into: UnsafeMutableBufferPointer(start: circle, count: count))
        let rest = UnsafeMutableBufferPointer(start: circle + first, count: count - first)
        try reader.read(into: rest)
      }
    }
    filled = count
    write = count % capacity
    memory.withBlock(frames: memory.capacity) { line in
      for channel in 0..<channels {
        let circle = line.unsafeChannel(channel)
        (circle + capacity).update(from: circle, count: Self.overhang)
      }
    }
  }
}

/// Goes over from one signal to another, frame by frame; the share is prepared. [worker]
public func crossfade(
  _ signal: borrowing AudioBlock<Double>, to other: borrowing AudioBlock<Double>, along share: GlidingValue
) {
  precondition(signal.channels == other.channels && signal.frames == other.frames, "signals of one size")
  for channel in 0..<signal.channels {
    // SAFETY: both addresses hold as many frames while lent.
    sk_crossfade(signal.unsafeChannel(channel), other.unsafeChannel(channel), signal.frames, share.kernel)
  }
}

extension AudioBlock {
  /// Mixes one channel of input and wet signal into a channel of this block: `input + (wet - input) * share`, rounded once. The
  /// share is prepared.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func mix(
    _ channel: Int, dry: UnsafePointer<S>, wet: UnsafePointer<Double>, share: GlidingValue
  ) {
    // SAFETY: this block's channel holds `frames` samples while lent; the caller vouches for as many of the others.
    let source = UnsafeRawPointer(dry)
    let target = UnsafeMutableRawPointer(unsafeChannel(channel))
    if S.self == Float.self {
      sk_mix_wet_f32(
        target.assumingMemoryBound(to: Float.self), source.assumingMemoryBound(to: Float.self), wet, frames,
        share.kernel)
    } else {
      sk_mix_wet_f64(
        target.assumingMemoryBound(to: Double.self), source.assumingMemoryBound(to: Double.self), wet, frames,
        share.kernel)
    }
  }

  /// The mean of all channels, frame by frame, in Double.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func mean(into target: UnsafeMutablePointer<Double>) {
    target.update(repeating: 0, count: frames)
    for channel in 0..<channels {
      // SAFETY: the channel holds `frames` samples while lent; the caller vouches for as many doubles.
      let source = UnsafeRawPointer(unsafeChannel(channel))
      if S.self == Float.self {
        sk_accumulate_f32(target, source.assumingMemoryBound(to: Float.self), frames, 1 / Double(channels))
      } else {
        sk_accumulate_f64(target, source.assumingMemoryBound(to: Double.self), frames, 1 / Double(channels))
      }
    }
  }
}

import RealModule

/// Takes the step out of a jump in a signal: the difference to the last sample fades away over the next frames.
///
/// It serves every jump alike: into silence after an underflow, out of it, and over late frames that were dropped.
struct GapSmoother: ~Copyable {
  /// How long a step fades: 1.3 ms at 48 kHz.
  static var frames: Int { @_noLocks @_noAllocation get { 64 } }

  private let channels: Int
  /// Falls from 1 to 0 like a raised cosine.
  private let ramp: UnsafeMutablePointer<Float>
  private let lastSamples: UnsafeMutablePointer<Float>
  private let steps: UnsafeMutablePointer<Float>
  /// How far the fade is; `frames` when there is none.
  private var place = GapSmoother.frames

  init(channels: Int) {
    self.channels = channels
    ramp = .allocate(capacity: Self.frames)
    for frame in 0..<Self.frames {
      ramp[frame] = Float(0.5 + 0.5 * Double.cos(.pi * (Double(frame) + 0.5) / Double(Self.frames)))
    }
    lastSamples = .allocate(capacity: max(1, channels))
    steps = .allocate(capacity: max(1, channels))
    lastSamples.initialize(repeating: 0, count: max(1, channels))
    steps.initialize(repeating: 0, count: max(1, channels))
  }

  deinit {
    ramp.deallocate()
    lastSamples.deallocate()
    steps.deallocate()
  }

  /// Smooths a block, which begins with a jump or goes on from the last one.
  @_noLocks @_noAllocation
  mutating func process(_ block: UnsafePointer<UnsafeMutablePointer<Float>>, frames: Int, jumps: Bool) {
    if frames == 0 { return }
    if jumps {
      var channel = 0
      while channel < channels {
        steps[channel] = lastSamples[channel] - block[channel][0]
        channel &+= 1
      }
      place = 0
    }
    let count = min(frames, GapSmoother.frames &- place)
    var channel = 0
    while channel < channels {
      // SAFETY: the block holds `frames` samples a channel, the ramp `GapSmoother.frames` numbers.
      let samples = block[channel]
      let step = steps[channel]
      var frame = 0
      while frame < count {
        samples[frame] += step * ramp[place &+ frame]
        frame &+= 1
      }
      lastSamples[channel] = samples[frames &- 1]
      channel &+= 1
    }
    place &+= count
  }
}

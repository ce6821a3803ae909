import CRealtime
import RealModule
import Synchronization

/// The fades at the start and at the stop: a raised cosine up and another one down, which are multiplied where a stop comes while the
/// start is still rising. To turn round half-way would leave a corner.
struct OutputFade: ~Copyable {
  /// Shared with the control thread, which sets what is wanted and reads what is reached.
  let switches: FadeSwitches
  private let ramp: UnsafeMutablePointer<Float>
  private let frames: Int
  /// Frames of the way up, and of the way down.
  private var risen = 0
  private var fallen = 0

  init(frames: Int, switches: FadeSwitches) {
    self.frames = frames
    self.switches = switches
    ramp = .allocate(capacity: max(1, frames))
    for frame in 0..<frames {
      ramp[frame] = Float(0.5 - 0.5 * Double.cos(.pi * (Double(frame) + 0.5) / Double(frames)))
    }
  }

  deinit { ramp.deallocate() }

  /// Applies the fade to a block. At full level not a bit is changed.
  ///
  /// - Parameters:
  ///   - first: Where in the block the sound begins: a fade that ran over silence would leave an edge.
  ///   - isGap: Whether the block is a gap, in which a fade to full level does not go on, for the same reason.
  @_noLocks @_noAllocation
  mutating func process(
    _ block: UnsafePointer<UnsafeMutablePointer<Float>>, channels: Int, from first: Int, frames count: Int, isGap: Bool
  ) {
    let isWanted = switches.isWanted
    if isWanted {
      // After silence it begins anew.
      if fallen == frames { (risen, fallen) = (0, 0) }
      if risen == frames && fallen == 0 { return }
    } else if risen == 0 || fallen == frames {
      var channel = 0
      while channel < channels {
        rt_clear(block[channel], count)
        channel &+= 1
      }
      switches.reportSilence()
      return
    }
    var channel = 0
    while channel < channels {
      let samples = block[channel]
      var up = risen
      var down = fallen
      var frame = first
      while frame < count {
        var gain: Float = 1
        if up < frames {
          gain = ramp[up]
          if !isGap { up &+= 1 }
        }
        if isWanted {
          if down > 0 {
            down &-= 1
            gain *= ramp[frames &- 1 &- down]
          }
        } else if down < frames {
          gain *= ramp[frames &- 1 &- down]
          down &+= 1
        } else {
          gain = 0
        }
        samples[frame] *= gain
        frame &+= 1
      }
      channel &+= 1
    }
    let passed = max(0, count &- first)
    if !isGap { risen = min(frames, risen &+ passed) }
    fallen = isWanted ? max(0, fallen &- passed) : min(frames, fallen &+ passed)
    if fallen == frames && !isWanted { switches.reportSilence() }
  }
}

/// What the control thread wants of the fade, and what the callback has reached.
struct FadeSwitches: @unchecked Sendable {
  // Sendable because both words are atomic.
  private let memory: UnsafeMutablePointer<Atomic<Int>>

  init() {
    memory = .allocate(capacity: 2)
    memory.initialize(to: Atomic(1))
    (memory + 1).initialize(to: Atomic(0))
  }

  func free() { memory.deinitialize(count: 2).deallocate() }

  var isWanted: Bool { @_noLocks @_noAllocation get { memory.pointee.load(ordering: .relaxed) != 0 } }

  @_noLocks @_noAllocation
  func reportSilence() { memory[1].store(1, ordering: .releasing) }

  /// Asks for silence. [control]
  func fadeOut() { memory.pointee.store(0, ordering: .relaxed) }
  /// Asks for the full level. [control]
  func fadeIn() {
    memory[1].store(0, ordering: .relaxed)
    memory.pointee.store(1, ordering: .relaxed)
  }
  /// Whether the output has come to silence. [control]
  var isSilent: Bool { memory[1].load(ordering: .acquiring) != 0 }
}

import CRealtime
import RealModule
import Synchronization

/// The fades at the start and at the stop: a raised cosine up or down, from wherever it is.
struct OutputFade: ~Copyable {
  /// Shared with the control thread, which sets what is wanted and reads what is reached.
  let switches: FadeSwitches
  private let ramp: UnsafeMutablePointer<Float>
  private let frames: Int
  /// 0 is silent, `frames` is full level.
  private var place = 0

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
      if place == frames { return }
    } else if place == 0 {
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
      var at = place
      var frame = first
      while frame < count {
        if isWanted {
          if at < frames {
            samples[frame] *= ramp[at]
            if !isGap { at &+= 1 }
          }
        } else if at > 0 {
          at &-= 1
          samples[frame] *= ramp[at]
        } else {
          samples[frame] = 0
        }
        frame &+= 1
      }
      channel &+= 1
    }
    let passed = max(0, count &- first)
    if isWanted {
      if !isGap { place = min(frames, place &+ passed) }
    } else {
      place = max(0, place &- passed)
    }
    if place == 0 && !isWanted { switches.reportSilence() }
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

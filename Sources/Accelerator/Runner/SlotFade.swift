import AudioCore

/// What is heard of two slots of a device's table, between which a kernel cross-fades: the share of the second one is a parameter. Allocates
/// nothing after it was made.
///
/// New content takes the slot that is not heard, and the share goes to 1 or back to 0. What comes during a fade waits for a block that
/// begins after it.
final class SlotFade {
  /// The parameter, as compressor_math.h evaluates it.
  let table: DeviceBuffer
  private let staging: HostBuffer
  private let share: ParameterRamps
  /// The slot that is heard, or faded to.
  private(set) var target = 0
  /// Frames of the present fade from the next block on.
  private(set) var left = 0
  private var hasRun = false

  init(on context: ComputeContext) throws(AcceleratorError) {
    table = try DeviceBuffer(bytes: 8 * ParameterRamps.words, on: context)
    staging = try HostBuffer(bytes: 8 * ParameterRamps.words, on: context)
    share = ParameterRamps([0], table: table, staging: staging)
  }

  /// Begins a fade, or stands there at once where nothing was processed yet. No other fade is under way.
  /// - Returns: the slot that takes the new content.
  func begin(over frames: Int) -> Int {
    precondition(left == 0, "a fade of which \(left) frames are left")
    if hasRun {
      target = 1 - target
      left = frames
    }
    share.move(0, to: Double(target), over: frames)
    return target
  }

  /// Before a block of so many frames. The block before is done.
  func prepare(_ frames: Int) throws(AcceleratorError) {
    hasRun = hasRun || frames > 0
    try share.prepare(frames)
    left = max(0, left - frames)
  }

  /// Stands at the newest content.
  func reset() {
    share.reset()
    hasRun = false
    left = 0
  }
}

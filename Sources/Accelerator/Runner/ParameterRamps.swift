import AudioCore

/// Parameters that glide, at the beginning of a stage's table on the device: the words of a `Glide` each, which compressor_math.h
/// evaluates. Allocates nothing after it was made.
final class ParameterRamps {
  static var words: Int { Glide.wordCount }

  private let table: DeviceBuffer
  private let staging: UnsafeMutablePointer<Double>
  private var glides: [Glide]
  private var isOutdated = true
  private var hasRun = false

  /// - Parameter staging: Memory of the host for transfers, which outlives this.
  init(_ values: [Double], table: DeviceBuffer, staging: HostBuffer) {
    precondition(staging.byteCount >= 8 * Self.words * values.count, "\(values.count) parameters")
    glides = values.map { Glide($0) }
    self.table = table
    self.staging = staging.start.assumingMemoryBound(to: Double.self)
  }

  /// Goes to a new value, or begins with it where nothing was processed yet.
  func move(_ index: Int, to value: Double, over frames: Int) {
    if hasRun { glides[index].move(to: value, along: Ramp(frames: frames)) } else { glides[index].jump(to: value) }
    isOutdated = true
  }

  /// Stands at the newest values.
  func reset() {
    for index in glides.indices { glides[index].jump(to: glides[index].target) }
    hasRun = false
    isOutdated = true
  }

  /// Brings the table up to date for a block, and goes on behind it. The transfer before is done.
  func prepare(_ frames: Int) throws(AcceleratorError) {
    hasRun = hasRun || frames > 0
    guard isOutdated, frames > 0 else { return }
    isOutdated = false
    for index in glides.indices {
      // SAFETY: there is room for all parameters, as was checked in the beginning.
      glides[index].writeWords(to: staging + index * Self.words)
      // Frames are counted from each block's first on, so that the next block needs the table anew.
      isOutdated = isOutdated || !glides[index].isConstant
      var left = frames
      while left > 0, let remaining = glides[index].remaining {
        glides[index].advance(min(left, remaining))
        left -= min(left, remaining)
      }
    }
    try table.write(staging, bytes: 8 * Self.words * glides.count)
  }
}

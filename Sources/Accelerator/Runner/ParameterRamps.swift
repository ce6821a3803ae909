import AudioCore

/// Parameters that move in straight lines, at the beginning of a stage's table on the device: {value, step, frames until it stands,
/// value where it stands} each. Allocates nothing after it was made.
final class ParameterRamps {
  static let words = 4

  private let table: DeviceBuffer
  private let staging: UnsafeMutablePointer<Double>
  private var ramps: [LinearRamp]
  private var isOutdated = true
  private var hasRun = false

  /// - Parameter staging: Memory of the host for transfers, which outlives this.
  init(_ values: [Double], table: DeviceBuffer, staging: HostBuffer) {
    precondition(staging.byteCount >= 8 * Self.words * values.count, "\(values.count) parameters")
    ramps = values.map { LinearRamp($0) }
    self.table = table
    self.staging = staging.start.assumingMemoryBound(to: Double.self)
  }

  /// Goes to a new value, or begins with it where nothing was processed yet.
  func move(_ index: Int, to value: Double, over frames: Int) {
    if hasRun { ramps[index].move(to: value, over: frames) } else { ramps[index].jump(to: value) }
    isOutdated = true
  }

  /// Stands at the newest values.
  func reset() {
    for index in ramps.indices { ramps[index].jump(to: ramps[index].target) }
    hasRun = false
    isOutdated = true
  }

  /// Brings the table up to date for a block, and goes on behind it. The transfer before is done.
  func prepare(_ frames: Int) throws(AcceleratorError) {
    hasRun = hasRun || frames > 0
    guard isOutdated, frames > 0 else { return }
    isOutdated = false
    for index in ramps.indices {
      let left = ramps[index].remaining ?? 0
      let value = ramps[index].value
      // SAFETY: there is room for all parameters, as was checked in the beginning.
      let words = staging + index * Self.words
      words[0] = value
      words[1] = left == 0 ? 0 : (ramps[index].target - value) / Double(left)
      words[2] = Double(left)
      words[3] = ramps[index].target
      ramps[index].advance(min(left, frames))
      // Frames are counted from each block's first on, so that the next block needs the table anew.
      isOutdated = isOutdated || left > 0
    }
    try table.write(staging, bytes: 8 * Self.words * ramps.count)
  }
}

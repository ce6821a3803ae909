import AudioCore
import AudioGraph

/// A stage on a device that owns its state. Its input is the sound, and a key where it takes one.
protocol DeviceStage: AnyObject {
  /// Follows the live handle of its plan's stage. [control]
  func follow(_ source: any LoweringSource) throws(DesignError)
  /// Takes what has changed, before a block of so many frames. The block before is done.
  /// - Returns: frames after which nothing of what was before is heard any more; 0 where nothing changed.
  func prepare(_ frames: Int) throws(AcceleratorError) -> Int
  /// - Parameter check: of each input 1 to replace what is not finite, 3 to count it too, 0 for neither.
  func run(_ sound: CheckedRows, key: CheckedRows, into target: DeviceRows, frames: Int) throws(AcceleratorError)
  /// Forgets all past input.
  func reset() throws(AcceleratorError)
}

/// Rows of a signal, and what is done about samples that are not finite.
struct CheckedRows {
  var rows: DeviceRows
  var check: Int32
}

extension DeviceStage {
  func follow(_ source: any LoweringSource) {}
  func prepare(_ frames: Int) -> Int { 0 }
}

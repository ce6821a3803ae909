/// A stage on a device that owns its state. Its input is the sound, and a key where it takes one.
protocol DeviceStage: AnyObject {
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

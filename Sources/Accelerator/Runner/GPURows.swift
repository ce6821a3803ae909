/// Rows of different lengths that one launch runs: where each lies, and which tiles there are. Remade in place, without allocating.
///
/// Rows stand in the order of falling lengths, so that a tile exists in the first rows only; sos_tables.h has the layout.
package final class GPURows {
  let rows: Int
  /// Rows that are scanned, the first ones; those behind them are too short, or have no frames.
  private(set) var scannedRows = 0
  /// Whether there are rows with frames that are not scanned.
  private(set) var hasShortRows = false
  /// All tiles of the rows that are scanned, and those of the longest one.
  private(set) var slots = 0
  private(set) var tiles = 0
  let table: DeviceBuffer
  private let tileFrames: Int
  private let threshold: Int
  private let maximumTiles: Int
  private let staging: HostBuffer
  private let words: UnsafeMutablePointer<Int>

  /// - Parameters:
  ///   - stride: From the beginning of a row to that of the next, in samples: the most frames of a row.
  ///   - threshold: The frames from which on a row is scanned, as a block by itself would be.
  package init(rows: Int, stride: Int, tileFrames: Int, threshold: Int, on context: ComputeContext)
    throws(AcceleratorError)
  {
    self.rows = rows
    self.threshold = max(threshold, 1)
    self.tileFrames = tileFrames
    maximumTiles = (stride + tileFrames - 1) / tileFrames
    let count = 3 * rows + maximumTiles + 1
    table = try DeviceBuffer(bytes: 8 * count, on: context)
    staging = try HostBuffer(bytes: 8 * count, on: context)
    words = staging.start.bindMemory(to: Int.self, capacity: count)
    for row in 0..<rows {
      words[row] = row * stride
      words[rows + row] = row * stride
    }
  }

  /// Takes the frames of each row, which must fall, for the next launch. The work before must be done.
  package func place(_ lengths: [Int]) throws(AcceleratorError) {
    precondition(lengths.count == rows, "\(lengths.count) lengths for \(rows) rows")
    for row in 0..<rows {
      precondition(row == 0 || lengths[row] <= lengths[row - 1], "row \(row) is longer than the one before")
      words[2 * rows + row] = lengths[row]
    }
    scannedRows = lengths.firstIndex { $0 < threshold } ?? rows
    hasShortRows = scannedRows < rows && lengths[scannedRows] > 0
    tiles = scannedRows == 0 ? 0 : (lengths[0] + tileFrames - 1) / tileFrames
    precondition(tiles <= maximumTiles, "\(tiles) tiles in a table of \(maximumTiles)")
    // How many tickets come before each tile: one for each row that has it.
    slots = 0
    var row = scannedRows
    for tile in 0..<tiles {
      words[3 * rows + tile] = slots
      while row > 0 && lengths[row - 1] <= tile * tileFrames { row -= 1 }
      slots += row
    }
    words[3 * rows + tiles] = slots
    try table.write(staging.start, bytes: 8 * (3 * rows + tiles + 1))
  }
}

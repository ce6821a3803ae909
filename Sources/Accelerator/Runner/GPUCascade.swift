import AudioCore

/// How a cascade of sections is run on a device.
public enum CascadeMethod: String, Sendable, Hashable, Codable, CaseIterable {
  /// A scan in one launch, however many sections there are.
  case scan
  /// A scan in three launches a group of sections, for devices whose groups must not wait for one another.
  case threePhaseScan
  /// One thread a channel.
  case sequential
}

/// Where the samples of a stage lie on the device: a row a channel.
struct DeviceRows {
  var buffer: DeviceBuffer
  /// The first sample, and from row to row, in samples.
  var offset: Int
  var stride: Int
}

/// A cascade of second-order sections on a device, with its state. All memory belongs to it from the beginning.
package final class GPUCascade {
  package let tables: ScanTables
  /// How many rows are filtered side by side.
  let rows: Int
  private let context: ComputeContext
  private let tableBuffer: DeviceBuffer
  private let carryBuffer: DeviceBuffer
  private let shapeBuffer: DeviceBuffer
  private let state: DeviceBuffer
  private let control: DeviceBuffer
  private let scan: KernelLaunch
  private let sequential: KernelLaunch
  private let phases: [KernelLaunch]
  private let maximumTiles: Int
  // What tiles hand on; held by the launches' arguments as handles only.
  private let exchange: [DeviceBuffer]

  private enum Argument {
    // The places of sos_scan's arguments that change from launch to launch.
    static let source = 0, target = 1, aggregates = 5, counters = 10, rowTable = 12
    static let offsets = 13, frames = 17, slots = 18, rows = 19, tiles = 20, groups = 21, ragged = 22, check = 23
    static let firstGroup = 24, count = 25
  }

  /// - Parameters:
  ///   - maximumFrames: The most frames of one launch.
  ///   - counters: Where the kernels count what is not finite.
  package init(
    _ sections: [Biquad], shape: KernelModule.Shape, rows: Int, maximumFrames: Int, counters: DeviceBuffer,
    on context: ComputeContext
  ) throws(AcceleratorError) {
    self.context = context
    self.rows = rows
    let tables = ScanTables(sections, shape: shape)
    self.tables = tables
    let module = try context.module(shape)
    maximumTiles = (maximumFrames + shape.tileFrames - 1) / shape.tileFrames
    let n = 2 * shape.sections
    let (slots, overflow) = rows.multipliedReportingOverflow(by: max(maximumTiles, 1))
    // A group a tile, whose number is a 32-bit word with a sign.
    guard !overflow, slots <= Int(Int32.max) else {
      throw AcceleratorError(
        .unsupported, subject: "a launch of \(rows) rows by \(maximumFrames) frames", problem: "has too many tiles",
        remedy: "Process shorter pieces at a time")
    }
    tableBuffer = try DeviceBuffer(bytes: tables.tables.count, on: context)
    carryBuffer = try DeviceBuffer(bytes: tables.carries.count * 8, on: context)
    shapeBuffer = try DeviceBuffer(bytes: 16, on: context)
    state = try DeviceBuffer(bytes: 2 * tables.groups * rows * n * 8, on: context)
    control = try DeviceBuffer(bytes: 16, on: context)
    let all = tables.groups * slots
    exchange = [
      try DeviceBuffer(bytes: all * n * 8, on: context), try DeviceBuffer(bytes: all * n * 8, on: context),
      try DeviceBuffer(bytes: all * 4, on: context), try DeviceBuffer(bytes: all * 4, on: context),
    ]
    scan = try KernelLaunch(
      "sos_scan", of: module, threads: shape.threads, argumentCount: Argument.count, on: context)
    sequential = try KernelLaunch("sos_sequential", of: module, threads: 64, argumentCount: 18, on: context)
    phases = try Self.phases(module, on: context)
    let memory = [state, tableBuffer, carryBuffer] + exchange + [control, counters, shapeBuffer, shapeBuffer]
    for launch in [scan] + phases.filter({ $0 !== phases[safe: 1] }) {
      for (index, buffer) in memory.enumerated() { launch.arguments.set(2 + index, memory: buffer.handle) }
    }
    if let carry = phases[safe: 1] {
      let memory = [state, carryBuffer, exchange[0], exchange[1], control, shapeBuffer]
      for (index, buffer) in memory.enumerated() { carry.arguments.set(index, memory: buffer.handle) }
    }
    // The shape stands for a table of rows where there is none.
    for (index, buffer) in [state, tableBuffer, carryBuffer, control, counters, shapeBuffer].enumerated() {
      sequential.arguments.set(2 + index, memory: buffer.handle)
    }
    try upload()
  }

  private static func phases(_ module: KernelModule, on context: ComputeContext) throws(AcceleratorError)
    -> [KernelLaunch]
  {
    guard context.device.interface == .openCL else { return [] }
    let threads = module.shape.threads
    return [
      try KernelLaunch("sos_reduce", of: module, threads: threads, argumentCount: Argument.count, on: context),
      try KernelLaunch("sos_carry", of: module, threads: 64, argumentCount: 10, on: context),
      try KernelLaunch("sos_apply", of: module, threads: threads, argumentCount: Argument.count, on: context),
    ]
  }

  /// Copies the tables to the device, and waits: a transfer reads the host's tables until it is done, and they may be freed or remade
  /// at any time after this. Who does not wait keeps them as they are until later work is done.
  func upload(waits: Bool = true) throws(AcceleratorError) {
    try tableBuffer.write(tables.tables.start, bytes: tables.tables.count)
    try carryBuffer.write(tables.carries.start, bytes: tables.carries.count * 8)
    try shapeBuffer.write(tables.scanShape.start, bytes: 16)
    if waits { try context.finish() }
  }

  /// Takes new coefficients for some sections and keeps the state.
  package func replace(from first: Int, with sections: [Biquad]) throws(AcceleratorError) {
    tables.replace(from: first, with: sections)
    try upload()
  }

  /// Forgets all past input.
  package func reset() throws(AcceleratorError) { try state.clear() }

  /// Runs some frames of all rows. Source and target may be the same rows.
  ///
  /// - Parameter check: 1 to replace what is not finite, 3 to count it too, 0 for neither.
  func run(_ source: DeviceRows, into target: DeviceRows, frames: Int, method: CascadeMethod, check: Int32)
    throws(AcceleratorError)
  {
    guard frames > 0 else { return }
    let tiles = (frames + tables.shape.tileFrames - 1) / tables.shape.tileFrames
    precondition(tiles <= max(maximumTiles, 1), "\(frames) frames in a cascade for \(maximumTiles) tiles")
    switch method {
    case .scan:
      place(scan, source, target, frames, tiles, groups: tables.groups, first: 0, check)
      try scan.run()
    case .threePhaseScan:
      guard phases.count == 3 else {
        throw AcceleratorError(
          .unsupported, subject: "threePhaseScan", problem: "is for OpenCL alone",
          remedy: "Use the scan in one launch: on CUDA it always goes on")
      }
      try runPhases(source, target, frames, tiles, check)
    case .sequential:
      try runSequentially(source, target, frames, firstRow: 0, isRagged: false, check)
    }
  }

  private func runSequentially(
    _ source: DeviceRows, _ target: DeviceRows, _ frames: Int, firstRow: Int, isRagged: Bool, _ check: Int32
  ) throws(AcceleratorError) {
    let arguments = sequential.arguments
    place(arguments, source, target, memory: (0, 1), offsets: 8)
    arguments.set(12, frames)
    arguments.set(13, Int32(rows))
    arguments.set(14, Int32(tables.groups))
    arguments.set(15, Int32(firstRow))
    arguments.set(16, Int32(isRagged ? 1 : 0))
    arguments.set(17, check)
    sequential.groups = (rows - firstRow + 63) / 64
    try sequential.run()
  }

  /// Runs rows of different lengths, each with the result that it has by itself: in one launch by the scan, and in a second one those that
  /// the table has as too short for it.
  func run(_ source: DeviceBuffer, into target: DeviceBuffer, rows table: GPURows, check: Int32)
    throws(AcceleratorError)
  {
    precondition(
      table.rows == rows && table.tiles <= maximumTiles, "\(table.rows) rows of \(table.tiles) tiles for \(rows)")
    let (from, to) = (
      DeviceRows(buffer: source, offset: 0, stride: 0), DeviceRows(buffer: target, offset: 0, stride: 0)
    )
    // These first: a scan ends with another half of the state as the old one.
    if table.hasShortRows {
      sequential.arguments.set(7, memory: table.table.handle)
      try runSequentially(from, to, 0, firstRow: table.scannedRows, isRagged: true, check)
    }
    guard table.slots > 0 else { return }
    place(scan, from, to, 0, table.tiles, groups: tables.groups, first: 0, check)
    scan.arguments.set(Argument.rowTable, memory: table.table.handle)
    scan.arguments.set(Argument.slots, table.slots)
    scan.arguments.set(Argument.ragged, Int32(1))
    scan.groups = table.slots
    try scan.run()
  }

  /// Runs some frames of rows that lie end to end. Source and target may be the same.
  package func run(
    _ source: DeviceBuffer, into target: DeviceBuffer, frames: Int, method: CascadeMethod, check: Int32 = 0
  )
    throws(AcceleratorError)
  {
    try run(
      DeviceRows(buffer: source, offset: 0, stride: frames),
      into: DeviceRows(buffer: target, offset: 0, stride: frames),
      frames: frames, method: method, check: check)
  }

  private func runPhases(_ source: DeviceRows, _ target: DeviceRows, _ frames: Int, _ tiles: Int, _ check: Int32)
    throws(AcceleratorError)
  {
    let carry = phases[1].arguments
    for group in 0..<tables.groups {
      let from = group == 0 ? source : target
      let check = group == 0 ? check : 0
      place(phases[0], from, target, frames, tiles, groups: 1, first: group, check & 1)
      place(phases[2], from, target, frames, tiles, groups: 1, first: group, check)
      carry.set(6, tiles * rows)
      carry.set(7, Int32(rows))
      carry.set(8, Int32(tiles))
      carry.set(9, Int32(group))
      phases[1].groups = (rows + 63) / 64
      for phase in phases { try phase.run() }
    }
  }

  private func place(
    _ launch: KernelLaunch, _ source: DeviceRows, _ target: DeviceRows, _ frames: Int, _ tiles: Int, groups: Int,
    first: Int, _ check: Int32
  ) {
    let arguments = launch.arguments
    place(arguments, source, target, memory: (Argument.source, Argument.target), offsets: Argument.offsets)
    arguments.set(Argument.frames, frames)
    arguments.set(Argument.slots, tiles * rows)
    arguments.set(Argument.rows, Int32(rows))
    arguments.set(Argument.tiles, Int32(tiles))
    arguments.set(Argument.groups, Int32(groups))
    arguments.set(Argument.ragged, Int32(0))
    arguments.set(Argument.check, check)
    arguments.set(Argument.firstGroup, Int32(first))
    launch.groups = tiles * rows
  }

  private func place(
    _ arguments: KernelArguments, _ source: DeviceRows, _ target: DeviceRows, memory: (Int, Int), offsets: Int
  ) {
    arguments.set(memory.0, memory: source.buffer.handle)
    arguments.set(memory.1, memory: target.buffer.handle)
    arguments.set(offsets, source.offset)
    arguments.set(offsets + 1, source.stride)
    arguments.set(offsets + 2, target.offset)
    arguments.set(offsets + 3, target.stride)
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}

extension UnsafeMutableRawBufferPointer {
  /// The first byte of memory that is never empty.
  fileprivate var start: UnsafeRawPointer {
    guard let baseAddress else { preconditionFailure("empty tables") }
    return UnsafeRawPointer(baseAddress)
  }
}

extension UnsafeMutableBufferPointer {
  fileprivate var start: UnsafeRawPointer { UnsafeMutableRawBufferPointer(self).start }
}

import AudioCore
import AudioGraph

/// Signals of one format and of different lengths through one cascade, piece by piece: rows of the same launches.
///
/// A signal has the same bits whatever the others are, and those that it has alone in blocks of the same length. There are two sets of
/// the host's memory: one is filled while the other is on the device.
final class CascadeLanes<S: Sample> {
  /// Some frames of all signals, lent for the length of a call. Those that have ended are the last ones.
  struct Piece {
    /// The first frame, and how many there are of each signal that has not ended.
    let first: Int
    let lengths: [Int]
    fileprivate let set: Int
    fileprivate let table: UnsafeMutablePointer<UnsafeMutablePointer<S>>
    fileprivate let channels: Int

    /// Lends the frames of one signal.
    func withBlock<R, E: Error>(_ signal: Int, _ body: (borrowing AudioBlock<S>) throws(E) -> R) throws(E) -> R {
      precondition(signal >= 0 && signal < lengths.count, "signal \(signal) of \(lengths.count)")
      // SAFETY: the table has the rows of all signals, and a row holds the most frames of a piece.
      return try body(AudioBlock(table: table + signal * channels, channels: channels, frames: lengths[signal]))
    }
  }

  private let context: ComputeContext
  private let channels: Int
  private let stride: Int
  private let totals: [Int]
  private let cascade: GPUCascade
  private let rows: GPURows
  private let input: DeviceBuffer
  private let output: DeviceBuffer
  private let hosts: [HostBuffer]
  private let table: UnsafeMutablePointer<UnsafeMutablePointer<S>>
  // Held for the launches, whose arguments are handles only.
  private let counters: DeviceBuffer

  /// The most frames of a piece of signals whose longest has so many.
  static func stride(longest: Int, _ options: AcceleratorOptions) -> Int { max(1, min(options.maximumFrames, longest)) }

  /// How many signals of a length fit into an amount of memory, which is that of their samples on the device, input or output.
  static func room(channels: Int, longest: Int, bytes: Int, _ options: AcceleratorOptions) -> Int {
    max(1, bytes / (channels * stride(longest: longest, options) * MemoryLayout<S>.stride))
  }

  /// - Parameter totals: The frames of each signal, which must fall.
  init(
    _ sections: [Biquad], channels: Int, totals: [Int], options: AcceleratorOptions, on context: ComputeContext
  ) throws(AcceleratorError) {
    self.context = context
    self.channels = channels
    self.totals = totals
    let count = totals.count * channels
    stride = Self.stride(longest: totals.first ?? 0, options)
    let shape = options.shape(sections: sections.count, type: S.sampleType, on: context.device)
    let threshold = (options.threshold ?? .default(for: context.device)).frames(for: S.sampleType)
    counters = try DeviceBuffer(bytes: 16, on: context)
    cascade = try GPUCascade(
      sections, shape: shape, rows: count, maximumFrames: stride, counters: counters, on: context)
    rows = try GPURows(
      rows: count, stride: stride, tileFrames: shape.tileFrames, threshold: threshold, on: context)
    let bytes = count * stride * MemoryLayout<S>.stride
    input = try DeviceBuffer(bytes: bytes, isZeroed: false, on: context)
    output = try DeviceBuffer(bytes: bytes, isZeroed: false, on: context)
    hosts = [try HostBuffer(bytes: bytes, on: context), try HostBuffer(bytes: bytes, on: context)]
    table = .allocate(capacity: max(1, 2 * count))
    for (set, host) in hosts.enumerated() {
      // SAFETY: the memory holds `count` rows, and was zeroed.
      let samples = host.start.bindMemory(to: S.self, capacity: max(1, count * stride))
      for row in 0..<count { (table + set * count + row).initialize(to: samples + row * stride) }
    }
  }

  deinit { table.deallocate() }

  private func piece(from first: Int, _ set: Int) -> Piece? {
    let lengths = totals.prefix { $0 > first }.map { min(stride, $0 - first) }
    guard !lengths.isEmpty else { return nil }
    return Piece(
      first: first, lengths: lengths, set: set, table: table + set * totals.count * channels, channels: channels)
  }

  private func start(_ piece: Piece) throws(AcceleratorError) {
    let host = hosts[piece.set].start
    let bytes = piece.lengths.count * channels * stride * MemoryLayout<S>.stride
    try input.write(host, bytes: bytes)
    let all = piece.lengths + [Int](repeating: 0, count: totals.count - piece.lengths.count)
    try rows.place(all.flatMap { [Int](repeating: $0, count: channels) })
    try cascade.run(input, into: output, rows: rows, check: 1)
    try output.read(into: host, bytes: bytes)
  }

  /// Runs all signals to their ends.
  /// - Parameters:
  ///   - fill: Writes what comes in, all frames of each signal.
  ///   - drain: Takes what came of it.
  /// - Returns: false when it was cancelled before the end.
  func run(isCancelled: () -> Bool, fill: (Piece) -> Void, drain: (Piece) -> Void) throws(AcceleratorError) -> Bool {
    var next = piece(from: 0, 0)
    if let next { fill(next) }
    while let current = next {
      if isCancelled() { return false }
      try start(current)
      next = piece(from: current.first + stride, 1 - current.set)
      if let next { fill(next) }
      try context.finish()
      drain(current)
    }
    return true
  }
}

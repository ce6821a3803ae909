import AudioCore
import RealModule

enum Decibels {
  static func log10(_ x: Double) -> Double { Double.log10(x) }
}

/// A cascade with signal memory of its own on a device, for self-tests and measurements.
package final class CascadeBench {
  private let context: ComputeContext
  private let cascade: GPUCascade
  private let rows: Int
  private let frames: Int
  private let input: DeviceBuffer
  private let output: DeviceBuffer
  private let counters: DeviceBuffer
  private let copy: GPUMix

  package init(
    _ sections: [Biquad], shape: KernelModule.Shape, rows: Int, frames: Int, on context: ComputeContext
  ) throws(AcceleratorError) {
    self.context = context
    self.rows = rows
    self.frames = frames
    counters = try DeviceBuffer(bytes: 16, on: context)
    cascade = try GPUCascade(
      sections, shape: shape, rows: rows, maximumFrames: frames, counters: counters, on: context)
    let bytes = rows * frames * (shape.isDouble ? 8 : 4)
    input = try DeviceBuffer(bytes: bytes, on: context)
    output = try DeviceBuffer(bytes: bytes, on: context)
    copy = try GPUMix(
      channels: rows, module: try context.module(.init(isDouble: shape.isDouble, sections: 0)), counters: counters,
      on: context)
  }

  /// Filters from silence; the rows of the result lie end to end.
  package func filter<S: Sample>(_ wave: SampleBuffer<S>, method: CascadeMethod) throws -> [S] {
    let bytes = frames * MemoryLayout<S>.stride
    let host = try HostBuffer(bytes: rows * bytes, on: context)
    let samples = host.start.bindMemory(to: S.self, capacity: rows * frames)
    wave.withBlock(frames: frames) { block in
      for row in 0..<rows { (samples + row * frames).update(from: block.unsafeChannel(row), count: frames) }
    }
    try cascade.reset()
    try input.write(host.start, bytes: rows * bytes)
    try cascade.run(input, into: output, frames: frames, method: method)
    try output.read(into: host.start, bytes: rows * bytes)
    try context.finish()
    return Array(UnsafeBufferPointer(start: samples, count: rows * frames))
  }

  /// The same of rows of different lengths, which must fall, from silence in pieces of some frames, side by side.
  /// - Parameter threshold: The frames from which on a row is scanned.
  package func filter<S: Sample>(
    _ wave: SampleBuffer<S>, lengths: [Int], pieces: [Int], threshold: Int
  ) throws -> [[S]] {
    let size = MemoryLayout<S>.stride
    let host = try HostBuffer(bytes: rows * frames * size, on: context)
    let samples = host.start.bindMemory(to: S.self, capacity: rows * frames)
    let table = try GPURows(
      rows: rows, stride: frames, tileFrames: cascade.tables.shape.tileFrames, threshold: threshold, on: context)
    var result = [[S]](repeating: [], count: rows)
    var done = 0
    try cascade.reset()
    for piece in pieces {
      let counts = lengths.map { max(0, min(piece, $0 - done)) }
      wave.withBlock(frames: frames) { block in
        for row in 0..<rows {
          (samples + row * frames).update(from: block.unsafeChannel(row) + done, count: counts[row])
        }
      }
      try input.write(host.start, bytes: rows * frames * size)
      try table.place(counts)
      try cascade.run(input, into: output, rows: table, check: 1)
      try output.read(into: host.start, bytes: rows * frames * size)
      try context.finish()
      for row in 0..<rows { result[row] += UnsafeBufferPointer(start: samples + row * frames, count: counts[row]) }
      done += piece
    }
    return result
  }

  /// The shortest time of one run in seconds, by the device's own clock. What is filtered is silence.
  package func time(_ method: CascadeMethod, frames: Int, repeats: Int) throws(AcceleratorError) -> Double {
    try shortest(repeats) { () throws(AcceleratorError) in
      try cascade.run(input, into: output, frames: frames, method: method)
    }
  }

  /// The same of a copy of the signal.
  package func timeOfCopy(repeats: Int) throws(AcceleratorError) -> Double {
    let source = DeviceRows(buffer: input, offset: 0, stride: frames)
    let target = DeviceRows(buffer: output, offset: 0, stride: frames)
    return try shortest(repeats) { () throws(AcceleratorError) in
      try copy.run((source, 1, 0), nil, into: target, frames: frames)
    }
  }

  private func shortest(_ repeats: Int, _ body: () throws(AcceleratorError) -> Void) throws(AcceleratorError) -> Double
  {
    try body()
    try context.finish()
    var best = Double.infinity
    for _ in 0..<repeats {
      try context.driver.startTimer()
      try body()
      if let seconds = try context.driver.stopTimer() { best = min(best, seconds) }
    }
    try context.finish()
    return best
  }
}

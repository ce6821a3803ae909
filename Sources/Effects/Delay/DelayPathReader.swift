import AudioCore

/// Reads one path from a delay line: a tap with its coefficients and its swing, and the filters behind it. Two of them cross-fade.
final class DelayPathReader {
  private(set) var path: DelayDesign.Path
  private(set) var tap: DelayTap
  private var sweep: DelaySweep
  private let coefficients: UnsafeMutableBufferPointer<Double>
  private let filters: SectionKernel<Double>
  private let table = DelayInterpolation.table

  init(_ path: DelayDesign.Path, channels: Int) {
    self.path = path
    tap = path.tap
    sweep = DelaySweep(increment: path.increment)
    coefficients = .allocate(capacity: 2 * DelayTap.widestReach)
    coefficients.initialize(repeating: 0)
    filters = SectionKernel(
      [path.lowPass, path.highPass], channels: channels, precision: .double, mode: .invariant)
    configure(path)
  }

  deinit { coefficients.deallocate() }

  /// Takes another path, with silent filters. [worker]
  /// - Parameter other: Whose swing goes on, at this path's rate; nil to begin a swing.
  func configure(_ path: DelayDesign.Path, swingingLike other: DelayPathReader? = nil) {
    self.path = path
    tap = path.tap
    sweep = other?.sweep ?? DelaySweep(increment: path.increment)
    sweep.change(increment: path.increment)
    if case .fraction(let frames, let reach) = tap {
      DelayInterpolation.write(coefficients, fraction: frames.rounded(.up) - frames, reach: reach)
    }
    filters.replace(at: 0, with: path.lowPass)
    filters.replace(at: 1, with: path.highPass)
    filters.reset()
  }

  /// Reads and filters the next frames. [worker]
  func read(_ line: DelayLine, into output: borrowing AudioBlock<Double>) {
    if case .moving = tap {
      table.withUnsafeBufferPointer { line.read(tap, coefficients: $0, sweep: sweep, into: output) }
    } else {
      line.read(tap, coefficients: UnsafeBufferPointer(coefficients), sweep: sweep, into: output)
    }
    if path.isFiltered { filters.process(output, into: output) }
  }

  /// Goes on behind frames that were read. [worker]
  func advance(_ frames: Int) { sweep.advance(frames) }

  func saveState(into writer: inout StateWriter) {
    writer.write(path.frames)
    writer.write(path.depth)
    writer.write(path.increment)
    for section in [path.lowPass, path.highPass] {
      for number in [section.b0, section.b1, section.b2, section.a1, section.a2] { writer.write(number) }
    }
    sweep.saveState(into: &writer)
    filters.saveState(into: &writer)
  }

  /// Reads what `saveState` wrote.
  /// - Parameter capacity: The frames that the line can be read back.
  func restoreState(from reader: inout StateReader, capacity: Int) throws(StateError) {
    var restored = try Self.readPath(from: &reader)
    restored.lowPass = try Self.readSection(from: &reader)
    restored.highPass = try Self.readSection(from: &reader)
    guard restored.tap.neededFrames <= capacity else {
      throw .mismatch(expected: "a delay of at most \(capacity) frames", found: "\(restored.frames) frames")
    }
    configure(restored)
    sweep = try DelaySweep(from: &reader)
    try filters.restoreState(from: &reader)
  }

  private static func readPath(from reader: inout StateReader) throws(StateError) -> DelayDesign.Path {
    let frames = try reader.readDouble()
    let depth = try reader.readDouble()
    let increment = try reader.readDouble()
    guard increment.isFinite, frames >= 1, frames < 1e9, depth >= 0,
      depth == 0 || frames - depth >= DelayTap.leastMovingFrames
    else {
      throw .mismatch(expected: "a delay", found: "\(frames) ± \(depth) frames")
    }
    return DelayDesign.Path(frames: frames, depth: depth, increment: increment, lowPass: .identity, highPass: .identity)
  }

  private static func readSection(from reader: inout StateReader) throws(StateError) -> Biquad {
    Biquad(
      b0: try reader.readDouble(), b1: try reader.readDouble(), b2: try reader.readDouble(),
      a1: try reader.readDouble(),
      a2: try reader.readDouble())
  }
}

/// Where each part of each response stands in memory: its first taps as they are, then the spectra of its partitions.
struct ResponseLayout: Sendable, Hashable {
  let scheme: ConvolutionScheme
  let responses: Int
  /// Numbers from one response to the next.
  private let stride: Int
  private let stageStarts: [Int]

  init(_ scheme: ConvolutionScheme, responses: Int) {
    self.scheme = scheme
    self.responses = responses
    // Parts begin at cache lines, whatever the type.
    var next = (scheme.headTaps + 15) / 16 * 16
    stageStarts = scheme.stages.map { stage in
      defer { next += stage.count * stage.frame }
      return next
    }
    stride = max(next, 16)
  }

  /// Numbers of all responses.
  var count: Int { responses * stride }

  /// Where the taps in direct form begin.
  func head(_ response: Int) -> Int { response * stride }

  /// Where a spectrum begins.
  func spectrum(_ response: Int, stage: Int, partition: Int) -> Int {
    response * stride + stageStarts[stage] + partition * scheme.stages[stage].frame
  }
}

/// Responses in the form in which a convolver reads them: made once, where they are designed, and shared by everything that runs.
public final class PreparedResponses: Sendable {
  let layout: ResponseLayout
  /// Whether the numbers are Double.
  let isDouble: Bool
  private let memory: ReadOnlyMemory

  /// Transforms responses of equal lengths. [control]
  public init(_ responses: [[Double]], scheme: ConvolutionScheme, precision: Precision) {
    let longest = responses.map(\.count).max() ?? 0
    precondition(
      longest > 0 && longest + scheme.latencyFrames <= scheme.tapCapacity,
      "\(longest) taps for \(scheme.tapCapacity) of the scheme")
    layout = ResponseLayout(scheme, responses: responses.count)
    isDouble = precision != .single
    memory =
      isDouble
      ? Self.filled(layout, responses, as: Double.self) : Self.filled(layout, responses, as: Float.self)
  }

  /// Bytes held.
  public var memoryBytes: Int { layout.count * (isDouble ? 8 : 4) }

  /// The numbers; they live as long as self.
  func numbers<R: Sample>(as type: R.Type) -> UnsafePointer<R> {
    precondition(isDouble == (R.self == Double.self), "responses of another precision than \(R.self)")
    // SAFETY: the memory was filled with numbers of this type.
    return UnsafePointer(memory.start.assumingMemoryBound(to: R.self))
  }

  private static func filled<R: Sample>(
    _ layout: ResponseLayout, _ responses: [[Double]], as type: R.Type
  ) -> ReadOnlyMemory {
    let memory = ReadOnlyMemory(byteCount: layout.count * MemoryLayout<R>.stride)
    // SAFETY: the memory holds `layout.count` numbers, and the layout's places lie inside it.
    let numbers = memory.start.bindMemory(to: R.self, capacity: layout.count)
    let scheme = layout.scheme
    for (index, response) in responses.enumerated() {
      let taps = [Double](repeating: 0, count: scheme.latencyFrames) + response
      for (place, tap) in taps.prefix(scheme.headTaps).enumerated() { numbers[layout.head(index) + place] = R(tap) }
    }
    for (level, stage) in scheme.stages.enumerated() {
      let transform = SpectralTransform<R>(frame: stage.frame)
      var frame = [R](repeating: 0, count: stage.frame)
      // The way back multiplies by half the frame's length.
      let scale = 2 / Double(stage.frame)
      for (index, response) in responses.enumerated() {
        for partition in 0..<stage.count {
          let first = stage.firstTap + partition * stage.partition - scheme.latencyFrames
          for place in 0..<stage.partition {
            let tap = first + place
            frame[place] = response.indices.contains(tap) ? R(response[tap] * scale) : 0
          }
          frame.withUnsafeBufferPointer { buffer in
            guard let source = buffer.baseAddress else { return }
            transform.forward(source, numbers + layout.spectrum(index, stage: level, partition: partition))
          }
        }
      }
    }
    return memory
  }
}

/// Memory that is written once, before anybody else knows of it.
private final class ReadOnlyMemory: @unchecked Sendable {
  // Sendable because nobody writes after `PreparedResponses.init`.
  private let memory: ZeroedMemory
  var start: UnsafeMutableRawPointer { memory.start }

  init(byteCount: Int) { memory = ZeroedMemory(byteCount: max(byteCount, 64), alignment: 64) }
}

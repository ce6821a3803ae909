import AudioCore
import SwiftletDSP
import TestSupport
import Testing

/// Passes its input on and tells somebody where it is, in the middle of a block.
private struct Messenger: Effect {
  static let name = "messenger"
  static let parameters: [Parameter<Messenger>] = []
  static let heard = Locked<[Int: @Sendable (Int64) -> Void]>([:])
  var number: Int

  struct Design: EffectDesign {
    var outputs: [StreamFormat]
    var number: Int
  }

  func design(in context: DesignContext) -> Design { Design(outputs: context.inputs, number: number) }

  func makeProcessor<S: Sample>(
    _ design: Design, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, Design> { Processor(number: design.number) }

  final class Processor<S: Sample>: AudioProcessor {
    private let number: Int
    init(number: Int) { self.number = number }

    func process(
      _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
    ) -> Int {
      output.copy(from: input)
      let position = now.position
      Messenger.heard.withLock { $0[number] }?(position)
      return input.frames
    }

    func reset() {}
    func adopt(_ design: borrowing Design) -> Bool { true }
    func saveState(into writer: inout StateWriter) {}
    func restoreState(from reader: inout StateReader) throws(StateError) {}
  }
}

/// What a control thread asks for while a block runs.
@Suite struct SwapBlockTests {
  /// A block that a swap cuts is one block: a change that comes between its pieces is found by the next one. A log of a session tells
  /// in which block a change was found, and not in which piece.
  @Test func changesBetweenThePiecesOfABlockWaitForTheNext() throws {
    let input: [[Float]] = noise(channels: 1, frames: 2_560)
    func output(number: Int, inTheMiddle: Bool) throws -> (samples: [Float], calls: [Int64]) {
      let level = Live(Gain(decibels: 0))
      let format = StreamFormat(sampleRate: 48_000, channels: 1)
      let plan = try Plan.compile(
        Messenger(number: number) | level, for: format, options: PlanOptions(maximumFrames: 256))
      let runner = try PlanRunner<Float>(plan)
      try runner.control.swap(to: Messenger(number: number) | Gain(decibels: -6), at: 356)
      let calls = Calls()
      Messenger.heard.withLock {
        $0[number] = { position in
          calls.add(position)
          if inTheMiddle && position == 256 { try? level.update { $0 = Gain(decibels: -20) } }
        }
      }
      defer { Messenger.heard.withLock { $0[number] = nil } }
      var samples: [Float] = []
      for start in stride(from: 0, to: 2_560, by: 256) {
        samples += run(runner, [Array(input[0][start..<start + 256])], blocks: [256])[0]
        if !inTheMiddle && start == 256 { try level.update { $0 = Gain(decibels: -20) } }
      }
      return (samples, calls.positions)
    }
    let between = try output(number: 1, inTheMiddle: false)
    let middle = try output(number: 2, inTheMiddle: true)
    #expect(between.calls.contains(356))
    #expect(between.calls == middle.calls)
    #expect(between.samples == middle.samples)
  }

  private final class Calls: Sendable {
    private let list = Locked<[Int64]>([])
    func add(_ position: Int64) { list.withLock { $0.append(position) } }
    var positions: [Int64] { list.withLock { $0 } }
  }
}

import AudioCore
import AudioDevices
import AudioGraph
import Foundation
import Realtime
import Testing

/// A stage that breaks the rules on purpose: under the realtime sanitizer the program must end at it. It is run alone, by the script that
/// asks for it.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SWIFTLET_INJECT"] != nil))
struct InjectedViolationTests {
  @Test func aStageThatAllocates() throws {
    var configuration = RealtimeConfiguration()
    configuration.wake = .host
    configuration.locksMemory = false
    let device = VirtualDevice(pace: .manual)
    let processor = try RealtimeProcessor(Allocating(), on: device, configuration: configuration)
    try processor.run { _ = device.advance(cycles: 4) { _ in processor.processPending() } }
  }
}

/// Allocates in every block.
private struct Allocating: Effect {
  static let name = "allocating"
  static let parameters: [Parameter<Allocating>] = []

  struct Design: EffectDesign { var outputs: [StreamFormat] }

  func design(in context: DesignContext) -> Design { Design(outputs: context.inputs) }

  func makeProcessor<S: Sample>(
    _ design: Design, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, Design> { Processor() }

  final class Processor<S: Sample>: AudioProcessor {
    private var kept: [Int] = []

    func process(
      _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
    ) -> Int {
      kept = Array(repeating: kept.count, count: input.frames)
      output.copy(from: input)
      return input.frames
    }

    func reset() {}
    func adopt(_ design: borrowing Design) -> Bool { false }
    func saveState(into writer: inout StateWriter) {}
    func restoreState(from reader: inout StateReader) throws(StateError) {}
  }
}

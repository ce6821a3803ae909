import AudioCore
import AudioDevices
import AudioGraph
import Effects
import Foundation
import Realtime
import Synchronization
import TestSupport
import Testing

/// What a test makes a stage do, from outside.
final class Trouble: Sendable {
  enum Kind: Int {
    case none, fails, overflows, sleeps, stalls
  }
  private let kind = Atomic<Int>(0)

  func begin(_ kind: Kind) { self.kind.store(kind.rawValue, ordering: .releasing) }
  var current: Kind { Kind(rawValue: kind.load(ordering: .acquiring)) ?? .none }

  /// Troubles by number, since a recipe is a plain value.
  static let all = Locked<[Int: Trouble]>([:])
  static func make() -> (number: Int, trouble: Trouble) {
    let trouble = Trouble()
    let number = all.withLock { all in
      all[all.count] = trouble
      return all.count - 1
    }
    return (number, trouble)
  }
}

/// Passes its input on until it is told to make trouble.
struct Troublesome: Effect {
  static let name = "troublesome"
  static let parameters: [Parameter<Troublesome>] = []
  var number: Int

  struct Design: EffectDesign {
    var outputs: [StreamFormat]
    var number: Int
  }

  func design(in context: DesignContext) -> Design { Design(outputs: context.inputs, number: number) }

  func makeProcessor<S: Sample>(
    _ design: Design, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, Design> {
    Processor(Trouble.all.withLock { $0[design.number] } ?? Trouble())
  }

  final class Processor<S: Sample>: AudioProcessor, FailureReporting {
    private let trouble: Trouble
    private(set) var hasFailed = false

    init(_ trouble: Trouble) { self.trouble = trouble }

    func process(
      _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
    ) -> Int {
      output.copy(from: input)
      switch trouble.current {
      case .none: break
      case .fails: hasFailed = true
      // SAFETY: the block has a channel and a frame. A closure over generic samples would look its types up, under a lock.
      case .overflows: output.unsafeChannel(0)[0] = .infinity
      case .sleeps: usleep(30_000)
      case .stalls: while trouble.current == .stalls { usleep(1_000) }
      }
      return input.frames
    }

    func reset() { hasFailed = false }
    func adopt(_ design: borrowing Design) -> Bool { true }
    func saveState(into writer: inout StateWriter) {}
    func restoreState(from reader: inout StateReader) throws(StateError) {}
  }
}

/// Faults under the clock: the state says so, the output falls silent, `stop` returns, a restart plays.
@Suite(.serialized) struct FaultTests {
  private func configuration(_ gap: RealtimeConfiguration.GapSound = .silence) -> RealtimeConfiguration {
    var configuration = RealtimeConfiguration()
    configuration.locksMemory = false
    configuration.gapSound = gap
    return configuration
  }

  /// Waits until something holds, ten seconds at most: a test asserts that it comes, not when.
  private func wait(_ condition: () -> Bool) -> Bool {
    for _ in 0..<10_000 {
      if condition() { return true }
      usleep(1_000)
    }
    return false
  }

  /// A device on which a constant plays, and the last sample that came out of it.
  private func rig() -> (device: VirtualDevice, last: LastSample) {
    let last = LastSample()
    let source = GeneratorSource(format: StreamFormat(sampleRate: 48_000, channels: 2)) { _, _ in 0.5 }
    return (VirtualDevice(source: source, sink: last), last)
  }

  @Test(arguments: [Trouble.Kind.fails, .sleeps, .stalls]) func fallsSilentStopsAndRestarts(kind: Trouble.Kind) throws {
    let (number, trouble) = Trouble.make()
    let (device, last) = rig()
    let processor = try RealtimeProcessor(
      Gain(decibels: 0) | Troublesome(number: number).labelled("guilty"), on: device, configuration: configuration())
    try processor.start()
    #expect(wait { last.value == 0.5 })
    trouble.begin(kind)
    let expected: RealtimeFault =
      switch kind {
      case .fails: .stageFailed("guilty")
      case .sleeps: .overloaded
      default: .stalled
      }
    #expect(wait { processor.state == .faulted(expected) })
    #expect(wait { last.value == 0 })
    processor.stop()
    #expect(processor.state == .stopped)
    trouble.begin(.none)
    try processor.restart()
    #expect(wait { last.value == 0.5 })
    #expect(processor.state == .running)
    processor.stop()
  }

  @Test(arguments: [Trouble.Kind.fails, .sleeps, .stalls]) func bypassesWhenAskedTo(kind: Trouble.Kind) throws {
    let (number, trouble) = Trouble.make()
    let (device, last) = rig()
    let processor = try RealtimeProcessor(
      Gain(amplitude: 0.5) | Troublesome(number: number), on: device, configuration: configuration(.bypass))
    try processor.run {
      #expect(wait { last.value == 0.25 })
      trouble.begin(kind)
      #expect(wait { last.value == 0.5 })
      #expect(wait { processor.state != .running })
    }
    trouble.begin(.none)
  }

  @Test func saysThatAStageOverflows() throws {
    let (number, trouble) = Trouble.make()
    let (device, last) = rig()
    let processor = try RealtimeProcessor(
      Troublesome(number: number).labelled("loud"), on: device, configuration: configuration())
    try processor.run {
      #expect(wait { last.value == 0.5 })
      trouble.begin(.overflows)
      #expect(wait { processor.state == .faulted(.stageOverflowed("loud")) })
      #expect(processor.metrics.stageOverflowCount > 0)
      trouble.begin(.none)
      #expect(wait { processor.state == .running && last.value == 0.5 })
    }
  }

  @Test func saysThatTheDeviceIsGone() throws {
    let source = GeneratorSource(format: StreamFormat(sampleRate: 48_000, channels: 2)) { _, _ in 0.5 }
    let device = VirtualDevice(script: VirtualScript(disconnectsAt: 20), source: source)
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration())
    try processor.start()
    #expect(wait { processor.state == .faulted(.deviceLost("it was disconnected")) })
    #expect(processor.callbackCount == 20)
    try processor.restart()
    #expect(processor.state == .running)
    processor.stop()
  }

  @Test func countsAndSurvivesAStallOfTheDevice() throws {
    let device = VirtualDevice(script: VirtualScript(stalls: [.init(cycle: 10, seconds: 0.05)]))
    let processor = try RealtimeProcessor(Gain(decibels: 0), on: device, configuration: configuration())
    try processor.run {
      #expect(wait { processor.callbackCount > 60 })
      #expect(processor.deviceXrunCount == 1)
      #expect(processor.state == .running)
    }
  }

  @Test func runsManyStartsAndStops() throws {
    let device = VirtualDevice()
    let processor = try RealtimeProcessor(LowPass(1_000), on: device, configuration: configuration())
    for _ in 0..<20 {
      try processor.start()
      try processor.start()
      processor.stop()
      processor.stop()
    }
    #expect(processor.state == .stopped)
  }
}

/// The last sample that a device played.
final class LastSample: AudioSink, @unchecked Sendable {
  // Sendable because the only word is atomic.
  private let bits = Atomic<UInt32>(0)
  var value: Float { Float(bitPattern: bits.load(ordering: .acquiring)) }

  func write(_ block: borrowing AudioBlock<Float>) {
    bits.store(block.withChannel(0) { $0[$0.count - 1] }.bitPattern, ordering: .releasing)
  }
}

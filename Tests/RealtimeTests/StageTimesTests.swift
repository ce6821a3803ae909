import AudioCore
import AudioDevices
import AudioGraph
import Effects
import Realtime
import Testing

@Suite struct StageTimesTests {
  private func times(_ isOn: Bool) throws -> (times: [StageTimes], later: [StageTimes]) {
    var configuration = RealtimeConfiguration()
    configuration.wake = .host
    configuration.locksMemory = false
    configuration.timesStages = isOn
    let device = VirtualDevice(pace: .manual)
    let chain = Graph.series([
      .labelled("cut", LowPass(900).graph),
      .parallel([Compressor().graph, .labelled("wet", Delay(seconds: 0.1).graph)]),
    ])
    let processor = try RealtimeProcessor(chain, on: device, configuration: configuration)
    return try processor.run {
      device.advance(cycles: 50) { _ in processor.processPending() }
      let times = processor.stageTimes()
      processor.resetMetrics()
      device.advance(cycles: 3) { _ in processor.processPending() }
      return (times, processor.stageTimes())
    }
  }

  @Test func everyStepIsTimedWhenAsked() throws {
    let (times, later) = try times(true)
    #expect(times.count == 4)
    #expect(times.map(\.stage).contains("cut"))
    #expect(times.map(\.stage).contains("wet"))
    #expect(times.map(\.stage).contains("sum"))
    for stage in times {
      #expect(stage.statistics.count == 50)
      #expect(stage.statistics.minimum <= stage.statistics.median)
      #expect(stage.statistics.p99 <= stage.statistics.maximum)
    }
    #expect(later.allSatisfy { $0.statistics.count == 3 })
  }

  /// After a swap the times are those of the new graph, from where it began to run; a block that a swap cuts is one block.
  @Test func theNewGraphIsTimedAfterASwap() throws {
    var configuration = RealtimeConfiguration()
    configuration.wake = .host
    configuration.locksMemory = false
    configuration.timesStages = true
    let device = VirtualDevice(pace: .manual)
    let processor = try RealtimeProcessor(
      LowPass(900).labelled("cut"), on: device, configuration: configuration)
    try processor.run {
      device.advance(cycles: 10) { _ in processor.processPending() }
      // It takes 20 ms and begins with nothing to settle for.
      try processor.swap(to: LowPass(900).labelled("cut") | Gain(decibels: -6).labelled("level"), at: 10 * 256 + 100)
      device.advance(cycles: 2) { _ in processor.processPending() }
      processor.resetMetrics()
      device.advance(cycles: 78) { _ in processor.processPending() }
      #expect(processor.control?.isSwapping == false)
      let times = processor.stageTimes()
      #expect(times.count == 1 || times.count == 2)
      let count = times.first?.statistics.count ?? 0
      #expect((78...80).contains(count))
      try processor.swap(to: Compressor().labelled("squeeze") | Delay(seconds: 0.1).labelled("echo"))
      device.advance(cycles: 80) { _ in processor.processPending() }
      #expect(processor.stageTimes().map(\.stage) == ["squeeze", "echo"])
      #expect(processor.stageTimes().allSatisfy { $0.statistics.count == 80 })
      processor.resetMetrics()
      device.advance(cycles: 3) { _ in processor.processPending() }
      #expect(processor.stageTimes().allSatisfy { $0.statistics.count == 3 })
    }
  }

  @Test func notTimedUnlessAsked() throws { #expect(try times(false).times.isEmpty) }
}

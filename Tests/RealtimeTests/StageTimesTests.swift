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

  @Test func notTimedUnlessAsked() throws { #expect(try times(false).times.isEmpty) }
}

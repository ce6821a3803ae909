import Realtime
import Testing

@Suite struct LatencyStatisticsTests {
  @Test func ranksByNearest() throws {
    let all = try #require(LatencyStatistics(nanoseconds: (1...100).reversed()))
    #expect(all.count == 100)
    #expect(all.minimum == 1)
    #expect(all.median == 50)
    #expect(all.mean == 50.5)
    #expect(all.p95 == 95)
    #expect(all.p99 == 99)
    #expect(all.maximum == 100)
    let one = try #require(LatencyStatistics(nanoseconds: [7]))
    #expect(one.median == 7 && one.p95 == 7 && one.p99 == 7)
    #expect(LatencyStatistics(nanoseconds: []) == nil)
  }
}

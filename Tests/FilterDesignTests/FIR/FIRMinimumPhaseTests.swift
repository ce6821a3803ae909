import AudioCore
import FilterDesign
import Testing

@Suite("Minimum-phase FIR filters")
struct FIRMinimumPhaseTests {
  @Test("Magnitude within 1e-6 dB above −100 dB, energy earlier than in the original")
  func fullMagnitude() throws {
    for vector in try vectors("firdesigns", as: FIRVector.self) where vector.taps >= 30 {
      let original = try vector.design()
      let filter = try original.minimumPhase()
      #expect(filter.taps.count == original.taps.count)
      for step in 0...400 {
        let frequency = Frequency(Double(step) * 60)
        let level = original.magnitudeInDecibels(at: frequency, sampleRate: vectorRate)
        guard level > -100 else { continue }
        let found = filter.magnitudeInDecibels(at: frequency, sampleRate: vectorRate)
        #expect(abs(found - level) <= 1e-6, "\(vector) at \(frequency.hertz) Hz: \(found) dB, not \(level)")
      }
      let half = original.taps.count / 2
      let early = filter.taps.prefix(half).reduce(0) { $0 + $1 * $1 }
      let late = original.taps.prefix(half).reduce(0) { $0 + $1 * $1 }
      #expect(early >= late * 0.999_999, "\(vector)")
    }
  }

  @Test("Refuses filters that are too short or not linear-phase")
  func errors() throws {
    #expect(throws: DesignError.self) { try FIRTaps([1, 1]).minimumPhase() }
    #expect(throws: DesignError.self) { try FIRTaps([1, 2, 4]).minimumPhase() }
    #expect(throws: DesignError.self) { try FIRTaps([0, 0, 0]).minimumPhase() }
  }
}

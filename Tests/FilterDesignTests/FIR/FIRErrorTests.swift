import AudioCore
import FilterDesign
import Testing

@Suite("FIR design errors")
struct FIRErrorTests {
  @Test("Counts, edges and numbers that do not fit")
  func errors() {
    for taps in [0, -1, 1_048_577] {
      #expect(throws: DesignError.self) { try FIRTaps.windowedSinc(.lowPass(100), taps: taps, sampleRate: vectorRate) }
    }
    #expect(throws: DesignError.self) { try FIRTaps.windowedSinc(.highPass(100), taps: 10, sampleRate: vectorRate) }
    #expect(throws: DesignError.self) { try FIRTaps.windowedSinc(.lowPass(24_000), taps: 9, sampleRate: vectorRate) }
    #expect(throws: DesignError.self) {
      try FIRTaps.multiband(edges: [200, 100], passesZero: true, taps: 9, sampleRate: vectorRate)
    }
    #expect(throws: DesignError.self) {
      try FIRTaps.leastSquares(bands: [0, 100, 200], desired: [1, 1, 0], taps: 9, sampleRate: vectorRate)
    }
    #expect(throws: DesignError.self) {
      try FIRTaps.parksMcClellan(bands: [0, 100, 200, 300], desired: [1, .nan], taps: 9, sampleRate: vectorRate)
    }
    #expect(throws: DesignError.self) {
      try FIRTaps.frequencySampling(frequencies: [0, 24_000], gains: [1, 1], taps: 8, sampleRate: vectorRate)
    }
    #expect(throws: DesignError.self) { try FIRTaps([]) }
    #expect(throws: DesignError.self) { try FIRTaps([1, .nan]) }
    #expect(throws: DesignError.self) { try Window.kaiser(beta: .nan).samples(8) }
    #expect(throws: DesignError.self) { try Window.hann.samples(0) }
  }
}

import RealModule
import SwiftletDSP

/// Filters whose poles crowd at z = 1, where Float arithmetic is at its worst.
private let difficult: [(name: String, effect: any Connectable, rate: Double)] = [
  ("high-pass order 8, 20 Hz at 48 kHz", Butterworth(.highPass(20), order: 8), 48_000),
  ("low-pass order 8, 10 Hz at 48 kHz", Butterworth(.lowPass(10), order: 8), 48_000),
  ("high-pass order 2, 5 Hz at 192 kHz", Butterworth(.highPass(5), order: 2), 192_000),
]

/// One line of JSON for each difficult filter and precision: the error against Double samples, relative RMS in decibels.
func printAccuracy() throws {
  for (name, effect, rate) in difficult {
    let input: Wave<Float> = try noise(channels: 1, frames: 400_000, rate: rate)
    let exact = try (input.converted(to: Double.self) | effect).render(tail: .trim)
    for precision in [Precision.single, .mixed] {
      let output = try (input | effect).render(RenderOptions(tail: .trim, precision: precision))
      var (error, power) = (0.0, 0.0)
      for frame in 0..<exact.frames {
        let difference = Double(output[0, frame]) - exact[0, frame]
        error += difference * difference
        power += exact[0, frame] * exact[0, frame]
      }
      answer(#"{"filter": "\#(name)", "precision": "\#(precision)", "error_db": \#(10 * Double.log10(error / power))}"#)
    }
  }
}

// Two effects that Swiftlet does not have: a filter, which is all formula, and a soft clipper, which has a processor.
import Swiftlet

/// Tilts the spectrum around a pivot: lows down and highs up by the same number of decibels, or the other way round.
///
/// A filter says what its sections are. It then fuses with its neighbours, can be live, and has a response.
struct Tilt: SOSDesignable {
  static let name = "tilt"
  static let parameters: [Parameter<Tilt>] = [
    .frequency("pivot", "where nothing changes", \.pivot),
    .number("gain", "highs up and lows down", \.gain, unit: .decibels, in: -12...12, default: 3),
  ]

  var pivot: Frequency
  var gain: Double = 3

  func cascade(sampleRate: Double) throws(DesignError) -> SectionCascade {
    // A shelf of 2·gain is at half of it in its middle, so that lowering all by `gain` leaves the pivot where it was.
    var shelf = try SectionCascade.cookbook(
      .highShelf, frequency: pivot, shape: .slope(0.5), gain: 2 * gain, sampleRate: sampleRate)
    shelf.scale(by: Double.pow(10, -gain / 20))
    return shelf
  }
}

let mono = StreamFormat(sampleRate: 48_000, channels: 1)
let plan = try Plan.compile(HighPass(30) | Tilt(pivot: 1_000, gain: 4), for: mono)
let response = try plan.frequencyResponse(at: [100, 1_000, 10_000])
print("tilt:", response.magnitudeDecibels.compactMap { $0 }.map { "\(($0 * 10).rounded() / 10) dB" })

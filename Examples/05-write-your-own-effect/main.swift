// Two effects that Swiftlet does not have: a filter, which is all formula, and a soft clipper, which has a processor.
import Foundation
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
    let shelf = try SectionCascade.cookbook(
      .highShelf, frequency: pivot, shape: .slope(0.5), gain: 2 * gain, sampleRate: sampleRate)
    return shelf.scaled(by: pow(10, -gain / 20))
  }
}

let mono = StreamFormat(sampleRate: 48_000, channels: 1)
let plan = try Plan.compile(HighPass(30) | Tilt(pivot: 1_000, gain: 4), for: mono)
let response = try plan.frequencyResponse(at: [100, 1_000, 10_000])
let levels = response.magnitudeDecibels.map { String(format: "%+.1f dB", $0 ?? -.infinity) }
print("tilt at 100 Hz, 1 kHz and 10 kHz:", levels.joined(separator: ", "))

/// Rounds peaks off: `tanh(drive · x)`. Nothing here is linear, so it brings a processor of its own.
struct SoftClip: Effect {
  static let name = "softclip"
  static let parameters: [Parameter<SoftClip>] = [
    .number("drive", "gain before the bend", \.drive, in: 0.1...100, taper: .logarithmic, default: 1)
  ]

  var drive: Double = 1

  // What is wrong with a parameter is found here, never while it runs.
  func design(in context: DesignContext) throws(DesignError) -> SoftClipDesign {
    guard (0.1...100).contains(drive) else {
      throw DesignError(
        .outOfRange, parameter: "drive", value: "\(drive)", problem: "is out of range: 0.1 to 100",
        remedy: "Use a Gain before or behind it")
    }
    return SoftClipDesign(drive: drive, outputs: [context.format])
  }

  func makeProcessor<S: Sample>(
    _ design: SoftClipDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, SoftClipDesign> {
    SoftClipProcessor<S>(design)
  }
}

/// What the recipe becomes: data, no state.
struct SoftClipDesign: EffectDesign {
  var drive: Double
  var outputs: [StreamFormat]
}

/// What runs: it allocates nothing, and it takes a new design without a break.
final class SoftClipProcessor<S: Sample>: AudioProcessor {
  private var design: SoftClipDesign

  init(_ design: SoftClipDesign) { self.design = design }

  func adopt(_ design: borrowing SoftClipDesign) -> Bool {
    guard self.design.hasSameShape(as: design) else { return false }
    self.design = copy design
    return true
  }

  func process(
    _ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>, at now: borrowing ProcessContext
  ) -> Int {
    let drive = design.drive
    for channel in 0..<input.channels {
      input.withChannel(channel) { source in
        output.withChannel(channel) { target in
          for frame in source.indices { target[frame] = S(tanh(drive * Double(source[frame]))) }
        }
      }
    }
    return input.frames
  }

  // There is no running state to forget or to save.
  func reset() {}
  func saveState(into writer: inout StateWriter) {}
  func restoreState(from reader: inout StateReader) throws(StateError) {}
}

let loud = try Wave<Float>([(0..<480).map { Float(sin(2 * .pi * Double($0) / 48)) }], sampleRate: 48_000)
let clipped = try (loud | SoftClip(drive: 4) | Gain(decibels: -6)).render(RenderOptions(tail: .trim))
print("soft clip, 6 dB down: peak \((0..<clipped.frames).map { abs(clipped[0, $0]) }.max() ?? 0)")

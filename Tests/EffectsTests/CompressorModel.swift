import RealModule
import SwiftletDSP

/// A compressor as its definition says, frame by frame in Double, with the logarithms of the C library.
struct CompressorModel {
  var compressor: Compressor
  var sampleRate = 48_000.0

  /// The static reduction in decibels.
  func reduction(at level: Double) -> Double {
    let (over, knee, slope) = (level - compressor.threshold, compressor.knee, 1 - 1 / compressor.ratio)
    if 2 * over <= -knee { return 0 }
    if 2 * over < knee { return slope * (over + knee / 2) * (over + knee / 2) / (2 * knee) }
    return slope * over
  }

  /// The pole of a time constant in seconds.
  private func pole(_ seconds: Double) -> Double { seconds > 0 ? Double.exp(-1 / (seconds * sampleRate)) : 0 }

  /// The hold's time constant, by which hold and attack fall together in the release: found by halving, in seconds.
  private var hold: Double {
    let (a, r) = (compressor.attack, compressor.release)
    guard a > 0 else { return r }
    var (low, high) = (0.0, r)
    for _ in 0..<80 {
      let h = (low + high) / 2
      let left = (h * Double.exp(-r / h) - a * Double.exp(-r / a)) / (h - a)
      if left < Double.exp(-1.0) { low = h } else { high = h }
    }
    return (low + high) / 2
  }

  /// - Parameter key: What the level is taken from, one array a channel; the loudest counts.
  func gains(_ key: [[Double]]) -> [Double] {
    let (attack, release, window) = (pole(compressor.attack), pole(hold), pole(compressor.window))
    var means = [Double](repeating: 0, count: key.count)
    var (held, smooth) = (0.0, 0.0)
    return key[0].indices.map { n in
      var level = 0.0
      for channel in key.indices {
        let x = key[channel][n]
        means[channel] = window * means[channel] + (1 - window) * x * x
        level = max(level, compressor.detector == .rms ? means[channel].squareRoot() : abs(x))
      }
      let wanted = reduction(at: 20 * Double.log10(max(level, 1e-300)))
      held = max(wanted, release * held + (1 - release) * wanted)
      smooth = attack * smooth + (1 - attack) * held
      return 1 + compressor.mix * (Double.pow(10, (compressor.makeUp - smooth) / 20) - 1)
    }
  }
}

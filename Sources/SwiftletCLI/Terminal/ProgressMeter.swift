import AudioCore

/// The line on a terminal that says how far a long job has come, how fast it is and how long it still takes.
///
/// It appears only after half a second, so that short jobs stay silent, and is taken away at the end.
final class ProgressMeter {
  private let sampleRate: Double
  private let style: Style
  private let started: Double
  private var lastDrawn: Double
  private var drawnWidth = 0

  /// Seconds before the meter appears, and between two drawings of it.
  private static let (patience, interval) = (0.5, 0.1)

  /// Makes a meter for a job at a sample rate.
  init(sampleRate: Double, style: Style) {
    self.sampleRate = sampleRate
    self.style = style
    started = SystemCalls.seconds
    lastDrawn = started + Self.patience - Self.interval
  }

  /// Draws the line when it is time to.
  func update(_ progress: RenderProgress) {
    let now = SystemCalls.seconds
    guard now - lastDrawn >= Self.interval else { return }
    lastDrawn = now
    let line = Self.line(progress, sampleRate: sampleRate, elapsed: now - started, style: style)
    let blanks = String(repeating: " ", count: max(0, drawnWidth - line.count))
    drawnWidth = line.count
    StandardError.write("\r" + line + blanks)
  }

  /// Takes the line away.
  func clear() {
    guard drawnWidth > 0 else { return }
    StandardError.write("\r" + String(repeating: " ", count: drawnWidth) + "\r")
    drawnWidth = 0
  }

  /// The line for a state of the job: share, bar, position, speed, time left.
  static func line(_ progress: RenderProgress, sampleRate: Double, elapsed: Double, style: Style) -> String {
    let done = Double(progress.framesDone) / sampleRate
    let speed = elapsed > 0 ? done / elapsed : 0
    let rate = NumberText.fixed(speed, speed < 10 ? 1 : 0) + (style.unicode ? "×" : "x") + " real time"
    guard let total = progress.framesTotal, let fraction = progress.fraction else {
      return "\(NumberText.duration(done.rounded()))  \(rate)"
    }
    let percent = NumberText.fixed(fraction * 100, 0)
    let place =
      NumberText.duration(done.rounded()) + " of " + NumberText.duration((Double(total) / sampleRate).rounded())
    let left = speed > 0 ? (Double(total) / sampleRate - done) / speed : .infinity
    let words = "\(place)  \(rate)  \(NumberText.duration(left.rounded(.up))) left"
    let width = max(8, min(30, style.columns - words.count - 9))
    return String(repeating: " ", count: 3 - min(3, percent.count))
      + "\(percent)% \(bar(fraction, width: width, style: style)) \(words)"
  }

  private static func bar(_ fraction: Double, width: Int, style: Style) -> String {
    let eighths = Int((fraction * Double(width) * 8).rounded(.down))
    let full = min(width, eighths / 8)
    guard style.unicode else {
      return "[" + String(repeating: "#", count: full) + String(repeating: ".", count: width - full) + "]"
    }
    let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][full < width ? eighths % 8 : 0]
    let rest = width - full - (partial.isEmpty ? 0 : 1)
    return String(repeating: "█", count: full) + partial + String(repeating: "░", count: rest)
  }
}

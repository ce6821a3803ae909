import RealModule

/// Changes the sample rate by a ratio that may change at every block: windowed sinc, between whose phases is interpolated.
///
/// 48 taps under a Kaiser window of β = 9, 512 phases: flat to 0.01 dB up to 0.4 of the lower rate, images and interpolation errors
/// below -90 dB. It computes in `Double`, and allocates nothing after it is made. [worker]
struct AsyncResampler: ~Copyable {
  static let taps = 48
  private static let phases = 512

  /// Frames by which the output lags the input, at the input's rate.
  static let latencyFrames = taps / 2

  private let channels: Int
  private let capacity: Int
  /// One row of taps for each phase, and the first row of the next frame behind them.
  private let table: UnsafeMutablePointer<Double>
  private let weights: UnsafeMutablePointer<Double>
  /// The last input, one run of `capacity` frames a channel.
  private let history: UnsafeMutablePointer<Float>
  private var filled: Int
  /// Where in the history the next output frame lies.
  private var place = 0.0

  /// Makes a resampler.
  ///
  /// - Parameters:
  ///   - ratio: Output rate over input rate, about.
  ///   - blockFrames: The most input frames at a time.
  init(channels: Int, ratio: Double, blockFrames: Int) {
    precondition(channels > 0 && ratio > 0 && blockFrames > 0, "\(channels) channels at ratio \(ratio)")
    self.channels = channels
    capacity = blockFrames + 2 * Self.taps
    history = .allocate(capacity: channels * capacity)
    history.initialize(repeating: 0, count: channels * capacity)
    weights = .allocate(capacity: Self.taps)
    weights.initialize(repeating: 0, count: Self.taps)
    table = .allocate(capacity: (Self.phases + 1) * Self.taps)
    // A stream of silence before the first frame.
    filled = Self.taps - 1
    fillTable(cutoff: min(1, ratio))
  }

  deinit {
    table.deallocate()
    weights.deallocate()
    history.deallocate()
  }

  private func fillTable(cutoff: Double) {
    for phase in 0...Self.phases {
      var sum = 0.0
      for tap in 0..<Self.taps {
        let distance = Double(tap - Self.taps / 2 + 1) - Double(phase) / Double(Self.phases)
        let share = distance / Double(Self.taps / 2)
        let window = abs(share) >= 1 ? 0 : Self.besselI0(9 * (1 - share * share).squareRoot()) / Self.besselI0(9)
        let argument = Double.pi * distance * cutoff
        let value = (argument == 0 ? 1 : Double.sin(argument) / argument) * window
        table[phase * Self.taps + tap] = value
        sum += value
      }
      // Each phase passes a constant as it is.
      for tap in 0..<Self.taps { table[phase * Self.taps + tap] /= sum }
    }
  }

  /// The modified Bessel function of the first kind and order 0, by its series.
  private static func besselI0(_ x: Double) -> Double {
    var (sum, term, index) = (1.0, 1.0, 1.0)
    while term > 1e-17 * sum {
      term *= (x / (2 * index)) * (x / (2 * index))
      sum += term
      index += 1
    }
    return sum
  }

  /// Takes a block in and gives out all frames that it completes.
  ///
  /// - Parameters:
  ///   - step: Input frames for each output frame.
  ///   - room: The most frames that the target takes.
  /// - Returns: the frames that were made.
  mutating func process(
    _ source: UnsafePointer<UnsafePointer<Float>>, frames: Int, step: Double,
    into target: UnsafePointer<UnsafeMutablePointer<Float>>, room: Int
  ) -> Int {
    precondition(frames + filled <= capacity, "\(frames) frames with \(filled) waiting of \(capacity)")
    for channel in 0..<channels {
      // SAFETY: the history has room for `capacity` frames a channel, which was checked.
      (history + channel * capacity + filled).update(from: source[channel], count: frames)
    }
    filled += frames
    var made = 0
    while place + Double(Self.taps) <= Double(filled) && made < room {
      makeFrame(target, at: made)
      made += 1
      place += step
    }
    forget()
    return made
  }

  private func makeFrame(_ target: UnsafePointer<UnsafeMutablePointer<Float>>, at frame: Int) {
    let whole = Int(place)
    let phase = (place - Double(whole)) * Double(Self.phases)
    let row = Int(phase)
    let share = phase - Double(row)
    // SAFETY: rows run to `phases` inclusive, and `row` is below it; the history holds `taps` frames behind `whole`.
    let low = table + row * Self.taps
    let high = low + Self.taps
    for tap in 0..<Self.taps { weights[tap] = low[tap] + share * (high[tap] - low[tap]) }
    for channel in 0..<channels {
      let samples = history + channel * capacity + whole
      var (even, odd) = (0.0, 0.0)
      var tap = 0
      while tap < Self.taps {
        even += weights[tap] * Double(samples[tap])
        odd += weights[tap + 1] * Double(samples[tap + 1])
        tap += 2
      }
      target[channel][frame] = Float(even + odd)
    }
  }

  /// Leaves out input frames.
  mutating func skip(inputFrames: Double) { place += inputFrames }

  /// Input frames that are behind the next output frame.
  var waitingFrames: Double { Double(filled - Self.taps + 1) - place }

  private mutating func forget() {
    let gone = min(Int(place), filled)
    guard gone > 0 else { return }
    for channel in 0..<channels {
      let start = history + channel * capacity
      // SAFETY: both ranges lie in the channel's run; `update` allows them to overlap.
      start.update(from: start + gone, count: filled - gone)
    }
    filled -= gone
    place -= Double(gone)
  }
}

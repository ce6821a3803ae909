import AudioCore
import FilterDesign
import RealModule

/// The design of a delay: its times in frames, and the loop.
public struct DelayDesign: EffectDesign {
  /// What is read from the line, and the filters behind it.
  struct Path: Sendable, Equatable {
    /// Frames back, 1 or more.
    var frames: Double
    /// Frames of swing to each side.
    var depth: Double
    /// Turns of the swing a frame; 0 where nothing swings.
    var increment: Double
    /// A low-pass and a high-pass of the loop; both identities for none.
    var lowPass: Biquad
    var highPass: Biquad

    var tap: DelayTap { DelayTap(frames: frames, depth: depth) }
    var isFiltered: Bool { lowPass != .identity || highPass != .identity }
  }

  public let format: StreamFormat
  let path: Path
  let feedback: Double
  let mix: Double
  let mode: Delay.Mode
  /// The note whose length the time is, for a host that has a tempo; nil for a time in seconds.
  let note: NoteLength?
  /// The frames that the line can be read back.
  private(set) var capacity: Int
  public let tail: Tail

  public var outputs: [StreamFormat] { [format] }

  public var lowering: Lowering {
    guard feedback == 0, mix == 1, !path.isFiltered, format.channels == 1 || mode == .straight,
      case .whole(let frames) = path.tap
    else { return .echo(echo) }
    return .delay(frames)
  }

  private var echo: EchoLowering {
    let (distance, coefficients) = tapCoefficients
    let mode: EchoLowering.Mode =
      switch mode {
      case .straight: .straight
      case .cross: .cross
      case .pingPong: .pingPong
      }
    return EchoLowering(
      mode: mode, distance: distance, coefficients: coefficients, motion: motion, feedback: feedback, mix: mix,
      lowPass: path.lowPass, highPass: path.highPass)
  }

  /// What a tap that stands still is multiplied with, from the frame farthest back on.
  private var tapCoefficients: (distance: Int, [Double]) {
    switch path.tap {
    case .whole(let frames): return (frames, [1])
    case .fraction(let frames, let reach):
      let latest = frames.rounded(.up)
      return (Int(latest) + reach - 1, DelayInterpolation.coefficients(fraction: latest - frames, reach: reach))
    case .moving: return (path.tap.neededFrames, [])
    }
  }

  private var motion: EchoLowering.Motion? {
    guard case .moving(let center, let depth) = path.tap else { return nil }
    return EchoLowering.Motion(
      center: center, depth: depth, increment: path.increment, table: DelayInterpolation.table, phases: DelayTap.phases)
  }

  public var operationsPerFrame: Double {
    let taps =
      switch path.tap {
      case .whole: 1
      case .fraction(_, let reach): 2 * reach
      case .moving: 4 * DelayTap.widestReach
      }
    return Double(format.channels * (2 * taps + (path.isFiltered ? 12 : 0) + 6))
  }

  /// A running line takes every time that it has room for.
  public func hasSameShape(as other: DelayDesign) -> Bool {
    format == other.format && mode == other.mode && other.path.tap.neededFrames <= capacity
  }

  /// The same on a line that is there already.
  func limited(toCapacity frames: Int) -> DelayDesign {
    var design = self
    design.capacity = frames
    return design
  }

  /// The path for a time at a tempo of the host; nil where the tempo is out of range or the line has no room for the time.
  func path(atHostTempo tempo: Double) -> Path? {
    guard let note, Delay.tempos.contains(tempo) else { return nil }
    var path = path
    path.frames = note.seconds(at: tempo) * format.sampleRate
    guard path.frames >= 1, path.depth == 0 || path.frames - path.depth >= DelayTap.leastMovingFrames,
      path.tap.neededFrames <= capacity
    else { return nil }
    return path
  }
}

extension Delay {
  // A live time may grow to this without another line.
  private static let leastRoom = 2.0

  public func design(in context: DesignContext) throws(DesignError) -> DelayDesign {
    let rate = context.sampleRate
    try DesignError.require(tempo, in: Self.tempos, parameter: "tempo", unit: "beats a minute")
    try requireFeedback()
    try DesignError.require(mix, in: 0...1, parameter: "mix")
    try DesignError.require(self.rate, in: 0.01...20, parameter: "rate", unit: "Hz")
    try DesignError.require(depth, in: 0...1, parameter: "depth", unit: "s")
    let path = DelayDesign.Path(
      frames: try frames(at: rate), depth: depth * rate, increment: depth > 0 ? self.rate / rate : 0,
      lowPass: try Self.section(lowPass, "lowpass") { frequency throws(DesignError) in
        try .firstOrderLowPass(frequency, sampleRate: rate)
      },
      highPass: try Self.section(highPass, "highpass") { frequency throws(DesignError) in
        try .firstOrderHighPass(frequency, sampleRate: rate)
      })
    try requireRoom(for: path, at: rate)
    var slowest = Self.leastRoom
    var note: NoteLength?
    if case .note(let length) = time {
      note = length
      slowest = max(slowest, min(Self.longestTime, length.seconds(at: Self.tempos.lowerBound)))
    }
    let capacity = max(path.tap.neededFrames, Int(slowest * rate) + DelayTap.widestReach)
    try requireMemory(for: capacity, of: context.format)
    return DelayDesign(
      format: context.format, path: path, feedback: feedback, mix: mix, mode: mode, note: note, capacity: capacity,
      tail: tail(of: path))
  }

  private func requireMemory(for frames: Int, of format: StreamFormat) throws(DesignError) {
    guard !DelayLine.isPossible(channels: format.channels, capacity: frames) else { return }
    let seconds = DesignError.shortest((Double(frames) / format.sampleRate).rounded())
    throw DesignError(
      .unsupported, parameter: "time", value: "a line of \(seconds) s for \(format.channels) channels",
      problem: "is more than there is memory for", remedy: "Shorten it, or process fewer channels at once")
  }

  private func requireFeedback() throws(DesignError) {
    guard feedback.isFinite, abs(feedback) <= 0.99 else {
      throw DesignError(
        .outOfRange, parameter: "feedback", value: "\(DesignError.shortest(feedback * 100)) %",
        problem: "is out of range: -99 to 99 %",
        remedy: abs(feedback) >= 1 ? "Lower it: such a loop would never fall silent" : "Lower it")
    }
  }

  private func frames(at rate: Double) throws(DesignError) -> Double {
    let seconds = time.seconds(at: tempo)
    let shortest = 1 / rate
    guard seconds.isFinite, seconds * rate >= 1 - 1e-9, seconds <= Self.longestTime else {
      let written: String
      if case .note(let length) = time {
        written = "\(length) (\(DesignError.shortest(seconds)) s at \(DesignError.shortest(tempo)) beats a minute)"
      } else {
        written = DesignError.shortest(seconds) + " s"
      }
      throw DesignError(
        .outOfRange, parameter: "time", value: written,
        problem: "is out of range: \(DesignError.shortest(shortest)) s (one frame) to 60 s",
        remedy: "Choose a time inside the range")
    }
    // A time that means a whole number of frames is one, whatever its last digits.
    let frames = seconds * rate
    return abs(frames - frames.rounded()) < 1e-6 ? frames.rounded() : frames
  }

  private func requireRoom(for path: DelayDesign.Path, at rate: Double) throws(DesignError) {
    guard path.depth > 0, path.frames - path.depth < DelayTap.leastMovingFrames else { return }
    let most = max(0, path.frames - DelayTap.leastMovingFrames) / rate
    throw DesignError(
      .outOfRange, parameter: "depth", value: DesignError.shortest(depth) + " s",
      problem: "is out of range: 0 to \(DesignError.shortest(most)) s (the time less 32 frames)",
      remedy: most > 0 ? "Lower it, or raise the time" : "Raise the time, or set it to 0")
  }

  private static func section(
    _ frequency: Frequency?, _ parameter: String, _ make: (Frequency) throws(DesignError) -> SectionCascade
  ) throws(DesignError) -> Biquad {
    guard let frequency else { return .identity }
    do throws(DesignError) {
      return try make(frequency).sections.first ?? .identity
    } catch {
      var named = error
      if named.parameter != nil { named.parameter = parameter }
      throw named
    }
  }

  /// How long the repeats take to fall 120 dB below the loudest.
  private func tail(of path: DelayDesign.Path) -> Tail {
    let round = (path.frames + path.depth).rounded(.up) + Double(DelayTap.widestReach)
    guard feedback != 0 || path.isFiltered else {
      if case .whole(let frames) = path.tap { return .frames(frames) }
      return .frames(Int(round))
    }
    guard path.isFiltered else {
      let repeats = (Double.log(1e-6) / Double.log(abs(feedback))).rounded(.up)
      return .decaying(Int(round * (1 + repeats)))
    }
    return .decaying(Int(min(path.filteredTail(feedback: feedback, round: round), 1e12)))
  }
}

extension DelayDesign.Path {
  /// A bound from Cauchy's inequality on circles between the filters' poles and the unit circle: with H the filters,
  /// `|h[n]| ≤ ρⁿ·M / (1 - |f|·ρ⁻ᴰ·M)`, where `M` is the largest `|H|` on the circle of radius ρ and `f` the feedback.
  fileprivate func filteredTail(feedback: Double, round: Double) -> Double {
    let pole = max(abs(lowPass.a1), abs(highPass.a1))
    // The first repeat begins with this.
    let peak = abs(lowPass.b0 * highPass.b0)
    var least = Double.infinity
    for exponent in stride(from: 0.5, through: 40, by: 0.25) {
      let radius = pole + (1 - pole) * (1 - Double.pow(2, -exponent))
      guard radius > pole, radius < 1 else { continue }
      // Of a first-order section on such a circle |H| is largest at one of the two real points.
      let largest = lowPass.largest(onRadius: radius) * highPass.largest(onRadius: radius)
      let loop = abs(feedback) * largest * Double.exp(-round * Double.log(radius))
      guard loop < 1 else { continue }
      let frames = Double.log(1e-6 * peak * (1 - loop) / largest) / Double.log(radius)
      least = min(least, frames)
    }
    return round + least.rounded(.up)
  }
}

extension Biquad {
  fileprivate func largest(onRadius radius: Double) -> Double {
    [radius, -radius].map { z in abs((b0 + b1 / z) / (1 + a1 / z)) }.max() ?? 0
  }
}

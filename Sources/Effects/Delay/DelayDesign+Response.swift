import AudioCore

extension DelayDesign: LinearDesign {
  /// `(1 - mix) + mix·P / (1 - feedback·P)` with the path `P`: the tap and the filters of the loop.
  ///
  /// A moving time has no response, and neither have repeats that change sides.
  public func transfer(at frequency: Frequency) -> Transfer? {
    guard mode == .straight || format.channels == 1, let tap = tapTransfer(at: frequency.hertz) else { return nil }
    let rate = format.sampleRate
    let round = [path.lowPass, path.highPass].reduce(tap) { so, section in
      section == .identity ? so : so.times(Transfer(section: section, at: frequency.hertz, sampleRate: rate))
    }
    return round.repeated(feedback: feedback).times(mix).plus(Transfer(gain: 1 - mix))
  }

  /// The tap as it is read, interpolation included.
  private func tapTransfer(at hertz: Double) -> Transfer? {
    let rate = format.sampleRate
    switch path.tap {
    case .whole(let frames): return Transfer(delay: Double(frames) / rate, at: hertz)
    case .fraction(let frames, let reach):
      let latest = frames.rounded(.up)
      let coefficients = DelayInterpolation.coefficients(fraction: latest - frames, reach: reach)
      // Coefficient k belongs to the frame that lies `latest + reach - 1 - k` back.
      return Transfer(taps: coefficients.reversed(), at: hertz, sampleRate: rate)
        .times(Transfer(delay: (latest - Double(reach)) / rate, at: hertz))
    case .moving: return nil
    }
  }
}
